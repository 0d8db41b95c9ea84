"""JMESPath expressions over a row: the language in which a source says where a value comes from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

Row = Mapping[str, Any]

_FROM_THE_FIRST = frozenset(
    {
        "subexpression",
        "pipe",
        "index_expression",
        "projection",
        "value_projection",
        "filter_projection",
        "flatten",
    }
)
"""Nodes whose later children look at what the first one found, not at the row."""


class ExpressionError(ValueError):
    """The text is not JMESPath, or cannot be applied to this row."""


class Expression:
    """A compiled expression; `columns` are the names of the row that it looks at, `names` those at any depth."""

    __slots__ = ("_search", "columns", "names", "text")

    def __init__(self, text: str) -> None:
        text = unicodedata.normalize("NFC", text)  # as columns are
        self.text = text
        try:
            compiled = jmespath.compile(text)
        except JMESPathError as error:
            msg = f"not a JMESPath expression: {text}"
            raise ExpressionError(msg) from error
        self.columns = frozenset(_columns(compiled.parsed))
        self.names = frozenset(_names(compiled.parsed))
        self._search: Callable[[Row], Any] = compiled.search
        if compiled.parsed["type"] == "field":  # by far the most frequent: not worth an interpreter's walk
            name = compiled.parsed["value"]
            self._search = lambda row: row.get(name)

    def __call__(self, row: Row) -> Any:
        """The value for this row; an empty text is no value: None.

        Raises:
            ExpressionError: a function got a value of a type that it does not take.
        """
        try:
            value = self._search(row)
        except JMESPathError as error:
            msg = f"{self.text}: {error}"
            raise ExpressionError(msg) from error
        return None if value == "" else value


def cut(value: Any, names: Container[str]) -> Any:
    """The value without the fields, at any depth, that are not named: what nobody asks for may be personal."""
    if isinstance(value, Mapping):
        return {name: cut(inner, names) for name, inner in value.items() if name in names}
    return [cut(inner, names) for inner in value] if isinstance(value, list) else value


def _names(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    for child in node.get("children", []):
        yield from _names(child)


def _columns(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    children = node.get("children", [])
    if node["type"] in _FROM_THE_FIRST and any(_columns(children[0])):  # else the first is the row itself
        children = children[:1]
    for child in children:
        if child["type"] != "expref":
            yield from _columns(child)
