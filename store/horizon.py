"""How far back the raw events allow figures to be computed again, once their retention has removed some.

An event that may be gone arrived before an instant, the horizon. What it changed cannot be recomputed:

- Of events themselves: the days up to the newest event time among all that arrived before the horizon. Arrivals and
  event times are two things: history that was imported yesterday can be recomputed, however old it is.
- Of cases, moreover: a case with an event from before the horizon is known in part or not at all, so every day
  that it can count on is lost: those of its events that are still there, and those around every due date that it was
  ever given, so far as suspensions can have moved its deadline: no further than the case lasted, and some days for
  weekends and holidays. All other cases have all their events.

So a day that is left is exact on both sides, and no difference on it comes of retention. What has to be known of
removed events stands in `arrival_days` and `case_arrivals`, which are kept for ever. What a unit has lost, those
above it have lost. Of day sums, whose retention is by their bucket, the days up to a horizon of their own are lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from store.lineage import links, text
from store.recompute import Pass
from store.retention import removed_before
from streams.core.buckets import DAY, HOUR, MINUTE
from streams.core.definitions import EventFields
from streams.core.units import Province, Units

_AROUND_DAYS = 60
"""How far from a due date a case can count without a suspension: the days before it are those in which few working
days are left, the days after it those by which weekends and holidays lengthen a suspension."""

_SUMS = {MINUTE: "minute_sums", HOUR: "hour_sums", DAY: "day_sums"}


class Horizon(NamedTuple):
    """The last days (UTC) whose rows may have been removed; None where all are still there."""

    events: date | None = None
    day_sums: date | None = None
    hour_sums: date | None = None
    minute_sums: date | None = None

    @classmethod
    def of(cls, client: Client) -> Horizon:
        """That of the client's database, now."""
        removed = {group: removed_before(client, group) for group in cls._fields}
        return cls(**{group: instant and instant.date() for group, instant in removed.items()})

    @property
    def latest(self) -> date | None:
        """The last day on which a sum of a day may be lost."""
        return max(filter(None, (self.events, self.day_sums)), default=None)

    def of_sums(self, grain: str) -> date | None:
        """That of the sums of a grain."""
        removed: date | None = getattr(self, _SUMS[grain])
        return removed

    def lost_days(self, wanted: Pass, province: Province, units: Units, kinds: Iterable[EventFields]) -> str:
        """A SELECT of (unit, last_day, days): what cannot be compared, all up to a day (null: none) and some later.

        Needs the horizon of events or that of day sums.
        """
        zone = province.time_zone
        parts = []
        if self.day_sums:
            parts.append(
                f"SELECT code AS unit, toDate32('{self.day_sums}') AS lost, true AS until"
                f" FROM ({links(province, units, frozenset({province.code}))})"
            )
        if self.events:
            # `day` is of UTC, and ends the next day in zones east of it
            lost = "toDate32(day) + 1" if wanted.at_arrival else f"toDate32(newest, '{zone}')"
            parts.append(
                f"SELECT unit, {lost} AS lost, true AS until FROM arrival_days WHERE day <= '{self.events}'"
            )
        if self.events and wanted.over_cases:
            stream = text(wanted.cases(kinds).stream)
            known = (
                f"FROM case_arrivals FINAL WHERE stream = {stream}"
                f" AND toDate(first_arrived_at) <= '{self.events}'"
            )
            due = f"toDate32(arrayJoin(due_at), '{zone}')"
            span = "max(greatest(dateDiff('day', first_time, last_time), 0))"
            around = f"arrayJoin(range(-{_AROUND_DAYS}, {_AROUND_DAYS} + span))"
            parts += [
                f"SELECT unit, toDate32(time, '{zone}') AS lost, false AS until FROM events"
                f" WHERE startsWith(kind, concat({stream}, '.'))"
                f" AND (unit, sipHash64(dossier)) IN (SELECT unit, case_hash {known})",
                f"SELECT unit, due + {around} AS lost, false AS until"
                f" FROM (SELECT unit, {due} AS due, {span} AS span {known} GROUP BY unit, due)",
            ]
        return (
            "SELECT links.parent AS unit, maxOrNullIf(lost, until) AS last_day,"
            f" groupUniqArrayIf(lost, NOT until) AS days FROM ({' UNION ALL '.join(parts)}) AS part"
            f" INNER JOIN ({links(province, units)}) AS links ON part.unit = links.code GROUP BY links.parent"
        )
