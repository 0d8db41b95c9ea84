"""How a file that nobody has described is probably written down: a proposal for a person to look at."""

from __future__ import annotations

import codecs
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from producers.files.csv_rows import SEPARATORS
from producers.files.declaration import File
from producers.files.line import RegisterError
from producers.files.rows import lines

_ENCODINGS = ("utf-8", "windows-1258")
_FORMATS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".ndjson": "ndjson", ".jsonl": "ndjson", ".xes": "xes"}
_LOOKED_AT = 30


class Guess(NamedTuple):
    """The block `file` of a source, and the names of the columns that it then shows."""

    file: File
    columns: tuple[str, ...]


def guess(path: Path) -> Guess:
    """Look at the first lines.

    Raises:
        RegisterError: the file cannot be read, however one looks at it.
    """
    endings = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = _FORMATS.get(endings[-1] if endings else "", "csv")
    if kind == "csv":
        file = File("csv", encoding=_encoding(path))
        likely = max(
            SEPARATORS, key=lambda one: _header(path, msgspec.structs.replace(file, separator=one))[0]
        )
        file = msgspec.structs.replace(file, separator=likely)
    else:
        file = msgspec.convert({"format": kind}, File)
    if kind in ("csv", "xlsx"):
        found, number, names = _header(path, file)
        if not found:
            raise RegisterError(path, 0, "no line among the first could name columns: look at the file")
        return Guess(msgspec.structs.replace(file, header=number), names)
    first = next(lines(path, file, frozenset()), None)
    return Guess(file, tuple(first.row) if first else ())


def _encoding(path: Path) -> str:
    with path.open("rb") as content:
        if content.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in _ENCODINGS:
        try:
            for _ in lines(path, File("ndjson", encoding=encoding), frozenset()):
                pass
        except RegisterError:
            continue
        return encoding
    raise RegisterError(
        path, 0, f"neither utf-16 with its mark nor {' nor '.join(_ENCODINGS)}: save it as utf-8"
    )


def _header(path: Path, file: File) -> tuple[int, int, tuple[str, ...]]:
    """How many columns, the line that names them, and the names: the first of the widest lines."""
    best: tuple[int, int, tuple[str, ...]] = (0, 1, ())
    for number in range(1, _LOOKED_AT):
        try:
            first = next(
                islice(lines(path, msgspec.structs.replace(file, header=number), frozenset()), 1), None
            )
        except RegisterError:
            continue
        names = tuple(name for name in (first.row if first else ()) if name)
        if len(names) > best[0]:
            best = (len(names), number, names)
    return best
