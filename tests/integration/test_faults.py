"""Workers killed with SIGKILL at random points while events flow: at the end every figure is exact.

The quick run is part of every test run; the long one (`make test-all`) kills more, and the servers too. A seed is
printed: IOC_FAULT_SEED makes the same choices again. `python -m benchmarks.soak` goes on for as long as one likes.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fixtures.faults import Feed, Storm, configuration, wait_until_exact
from tests.fixtures.monitor import Monitor
from tests.fixtures.smtp import Mailbox

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

DUTY = "duty@monitor.example"


@pytest.fixture
def own_monitor(tmp_path: Path) -> Iterator[Monitor]:
    running = Monitor(tmp_path, configuration(tmp_path / "config"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def mailbox(own_monitor: Monitor) -> Iterator[Mailbox]:
    with Mailbox() as running:
        own_monitor.start_worker("notify", IOC_SMTP_URL=running.url, IOC_MAIL_DUTY=DUTY)
        yield running


@pytest.fixture
def seed() -> int:
    chosen = int(os.environ.get("IOC_FAULT_SEED") or secrets.randbelow(10**6))
    print(f"IOC_FAULT_SEED={chosen}")
    return chosen


def test_killed_workers_lose_nothing_and_count_nothing_twice(own_monitor: Monitor, seed: int) -> None:
    storm = Storm(own_monitor, seed)
    feed = Feed(own_monitor, seed, per_second=1_500, most=12_000)
    for role in ("compute", "store", "compute"):
        storm.wait(2, 4)
        own_monitor.kill_worker(role)
        own_monitor.start_worker(role)
    feed.finish()
    assert wait_until_exact(own_monitor, feed) > 500


@pytest.mark.slow
def test_a_storm_of_kills_joins_and_lost_servers_leaves_an_exact_ledger(
    own_monitor: Monitor, mailbox: Mailbox, seed: int
) -> None:
    storm = Storm(own_monitor, seed)
    feed = Feed(own_monitor, seed, per_second=800, most=200_000)
    strikes = 0
    while feed.running or storm.kills < 20:
        storm.wait(3, 15)  # a killed member is missed after ten seconds: some kills must hit work, not starts
        storm.strike()
        strikes += 1
        if strikes == 4:
            storm.take_clickhouse_away(60)
        if strikes == 14:
            storm.kill_broker()
    feed.finish()
    storm.end()
    assert wait_until_exact(own_monitor, feed) > 2_000
    assert_alerts_are_told_once(own_monitor, mailbox)


def assert_alerts_are_told_once(monitor: Monitor, mailbox: Mailbox) -> None:
    """Every alert began once, ended before it began again, and came in one mail each time."""
    time.sleep(5)  # an alert that is told twice may be under way
    with monitor.client() as client:
        transitions = client.query(
            "SELECT alertname, fingerprint, starts_at, state FROM alert_transitions FINAL ORDER BY starts_at, at"
        ).result_rows
    lives: defaultdict[tuple[str, str], list[tuple[object, str]]] = defaultdict(list)
    for name, fingerprint, starts_at, state in transitions:
        lives[name, fingerprint].append((starts_at, state))
    for (name, _), life in lives.items():
        assert [state for _, state in life] == [("firing", "resolved")[at % 2] for at in range(len(life))]
        assert all(begun == ended for (begun, _), (ended, _) in list(pairwise(life))[::2])
        assert len(life) == 1 or name == "Uneven"
    assert sum(name == "Busy" for name, _ in lives) == 7  # six units and the province
    ids = [mail["Message-ID"] for mail in mailbox.of(DUTY)]
    assert len(ids) == len(set(ids))
