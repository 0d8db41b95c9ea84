"""What the shipped index counts: dossiers of which everybody can say what they should be, from raw events to rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from config.columns import event_fields
from config.loader import load
from ioc.settings import Settings
from store.dimensions import fill
from store.migrate import migrate
from store.recompute import Extent, passes, sums
from streams.rows import COLUMNS

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNIT = "40.so-tu-phap"
CONFIGURATION = load(Settings().config)
INDEX = CONFIGURATION.indices["decision-766"]
PERIOD = "(index = 'decision-766', province = '40', period = '2026-03')"

Story = tuple[tuple[str, str, dict[str, Any]], ...]
"""What happens (of a stream's events), on which day at eight o'clock, with which fields."""


def received(day: str, due: str, **more: Any) -> tuple[str, str, dict[str, Any]]:
    return "filings.received", day, {"channel": "direct", "due_at": f"2026-{due}T17:00:00+07:00", **more}


DOSSIERS: dict[str, Story] = {
    "closed in February": (received("02-02", "02-20"), ("filings.settled", "02-10", {})),
    "closed in time": (received("02-20", "03-10"), ("filings.settled", "03-10", {"electronic_result": True})),
    "closed late": (received("03-02", "03-10"), ("filings.settled", "03-11", {"electronic_result": False})),
    "refused in time": (received("03-02", "03-20"), ("filings.refused", "03-04", {})),
    "running": (received("03-20", "04-10"),),
    "due on the last day": (received("03-20", "03-31"),),
    "overdue": (received("03-20", "03-30"),),
    "overdue since January": (received("01-05", "01-20"),),
    "waits for a supplement": (received("03-02", "03-10"), ("filings.supplement_asked", "03-05", {})),
    "supplemented twice": (
        *(received("03-02", "04-30"), ("filings.supplement_asked", "03-05", {})),
        *(("filings.supplement_given", "03-06", {}), ("filings.supplement_asked", "03-09", {})),
        *(
            ("filings.supplement_given", "03-10", {}),
            ("filings.settled", "03-12", {"electronic_result": True}),
        ),
    ),
    "received in April": (received("04-01", "04-20"), ("filings.settled", "04-02", {})),
}


def rows(stories: dict[str, Story]) -> Iterator[list[Any]]:
    for number, (name, story) in enumerate(stories.items()):
        for place, (kind, day, data) in enumerate(story):
            time = datetime.fromisoformat(f"2026-{day}T08:00").replace(tzinfo=ZONE).astimezone(UTC)
            case = "petition" if kind.startswith("petitions.") else "dossier"
            about = {case: f"c{number}"} | data
            identity = (kind, UNIT, "tests", f"{name}/{place}")
            yield [*identity, time, time, about[case], json.dumps(about), 0, 0]


@pytest.fixture
def client(clickhouse_client: Client, clickhouse_database: str) -> Client:
    migrate(clickhouse_client, clickhouse_database)
    fill(clickhouse_client, CONFIGURATION.units, CONFIGURATION.indicators, CONFIGURATION.indices.values())
    return clickhouse_client


def count(client: Client) -> None:
    """Figures of the index's indicators, as the audit recomputes them."""
    names = {name for row in INDEX.rows.values() for name in (*row.indicators, *row.states)}
    kinds = list(event_fields(CONFIGURATION.registry))
    province = CONFIGURATION.units.provinces["40"]
    for one in passes(CONFIGURATION.indicators[name] for name in sorted(names)):
        client.command(
            "INSERT INTO indicator_values (indicator, grain, unit, dims, bucket, part, province, day, numerator,"
            " denominator, version, updated_at) SELECT indicator, grain, unit, dims, toDateTime64(bucket, 0, 'UTC'), 0,"
            " '40', day, numerator, denominator, 1, now64(3)"
            f" FROM ({sums(one, Extent(province), CONFIGURATION.units, kinds)})"
        )


def cases(client: Client, row: str) -> tuple[int, int]:
    query = (
        f"SELECT numerator, denominator FROM index_points{PERIOD} WHERE unit = '{UNIT}' AND row_id = '{row}'"
    )
    [(numerator, denominator)] = client.query(query).result_rows
    return numerator, denominator


def test_settlement_progress_looks_at_whatever_was_in_work(client: Client) -> None:
    client.insert("events", list(rows(DOSSIERS)), COLUMNS["events"])
    count(client)
    late = {"closed late", "overdue", "overdue since January", "supplemented twice"}
    in_work = DOSSIERS.keys() - {"closed in February", "received in April"}
    assert cases(client, "2") == (len(in_work - late), len(in_work)) == (5, 9)
    assert cases(client, "5.1") == (2, 3)
    assert cases(client, "3.3") == (0, 7)


def test_petitions_and_dislikes(client: Client) -> None:
    due = {"due_at": "2026-03-20T17:00:00+07:00"}
    answered = ("petitions.answered", "03-10", dict[str, Any]())
    petitions: dict[str, Story] = {
        "answered in time": (("petitions.received", "03-02", due), answered),
        "answered late": (("petitions.received", "03-02", due), ("petitions.answered", "03-23", {})),
        "refused": (("petitions.received", "03-02", due), ("petitions.refused", "03-03", {})),
        "open": (("petitions.received", "03-30", {"due_at": "2026-04-20T17:00:00+07:00"}),),
        "disliked": (("petitions.received", "03-02", due), answered, ("petitions.disliked", "03-15", {})),
        "about a dossier": (("petitions.received", "03-02", due | {"dossier": "d1"}), answered),
        "ratings": (
            (
                "satisfaction.surveyed",
                "03-02",
                {"survey_about": "settlement", "dissatisfied": 1, "very_dissatisfied": 1},
            ),
        ),
    }
    client.insert("events", list(rows(DOSSIERS | petitions)), COLUMNS["events"])
    count(client)
    assert cases(client, "6.1") == (5, 6)
    assert cases(client, "6.2") == (4, 6)
    in_time, in_work = cases(client, "2")
    assert cases(client, "6.3") == (in_time - 1 - 2, in_work)


def test_procedures_are_counted_once_and_their_numbers_stand_until_they_change(client: Client) -> None:
    online = {"channel": "online", "due_at": "2026-04-30T17:00:00+07:00"}
    stories: dict[str, Story] = {
        "counts of January": (
            ("updates.procedures_counted", "01-05", {"procedures_change": 10, "online_procedures_change": 8}),
        ),
        "a change in March": (
            ("updates.procedures_counted", "03-05", {"procedures_change": -2, "online_procedures_change": 0}),
        ),
        "a change in April": (
            ("updates.procedures_counted", "04-05", {"procedures_change": 90, "online_procedures_change": 0}),
        ),
        "first": (("filings.received", "03-02", online | {"procedure": "1.1"}),),
        "the same": (("filings.received", "03-03", online | {"procedure": "1.1"}),),
        "another": (("filings.received", "03-31", online | {"procedure": "1.2"}),),
        "at the counter": (
            ("filings.received", "03-03", online | {"procedure": "1.3", "channel": "direct"}),
        ),
        "in February": (("filings.received", "02-03", online | {"procedure": "1.4"}),),
    }
    client.insert("events", list(rows(stories)), COLUMNS["events"])
    count(client)
    assert cases(client, "3.1") == (8, 8)
    assert cases(client, "3.2") == (2, 8)
