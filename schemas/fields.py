"""A field of an event's data: what may stand in it, in Python's terms and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

Form = Literal["enum", "code", "instant", "date", "integer", "boolean"]

YEARS = (1970, 2200)
"""The years that an instant or a date may lie in: within what ClickHouse stores and time zones can be applied to."""

_PYTHON_TYPES: Mapping[Form, type] = {
    "enum": str,
    "code": str,
    "instant": datetime,
    "date": date,
    "integer": int,
    "boolean": bool,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a schema; what does not apply to its form is empty."""

    name: str
    form: Form
    required: bool
    title: str = ""
    title_vi: str = ""
    description: str = ""
    values: tuple[str, ...] = ()
    pattern: str = ""
    max_length: int = 0
    minimum: int = 0
    maximum: int = 0

    @classmethod
    def from_schema(cls, name: str, schema: Mapping[str, Any], required: bool) -> Field:
        """The field of a property that `schemas.subset` found nothing wrong with."""
        return cls(
            name=name,
            form=form_of(schema),
            required=required,
            title=schema.get("title", ""),
            title_vi=schema.get("x-title-vi", ""),
            description=schema.get("description", ""),
            values=tuple(schema.get("enum", ())),
            pattern=schema.get("pattern", ""),
            max_length=schema.get("maxLength", 0),
            minimum=schema.get("minimum", 0),
            maximum=schema.get("maximum", 0),
        )

    @property
    def python_type(self) -> type:
        """The type of the decoded value; an absent optional field is None."""
        return _PYTHON_TYPES[self.form]

    @property
    def expected(self) -> str:
        """What a value must be, in words that finish "expected ..."."""
        match self.form:
            case "enum":
                return f"one of {', '.join(self.values)}"
            case "code":
                return f"a code of at most {self.max_length} characters that matches {self.pattern}"
            case "instant":
                return (
                    "an instant with its offset from UTC such as 2026-10-10T08:15:00+07:00,"
                    f" in the years {YEARS[0]} to {YEARS[1]}"
                )
            case "date":
                return f"a date such as 2026-10-10, in the years {YEARS[0]} to {YEARS[1]}"
            case "integer":
                return f"a whole number from {self.minimum} to {self.maximum}"
            case "boolean":
                return "true or false"


def form_of(schema: Mapping[str, Any]) -> Form:
    """Which form a property of the subset has."""
    if "enum" in schema:
        return "enum"
    if "format" in schema:
        return "date" if schema["format"] == "date" else "instant"
    if schema["type"] == "string":
        return "code"
    return "integer" if schema["type"] == "integer" else "boolean"
