"""How far back the raw events allow figures to be computed again, once their retention has removed some.

An event that may be gone arrived before an instant, the horizon. What it changed cannot be recomputed:

- Of events themselves: the days up to the newest event time among all that arrived before the horizon. Arrivals and
  event times are two things: history that was imported yesterday can be recomputed, however old it is.
- Of dossiers, moreover: a dossier with an event from before the horizon is known in part or not at all, so every day
  that it can count on is lost: those of its events that are still there, and those of every due date that it was ever
  given, with the day after, on which it is overdue. All other dossiers have all their events.

So a day that is left is exact on both sides, and no difference on it comes of retention. What has to be known of
removed events stands in `arrival_days` and `dossier_arrivals`, which are kept for ever. What a unit has lost, those
above it have lost. Of day sums, whose retention is by their bucket, the days up to a horizon of their own are lost.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from store.retention import removed_before
from streams.core.indicators import Indicator
from streams.core.units import Province, Units


class Horizon(NamedTuple):
    """The last days (UTC) whose rows may have been removed; None where all are still there."""

    events: date | None
    day_sums: date | None

    @classmethod
    def of(cls, client: Client) -> Horizon:
        """That of the client's database, now."""
        events, day_sums = (removed_before(client, group) for group in ("events", "day_sums"))
        return cls(events and events.date(), day_sums and day_sums.date())

    @property
    def latest(self) -> date | None:
        """The later of the two."""
        return max(filter(None, self), default=None)

    def lost_days(self, indicator: Indicator, province: Province, units: Units) -> str:
        """A SELECT of (unit, last_day, days): what cannot be compared, all up to a day (null: none) and some later.

        Needs at least one of the two dates.
        """
        zone = province.time_zone
        parts = []
        if self.day_sums:
            codes = ", ".join(_text(code) for code in _codes(province, units))
            parts.append(
                f"SELECT arrayJoin([{codes}]) AS unit, toDate32('{self.day_sums}') AS lost, true AS until"
            )
        if self.events:
            # `day` is of UTC, and ends the next day in zones east of it
            lost = "toDate32(day) + 1" if indicator.at == "arrived_at" else f"toDate32(newest, '{zone}')"
            parts.append(
                f"SELECT unit, {lost} AS lost, true AS until FROM arrival_days WHERE day <= '{self.events}'"
            )
        if self.events and indicator.over_dossiers:
            known = f"FROM dossier_arrivals WHERE toDate(first_arrived_at) <= '{self.events}'"
            due = f"toDate32(arrayJoin(due_at), '{zone}')"
            parts += [
                f"SELECT unit, toDate32(time, '{zone}') AS lost, false AS until FROM events"
                f" WHERE (unit, sipHash64(dossier)) IN (SELECT unit, dossier {known})",
                f"SELECT unit, {due} + arrayJoin([0, 1]) AS lost, false AS until {known}",
            ]
        chains = ", ".join(
            f"({_text(code)}, {_text(parent)})"
            for code in _codes(province, units)
            for parent in (code, *units.ancestors[code])
        )
        return (
            "SELECT chain.parent AS unit, maxOrNullIf(lost, until) AS last_day,"
            f" groupUniqArrayIf(lost, NOT until) AS days FROM ({' UNION ALL '.join(parts)}) AS part"
            f" INNER JOIN values('code String, parent String', {chains}) AS chain ON part.unit = chain.code"
            " GROUP BY chain.parent"
        )


def _codes(province: Province, units: Units) -> list[str]:
    return [province.code, *(code for code, unit in units.units.items() if unit.province == province.code)]


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
