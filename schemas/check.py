"""Every check of the schemas at once, for `ioc check` and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from config.problems import Problem
from schemas.decoder import EventDecoder
from schemas.examples import example_problems
from schemas.fields import form_of
from schemas.files import SchemaFile, read_schemas, shown
from schemas.publication import LOCK, publication_problems
from schemas.registry import SHIPPED, load_registry
from schemas.stream_check import declarations


def check(*folders: Path) -> list[Problem]:
    """Every problem of the schemas below some folders, of their examples, and with what was published; sorted.

    The examples are tried only when every schema is right in itself. A folder after the first one, which a source
    brings, need not have been published: its types are drafts until it is.
    """
    folders = folders or (SHIPPED,)
    files: list[SchemaFile] = []
    problems: list[Problem] = []
    for folder in folders:
        found, of_reading = read_schemas(folder)
        files += found
        problems += of_reading
    streams = declarations(folders, files)
    problems += [*streams.problems, *_twice(files)]
    sound = not problems
    problems += _columns(files)
    if sound:
        for folder in folders:
            if folder == folders[0] or (folder / LOCK).exists():
                own = [file for file in files if file.path.is_relative_to(folder)]
                problems += publication_problems(folder, own, streams.of(folder))
        decoder = EventDecoder(load_registry(*folders))
        for file in files:
            problems += example_problems(file, decoder)
    return sorted(set(problems))


def _twice(files: Iterable[SchemaFile]) -> Iterator[Problem]:
    """A type is declared once, whatever folder it is in."""
    first: dict[str, SchemaFile] = {}
    for file in files:
        if (owner := first.setdefault(file.type, file)) is not file:
            message = f"{file.type} is declared in {shown(owner.path)} already"
            yield file.problem((), message, "Use that one, or rename the folder of this one.")


def _columns(files: Iterable[SchemaFile]) -> Iterator[Problem]:
    """A field is a column for indicators: of one name in several types, it must be of one form."""
    first: dict[str, tuple[str, SchemaFile]] = {}
    for file in files:
        for name, schema in file.schema["properties"].items():
            form, owner = first.setdefault(name, (form_of(schema), file))
            if form_of(schema) != form:
                message = f"{name} is of another form here ({form_of(schema)}) than in {owner.type} ({form})"
                yield file.problem(("properties", name), message, "Give one of them another name.")
