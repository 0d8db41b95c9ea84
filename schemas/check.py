"""Every check of the schemas at once, for `ioc check` and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from config.problems import Problem
from schemas.decoder import EventDecoder
from schemas.examples import example_problems
from schemas.fields import form_of
from schemas.files import SchemaFile, read_schemas
from schemas.publication import publication_problems
from schemas.registry import SHIPPED, load_registry
from schemas.stream_check import declarations


def check(folder: Path = SHIPPED) -> list[Problem]:
    """Every problem of the schemas below a folder, of their examples, and with what was published; sorted.

    The examples are tried only when every schema is right in itself.
    """
    files, problems = read_schemas(folder)
    streams = declarations(folder, files)
    problems += streams.problems
    sound = not problems
    problems += _columns(files)
    if sound:
        problems += publication_problems(folder, files, streams.entries)
        decoder = EventDecoder(load_registry(folder))
        for file in files:
            problems += example_problems(file, decoder)
    return sorted(set(problems))


def _columns(files: Iterable[SchemaFile]) -> Iterator[Problem]:
    """A field is a column for indicators: of one name in several types, it must be of one form."""
    first: dict[str, tuple[str, SchemaFile]] = {}
    for file in files:
        for name, schema in file.schema["properties"].items():
            form, owner = first.setdefault(name, (form_of(schema), file))
            if form_of(schema) != form:
                message = f"{name} is of another form here ({form_of(schema)}) than in {owner.type} ({form})"
                yield file.problem(("properties", name), message, "Give one of them another name.")
