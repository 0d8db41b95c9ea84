"""Columns of the rows that indicators are made of, as the event schemas give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.fields import Form
from schemas.registry import Registry
from streams.core.course import STEPS
from streams.core.definitions import EventFields
from streams.core.expressions import Type
from streams.core.life import CLOSING
from streams.core.stream import NO_CASES

FEW = 32
"""Values that a dimension may have at most: each is a sum of its own in every bucket."""

_TYPES: Mapping[Form, Type] = {
    "enum": "string",
    "code": "string",
    "instant": "timestamp",
    "integer": "integer",
    "boolean": "boolean",
}


def event_fields(registry: Registry) -> Iterator[EventFields]:
    """Every kind of event with the fields of its data as columns; a date has no type that expressions know."""
    for kind, event_type in registry.items():
        columns = {
            name: _TYPES[field.form] for name, field in event_type.fields.items() if field.form in _TYPES
        }
        cases = registry.streams[event_type.stream].cases
        yield EventFields(kind, columns, cases if cases.field in columns else NO_CASES)


def dimensions(registry: Registry) -> Mapping[str, frozenset[str]]:
    """Columns that can be dimensions, with their values: enums, and what the life of a case gives."""
    values: dict[str, set[str]] = {
        "outcome": set(CLOSING),
        "irregularity": set(STEPS),
        "type": set(registry),
    }
    for event_type in registry.values():
        for name, field in event_type.fields.items():
            if field.form == "enum":
                values.setdefault(name, set()).update(field.values)
    return {name: frozenset(few) for name, few in values.items() if len(few) <= FEW}
