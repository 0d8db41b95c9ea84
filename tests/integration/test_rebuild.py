"""`ioc rebuild` beside a running monitor: exact afterwards, never a gap, whenever it is killed, after a lost broker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client
from confluent_kafka import Producer

from config.columns import event_fields
from config.loader import load
from ioc.rebuild import Rebuild, Result
from store import counted_by, dimensions
from store.audit import audit
from streams.admin import create_topics
from streams.topics import ALERT_STATE, COMPUTE_STATE, every
from tests.fixtures.faults import Feed, Sent, configuration, events, wait_until_exact
from tests.fixtures.monitor import Monitor

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]


@pytest.fixture
def own_monitor(tmp_path: Path) -> Iterator[Monitor]:
    running = Monitor(tmp_path, configuration(tmp_path / "config"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def change_the_configuration(monitor: Monitor) -> None:
    """Another numerator, another unit above one, an indicator more; and restart the workers with it."""
    config = monitor.settings.config
    filings = config / "indicators" / "filings.yaml"
    text = filings.read_text(encoding="utf-8")
    assert text.count("numerator: channel = 'online'\n") >= 1
    text = text.replace("numerator: channel = 'online'\n", "numerator: channel = 'direct'\n", 1)
    filings.write_text(text, encoding="utf-8")
    units = config / "units" / "nghe-an.yaml"
    text = units.read_text(encoding="utf-8")
    moved = '{code: "16681", level: commune, '
    assert moved in text
    units.write_text(text.replace(moved, moved + 'parent: "40.so-y-te", '), encoding="utf-8")
    monitor.configuration = load(config, monitor.registry)
    with monitor.client() as client:
        dimensions.fill(client, monitor.configuration.units, monitor.configuration.indicators)
    for role in ("compute", "store"):
        monitor.stop_worker(role)
        monitor.start_worker(role)


def past(monitor: Monitor, client: Client) -> list[str]:
    return counted_by.changed(client, monitor.configuration.units, monitor.configuration.indicators)


def rebuild(monitor: Monitor, *, dry: bool = False, say: Callable[[str], None] = print) -> Result:
    with monitor.client() as client:
        return Rebuild(monitor.settings, client, monitor.configuration, monitor.registry, say).run(dry=dry)


class Wall:
    """Asks again and again for figures of a day, and keeps every answer."""

    def __init__(self, monitor: Monitor, indicator: str, day: str) -> None:
        self._monitor = monitor
        self._sql = (
            "SELECT unit, sum(numerator), sum(denominator) FROM indicator_buckets"
            f" WHERE indicator = '{indicator}' AND grain = 'day' AND day = '{day}' GROUP BY unit"
        )
        self._stopped = threading.Event()
        self.seen: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self.absent: list[str] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with self._monitor.client() as client:
            known: set[str] = set()
            while not self._stopped.wait(0.01):
                rows = {unit: (n, d) for unit, n, d in client.query(self._sql).result_rows}
                self.absent += known - rows.keys()
                known |= rows.keys()
                for unit, sums in rows.items():
                    if not self.seen[unit] or self.seen[unit][-1] != sums:
                        self.seen[unit].append(sums)

    def __enter__(self) -> Wall:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        self._thread.join()


def oldest_day(monitor: Monitor) -> str:
    with monitor.client() as client:
        [(day,)] = client.query(
            "SELECT toString(min(day)) FROM indicator_values WHERE grain = 'day'"
        ).result_rows
    return str(day)


@pytest.mark.slow
def test_a_changed_definition_and_hierarchy_are_right_for_the_past_and_the_wall_never_has_a_gap(
    own_monitor: Monitor,
) -> None:
    feed = Feed(own_monitor, 1, per_second=3_000, most=6_000)
    feed.finish()
    wait_until_exact(own_monitor, feed)
    with own_monitor.client() as client:
        counted_by.note_first(client, own_monitor.configuration.units, own_monitor.configuration.indicators)
        change_the_configuration(own_monitor)
        assert past(own_monitor, client) == [counted_by.UNITS, "online_filing_rate"]
    assert rebuild(own_monitor, dry=True).changes.by_indicator["online_filing_rate"] > 100
    with Wall(own_monitor, "online_filing_rate", oldest_day(own_monitor)) as wall:
        done = rebuild(own_monitor)
    assert done.events == feed.fresh
    assert not wall.absent
    assert all(len(answers) <= 2 for answers in wall.seen.values())
    assert any(len(answers) == 2 for answers in wall.seen.values())
    more = Feed(own_monitor, 2, per_second=1_000, most=2_000, earlier=(feed.fresh, feed.bad))
    more.finish()
    assert wait_until_exact(own_monitor, more) > 500
    with own_monitor.client() as client:
        assert not client.query("SHOW TABLES LIKE 'rebuilt%'").result_rows
        assert past(own_monitor, client) == []
    assert "Traceback" not in own_monitor.log("compute")


def killed_at(monitor: Monitor, step: str, times: int = 1) -> None:
    """Run `ioc rebuild` in a process that is killed when it comes to a step."""
    environment = os.environ | {
        "IOC_KAFKA": monitor.settings.kafka,
        "IOC_CLICKHOUSE": monitor.settings.clickhouse,
        "IOC_CONFIG": str(monitor.settings.config),
        "IOC_DATA": str(monitor.settings.data),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.fixtures.killed_rebuild", step, str(times)],
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_killed_anywhere_it_leaves_old_figures_or_new_ones_and_can_be_run_again(own_monitor: Monitor) -> None:
    feed = Feed(own_monitor, 1, per_second=3_000, most=6_000)
    feed.finish()
    wait_until_exact(own_monitor, feed)
    change_the_configuration(own_monitor)
    with Wall(own_monitor, "online_filing_rate", oldest_day(own_monitor)) as wall:
        killed_at(own_monitor, "Rebuilding.take", 3_000)
        killed_at(own_monitor, "Staging.gather", 1)
        killed_at(own_monitor, "Staging.gather", 2)
        killed_at(own_monitor, "Logs.replace")
        assert all(len(answers) == 1 for answers in wall.seen.values())
        killed_at(own_monitor, "Staging.publish")
        assert not wall.absent
        assert all(len(answers) <= 2 for answers in wall.seen.values())
    # The state is the new one: the store puts the figures in their place before the first that is told of it.
    more = Feed(own_monitor, 2, per_second=1_000, most=4_000, earlier=(feed.fresh, feed.bad))
    more.finish()
    wait_until_exact(own_monitor, more)
    killed_at(own_monitor, "Staging.recent")
    rebuild(own_monitor)
    wait_until_exact(own_monitor, more)


@pytest.mark.slow
def test_beside_events_that_flow_and_workers_that_are_killed(own_monitor: Monitor) -> None:
    feed = Feed(own_monitor, 1, per_second=2_000, most=60_000)
    change_the_configuration(own_monitor)
    for _ in range(2):
        rebuild(own_monitor)

    def strike() -> None:
        own_monitor.kill_worker("compute")
        own_monitor.start_worker("compute")

    killer = threading.Timer(3, strike)
    killer.start()
    rebuild(own_monitor)
    killer.join()
    feed.finish()
    wait_until_exact(own_monitor, feed)


@pytest.mark.slow
def test_after_a_lost_broker_state_and_known_repeats_come_back_from_clickhouse(own_monitor: Monitor) -> None:
    feed = Feed(own_monitor, 1, per_second=3_000, most=6_000)
    feed.finish()
    repeated = [one for one in islice(events(4), 500) if one.fresh]
    send(own_monitor, repeated)
    feed.fresh += len(repeated)
    own_monitor.wait_for(
        "exact", lambda client: stored(client) == feed.fresh and not differences(own_monitor)
    )
    for role in ("compute", "store"):
        own_monitor.stop_worker(role)
    own_monitor.kafka.kill()
    shutil.rmtree(own_monitor.kafka._folder / "log")
    own_monitor.kafka.start()
    create_topics(own_monitor.settings.kafka, every(own_monitor.registry.streams))
    for role in ("compute", "store"):
        own_monitor.start_worker(role)
    more = Feed(own_monitor, 2, per_second=1_000, most=3_000, earlier=(feed.fresh, feed.bad))
    more.finish()
    own_monitor.wait_for("all events", lambda client: stored(client) == more.fresh)
    rebuild(own_monitor)
    send(own_monitor, repeated)
    last = Feed(own_monitor, 3, per_second=1_000, most=3_000, earlier=(more.fresh, more.bad))
    last.finish()
    own_monitor.wait_for(
        "exact", lambda client: stored(client) == last.fresh and differences(own_monitor) == 0
    )


@pytest.mark.slow
def test_states_of_another_version_are_made_anew(own_monitor: Monitor) -> None:
    feed = Feed(own_monitor, 1, per_second=3_000, most=6_000)
    feed.finish()
    wait_until_exact(own_monitor, feed)
    own_monitor.stop_worker("compute")
    producer = Producer({"bootstrap.servers": own_monitor.settings.kafka})
    for topic in (COMPUTE_STATE, ALERT_STATE):
        producer.produce(topic.name, key=b"older-1-0", value=b"\xa5older", partition=2)
    assert producer.flush(30) == 0
    more = Feed(own_monitor, 2, per_second=1_000, most=2_000, earlier=(feed.fresh, feed.bad))
    more.finish()
    own_monitor.start_worker("compute")
    worker = own_monitor.workers["compute"]
    assert worker.wait(60) != 0
    assert "the state was written by another version of the monitor" in own_monitor.log("compute")
    said: list[str] = []
    rebuild(own_monitor, say=said.append)
    assert any(line.startswith("the state of partition 2 was written by another version") for line in said)
    assert any(line.startswith("what the alert rules knew (partitions 2)") for line in said)
    last = Feed(own_monitor, 3, per_second=1_000, most=2_000, earlier=(more.fresh, more.bad))
    last.finish()
    assert wait_until_exact(own_monitor, last) > 500


def send(monitor: Monitor, records: list[Sent]) -> None:
    producer = Producer({"bootstrap.servers": monitor.settings.kafka})
    for one in records:
        producer.produce(f"ioc.events.{one.stream}", key=one.unit, value=one.value)
    assert producer.flush(30) == 0


def stored(client: Client) -> int:
    [(events,)] = client.query("SELECT count() FROM events FINAL").result_rows
    return int(events)


def differences(monitor: Monitor) -> int:
    with monitor.client() as client:
        found = audit(
            client,
            monitor.configuration.units,
            monitor.configuration.indicators,
            event_fields(monitor.registry),
            settle_seconds=1,
        )
    assert found.buckets > 500
    return len(found.differences)
