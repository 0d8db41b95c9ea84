"""ClickHouse tells the life of a dossier from its raw events as the stream folded it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.columns import event_fields
from schemas.registry import load_registry
from store.migrate import migrate
from store.raw_rows import dossier_rows
from streams.core.columns import NULL
from streams.core.course import MOST_STEPS
from streams.core.life import IRREGULARITIES, LIFE_COLUMNS, OUTCOMES
from streams.core.units import Province, Text
from streams.rows import COLUMNS
from tests.fixtures.lives import STATING, WORKING, at, folded
from tests.unit.reference import FakeEvent
from tests.unit.reference_course import ORDER, ZONE

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

DAYS = ["02-26", "02-27", "02-28", "02-29", "03-01", "03-02", "03-03", "03-04", "03-08", "04-26", "05-02"]
CLOCKS = ["00:00", "07:30", "10:00", "12:00", "17:00", "23:00"]


def lives(count: int) -> Iterator[list[FakeEvent]]:
    """Events of a dossier each; half of them begin as they should."""
    rng = random.Random(4)

    def instant() -> datetime:
        return at(rng.choice(DAYS), rng.choice(CLOCKS))

    for number in range(count):
        kinds = (["received"] if number % 2 else []) + rng.choices(ORDER, k=rng.randint(1, 7))
        times = [instant() for _ in kinds]
        if number % 4:
            times.sort()
        yield [
            FakeEvent(
                f"filings.{kind}",
                f"{number}/{place}",
                "a",
                time,
                {
                    "dossier": f"d{number}",
                    "due_at": instant() if kind in STATING and rng.random() < 0.5 else None,
                },
            )
            for place, (kind, time) in enumerate(zip(kinds, times, strict=True))
        ]


def endless(dossier: str) -> list[FakeEvent]:
    """As a source tells it that gives all its dossiers one number; the last of its events do not count."""
    rng = random.Random(9)
    events = [
        FakeEvent(
            f"filings.{rng.choice(ORDER)}",
            f"{dossier}/{number}",
            "a",
            at("03-01") + timedelta(minutes=number * 7 % 1200),
            {"dossier": dossier, "due_at": None},
        )
        for number in range(MOST_STEPS + 200)
    ]
    return rng.sample(events, len(events))


def row(event: FakeEvent) -> list[Any]:
    data = {
        name: str(value) if name == "dossier" else value.isoformat()
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
        event.fields["dossier"],
        json.dumps(data),
        0,
        0,
    ]


def test_lives_are_told_alike(clickhouse_client: Client, clickhouse_database: str) -> None:
    migrate(clickhouse_client, clickhouse_database)
    told = [*lives(1500), endless("endless")]
    clickhouse_client.insert("events", [row(event) for life in told for event in life], COLUMNS["events"])
    kinds = {fields.kind: fields for fields in event_fields(load_registry())}
    province = Province("40", Text("Tỉnh", "Province"), ZONE.key, working=WORKING)
    rows = dossier_rows([], kinds, province, "true")
    found = clickhouse_client.query(f"SELECT dossier, {', '.join(LIFE_COLUMNS)} FROM ({rows})").result_rows
    lives_of = {dossier: dict(zip(LIFE_COLUMNS, values, strict=True)) for dossier, *values in found}
    assert len(lives_of) == len(told)
    for life in told:
        folded_one = folded([life])
        expected: dict[str, object] = {
            name: None if folded_one[name] == NULL else folded_one[name]
            for name, kind in LIFE_COLUMNS.items()
            if kind in ("timestamp", "integer")
        }
        expected["outcome"] = OUTCOMES[folded_one["outcome"]]
        expected["irregularity"] = IRREGULARITIES[folded_one["irregularity"]]
        expected["on_time"] = None if folded_one["on_time"] < 0 else bool(folded_one["on_time"])
        assert lives_of[life[0].fields["dossier"]] == expected, life
