"""JSON Schema as the jsonschema library reads it, in our dialect: the second opinion on what the structs accept.

Three readings are narrower than the library's: `$` in a pattern is the end of the text, as in ECMA-262; an integer is
written without a decimal point; an instant has an offset and, as a date, one of the years that the monitor can handle.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from schemas.fields import YEARS
from schemas.patterns import matcher

ENVELOPE = Path(__file__).with_name("envelope.schema.json")
"""The schema of the CloudEvents envelope around every event's data."""

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_FORMATS = FormatChecker(formats=())


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of one schema in our dialect."""
    made: Draft202012Validator = _Validator(schema, format_checker=_FORMATS)
    return made


@cache
def envelope_validator() -> Draft202012Validator:
    """The validator of the envelope alone."""
    return validator(json.loads(ENVELOPE.read_text(encoding="utf-8")))


@_FORMATS.checks("date-time", raises=ValueError)
def _is_instant(text: object) -> bool:
    if not isinstance(text, str):
        return True
    return bool(_INSTANT.match(text)) and _in_years(datetime.fromisoformat(text.upper()))


@_FORMATS.checks("date", raises=ValueError)
def _is_date(text: object) -> bool:
    if not isinstance(text, str):
        return True
    return bool(_DATE.match(text)) and _in_years(date.fromisoformat(text))


def _in_years(day: date) -> bool:
    return YEARS[0] <= day.year <= YEARS[1]


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not matcher(pattern)(instance):
        yield ValidationError(f"it does not match {pattern}")


def _is_integer(_: Any, instance: object) -> bool:
    return isinstance(instance, int) and not isinstance(instance, bool)


_Validator: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema's stubs
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)
