"""Mistakes in files that people write: where each one is, what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from ioc.errors import UserError


class Problem(NamedTuple):
    """One mistake; `line` counts from 1, 0 means the file as a whole; `hint` says what to do, or is empty."""

    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(filter(None, (f"{place}: {_sentence(self.message)}", self.hint)))


class ConfigurationError(UserError, ValueError):
    """The files cannot be used as they are; `problems` holds every mistake found, by file and line."""

    exit_status = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(render(self.problems))


def render(problems: Iterable[Problem]) -> str:
    """One line per problem in the manner of compilers, so that editors and terminals can jump to it."""
    return "\n".join(map(str, sorted(set(problems))))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint for an unknown word: the known one that looks like it, else a short list, else nothing."""
    names = sorted(known)
    if alike := get_close_matches(word, names, n=1, cutoff=0.6):
        return f"Did you mean '{alike[0]}'?"
    return f"Known: {', '.join(names)}." if 0 < len(names) <= _SHORT_LIST else ""


_SHORT_LIST = 24


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."
