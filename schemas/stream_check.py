"""What is wrong with the declarations of streams: their shape, and whether they fit each other and the event types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from config.documents import read
from config.problems import Problem, did_you_mean
from config.shapes import Entry, shape
from schemas.files import SchemaFile, shown
from schemas.streams import FILE, stream_files
from streams.core.indicators import EVENTS
from streams.core.life import LIFE_COLUMNS

Types = Mapping[str, Mapping[str, Any]]
"""A stream's event types: what happens, and its schema."""


class Declarations(NamedTuple):
    """The sound declarations, by stream, and the problems of all."""

    entries: Mapping[str, Entry]
    problems: list[Problem]
    folders: Mapping[str, Path]

    def of(self, folder: Path) -> Mapping[str, Entry]:
        """The sound ones below one of the folders."""
        return {name: entry for name, entry in self.entries.items() if self.folders[name] == folder}


def declarations(folders: Sequence[Path], files: Iterable[SchemaFile]) -> Declarations:
    """Look at every declaration below folders of schemas, against the sound schemas."""
    types: dict[str, dict[str, Mapping[str, Any]]] = {}
    for file in files:
        stream, what = file.path.parts[-4:-2]
        types.setdefault(stream, {})[what] = file.schema
    entries: dict[str, Entry] = {}
    owners: dict[str, Path] = {}
    problems: list[Problem] = list(_undeclared(folders))
    paths = {path: folder for folder in folders for path in stream_files(folder)}
    for path, owner in paths.items():
        document, found = read(path, shown(path))
        if document is not None:
            sheet = shape(document, "stream")
            found += sheet.problems
            entry = sheet.entry("stream")
            if entry and entry.sound and not found:
                entries[path.parent.name] = entry
                owners[path.parent.name] = owner
                found += _cases(entry, types.get(path.parent.name, {}))
        problems += found
    problems += _shared(entries.values(), "the number", ("number",))
    problems += _shared(entries.values(), "the cases", ("cases", "name"))
    return Declarations(entries, problems, owners)


def _undeclared(folders: Sequence[Path]) -> Iterator[Problem]:
    declared = {path.parent.name for folder in folders for path in stream_files(folder)}
    for stream in sorted(
        {path.parents[2] for folder in folders for path in folder.glob("*/*/v*/schema.json")}
    ):
        if stream.name not in declared:
            hint = "schemas/README.md shows one; or move the types to a stream that there is."
            yield Problem(shown(stream / FILE), 0, f"the stream {stream.name} is not declared", hint)


def _shared(entries: Iterable[Entry], what: str, keys: tuple[str, ...]) -> Iterator[Problem]:
    """What two streams have, and only one may have."""
    found = [(entry, value) for entry in entries if (value := _at(entry.value, keys)) is not None]
    counts = Counter(value for _, value in found)
    for entry, value in found:
        if counts[value] > 1:
            yield entry.problem(f"{what} {value} is that of several streams", "Choose another.", keys)


def _at(value: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    for key in keys:
        if key not in value:
            return None
        value = value[key]
    return value


def _cases(entry: Entry, types: Types) -> Iterator[Problem]:
    """Whether the cases are told by events that there are, each of which names its case."""
    cases = entry.value.get("cases")
    if cases is None:
        return
    if cases["name"] == EVENTS:
        hint = f"Choose another: `over: {EVENTS}` means events of every kind."
        yield entry.problem(f"cases cannot be called {EVENTS}", hint, ("cases", "name"))
    for key in ("steps", "instants"):
        told = cases.get(key, {})
        for name, what in told.items():
            at = ("cases", key, name)
            if what not in types:
                yield entry.problem(f"there is no event type {what}", did_you_mean(what, types), at)
            elif cases["field"] not in types[what]["required"]:
                hint = f"Add it to schema.json of {what}, as a required field with a pattern."
                yield entry.problem(f"events {what} need not have the field {cases['field']}", hint, at)
            elif "pattern" not in types[what]["properties"][cases["field"]]:
                hint = "Give it a pattern and a maxLength."
                yield entry.problem(f"the field {cases['field']} of {what} is no code", hint, at)
            if list(told.values()).count(what) > 1:
                yield entry.problem(
                    f"the event {what} stands here several times", "Name another event type.", at
                )
    fields = {name for schema in types.values() for name in schema["properties"]} | LIFE_COLUMNS.keys()
    for name in cases.get("instants", {}).keys() & fields:
        yield entry.problem(
            f"{name} is a column that these cases have already",
            "Choose another name.",
            ("cases", "instants", name),
        )
