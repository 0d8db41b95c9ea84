"""What the decoder promises to compute, store and producers."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decoder import MAX_BYTES, EventDecoder, Refusal
from schemas.registry import SHIPPED, load_registry
from streams.core.calendar import epoch_ms, epoch_ms_column
from streams.core.columns import NULL

REGISTRY = load_registry()
DECODER = EventDecoder(REGISTRY)
ABSENT = object()
FIRST, LAST = datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30")
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ZONES = OFFSETS | st.sampled_from([UTC, ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Amsterdam")])

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "H41.12-261010-0123/received",
    "source": "/nghe-an/one-stop",
    "type": "vn.ioc.filings.received.v1",
    "time": "2026-10-10T08:15:00+07:00",
    "subject": "H41.12",
    "data": {"dossier": "H41.12-261010-0123", "channel": "online", "due_at": "2026-10-20T17:00:00+07:00"},
}


def event(data: dict[str, Any] | None = None, **attributes: Any) -> bytes:
    """The event with some of its values changed; ABSENT leaves one out."""
    changed = EVENT | {"data": _changed(EVENT["data"], data or {})}
    return json.dumps(_changed(changed, attributes)).encode()


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (values | changes).items() if value is not ABSENT}


def refusal(value: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        DECODER.decode(value)
    return caught.value


def test_an_event_has_its_envelope_and_its_data() -> None:
    decoded = DECODER.decode(event())
    assert (decoded.id, decoded.source, decoded.subject) == (
        "H41.12-261010-0123/received",
        "/nghe-an/one-stop",
        "H41.12",
    )
    assert decoded.time == datetime(2026, 10, 10, 8, 15, tzinfo=timezone(timedelta(hours=7)))
    assert (decoded.kind, decoded.stream, decoded.schema_version) == (
        "filings.received",
        "filings",
        REGISTRY["filings.received"].version,
    )
    assert decoded.data.channel == "online"
    assert decoded.data.due_at.tzinfo is not None
    assert decoded.data.procedure is None


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        (b"", "not_json", "$"),
        (b"{", "not_json", "$"),
        (b'{"id": "\xff"}', "not_json", "$"),
        (b"[" * 50_000, "not_json", "$"),
        (b" " * (MAX_BYTES + 1), "too_large", "$"),
        (b"[]", "bad_envelope", "$"),
        (b"{}", "bad_envelope", "$.type"),
        (event(type=ABSENT), "bad_envelope", "$.type"),
        (event(type=7), "bad_envelope", "$.type"),
        (event(type="vn.ioc.filings.vanished.v1"), "unknown_type", "$.type"),
        (event(type="vn.ioc.filings.received.v99"), "unknown_type", "$.type"),
        (event(specversion="0.3"), "bad_envelope", "$.specversion"),
        (event(id=ABSENT), "bad_envelope", "$.id"),
        (event(id=""), "bad_envelope", "$.id"),
        (event(id="a b"), "bad_envelope", "$.id"),
        (event(id="a\n"), "bad_envelope", "$.id"),
        (event(id="a" * 129), "bad_envelope", "$.id"),
        (event(source=""), "bad_envelope", "$.source"),
        (event(subject=ABSENT), "bad_envelope", "$.subject"),
        (event(subject=None), "bad_envelope", "$.subject"),
        (event(subject="một phường"), "bad_envelope", "$.subject"),
        (event(time="2026-10-10T08:15:00"), "bad_envelope", "$.time"),
        (event(time="0001-01-01T00:00:00+07:00"), "bad_envelope", "$.time"),
        (event(time=1_800_000_000), "bad_envelope", "$.time"),
        (event(traceparent="00-1"), "bad_envelope", "$.traceparent"),
        (event({"dossier": ABSENT}), "bad_data", "$.data.dossier"),
        (event({"dossier": "a\n"}), "bad_data", "$.data.dossier"),
        (event({"channel": "fax"}), "bad_data", "$.data.channel"),
        (event({"due_at": None}), "bad_data", "$.data.due_at"),
        (event({"due_at": "tomorrow"}), "bad_data", "$.data.due_at"),
        (event({"due_at": "2026-02-30T00:00:00Z"}), "bad_data", "$.data.due_at"),
        (event({"procedure": "1.00 4873"}), "bad_data", "$.data.procedure"),
        (event({"components": -1}), "bad_data", "$.data.components"),
        (event({"components": 2.0}), "bad_data", "$.data.components"),
        (event({"components": 10**30}), "bad_data", "$.data.components"),
        (event({"fee_obligation": 1}), "bad_data", "$.data.fee_obligation"),
        (event({"chanel": "online"}), "bad_data", "$.data.chanel"),
        (event({"dossier": "040085001234"}), "personal_data", "$.data.dossier"),
        (event(id="040085001234"), "personal_data", "$.id"),
        (event({"ChuHoSo": "Nguyễn Văn A"}), "personal_data", "$.data.ChuHoSo"),
        (event({"extra": [{"Email": "x"}]}), "personal_data", "$.data.extra[0].Email"),
        (event(hoTen="A"), "personal_data", "$.hoTen"),
    ],
)
def test_a_bad_event_is_refused_with_reason_and_path(value: bytes, reason: str, path: str) -> None:
    found = refusal(value)
    assert (found.reason, found.path) == (reason, path)
    assert found.message


def test_a_refusal_tells_which_event_it_was() -> None:
    found = refusal(event({"channel": "fax"}))
    assert (found.type, found.source, found.event_id) == (EVENT["type"], EVENT["source"], EVENT["id"])
    assert found.schema_version == REGISTRY["filings.received"].version
    assert refusal(event(type="vn.ioc.filings.vanished.v1")).schema_version == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (event({"channel": "fax"}), "one of direct, online, post, other"),
        (event({"components": 1001}), "a whole number from 0 to 1000"),
        (event({"chanel": "online"}), "Did you mean channel?"),
        (event(type="vn.ioc.filings.recieved.v1"), "Did you mean vn.ioc.filings.received.v1?"),
        (event({"dossier": ABSENT}), "required"),
        (event({"due_at": "2026-10-20"}), "an instant with its offset"),
        (event({"Email": ""}), "the field Email may hold personal data"),
        (event({"dossier": "040085001234"}), "the value of dossier looks like"),
    ],
)
def test_a_refusal_says_what_was_expected(value: bytes, said: str) -> None:
    assert said in refusal(value).message


@given(
    st.sampled_from(
        [
            "$",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "specversion",
            "data",
            "channel",
            "dossier",
            "due_at",
        ]
    ),
    st.sampled_from(["Nguyễn Thị Bưởi", "Bưởi@example.vn", "Bưởi 040085001234"]),
)
def test_a_refusal_never_repeats_what_the_event_says(name: str, secret: str) -> None:
    document = json.loads(event())
    if name == "$":
        document = {secret: {secret: secret}}
    elif name in document:
        document[name] = secret
    else:
        document["data"] |= {name: secret, secret: 1}
    found = refusal(json.dumps(document).encode())
    assert "Bưởi" not in f"{found} {found.type} {found.source} {found.event_id} {found!r}"


def test_a_registry_of_one_type_still_asks_for_the_type(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "filings" / "received", tmp_path / "filings" / "received")
    shutil.copy(SHIPPED / "filings" / "stream.yaml", tmp_path / "filings")
    decoder = EventDecoder(load_registry(tmp_path))
    assert decoder.decode(event()).kind == "filings.received"
    with pytest.raises(Refusal, match="bad_envelope"):
        decoder.decode(event(type=ABSENT))
    with pytest.raises(Refusal, match="unknown_type"):
        decoder.decode(event(type="_NoEvent"))


@given(
    st.lists(
        st.none() | st.datetimes(FIRST, LAST, timezones=ZONES),
        min_size=1,
        max_size=9,
    )
)
def test_a_column_of_instants_is_exact(values: list[datetime | None]) -> None:
    expected = [NULL if value is None else epoch_ms(value) for value in values]
    assert epoch_ms_column(values).tolist() == expected


@pytest.mark.parametrize("dossier", ["a\nb", "\n", "a\n", "\na", "", "a b", "@"])
def test_a_code_is_not_taken_for_two(dossier: str) -> None:
    values = [event(), event({"dossier": dossier}), event()]
    _, others = DECODER.decode_all(values)
    assert others == [1]


def test_events_that_are_too_large_are_found_among_others() -> None:
    large = event()[:-1] + b" " * MAX_BYTES + b"}"
    blocks, others = DECODER.decode_all([event(), large])
    assert (others, [block.places for block in blocks]) == ([1], [[0]])
