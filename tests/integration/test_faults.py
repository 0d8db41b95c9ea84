"""Workers killed with SIGKILL at random points while events flow: at the end every figure is exact.

The quick run is part of every test run; the long one (`make test-all`) kills more, and the broker too.
"""

from __future__ import annotations

import datetime as dt
import gc
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from clickhouse_connect.driver.client import Client
from kafka import KafkaProducer

from config.columns import event_fields
from store.audit import audit
from tests.fixtures.monitor import Monitor

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

UNITS = ("16681", "16690", "16702", "16708", "40.so-tu-phap", "40.so-y-te")


def events(count: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """(stream, unit, event): dossiers with lives that cross, payments, cleaned records; every twentieth sent again."""
    rng = random.Random(seed)
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=40)
    sent: list[tuple[str, str, bytes]] = []
    for number in range(count):
        unit = rng.choice(UNITS)
        time_ = start + dt.timedelta(seconds=rng.randrange(39 * 86_400), milliseconds=rng.randrange(1000))
        dossier = f"000.00.01.H40-261101-{rng.randrange(count // 4):06}"
        choices: list[tuple[str, dict[str, object]]] = [
            ("filings.received", {"dossier": dossier, "channel": rng.choice(["online", "direct"])}),
            ("filings.settled", {"dossier": dossier}),
            ("filings.withdrawn", {"dossier": dossier}),
            ("payments.requested", {"dossier": dossier, "amount_vnd": 50_000, "kind": "fee"}),
            (
                "payments.paid",
                {"kind": "fee", "method": "online_national", "amount_vnd": rng.randrange(10**6)},
            ),
            ("updates.records_cleaned", {"registry": "population", "records": rng.randrange(500)}),
        ]
        kind, data = rng.choice(choices)
        if kind == "filings.received":
            data["due_at"] = (time_ + dt.timedelta(days=rng.randrange(1, 20))).isoformat()
        event = {
            "specversion": "1.0",
            "id": f"fault-{seed}-{number}",
            "source": "/tests/faults",
            "type": f"vn.ioc.{kind}.v1",
            "time": time_.isoformat(),
            "subject": unit,
            "data": data,
        }
        sent.append((kind.split(".")[0], unit, msgspec.json.encode(event)))
        yield sent[-1]
        if number % 20 == 0:
            yield rng.choice(sent)


def produce(monitor: Monitor, count: int, seed: int, per_second: float) -> threading.Thread:
    """Send events at about that rate in the background."""

    def run() -> None:
        producer = KafkaProducer(
            bootstrap_servers=monitor.settings.kafka, acks="all", enable_idempotence=True, linger_ms=20
        )
        started = time.monotonic()
        for number, (stream, unit, value) in enumerate(events(count, seed)):
            producer.send(f"ioc.events.{stream}", key=unit.encode(), value=value)
            ahead = number / per_second - (time.monotonic() - started)
            if ahead > 0.05:
                time.sleep(ahead)
        producer.flush(120)
        producer.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def assert_ledger_is_exact(monitor: Monitor, count: int) -> None:
    def settled(client: Client) -> bool:
        if client.query("SELECT count() FROM events FINAL").result_rows[0][0] != count:
            return False
        result = audit(
            client,
            monitor.configuration.units,
            monitor.configuration.indicators,
            event_fields(monitor.registry),
            settle_seconds=1,
        )
        return not result.differences and result.buckets > 500

    monitor.wait_for(f"{count} events and an audit without differences", settled, 120)
    with monitor.client() as client:
        assert client.query("SELECT count() FROM dead_letters").result_rows[0][0] == 0


@pytest.fixture
def own_monitor(tmp_path: Path) -> Iterator[Monitor]:
    running = Monitor(tmp_path)
    running.start()
    yield running
    running.stop()


def test_killed_workers_lose_nothing_and_count_nothing_twice(own_monitor: Monitor) -> None:
    monitor, rng = own_monitor, random.Random(3)
    producing = produce(monitor, 12_000, seed=3, per_second=1_500)
    for role in ("compute", "store", "compute"):
        time.sleep(rng.uniform(2, 4))
        monitor.kill_worker(role)
        monitor.start_worker(role)
    producing.join()
    assert_ledger_is_exact(monitor, 12_000)


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning"
)  # kafka-python's, when a broker is killed
def test_many_kills_joins_and_a_broker_restart(own_monitor: Monitor) -> None:
    monitor, rng = own_monitor, random.Random(7)
    producing = produce(monitor, 60_000, seed=7, per_second=1_000)
    for round_ in range(10):
        time.sleep(rng.uniform(1.5, 4))
        role = rng.choice(["compute", "store"])
        monitor.kill_worker(role)
        if round_ == 4:
            monitor.kafka.kill()
            monitor.kafka.start()
        if round_ == 6:
            monitor.start_worker("compute", "compute-2")
        monitor.start_worker(role)
    monitor.kill_worker("compute-2")
    producing.join()
    gc.collect()
    assert_ledger_is_exact(monitor, 60_000)
