"""Workers killed with SIGKILL, or stopped for a while, at random points: at the end every figure is exact.

The quick run is part of every test run; the long one (`make test-all`) kills more, and the servers too. A seed is
printed: IOC_FAULT_SEED makes the same choices again. `python -m benchmarks.soak` goes on for as long as one likes.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from streams.fencedlog import FencedLog
from streams.topics import ALERT_STATE, COMPUTE_STATE
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
def test_a_worker_whose_log_another_process_has_opened_forgets_and_goes_on(
    own_monitor: Monitor, seed: int
) -> None:
    async def open_logs(bootstrap: str) -> None:
        for topic in (COMPUTE_STATE, ALERT_STATE):
            for partition in range(topic.partitions):
                log = FencedLog(bootstrap, topic.name, partition)
                await log.open()
                await log.close()

    feed = Feed(own_monitor, seed, per_second=1_500, most=9_000)
    Storm(own_monitor, seed).wait(2, 4)
    asyncio.run(open_logs(own_monitor.settings.kafka))
    feed.finish()
    assert wait_until_exact(own_monitor, feed) > 500
    said = own_monitor.log("compute")
    assert "has another writer" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_worker_that_stood_still_while_another_took_over_adds_nothing(
    own_monitor: Monitor, seed: int
) -> None:
    storm = Storm(own_monitor, seed)
    feed = Feed(own_monitor, seed, per_second=1_500, most=60_000)
    storm.wait(3, 5)
    for still, other in (("compute", "compute-2"), ("compute-2", "compute")):
        if other not in own_monitor.workers:
            own_monitor.start_worker("compute", other)
            storm.wait(3, 5)
        own_monitor.freeze_worker(still)
        storm.wait(13, 16)  # longer than a session
        own_monitor.thaw_worker(still)
        storm.wait(2, 4)
    feed.finish()
    assert wait_until_exact(own_monitor, feed) > 500
    assert "Traceback" not in own_monitor.log("compute") + own_monitor.log("compute-2")


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
