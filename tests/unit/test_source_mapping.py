"""What the declared source makes of rows: of the sample register's shape, and of shapes nobody prepared for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.documents import read
from ioc.settings import Settings
from producers.event import Event, Refused
from producers.mapping import Mapping
from producers.seen import Seen
from producers.source import Source
from schemas.decoder import EventDecoder, Refusal
from schemas.registry import load_registry
from tests.registers import CHANNELS, Case, make_cases, rows

REGISTRY = load_registry()
DECODER = EventDecoder(REGISTRY)
RECEIVED = {
    "type": "filings.received",
    "per": "code",
    "subject": "office",
    "time": "at",
    "data": {"dossier": "code", "channel": "'online'"},
}


def receipt() -> Source:
    document, problems = read(Settings().config / "sources/receipt.yaml", "receipt.yaml")
    assert document, problems
    return msgspec.convert(document.value, Source)


def source(*events: dict[str, Any], **fields: Any) -> Source:
    whole = {
        "name": "test",
        "source": "/tests",
        "file": {"format": "csv"},
        "events": [RECEIVED | e for e in events],
    }
    return msgspec.convert(whole | fields, Source)


def mapped(declared: Source, *given: dict[str, Any]) -> list[Event | Refused]:
    with Seen() as seen:
        mapping = Mapping(declared, REGISTRY, seen)
        return [event for row in given for event in mapping.events(row)]


def row(**fields: Any) -> dict[str, Any]:
    return {"code": "H40-1", "office": "16681", "at": "2026-10-10T08:15:00+07:00"} | fields


def test_a_register_of_steps_becomes_one_event_per_attribute() -> None:
    cases = make_cases(80)
    events = mapped(receipt(), *rows(cases))
    assert len(events) == len(cases) + sum(case.settled_at is not None for case in cases)
    by_id: dict[str, Event] = {event["id"]: event for event in events if not isinstance(event, Refused)}
    for case in cases:
        check_case(case, by_id)


def check_case(case: Case, by_id: dict[str, Event]) -> None:
    received = DECODER.decode(msgspec.json.encode(by_id[f"filings.received/{case.name}"]))
    assert received.kind == "filings.received"
    assert (received.source, received.subject) == ("/registers/receipt", f"receipt.{case.officer}")
    assert received.time == case.received_at
    assert received.data.dossier == case.name
    assert received.data.channel == CHANNELS[case.channel]
    assert received.data.due_at == case.due_at
    settled = by_id.get(f"filings.settled/{case.name}")
    assert (settled is None) == (case.settled_at is None)
    if settled is not None:
        event = DECODER.decode(msgspec.json.encode(settled))
        assert (event.time, event.data.dossier) == (case.settled_at, case.name)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_rows_of_a_case_may_be_anywhere_in_the_file(seed: int, scatter: int) -> None:
    cases = make_cases(12, seed)
    in_order, scattered = (mapped(receipt(), *rows(cases, order)) for order in (None, scatter))
    assert sorted(map(msgspec.json.encode, in_order)) == sorted(map(msgspec.json.encode, scattered))


def test_an_attribute_that_only_a_later_row_has_makes_its_event() -> None:
    declared = source({"when": "at"})
    made = mapped(declared, row(at=""), row(), row(at="2030-01-01T00:00:00Z"))
    assert [event["time"] for event in made if not isinstance(event, Refused)] == [
        "2026-10-10T08:15:00+07:00"
    ]


def test_an_event_per_row_takes_its_id_from_the_row() -> None:
    declared = source({"per": "row", "id": "join('-', [code, step])"})
    made = mapped(declared, row(step="1"), row(step="2"))
    assert [event["id"] for event in made if not isinstance(event, Refused)] == [
        "filings.received/H40-1-1",
        "filings.received/H40-1-2",
    ]


@pytest.mark.parametrize(
    ("value", "given", "expected"),
    [
        ({"from": "k", "map": {"1": "direct", "2": "online"}}, {"k": "2"}, "online"),
        ({"from": "k", "map": {"1": "direct", "2": "online"}}, {"k": 1}, "direct"),  # NDJSON has numbers
        ({"from": "k", "map": {"1": "direct"}, "default": "other"}, {"k": "9"}, "other"),
        ({"from": "k", "map": {"1": "direct"}, "default": "other"}, {"k": ""}, "other"),
        ({"from": "k", "map": {"1": "direct"}}, {"k": ""}, None),
        ({"from": "k", "prefix": "on"}, {"k": "line"}, "online"),
        ("k || 'post'", {"k": ""}, "post"),
    ],
)
def test_values(value: Any, given: dict[str, Any], expected: str | None) -> None:
    [event] = mapped(source({"data": {"channel": value}}), row(**given))
    assert not isinstance(event, Refused)
    assert event["data"].get("channel") == expected


@pytest.mark.parametrize(
    ("at", "time_format", "time_zone", "expected"),
    [
        ("2011-10-11 13:42:22.688000+02:00", "iso", "", "2011-10-11T13:42:22.688000+02:00"),
        ("2026-10-10T08:15:00Z", "iso", "", "2026-10-10T08:15:00+00:00"),
        ("2026-10-10 08:15", "iso", "Asia/Ho_Chi_Minh", "2026-10-10T08:15:00+07:00"),
        ("10/10/2026 08:15", "%d/%m/%Y %H:%M", "Asia/Ho_Chi_Minh", "2026-10-10T08:15:00+07:00"),
        ("2011-01-01 00:00", "iso", "Europe/Amsterdam", "2011-01-01T00:00:00+01:00"),
        ("2011-07-01 00:00", "iso", "Europe/Amsterdam", "2011-07-01T00:00:00+02:00"),
    ],
)
def test_times(at: str, time_format: str, time_zone: str, expected: str) -> None:
    [event] = mapped(source({}, time_format=time_format, time_zone=time_zone), row(at=at))
    assert not isinstance(event, Refused)
    assert event["time"] == expected


def test_a_field_takes_the_form_that_the_schema_gives_it() -> None:
    data = {"channel": "'online'", "dossier": "code", "due_at": "due", "components": "n", "essential": "e"}
    [event] = mapped(
        source({"data": data}, time_zone="Asia/Ho_Chi_Minh"),
        row(due="2026-10-12", n=" 3 ", e="TRUE", code=17),
    )
    assert not isinstance(event, Refused)
    assert event["data"] == {
        "channel": "online",
        "dossier": "17",
        "due_at": "2026-10-12T00:00:00+07:00",
        "components": 3,
        "essential": True,
    }


@pytest.mark.parametrize(
    ("event", "fields", "reason", "path", "words"),
    [
        ({"data": {"channel": {"from": "k", "map": {"1": "a"}}}}, {"k": "x"}, "unmapped_code", "$.data.channel", "'x'"),
        ({}, {"at": ""}, "missing_value", "$.time", "at"),
        ({}, {"office": ""}, "missing_value", "$.subject", "office"),
        ({}, {"code": ""}, "missing_value", "$.id", "code"),
        ({}, {"at": "yesterday"}, "bad_value", "$.time", "'yesterday' is not a time as ISO 8601"),
        ({}, {"at": "2026-10-10 08:15"}, "bad_value", "$.time", "time_zone"),
        ({"data": {"components": "n"}}, {"n": "1.5"}, "bad_value", "$.data.components", "whole number"),
        ({"data": {"essential": "e"}}, {"e": "yes"}, "bad_value", "$.data.essential", "use a map"),
        ({"data": {"dossier": "d"}}, {"d": ["a"]}, "bad_value", "$.data.dossier", "not a text"),
        ({"data": {"dossier": "length(d)"}}, {"d": 3}, "bad_expression", "$", "length(d)"),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_refused_by_field(
    event: dict[str, Any], fields: dict[str, Any], reason: str, path: str, words: str
) -> None:
    [made] = mapped(source(event), row(**fields))
    assert isinstance(made, Refused)
    assert (made.reason, made.path) == (reason, path)
    assert words in made.message


def test_a_list_in_a_row_makes_an_event_for_each_of_its_entries() -> None:
    per = {"each": "steps", "per": "join('/', [code, to_string(number)])", "time": "each.at"}
    made = mapped(
        source(per),
        row(steps=[{"at": "2026-10-10T08:15:00Z"}, {"at": "2026-10-11T08:15:00Z"}]),
        row(steps=[{"at": "2026-10-10T08:15:00Z"}]),  # had its event
        row(code="H40-2", steps=None),
    )
    assert [(event["id"], event["time"][:10]) for event in made if not isinstance(event, Refused)] == [
        ("filings.received/H40-1/1", "2026-10-10"),
        ("filings.received/H40-1/2", "2026-10-11"),
    ]
    with Seen() as seen:
        mapping = Mapping(source(per), REGISTRY, seen)
        assert mapping.columns == {"code", "office", "steps"}
        assert mapping.names >= {"steps", "at"}


def test_a_refused_key_is_refused_once() -> None:
    assert len(mapped(source({}), row(at="?"), row(at="?"), row())) == 1


def test_a_source_that_maps_a_name_is_refused_with_the_field() -> None:
    [event] = mapped(source({}), row())
    assert not isinstance(event, Refused)
    event["data"]["ho_ten"] = "Nguyễn Văn A"
    with pytest.raises(Refusal) as refused:
        DECODER.decode(msgspec.json.encode(event))
    assert (refused.value.reason, refused.value.path) == ("personal_data", "$.data.ho_ten")
    assert "Nguyễn" not in str(refused.value)


def test_the_columns_that_a_file_must_have() -> None:
    with Seen() as seen:
        assert Mapping(receipt(), REGISTRY, seen).columns == {
            "case:channel",
            "case:concept:name",
            "case:deadline",
            "case:enddate",
            "case:responsible",
            "case:startdate",
        }


@pytest.mark.parametrize(
    ("given", "thousands", "expected"),
    [
        ("1.250.000", ".", 1_250_000),
        ("-1,000", ",", -1000),
        ("125", ".", 125),
        (7.0, "", 7),
        (True, "", True),
    ],
)
def test_whole_numbers_as_people_write_them(given: Any, thousands: str, expected: int) -> None:
    [event] = mapped(source({"data": {"components": "n"}}, thousands=thousands), row(n=given))
    assert not isinstance(event, Refused)
    assert event["data"]["components"] == expected


@pytest.mark.parametrize(("given", "thousands"), [("1.5", "."), ("1.2500", "."), ("1.250.000", "")])
def test_what_only_looks_like_thousands_is_refused(given: str, thousands: str) -> None:
    [made] = mapped(source({"data": {"components": "n"}}, thousands=thousands), row(n=given))
    assert isinstance(made, Refused)
    assert (made.reason, "'thousands'" in made.message) == ("bad_value", not thousands)
