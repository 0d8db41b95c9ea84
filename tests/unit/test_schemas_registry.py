"""What the registry knows of the shipped event types."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from schemas.decoder import EventDecoder
from schemas.dialect import ENVELOPE
from schemas.event import ID_PATTERN, SUBJECT_PATTERN, Event
from schemas.fields import Field
from schemas.patterns import REMEMBERED, FieldError, KnownCodes
from schemas.registry import SHIPPED, load_registry

REGISTRY = load_registry()


def test_every_stream_has_types() -> None:
    assert set(REGISTRY.streams) == {event_type.stream for event_type in REGISTRY.values()}
    assert {
        f"filings.{what}"
        for what in (
            "received",
            "supplement_asked",
            "supplement_given",
            "paused",
            "resumed",
            "settled",
            "returned",
        )
    } | {"filings.refused", "filings.withdrawn", "payments.requested", "payments.paid"} <= set(REGISTRY)


def test_a_type_is_found_by_kind_and_by_name() -> None:
    received = REGISTRY["filings.received"]
    assert REGISTRY.types["vn.ioc.filings.received.v1"] is received
    assert (received.stream, received.title_vi, received.status_code) == ("filings", "Tiếp nhận hồ sơ", 2)
    assert received.fields["channel"].values == ("direct", "online", "post", "other")
    assert received.fields["channel"].required
    assert len(REGISTRY) == len(list(REGISTRY))


def test_status_codes_of_the_portal_belong_to_one_type_each() -> None:
    codes = [event_type.status_code for event_type in REGISTRY.values() if event_type.status_code]
    assert sorted(codes) == [2, 3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("field", "python_type", "expected"),
    [
        (Field("a", "enum", True, values=("x", "y")), str, "one of x, y"),
        (Field("a", "code", True, pattern="^a$", max_length=3), str, "at most 3"),
        (Field("a", "instant", True), datetime, "offset"),
        (Field("a", "date", True), date, "a date"),
        (Field("a", "integer", True, minimum=1, maximum=9), int, "from 1 to 9"),
        (Field("a", "boolean", True), bool, "true or false"),
    ],
)
def test_a_field_says_its_type_and_what_it_expects(field: Field, python_type: type, expected: str) -> None:
    assert field.python_type is python_type
    assert expected in field.expected


def test_the_envelope_schema_has_the_patterns_of_the_struct() -> None:
    properties = json.loads(ENVELOPE.read_text())["properties"]
    assert properties["id"]["pattern"] == properties["source"]["pattern"] == ID_PATTERN
    assert properties["subject"]["pattern"] == SUBJECT_PATTERN


@pytest.mark.parametrize(
    "path", sorted(SHIPPED.glob("*/*/v*/good/*.json")), ids=lambda path: "/".join(path.parts[-5:-3])
)
def test_an_event_encodes_to_what_it_was_decoded_from(path: Path) -> None:
    document = json.loads(path.read_text())
    event = EventDecoder(REGISTRY).decode(json.dumps(document).encode())
    assert json.loads(msgspec.json.encode(event)) == document


def test_an_event_made_in_python_is_checked_too() -> None:
    event = EventDecoder(REGISTRY).decode((SHIPPED / "filings/withdrawn/v1/good/minimal.json").read_bytes())
    with pytest.raises(FieldError, match="id"):
        type(event)(specversion="1.0", id="a b", source="/", time=event.time, subject="1", data=event.data)
    assert isinstance(event, Event)


def test_known_codes_are_forgotten_when_they_are_too_many() -> None:
    codes = KnownCodes("a", "^[0-9]{1,8}$")
    for number in range(REMEMBERED + 10):
        codes[str(number)]
    assert len(codes) <= REMEMBERED + 1
    codes[None]
    with pytest.raises(FieldError):
        codes["x"]
