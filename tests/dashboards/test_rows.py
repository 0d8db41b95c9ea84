"""The panels on the rows of Project 06's reports, on a filled store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from dashboards.facilities import INDICATORS
from dashboards.values import VALUES
from schemas.registry import load_registry
from tests.dashboards.asking import english, rows
from tests.dashboards.filled import OTHER_UNIT, UNIT, ZONE, figures, fill_store
from tests.dashboards.filled import add_figures as add
from tests.fixtures.clickhouse import connect
from wall.macros import Period

pytestmark = pytest.mark.clickhouse

NOW = datetime.now(UTC).replace(microsecond=0)
MIDNIGHT = NOW.astimezone(ZONE).replace(hour=0, minute=0, second=0)
TODAY = Period(int(MIDNIGHT.timestamp() * 1000), int((NOW + timedelta(minutes=1)).timestamp() * 1000), 60_000)
PROVINCE = {"province": ["40"], "unit": ["40"]}
NOBODY = {"province": ["40"], "unit": [OTHER_UNIT]}


@pytest.fixture(scope="module")
def store(clickhouse_url: str) -> Iterator[Client]:
    database = f"test_{uuid.uuid4().hex[:12]}"
    with connect(clickhouse_url) as client:
        fill_store(client, database, NOW)
        earlier = MIDNIGHT - timedelta(days=40)
        add(client, figures("40", "40", "day", earlier, [("credit_customers", "credit_kind=social", 600, 0)]))
        add(client, figures("40", UNIT, "day", earlier, [("fees_waived", "", 9_000_000, 0)]))
        add(client, figures("40", OTHER_UNIT, "day", MIDNIGHT, [("electronic_results", "", 1, 2)]))
        yield client
        client.command(f"DROP DATABASE {database} SYNC")


def test_a_ratio_under_its_target_is_marked_and_one_that_must_not_be_exceeded_above_it(store: Client) -> None:
    assert rows(store, english("ioc-services", 1), TODAY, PROVINCE) == [
        {"Cases": "▼ under the target of 100 % · 51 / 53", "Rate": 51 / 53}
    ]
    assert rows(store, english("ioc-services", 4), TODAY, PROVINCE) == [{"Cases": "45 / 50", "Rate": 0.9}]
    assert rows(store, english("ioc-services", 6), TODAY, PROVINCE) == [
        {"Cases": "▲ above 0 % · 2 / 400", "Rate": 0.005}
    ]
    assert rows(store, english("ioc-services", 6), TODAY, NOBODY) == [{"Cases": "no cases yet", "Rate": None}]


def test_services_in_use_are_those_with_a_dossier_whatever_their_number(store: Client) -> None:
    assert rows(store, english("ioc-services", 7), TODAY, PROVINCE) == [
        {"Provided": 51, "Without paper": 20, "In use": 2, "Dossiers": 105}
    ]
    bars = rows(store, english("ioc-services", 11), TODAY, PROVINCE)
    assert bars == [
        {"Kind": "Passport", "Dossiers": 60},
        {"Kind": "Birth registration", "Dossiers": 40},
        {"Kind": "Not stated", "Dossiers": 5},
    ]


def test_steps_stand_in_the_order_in_which_they_are_taken(store: Client) -> None:
    steps = rows(store, english("ioc-services", 10), TODAY, PROVINCE)
    assert [row["Step"] for row in steps] == [
        "Birth registration · 18 / 20",
        "Health insurance card · 9 / 10",
        "Funeral support · 3 / 5",
    ]
    assert [row["On time"] for row in steps] == [0.9, 0.9, 0.6]


def test_a_flow_is_of_the_period_and_a_stock_of_all_time_until_its_end(store: Client) -> None:
    assert rows(store, english("ioc-services", 9), TODAY, PROVINCE) == [{"Dossiers": 70, "VND million": 4.2}]
    assert rows(store, english("ioc-payments", 9), TODAY, PROVINCE) == [
        {"Customers": 2_740, "Outstanding (VND million)": 97_734}
    ]
    before = Period(TODAY.from_ms - 86_400_000, TODAY.from_ms - 1, 60_000)
    [then] = rows(store, english("ioc-payments", 9), before, PROVINCE)
    assert then == {"Customers": 600, "Outstanding (VND million)": 0}


def test_units_are_listed_the_lowest_first(store: Client) -> None:
    first, second = rows(store, english("ioc-services", 12), TODAY, PROVINCE)
    assert (first["Electronic results"], first["Results due"]) == (0.5, 2)
    assert (second["Electronic results"], second["Essential online"]) == (0.88, 90 / 105)


def test_credit_is_told_by_its_kind(store: Client) -> None:
    social, unsecured = rows(store, english("ioc-payments", 11), TODAY, PROVINCE)
    assert (social["Kind of credit"], social["Customers"]) == ("Social", 2_600)
    assert (unsecured["Kind of credit"], unsecured["Outstanding (VND million)"]) == ("Unsecured", 7_734)


def test_facilities_stand_beside_the_silent_ones_of_their_service(store: Client) -> None:
    by_service = {row["Service"]: row for row in rows(store, english("ioc-records", 11), TODAY, PROVINCE)}
    assert by_service["Tuition"] == {
        "Service": "Tuition",
        "Connected": 1_480,
        "Facilities": 1_500,
        "Silent": 4,
    }
    assert by_service["Accommodation notices"]["Silent"] == 25
    assert len(by_service) == len(INDICATORS)


def test_what_is_left_to_digitise_is_spread_over_the_days_of_the_year(store: Client) -> None:
    civil, land = rows(store, english("ioc-records", 14), TODAY, PROVINCE)
    today = datetime.now(ZONE).date()
    days = (today.replace(year=today.year + 1, month=1, day=1) - today).days
    assert (civil["Registry"], civil["Share"], civil["Per day"]) == ("Civil status", 0.8, 200)
    assert land["Needed per day"] == pytest.approx(60_000 / days)


def test_who_has_not_cleaned_for_longest_is_on_top(store: Client) -> None:
    first = rows(store, english("ioc-records", 15), TODAY, PROVINCE)[0]
    assert first["Age"] >= 9 * 86_400


def test_every_value_that_an_event_may_have_has_its_words() -> None:
    fields = [field for kind in load_registry().values() for field in kind.fields.values()]
    for column, words in VALUES.items():
        values = {value for field in fields if field.name == column for value in field.values}
        assert values == set(words), column
