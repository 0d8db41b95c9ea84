"""Admission: what may be counted, judged by the event, its arrival and the configuration alone."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decoder import EventDecoder, Refusal
from schemas.registry import load_registry
from streams.core.admission import MAX_SKEW_MS, Admission
from streams.core.calendar import epoch_ms
from streams.core.units import Province, Text, Unit, Units

NAME = Text("x", "x")
ZONE = "Asia/Ho_Chi_Minh"
UNITS = Units(
    [Province("40", NAME, ZONE), Province("old", NAME, ZONE, live=False)],
    [
        Unit("16681", NAME, "commune", "40", "40"),
        Unit("16690", NAME, "commune", "40", "40", valid_from="2026-11-10"),
        Unit("412", NAME, "district", "40", "40", valid_to="2026-11-10"),
        Unit("old.office", NAME, "office", "old", "old"),
    ],
    {"portal": {"H41.07": "16681", "000.00.07.H41": "16681"}},
)
REGISTRY = load_registry()
ADMISSION = Admission(EventDecoder(REGISTRY), UNITS, REGISTRY.streams, 30)
NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def admit(
    time: dt.datetime,
    subject: str = "16681",
    topic: str = "ioc.events.filings",
    event_kind: str = "filings.settled",
    **data: object,
) -> int:
    event = {
        "specversion": "1.0",
        "id": "e1",
        "source": "/tests",
        "type": f"vn.ioc.{event_kind}.v1",
        "time": time.isoformat(),
        "subject": subject,
        "data": data or {"dossier": "d1"},
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


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "H41.07",
            "this is the code of 16681 in config/codes/portal.yaml, which the source has to translate",
        ),
        ("H41.08", "the nearest is H41.07, the code of 16681 in config/codes/portal.yaml"),
    ],
)
def test_a_unit_called_by_a_code_of_another_system_is_told_ours(code: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        admit(NOW, code)
    assert (refused.value.reason, refused.value.path) == ("unknown_unit", "$.subject")


CHANGE = dt.datetime(2026, 11, 10, tzinfo=ZoneInfo(ZONE))
INSTANT = dt.timedelta(milliseconds=1)
FEE = {"kind": "fee", "amount_vnd": 1}


@pytest.mark.parametrize(
    ("time", "unit", "kind", "data"),
    [
        (CHANGE, "16690", "payments.paid", FEE | {"method": "cash"}),
        (CHANGE - INSTANT, "412", "payments.paid", FEE | {"method": "cash"}),
        (CHANGE - INSTANT, "412", "filings.received", {"dossier": "d1", "channel": "online"}),
        (CHANGE, "412", "filings.settled", {"dossier": "d1"}),
        (CHANGE, "412", "payments.paid", FEE | {"method": "cash", "dossier": "d1"}),
        (CHANGE - INSTANT, "16690", "filings.received", {"dossier": "d1", "channel": "online"}),
    ],
    ids=[
        "the first instant of a unit",
        "the last instant, told long after",
        "a correction of what a closed unit received",
        "the end of a closed unit's dossier",
        "the fee of a closed unit's dossier",
        "the past of a dossier that was handed over",
    ],
)
def test_what_a_unit_did_in_its_time_and_its_dossiers_are_let_in(
    time: dt.datetime, unit: str, kind: str, data: dict[str, object]
) -> None:
    assert admit(time, unit, f"ioc.events.{kind.partition('.')[0]}", kind, **data) == epoch_ms(time)


@pytest.mark.parametrize(
    ("time", "unit", "kind", "data", "words"),
    [
        (
            CHANGE - INSTANT,
            "16690",
            "payments.paid",
            FEE | {"method": "cash"},
            "16690 exists from 2026-11-10 on: expected the unit of that time",
        ),
        (
            CHANGE,
            "412",
            "payments.paid",
            FEE | {"method": "cash"},
            "412 does not exist from 2026-11-10 on: expected the unit that took over",
        ),
        (
            CHANGE,
            "412",
            "filings.received",
            {"dossier": "d1", "channel": "online"},
            "only what was received before may be ended or corrected",
        ),
    ],
    ids=["before its first day", "after its last day", "a new dossier after its last day"],
)
def test_a_unit_does_nothing_new_outside_its_time(
    time: dt.datetime, unit: str, kind: str, data: dict[str, object], words: str
) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        admit(time, unit, f"ioc.events.{kind.partition('.')[0]}", kind, **data)
    assert (refused.value.reason, refused.value.path) == ("unit_not_valid", "$.subject")


class Came(NamedTuple):
    offset: int
    timestamp: int
    value: bytes | None


SECONDS = st.integers(-40 * 86_400, 600)


@st.composite
def values(draw: st.DrawFn) -> bytes | None:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([None, b"", b"{", b"[]", b"{}"]))
    offset = draw(st.sampled_from(["+00:00", "+07:00", "Z"]))
    time = (NOW + dt.timedelta(seconds=draw(SECONDS))).replace(tzinfo=None).isoformat() + offset
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"e{draw(st.integers(0, 3))}",
        "source": "/tests",
        "type": f"vn.ioc.{draw(st.sampled_from(['filings.settled', 'filings.received', 'payments.paid']))}.v1",
        "time": draw(st.sampled_from([time, "1970-01-01T00:30:00+00:00"])),
        "subject": draw(st.sampled_from(["16681", "16690", "412", "old.office", "no such"])),
        "data": {"dossier": draw(st.sampled_from(["d1", "d 1"]))},
    }
    if event["type"] == "vn.ioc.filings.received.v1":
        event["data"] |= {"channel": "online"}
    if event["type"] == "vn.ioc.payments.paid.v1":
        event["data"] = {"kind": "fee", "method": "cash", "amount_vnd": 1}
    return msgspec.json.encode(event)


@given(st.lists(values(), max_size=12))
def test_records_admitted_together_are_those_admitted_alone(contents: list[bytes | None]) -> None:
    topic, arrived = "ioc.events.filings", epoch_ms(NOW)
    records = [Came(offset, arrived + offset, value) for offset, value in enumerate(contents)]
    alone: dict[str, list[tuple[object, int, int]]] = {}
    refused = []
    for record in records:
        try:
            event, time_ms = ADMISSION.admit(topic, record.value, record.timestamp)
        except Refusal as refusal:
            refused.append((record, refusal.reason, refusal.path))
        else:
            told = (msgspec.to_builtins(event), time_ms, record.timestamp)
            alone.setdefault(event.kind, []).append(told)
    admitted, others = ADMISSION.admit_all(topic, records)
    together = {
        came.kind: [
            (msgspec.to_builtins(event), time_ms, arrived_ms)
            for event, time_ms, arrived_ms in zip(
                came.events, came.time_ms.tolist(), came.arrived_ms.tolist(), strict=True
            )
        ]
        for came in admitted
    }
    assert together == alone
    assert [(record, refusal.reason, refusal.path) for record, refusal in others] == refused
