"""Rebuilt figures beside the live ones in ClickHouse: they count at once, and completely, whoever was killed."""

from __future__ import annotations

from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from store.arrow import ArrowInserter
from store.migrate import migrate
from store.staging import FiguresInserter, Staging, complete, newest_generation, sweep
from streams.core.compute import version
from streams.rows import COLUMNS

pytestmark = pytest.mark.clickhouse

ALL = range(4)


def figure(
    unit: str, numerator: int, number: int, part: int = 1, indicator: str = "filed"
) -> tuple[Any, ...]:
    return (
        *(indicator, "day", unit, "", 1_780_000_000, part, "40"),
        *(20_000, numerator, 0, number, 1_780_000_000_000),
    )


def figures(client: Client) -> dict[tuple[str, str], int]:
    rows = client.query(
        "SELECT indicator, unit, sum(numerator) FROM indicator_values FINAL GROUP BY ALL"
    ).result_rows
    return {(indicator, unit): numerator for indicator, unit, numerator in rows}


def tables(client: Client) -> list[str]:
    return [name for (name,) in client.query("SHOW TABLES LIKE 'rebuilt%'").result_rows]


@pytest.fixture
def live(clickhouse_client: Client, clickhouse_database: str) -> Client:
    """Two figures, of which one will be no more, one of another indicator, and one of two parts."""
    migrate(clickhouse_client, clickhouse_database)
    ArrowInserter(clickhouse_client, COLUMNS).insert(
        "indicator_values",
        [
            *(figure("a", 1, 500), figure("gone", 2, 600), figure("a", 3, 9, indicator="other")),
            *(figure("both", 4, 10, part=1), figure("both", 5, 10, part=2002)),
        ],
    )
    return clickhouse_client


LIVE = {("filed", "a"): 1, ("filed", "gone"): 2, ("filed", "both"): 9, ("other", "a"): 3}
REBUILT = {("filed", "a"): 10, ("filed", "gone"): 0, ("filed", "both"): 11, ("other", "a"): 3}


@pytest.fixture
def staged(live: Client) -> Staging:
    staging = Staging(live, newest_generation(live) + 1, ALL, COLUMNS["indicator_values"])
    staging.create()
    staging.add(1, [figure("a", 7, version(1, 1)), figure("a", 10, version(1, 2))])
    staging.add(1, [figure("both", 5, version(1, 1))])
    staging.add(2, [figure("both", 6, version(1, 1), part=2002)])
    staging.flush()
    staging.add_zeros(["filed"])
    staging.gather()
    return staging


def test_nothing_counts_until_all_does(live: Client, staged: Staging) -> None:
    assert figures(live) == LIVE
    assert staged.changes(["filed"]) == (3, {"filed": 3})
    staged.publish()
    assert figures(live) == REBUILT
    staged.publish()
    staged.drop()
    assert (figures(live), tables(live)) == (REBUILT, [])


def test_gathering_again_takes_what_has_come_since(live: Client, staged: Staging) -> None:
    staged.add(1, [figure("a", 12, version(1, 3))])
    staged.gather()
    staged.publish()
    assert figures(live) == REBUILT | {("filed", "a"): 12}


def test_figures_of_live_workers_before_the_switch_lose_and_after_it_win(
    live: Client, staged: Staging
) -> None:
    staged.publish()
    store = FiguresInserter(live, COLUMNS)
    store.insert("indicator_values", [figure("a", 99, version(0, 2**40)), figure("late", 1, version(0, 7))])
    assert figures(live) == REBUILT | {("filed", "late"): 1}
    sweep(live, ["filed"], staged.generation)
    assert figures(live) == REBUILT | {("filed", "late"): 0}
    store.insert("indicator_values", [figure("a", 11, version(2, 0))])
    assert figures(live)["filed", "a"] == 11


def test_the_store_attaches_a_partition_before_its_first_figure_of_the_next_generation(
    live: Client, staged: Staging
) -> None:
    store = FiguresInserter(live, COLUMNS)
    store.insert("indicator_values", [figure("a", 2, version(0, 501))])
    assert figures(live) == LIVE | {("filed", "a"): 2}
    store.insert("indicator_values", [figure("new", 1, version(2, 3))])
    assert figures(live) == REBUILT | {("filed", "new"): 1, ("filed", "both"): 5 + 5}  # part 2 not yet
    assert len(tables(live)) == 5


@pytest.mark.parametrize("generation", [0, 2])
def test_the_next_run_clears_up(live: Client, staged: Staging, generation: int) -> None:
    complete(live, dict.fromkeys(ALL, generation))
    assert (figures(live), tables(live)) == (REBUILT if generation else LIVE, [])


def test_what_is_told_is_of_the_rebuilt_figures(live: Client, staged: Staging) -> None:
    told = {
        (part, value.key.unit, value.numerator)
        for part, values in staged.recent(["filed"])
        for value in values
    }
    assert told == {(1, "a", 10), (1, "both", 5), (2002, "both", 6), (1, "gone", 0)}
    assert version(1, 2**40) < staged.told_version < version(2, 0)
