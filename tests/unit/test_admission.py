"""Admission: what may be counted, judged by the event, its arrival and the configuration alone."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from schemas.decoder import EventDecoder, Refusal
from schemas.registry import load_registry
from streams.core.calendar import epoch_ms
from streams.core.dead_letters import MAX_SKEW_MS, Admission
from streams.core.units import Province, Text, Unit, Units

NAME = Text("x", "x")
ZONE = "Asia/Ho_Chi_Minh"
UNITS = Units(
    [Province("40", NAME, ZONE), Province("old", NAME, ZONE, live=False)],
    [Unit("16681", NAME, "commune", "40", "40"), Unit("old.office", NAME, "office", "old", "old")],
)
ADMISSION = Admission(EventDecoder(load_registry()), UNITS, ["filings", "payments", "updates"], 30)
NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def admit(time: dt.datetime, subject: str = "16681", topic: str = "ioc.events.filings") -> int:
    event = {
        "specversion": "1.0",
        "id": "e1",
        "source": "/tests",
        "type": "vn.ioc.filings.settled.v1",
        "time": time.isoformat(),
        "subject": subject,
        "data": {"dossier": "d1"},
    }
    return ADMISSION.admit(topic, msgspec.json.encode(event), epoch_ms(NOW))[1]


@pytest.mark.parametrize(
    "time",
    [NOW, NOW + dt.timedelta(milliseconds=MAX_SKEW_MS), NOW - 30 * DAY],
    ids=["now", "a clock that is fast within the limit", "as old as may be"],
)
def test_a_time_within_the_limits_is_let_in(time: dt.datetime) -> None:
    assert admit(time) == epoch_ms(time)


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        (NOW + dt.timedelta(milliseconds=MAX_SKEW_MS + 1), "from_the_future"),
        (NOW - 30 * DAY - dt.timedelta(milliseconds=1), "too_old"),
    ],
)
def test_a_time_beyond_the_limits_is_refused(time: dt.datetime, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        admit(time)
    assert (refused.value.reason, refused.value.path) == (reason, "$.time")


def test_an_archive_takes_history_of_any_age() -> None:
    assert admit(NOW - 9000 * DAY, "old.office") == epoch_ms(NOW - 9000 * DAY)


def test_an_unknown_unit_is_told_the_nearest() -> None:
    with pytest.raises(Refusal, match="the nearest is 16681"):
        admit(NOW, "16682")


def test_an_event_of_another_stream_is_refused() -> None:
    with pytest.raises(Refusal, match="expected an event of the stream payments"):
        admit(NOW, topic="ioc.events.payments")
