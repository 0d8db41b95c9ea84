"""A source's own test: the rows of its sample become what they are expected to become.

The sample is rows as JSON, whatever the source's kind, since what is tried is what rows mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ioc.errors import UserError
from producers.trial import Tried

SAMPLE = "sample.ndjson"
"""In a source's folder: a row a line, made up, of nobody."""

EXPECTED = "expected.ndjson"
"""Beside it: what `ioc source try --json` says of it."""


class NoSampleError(UserError):
    """The source has no sample, or nothing is expected of it."""


class Difference(NamedTuple):
    """A row that becomes something else; empty where there is no such row."""

    place: str
    expected: str
    found: str


def sample_of(folder: Path) -> Path:
    """The sample in a source's folder.

    Raises:
        NoSampleError: there is none.
    """
    path = folder / SAMPLE
    if not path.is_file():
        msg = f"{path}: there is no sample: write some made-up rows into it, a JSON object a line"
        raise NoSampleError(msg)
    return path


def accept(folder: Path, trial: list[Tried]) -> None:
    """From now on this is what is expected."""
    (folder / EXPECTED).write_bytes(b"".join(one.as_json() + b"\n" for one in trial))


def differences(folder: Path, trial: list[Tried]) -> Iterator[Difference]:
    """Every row that became something else than expected.

    Raises:
        NoSampleError: nothing is expected yet.
    """
    try:
        expected = [msgspec.json.decode(line) for line in (folder / EXPECTED).read_bytes().splitlines()]
    except (OSError, msgspec.DecodeError) as error:
        msg = f"{folder / EXPECTED} cannot be read: make it with `ioc source test {folder.name} --accept`"
        raise NoSampleError(msg) from error
    for was, one in zip_longest(expected, trial):
        found = msgspec.json.decode(one.as_json()) if one else None
        if was != found:
            yield Difference(one.place if one else was["place"], _made(was), _made(found))


def _made(tried: Any) -> str:
    return msgspec.json.encode([*tried["events"], *tried["refused"]]).decode() if tried else ""
