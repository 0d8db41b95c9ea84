"""What was published: `published.lock` beside the schemas holds it, and an edit that breaks it is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from config.problems import Problem
from config.shapes import Entry
from schemas.evolution import Change, changes, normalise
from schemas.files import SchemaFile, shown

LOCK = "published.lock"
"""The file's name in the schemas' folder: JSON, type to normalised schema, and the streams' numbers, sorted."""

_STREAMS = "streams"
"""The key of the numbers, which no type can have."""

_PUBLISH = "Run python -m schemas publish"

_SHIPPED = Path(__file__).resolve().parent

Published = Mapping[str, Mapping[str, Any]]


def publication_problems(
    folder: Path, files: Iterable[SchemaFile], streams: Mapping[str, Entry]
) -> list[Problem]:
    """Whatever sets the schemas, and the numbers of the streams, apart from what was published."""
    lock = folder / LOCK
    try:
        published, numbers = _read(lock)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [
            Problem(
                shown(lock),
                0,
                "missing, or not as it was written",
                f"Restore it. For new schemas: {_how(folder)}",
            )
        ]
    known = {file.type: file for file in files}
    problems = list(_withdrawn(lock, published, known))
    for name, file in known.items():
        problems += _unpublished(file) if name not in published else _changed(file, published[name])
    problems += _renumbered(numbers, streams)
    return problems


def publish(folder: Path, files: Iterable[SchemaFile], streams: Mapping[str, Entry]) -> list[Problem]:
    """Write the lock, unless a schema breaks what was published: then its problems are returned."""
    files = list(files)
    lock = folder / LOCK
    if lock.exists():
        problems = [
            problem
            for problem in publication_problems(folder, files, streams)
            if not problem.hint.startswith(_PUBLISH)
        ]
        if problems:
            return problems
    published = {file.type: normalise(file.schema) for file in files}
    numbers = {name: entry.value["number"] for name, entry in streams.items()}
    lock.write_text(
        json.dumps(published | {_STREAMS: numbers}, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return []


def _read(lock: Path) -> tuple[Published, Mapping[str, int]]:
    published = json.loads(lock.read_bytes())
    numbers = {str(name): int(number) for name, number in published.pop(_STREAMS).items()}
    return {name: normalise(schema) for name, schema in published.items()}, numbers


def _renumbered(published: Mapping[str, int], streams: Mapping[str, Entry]) -> Iterator[Problem]:
    """Figures are stored by the number: one that changes, or goes to another stream, mixes them up."""
    owners = {number: name for name, number in published.items()}
    for name, entry in streams.items():
        number = entry.value["number"]
        if name not in published and number in owners:
            hint = f"Choose one from {max(owners) + 1} on."
            yield entry.problem(f"the number {number} belonged to {owners[number]}", hint, ("number",))
        elif name not in published:
            yield entry.problem(
                f"the stream {name} is not published", _how(PurePath(entry.document.file).parents[1])
            )
        elif number != published[name]:
            hint = f"Set it to {published[name]} again."
            yield entry.problem(f"the number was published as {published[name]}", hint, ("number",))


def _withdrawn(lock: Path, published: Published, known: Mapping[str, SchemaFile]) -> Iterator[Problem]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    for name in published:
        if name not in known:
            line = next((number for number, text in enumerate(lines, 1) if f'"{name}"' in text), 0)
            hint = "Restore its schema. When none of its events is left in Kafka, remove it from here too."
            yield Problem(shown(lock), line, f"the published type {name} has no schema", hint)


def _unpublished(file: SchemaFile) -> list[Problem]:
    return [file.problem((), f"{file.type} is not published", _how(file.path.parents[3]))]


def _changed(file: SchemaFile, published: Mapping[str, Any]) -> list[Problem]:
    found = changes(published, file.schema)
    breaking = [_breaking(file, change) for change in found if change.breaking]
    if breaking:
        return breaking
    was, version = _minor(published), _minor(file.schema)
    if version < was or (found and version == was):
        hint = f"Set version to {_next(published)}."
        message = (
            f"{found[0].message}: a new minor version"
            if found
            else "the version is older than the published one"
        )
        return [file.problem(("version",), message, hint)]
    if version > was:
        return [
            file.problem(
                ("version",), f"version {file.schema['version']} is not published", _how(file.path.parents[3])
            )
        ]
    return []


def _breaking(file: SchemaFile, change: Change) -> Problem:
    number = int(file.path.parent.name.removeprefix("v"))
    hint = f"Undo it, or make a new type version v{number + 1} beside v{number}."
    return file.problem(change.location, f"{change.message}: events that were good would be refused", hint)


def _minor(schema: Mapping[str, Any]) -> int:
    return int(schema["version"].partition(".")[2])


def _next(schema: Mapping[str, Any]) -> str:
    return f"{schema['version'].partition('.')[0]}.{_minor(schema) + 1}"


def _how(folder: PurePath) -> str:
    if Path(folder).resolve() == _SHIPPED:
        return f"{_PUBLISH}."
    return f"{_PUBLISH} {shown(Path(folder))}"
