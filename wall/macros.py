"""The macros of Grafana's ClickHouse data source, expanded to the SQL that the data source makes of them.

Pure: a panel's SQL and a period go in, plain SQL comes out. Macros that no dashboard uses are refused rather than
guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_MACRO = re.compile(r"\$__(\w+)")


class MacroError(ValueError):
    """A macro is unknown, or has the wrong number of arguments."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a viewer looks at: both ends included, and how far apart points should be; milliseconds."""

    from_ms: int
    to_ms: int
    interval_ms: int = 1000

    @property
    def interval_seconds(self) -> int:
        """Whole seconds, at least one."""
        return max(1, self.interval_ms // 1000)


def expand(sql: str, period: Period) -> str:
    """The SQL with every `$__macro` and `$__macro(arguments)` replaced.

    Raises:
        MacroError: a macro is unknown, not closed, or has the wrong number of arguments.
    """
    parts = []
    done = 0
    while match := _MACRO.search(sql, done):
        parts.append(sql[done : match.start()])
        arguments, done = _arguments(sql, match.end())
        name = match.group(1)
        if name not in _MACROS:
            msg = f"$__{name} is not a macro of the data source that the wall knows"
            raise MacroError(msg)
        count, expansion = _MACROS[name]
        if len(arguments) != count:
            msg = f"$__{name} takes {count} argument(s), not {len(arguments)}"
            raise MacroError(msg)
        parts.append(expansion(period, arguments))
    parts.append(sql[done:])
    return "".join(parts)


def _arguments(sql: str, start: int) -> tuple[list[str], int]:
    """The arguments of a macro whose name ends at `start`, and where what follows begins."""
    if not sql.startswith("(", start):
        return [], start
    depth = 0
    arguments = [""]
    for position in range(start, len(sql)):
        character = sql[position]
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return [argument.strip() for argument in arguments if argument.strip()], position + 1
        if character == "," and depth == 1:
            arguments.append("")
        elif position > start:
            arguments[-1] += character
    msg = f"a macro's bracket is not closed: {sql[start : start + 40]!r}"
    raise MacroError(msg)


def _seconds(milliseconds: int) -> str:
    return f"toDateTime({milliseconds // 1000})"


def _milliseconds(milliseconds: int) -> str:
    return f"fromUnixTimestamp64Milli({milliseconds})"


def _date(milliseconds: int) -> str:
    return f"toDate('{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}')"


def _between(column: str, period: Period, literal: Callable[[int], str]) -> str:
    return f"{column} >= {literal(period.from_ms)} AND {column} <= {literal(period.to_ms)}"


def _date_and_time(period: Period, columns: list[str]) -> str:
    date, time = columns
    return f"({_between(date, period, _date)}) AND ({_between(time, period, _seconds)})"


_MACROS: dict[str, tuple[int, Callable[[Period, list[str]], str]]] = {
    "fromTime": (0, lambda period, _: _seconds(period.from_ms)),
    "toTime": (0, lambda period, _: _seconds(period.to_ms)),
    "fromTime_ms": (0, lambda period, _: _milliseconds(period.from_ms)),
    "toTime_ms": (0, lambda period, _: _milliseconds(period.to_ms)),
    "timeFilter": (1, lambda period, args: _between(args[0], period, _seconds)),
    "timeFilter_ms": (1, lambda period, args: _between(args[0], period, _milliseconds)),
    "dateFilter": (1, lambda period, args: _between(args[0], period, _date)),
    "dateTimeFilter": (2, _date_and_time),
    "dt": (2, _date_and_time),
    "timeInterval": (
        1,
        lambda period, args: (
            f"toStartOfInterval(toDateTime({args[0]}), INTERVAL {period.interval_seconds} second)"
        ),
    ),
    "timeInterval_ms": (
        1,
        lambda period, args: (
            f"toStartOfInterval(toDateTime64({args[0]}, 3), INTERVAL {max(1, period.interval_ms)} millisecond)"
        ),
    ),
    "interval_s": (0, lambda period, _: str(period.interval_seconds)),
}
