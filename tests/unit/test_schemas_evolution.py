"""What was good stays good, unless the check says that a change breaks it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.dialect import validator
from schemas.evolution import breaking_changes, changes, normalise
from tests import schema_strategies

PUBLISHED: dict[str, Any] = {
    "version": "1.0",
    "required": ["a"],
    "properties": {
        "a": {"type": "string", "enum": ["red", "green"]},
        "b": {"type": "integer", "minimum": 0, "maximum": 9},
        "c": {"type": "string", "pattern": "^[a-z]{1,9}$", "maxLength": 9},
        "d": {"type": "string", "format": "date-time"},
    },
}
ABSENT = object()


def edited(field: str, **changes: Any) -> dict[str, Any]:
    schema = deepcopy(PUBLISHED)
    field_schema = schema["properties"].setdefault(field, {}) | changes
    schema["properties"][field] = {key: value for key, value in field_schema.items() if value is not ABSENT}
    return schema


def without(field: str) -> dict[str, Any]:
    return PUBLISHED | {
        "properties": {name: value for name, value in PUBLISHED["properties"].items() if name != field}
    }


@pytest.mark.parametrize(
    "now",
    [
        edited("e", type="boolean"),
        edited("a", enum=["red", "green", "blue"]),
        edited("b", maximum=10),
        edited("b", minimum=-1),
        edited("c", maxLength=10),
        PUBLISHED | {"required": []},
    ],
)
def test_a_widening_is_compatible(now: dict[str, Any]) -> None:
    assert changes(PUBLISHED, now)
    assert breaking_changes(PUBLISHED, now) == []


@pytest.mark.parametrize(
    "now",
    [
        without("b"),
        edited("a", enum=["red"]),
        edited("b", maximum=8),
        edited("b", minimum=1),
        edited("b", type="boolean", minimum=ABSENT, maximum=ABSENT),
        edited("c", maxLength=8),
        edited("c", pattern="^[a-z0-9]{1,9}$"),
        edited("c", pattern=ABSENT, maxLength=ABSENT, enum=["a"]),
        edited("d", format="date"),
        PUBLISHED | {"required": ["a", "b"]},
        edited("e", type="boolean") | {"required": ["a", "e"]},
    ],
)
def test_a_narrowing_is_breaking(now: dict[str, Any]) -> None:
    assert breaking_changes(PUBLISHED, now)


@given(schema_strategies.schemas())
def test_words_and_order_are_no_change(schema: dict[str, Any]) -> None:
    said_otherwise = deepcopy(schema) | {"description": "other words"}
    said_otherwise["properties"] = dict(reversed(said_otherwise["properties"].items()))
    assert changes(schema, said_otherwise) == []
    assert normalise(schema) == normalise(said_otherwise)
    assert normalise(normalise(schema)) == normalise(schema)


@st.composite
def edits(draw: st.DrawFn, published: dict[str, Any]) -> dict[str, Any]:
    """The schema after a few edits of the kind that people make."""
    now = deepcopy(published)
    for name, field in published["properties"].items():
        match draw(st.sampled_from(["keep", "keep", "wider", "other", "gone"])):
            case "wider" if "enum" in field:
                now["properties"][name]["enum"] = draw(
                    st.lists(schema_strategies.WORDS, min_size=1, unique=True)
                )
            case "wider" if "minimum" in field:
                now["properties"][name]["minimum"] += draw(st.integers(-2, 1))
                now["properties"][name]["maximum"] += draw(st.integers(-1, 2))
            case "wider" if "maxLength" in field:
                now["properties"][name]["maxLength"] = draw(st.integers(10, 14))
            case "other":
                now["properties"][name] = draw(schema_strategies.fields())
            case "gone":
                del now["properties"][name]
    for name in draw(st.lists(st.sampled_from(["zeta", "eta"]), unique=True)):
        now["properties"][name] = draw(schema_strategies.fields())
    now["required"] = [
        name
        for name in now["properties"]
        if draw(st.integers(0, 9)) < 2 + 7 * (name in published["required"])
    ]
    return now


@settings(max_examples=300)
@given(st.data())
def test_a_good_event_stays_good_after_a_compatible_change(data: st.DataObject) -> None:
    published = data.draw(schema_strategies.schemas())
    now = data.draw(edits(published))
    if breaking_changes(published, now):
        return
    old, new = validator(published), validator(now)
    for _ in range(5):
        document = data.draw(schema_strategies.data(published))
        assert new.is_valid(document) or not old.is_valid(document)
