"""Streams as their folders declare them: `<stream>/stream.yaml` beside the stream's event types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.documents import read
from config.problems import render
from ioc.errors import UserError
from streams.core.course import STEPS
from streams.core.stream import NO_CASES, Cases, Stream
from streams.core.units import Text


class SchemaError(UserError, ValueError):
    """A schema or a stream cannot be used; the message names the file and every mistake in it."""

    exit_status = 2


FILE = "stream.yaml"
"""In the folder of each stream."""


def stream_files(folder: Path) -> list[Path]:
    """The declarations below a folder of schemas."""
    return sorted(folder.glob(f"*/{FILE}"))


def load_streams(*folders: Path) -> Mapping[str, Stream]:
    """The streams declared below folders of schemas, by name, in the order of their numbers.

    Raises:
        SchemaError: a declaration cannot be read; `schemas.check` lists every problem with its line.
    """
    paths = [path for folder in folders for path in stream_files(folder)]
    streams = sorted(map(_stream_of, paths), key=lambda stream: stream.number)
    return {stream.name: stream for stream in streams}


def _stream_of(path: Path) -> Stream:
    document, problems = read(path, str(path))
    if document is None:
        raise SchemaError(render(problems))
    try:
        return _declared(document.value["stream"], path.parent.name)
    except (KeyError, TypeError, AttributeError):
        msg = f"{path}: this declares no stream; `ioc check` says what to mend"
        raise SchemaError(msg) from None


def _declared(stream: Mapping[str, Any], name: str) -> Stream:
    title = Text(stream["name"]["vi"], stream["name"]["en"])
    return Stream(
        name, stream["number"], title, _cases(name, stream["cases"]) if "cases" in stream else NO_CASES
    )


def _cases(stream: str, cases: Mapping[str, Any]) -> Cases:
    steps = {f"{stream}.{cases['steps'][step]}": step for step in STEPS if step in cases["steps"]}
    return Cases(
        stream=stream,
        name=cases["name"],
        field=cases["field"],
        steps=steps,
        instants={f"{stream}.{what}": column for column, what in cases.get("instants", {}).items()},
        second_supplement_is_late=cases.get("second_supplement_is_late", False),
    )
