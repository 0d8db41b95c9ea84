"""From a register's text to what a field of an event holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from producers.source import EPOCHS, ISO, Source
from schemas.fields import Form

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Convert = Callable[[Any], Any]
"""Raises ValueError with words for people."""


def converter(form: Form, source: Source) -> Convert:
    """What makes a value of that form from a value of this source's rows."""
    times = _Times(source.time_format, source.zone)
    forms: dict[Form, Convert] = {
        "enum": _text,
        "code": _text,
        "instant": times.instant,
        "date": times.date,
        "integer": lambda value: _integer(value, source.thousands),
        "boolean": _boolean,
    }
    return forms[form]


class _Times:
    def __init__(self, form: str, zone: ZoneInfo | None) -> None:
        self._form = form
        self._zone = zone

    def instant(self, value: Any) -> str:
        moment = self._parse(value)
        if moment.tzinfo is None:
            if self._zone is None:
                msg = f"the time '{value}' has no offset: set time_zone in the source"
                raise ValueError(msg)
            moment = moment.replace(tzinfo=self._zone)
        return moment.isoformat()

    def date(self, value: Any) -> str:
        moment = self._parse(value)
        if moment.tzinfo is not None and self._zone is not None:
            moment = moment.astimezone(self._zone)
        return moment.date().isoformat()

    def _parse(self, value: Any) -> datetime:
        if isinstance(value, datetime):  # of a workbook's cell, a table's column
            return value
        if isinstance(value, date):
            return datetime.combine(value, clock_time.min)
        text = str(value).strip()
        try:
            if self._form in EPOCHS:
                return _EPOCH + timedelta(microseconds=int(text) * 1_000_000 // EPOCHS[self._form])
            if self._form == ISO:
                return datetime.fromisoformat(text)
            return datetime.strptime(text, self._form)  # noqa: DTZ007  # the caller applies the zone
        except (ValueError, OverflowError) as error:
            expected = "ISO 8601" if self._form == ISO else self._form
            msg = f"'{text}' is not a time as {expected}"
            raise ValueError(msg) from error


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if (
        isinstance(value, float) and value.is_integer()
    ):  # a workbook's cell: codes of digits are numbers there
        return str(int(value))
    if isinstance(value, bool | float | list | dict):
        msg = f"{value!r} is not a text"
        raise ValueError(msg)
    return str(value)


def _integer(value: Any, thousands: str) -> int:
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    text = str(value).strip()
    if thousands and re.fullmatch(rf"[-+]?\d{{1,3}}({re.escape(thousands)}\d{{3}})+", text):
        text = text.replace(thousands, "")
    try:
        return int(text)
    except ValueError as error:
        hint = (
            "" if thousands else "; if a sign stands between thousands, name it in 'thousands' of the source"
        )
        msg = f"'{value}' is not a whole number in digits{hint}"
        raise ValueError(msg) from error


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _boolean(value: Any) -> bool:
    try:
        return _BOOLEANS[str(value).strip().lower()]
    except KeyError:
        msg = f"'{value}' is none of true, false, 1, 0: use a map"
        raise ValueError(msg) from None
