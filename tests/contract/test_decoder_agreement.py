"""The compiled structs and the jsonschema library agree on what is an event."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decoder import EventDecoder, Refusal
from schemas.dialect import envelope_validator, validator
from schemas.event import Event
from schemas.registry import SHIPPED, Registry, load_registry, schema_files
from streams.core.calendar import epoch_ms
from tests import schema_strategies

ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/here",
    "type": "vn.ioc.filings.tried.v1",
    "time": "2026-10-10T08:15:00+07:00",
    "subject": "H41.12",
    "data": {},
}
SCHEMAS = {
    f"vn.ioc.{path.parts[-4]}.{path.parts[-3]}.{path.parts[-2]}": json.loads(path.read_text())
    for path in schema_files(SHIPPED)
}
SHIPPED_DECODER = EventDecoder(load_registry())
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(schema_strategies.ODD_TEXTS))
CODES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7F), max_size=200)


def is_decoded(decoder: EventDecoder, document: dict[str, Any]) -> bool:
    return decoded(decoder, json.dumps(document).encode()) is not None


def decoded(decoder: EventDecoder, value: bytes) -> Event | None:
    """The event, if it is one; together with others it is decoded alike, or left to be decoded alone."""
    try:
        event = decoder.decode(value)
    except Refusal:
        event = None
    blocks, others = decoder.decode_all([b"{", value, value])
    assert sorted([*others, *(place for block in blocks for place in block.places)]) == [0, 1, 2]
    assert 0 in others
    for block in blocks:
        assert event is not None
        assert [msgspec.to_builtins(one) for one in block.events] == [msgspec.to_builtins(event)] * 2
        assert block.time_ms.tolist() == [epoch_ms(event.time)] * 2
    return event


def compiled(schema: dict[str, Any]) -> Registry:
    with TemporaryDirectory() as folder:
        path = Path(folder, "filings", "tried", "v1", "schema.json")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(schema))
        Path(folder, "filings", "stream.yaml").write_text("stream: {number: 0, name: {vi: Thử, en: Tried}}")
        return load_registry(Path(folder))


@settings(max_examples=100)
@given(st.data())
def test_on_data_of_random_schemas(data: st.DataObject) -> None:
    schema = data.draw(schema_strategies.schemas())
    decoder = EventDecoder(compiled(schema))
    for _ in range(5):
        document = data.draw(schema_strategies.data(schema))
        assert is_decoded(decoder, ENVELOPE | {"data": document}) == validator(schema).is_valid(document)


@settings(max_examples=300)
@given(st.data())
def test_on_data_of_the_shipped_schemas(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SCHEMAS)))
    document = data.draw(schema_strategies.data(SCHEMAS[name]))
    assert is_decoded(SHIPPED_DECODER, ENVELOPE | {"type": name, "data": document}) == validator(
        SCHEMAS[name]
    ).is_valid(document)


@settings(max_examples=300)
@given(
    name=st.sampled_from(
        ["specversion", "id", "source", "time", "subject", "datacontenttype", "traceparent"]
    ),
    value=st.one_of(TEXTS, CODES, st.none(), st.integers(), st.booleans(), st.just("application/json")),
)
def test_on_envelopes(name: str, value: object) -> None:
    document = ENVELOPE | {
        "type": "vn.ioc.filings.received.v1",
        "data": {"dossier": "1", "channel": "online"},
    }
    assert is_decoded(SHIPPED_DECODER, document | {name: value}) == envelope_validator().is_valid(
        document | {name: value}
    )


@pytest.mark.parametrize("name", ENVELOPE)
def test_on_incomplete_envelopes(name: str) -> None:
    document = ENVELOPE | {"type": "vn.ioc.filings.withdrawn.v1", "data": {"dossier": "1"}}
    assert is_decoded(SHIPPED_DECODER, document)
    del document[name]
    assert not is_decoded(SHIPPED_DECODER, document)
    assert not envelope_validator().is_valid(document)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x)).map(
        lambda document: json.dumps(document).encode()
    )
)
def test_whatever_comes_is_refused_and_not_a_fault(value: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        SHIPPED_DECODER.decode(value)
    assert caught.value.path.startswith("$")
    assert decoded(SHIPPED_DECODER, value) is None
