"""Quantities as people write them: `70 %`, `1h30m`, `12`."""

from __future__ import annotations

import re

from streams.core.indicators import Format

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_DURATION = re.compile(
    r"(?:([0-9]{1,4})w)?(?:([0-9]{1,5})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,8})s)?"
)
_SECONDS = (7 * 86_400, 86_400, 3_600, 60, 1)


class QuantityError(ValueError):
    """The quantity is not written as it must be; the message says how to write it."""


def seconds(text: str) -> int:
    """The seconds of a duration in Prometheus' manner, such as `90s`, `5m`, `1h30m`, `2d`.

    Raises:
        QuantityError: it is none.
    """
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        msg = "Write a duration such as 30s, 5m, 1h30m or 2d."
        raise QuantityError(msg)
    return sum(int(count or 0) * unit for count, unit in zip(match.groups(), _SECONDS, strict=True))


def value(written: float | str, form: Format) -> float:
    """A target or threshold as rules compare it: a share of 1, a number, VND, days.

    Raises:
        QuantityError: it does not fit the indicator's format.
    """
    match form:
        case "percent":
            match = _PERCENT.fullmatch(str(written))
            if match is None or float(match[1]) > 100:
                msg = "The indicator is a percentage: write one from 0 % to 100 %, with its sign."
                raise QuantityError(msg)
            return round(float(match[1]) / 100, 8)
        case "days":
            if not isinstance(written, str):
                msg = "The indicator is a duration: write one such as 30d or 12h."
                raise QuantityError(msg)
            return seconds(written) / 86_400
    if isinstance(written, str):
        msg = f"The indicator is {'an amount in VND' if form == 'vnd' else 'a count'}: write a number."
        raise QuantityError(msg)
    return float(written)
