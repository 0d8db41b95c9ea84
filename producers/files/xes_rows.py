"""Event logs in XES (IEEE 1849): a row for each event, with the attributes of its trace under `case:`.

The parser expands no entities and lets no document type in; what was read is let go of, so that a log of any size fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from producers.files.declaration import File
from producers.files.line import Content, Line, RegisterError, composed

_CASE = "case:"


def xes_rows(content: Content, file: File, columns: frozenset[str]) -> Iterator[Line]:
    """Every event, its values as texts; a trace without events is one row of its own attributes.

    Raises:
        RegisterError: it is not well-formed, or tries to use entities.
    """
    number = 0
    try:
        for row in _events(content):
            number += 1
            yield Line(number, content.position(), row)
    except ParseError as error:
        line, _ = error.position
        raise RegisterError(
            content.path, line, f"not an XES log: {error}; it may have been cut off"
        ) from error
    except DefusedXmlException as error:
        message = f"refused, since it declares entities or a document type ({error!r}): remove them"
        raise RegisterError(content.path, 0, message) from error


def _events(content: Content) -> Iterator[dict[str, Any]]:
    open_: list[Element] = []
    events = 0
    for what, element in iterparse(content.bytes, events=("start", "end"), forbid_dtd=True):
        if what == "start":
            if not open_ and _name(element) != "log":
                raise RegisterError(
                    content.path, 1, f"the root is <{_name(element)}>, of an XES log it is <log>"
                )
            open_.append(element)
            continue
        open_.pop()
        match [*map(_name, open_), _name(element)]:
            case ["log", "trace", "event"]:
                events += 1
                yield _case(open_[-1]) | _attributes(element)
                open_[-1].remove(element)
            case ["log", "trace"]:
                if not events:
                    yield _case(element)
                events = 0
                open_[-1].remove(element)
            case ["log", "event"]:
                yield _attributes(element)
                open_[-1].remove(element)


def _case(trace: Element) -> dict[str, Any]:
    return {f"{_CASE}{name}": value for name, value in _attributes(trace).items()}


def _attributes(element: Element) -> dict[str, Any]:
    return {
        composed(child.get("key")): composed(child.get("value"))
        for child in element
        if child.get("key") is not None and child.get("value") is not None
    }


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
