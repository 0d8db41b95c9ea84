"""Names in files: those that must be given once only in all files of a part, and one that stands for a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.problems import Problem
from config.shapes import Entry


def second(entry: Entry, key: str, places: dict[str, Entry]) -> Iterator[Problem]:
    """The problem of a name that an earlier entry has; `places` remembers who was first."""
    name = entry.value.get(key)
    if not isinstance(name, str):
        return
    if first := places.get(name):
        line = first.document.lines[(*first.location, key)]
        same_file = first.document.file == entry.document.file
        place = f"in line {line}" if same_file else f"by {first.document.file}:{line}"
        message = f"the {key} '{name}' is taken {place}"
        yield entry.problem(message, f"Give one of the two another {key}.", (key,))
    places.setdefault(name, entry)


def several(names: str | Sequence[str]) -> tuple[str, ...]:
    """A single name may stand for a list of one."""
    return (names,) if isinstance(names, str) else tuple(names)
