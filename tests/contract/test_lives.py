"""ClickHouse tells the life of a case from its raw events as the stream folded it, whatever its events are called."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from store.migrate import migrate
from store.raw_rows import case_rows
from streams.core.columns import NULL
from streams.core.course import MOST_STEPS
from streams.core.definitions import EventFields
from streams.core.life import IRREGULARITIES, OUTCOMES, life_columns
from streams.core.stream import Cases
from streams.core.units import Province, Text
from streams.rows import COLUMNS
from tests.fixtures.lives import STATING, WORKING, at, folded
from tests.fixtures.streams import DOSSIERS, ERRANDS
from tests.unit.reference import FakeEvent
from tests.unit.reference_course import ORDER, ZONE

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

DAYS = ["02-26", "02-27", "02-28", "02-29", "03-01", "03-02", "03-03", "03-04", "03-08", "04-26", "05-02"]
CLOCKS = ["00:00", "07:30", "10:00", "12:00", "17:00", "23:00"]


def lives(told: Cases, count: int) -> Iterator[list[FakeEvent]]:
    """Events of a case each; half of them begin as they should."""
    rng = random.Random(4)
    happens = [*ORDER, *(["begun"] if told.instants else [])]

    def instant() -> datetime:
        return at(rng.choice(DAYS), rng.choice(CLOCKS))

    for number in range(count):
        kinds = (["received"] if number % 2 else []) + rng.choices(happens, k=rng.randint(1, 7))
        times = [instant() for _ in kinds]
        if number % 4:
            times.sort()
        yield [
            FakeEvent(
                told.kind_of(kind) or "errands.begun",
                f"{number}/{place}",
                "a",
                time,
                {
                    told.field: f"d{number}",
                    "due_at": instant() if kind in STATING and rng.random() < 0.5 else None,
                },
            )
            for place, (kind, time) in enumerate(zip(kinds, times, strict=True))
        ]


def endless(told: Cases, name: str) -> list[FakeEvent]:
    """As a source tells it that gives all its cases one number; the last of its events do not count."""
    rng = random.Random(9)
    events = [
        FakeEvent(
            told.kind_of(rng.choice(ORDER)),
            f"{name}/{number}",
            "a",
            at("03-01") + timedelta(minutes=number * 7 % 1200),
            {told.field: name, "due_at": None},
        )
        for number in range(MOST_STEPS + 200)
    ]
    return rng.sample(events, len(events))


def row(told: Cases, event: FakeEvent) -> list[Any]:
    data = {
        name: str(value) if name == told.field else value.isoformat()
        for name, value in event.fields.items()
        if value
    }
    arrived = datetime(2024, 6, 1, tzinfo=UTC)
    return [
        event.kind,
        "a",
        event.source,
        event.id,
        event.time,
        arrived,
        event.fields[told.field],
        json.dumps(data),
        0,
        0,
    ]


@pytest.mark.parametrize("told", [DOSSIERS, ERRANDS], ids=lambda told: told.name)
def test_lives_are_told_alike(clickhouse_client: Client, clickhouse_database: str, told: Cases) -> None:
    migrate(clickhouse_client, clickhouse_database)
    histories = [*lives(told, 1500), endless(told, "endless")]
    clickhouse_client.insert(
        "events", [row(told, event) for life in histories for event in life], COLUMNS["events"]
    )
    kinds = {kind: EventFields(kind, {"due_at": "timestamp"}, told) for kind in (*told.steps, *told.instants)}
    province = Province("40", Text("Tỉnh", "Province"), ZONE.key, working=WORKING)
    columns = life_columns(told)
    rows = case_rows([], told, kinds, province, "true")
    found = clickhouse_client.query(f"SELECT dossier, {', '.join(columns)} FROM ({rows})").result_rows
    lives_of = {name: dict(zip(columns, values, strict=True)) for name, *values in found}
    assert len(lives_of) == len(histories)
    for life in histories:
        folded_one = folded([life], told)
        expected: dict[str, object] = {
            name: None if folded_one[name] == NULL else folded_one[name]
            for name, kind in columns.items()
            if kind in ("timestamp", "integer")
        }
        expected["outcome"] = OUTCOMES[folded_one["outcome"]]
        expected["irregularity"] = IRREGULARITIES[folded_one["irregularity"]]
        expected["on_time"] = None if folded_one["on_time"] < 0 else bool(folded_one["on_time"])
        assert lives_of[life[0].fields[told.field]] == expected, life
