"""YAML files as plain data that knows its lines.

The scalars are those of YAML 1.2: `no`, `on` and `22:30` are words, a date stays as written, a number with
leading zeros is a code, so text. Aliases, tags and repeated keys are refused: what stands in a file is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, TypeAlias

import yaml

from config.problems import Problem

Location: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the root of a document to an entry."""


@dataclass(frozen=True)
class Document:
    """The content of one file: dicts with text keys, lists, str, int, float, bool and None."""

    file: str
    value: Any
    lines: dict[Location, int]

    @property
    def stem(self) -> str:
        """The file's name without its folder and ending."""
        return PurePath(self.file).stem

    def problem(self, location: Location, message: str, hint: str = "") -> Problem:
        """A problem at an entry, or at the nearest one above it that the file has."""
        while location not in self.lines:
            location = location[:-1]
        return Problem(self.file, self.lines[location], message, hint)


def read(path: Path, file: str) -> tuple[Document | None, list[Problem]]:
    """Read a file that messages call `file`; there is no document where there is a problem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return None, [Problem(file, line, "this is not UTF-8 text", "Save the file in UTF-8.")]
    except OSError as error:
        return None, [Problem(file, 0, f"cannot be read: {error.strerror}")]
    return parse(text, file)


def parse(text: str, file: str) -> tuple[Document | None, list[Problem]]:
    """The same for a text."""
    try:
        node = _compose(text)
        if node is None:
            return None, [Problem(file, 0, "the file is empty", "Fill it or remove it.")]
        reading = _Reading(file)
        value = reading.value(node, ())
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"the character U+{ord(text[error.position]):04X} cannot stand in a text file"
        return None, [Problem(file, line, message, "Remove it.")]
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_problem(file, error)]
    except RecursionError:
        return None, [Problem(file, 0, "nested too deeply", "A bracket may be missing its end.")]
    if reading.problems:
        return None, reading.problems
    return Document(file, value, reading.lines), []


class _Plain(yaml.SafeLoader):
    """Explains syntax errors well, and is slow."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's own


class _Fast(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser, where PyYAML has it
    yaml_implicit_resolvers = _Plain.yaml_implicit_resolvers


_TAG = "tag:yaml.org,2002:"
for _name, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", ("~", "n", "")),
    ("int", r"[-+]?(0|[1-9][0-9]{0,17})", "-+0123456789"),
    ("float", r"[-+]?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?", "-+0123456789"),
):
    for _character in _first:
        _Plain.yaml_implicit_resolvers.setdefault(_character, []).append(
            (_TAG + _name, re.compile(f"(?:{_pattern})\\Z"))
        )


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Fast)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=_Plain)


class _Reading:
    """From nodes to plain data, noting lines and mistakes on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {(): 1}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, location: Location) -> Any:
        if id(node) in self._seen:
            self._refuse(
                self.lines[location], "an alias (*name) repeats another entry", "Write the entry out."
            )
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return dict(self._entries(node, location))
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self._item(item, (*location, index)) for index, item in enumerate(node.value)]
        try:
            return _SCALARS[node.tag](node.value)
        except (KeyError, ValueError, TypeError):
            tag = node.tag.replace(_TAG, "!!")
            self._refuse(self.lines[location], f"the tag {tag} has no meaning here", "Leave it away.")
            return None

    def _item(self, node: yaml.Node, location: Location) -> Any:
        self.lines[location] = node.start_mark.line + 1
        return self.value(node, location)

    def _entries(self, node: yaml.MappingNode, location: Location) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str":
                shown = f" '{key.value}'" if isinstance(key, yaml.ScalarNode) else ""
                self._refuse(line, f"the key{shown} is not a text", "Put it in quotes.")
            elif key.value in first:
                message = f"the key '{key.value}' stands here again, first in line {first[key.value]}"
                self._refuse(line, message, "Remove one of the two.")
            else:
                first[key.value] = line
                self.lines[(*location, key.value)] = line
                yield key.value, self.value(value, (*location, key.value))

    def _refuse(self, line: int, message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, line, message, hint))


_SCALARS: dict[str, Callable[[str], Any]] = {
    f"{_TAG}str": str,
    f"{_TAG}int": int,
    f"{_TAG}float": float,
    f"{_TAG}bool": {"true": True, "false": False}.__getitem__,
    f"{_TAG}null": lambda _: None,
}

_CLOSE = "Close it; a text that holds a bracket, a comma or ': ' goes in quotes."

_SYNTAX = (
    (r"'\t'", "a tab character", "Indent with spaces."),
    (
        "mapping values are not allowed",
        "a ':' where no key can stand",
        "Put a text with ': ' in quotes; check the indentation.",
    ),
    ("expected ',' or", "a bracket or brace that begins here is not closed", _CLOSE),
    ("node content, but found '<stream end>'", "the file ends where a value is expected", _CLOSE),
    ("unexpected end of stream", "a quotation mark is not closed", "Close it."),
    (
        "expected chomping",
        "a '>' or '|' that begins a block of text",
        "Put it in quotes if it means something else.",
    ),
    ("could not find expected ':'", "a key without its ':'", "Write 'key: value'; check the indentation."),
    (
        "expected <block end>",
        "this line does not fit the indentation above it",
        "Align it with its neighbours.",
    ),
    (
        "'<document start>'",
        "this line does not fit the indentation above it",
        "Align it with its neighbours.",
    ),
    ("but found another document", "'---' begins a second document", "Make it a file of its own."),
    ("undefined alias", "an alias (*name) without its anchor", "Put a text that begins with * in quotes."),
    ("cannot start any token", "a character that cannot begin a value", "Put the text in quotes."),
)


def _syntax_problem(file: str, error: yaml.MarkedYAMLError) -> Problem:
    words = str(error.problem)
    mark = error.problem_mark or error.context_mark
    if "unexpected end of stream" in words or "expected ',' or" in words:
        mark = error.context_mark or mark
    line = mark.line + 1 if mark else 0
    for pattern, message, hint in _SYNTAX:
        if pattern in words:
            return Problem(file, line, message, hint)
    return Problem(file, line, f"not valid YAML: {words}")
