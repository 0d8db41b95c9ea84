"""Late and out-of-order acknowledgement, kill, rebalance: nothing is lost, commits never run ahead."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from faust.types import TP
from kafka.admin import KafkaAdminClient

from ioc.embedded.kafka import EmbeddedKafka
from streams.transport import BatchApp, BatchConsumer
from tests.contract.faust_workers import batch_app, committed, produce, running, until
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka


def watch_commits(app: BatchApp, done: dict[int, set[int]], topic: str) -> list[str]:
    """Check each commit as it is made against the offsets that are done; returns what was wrong."""
    wrong: list[str] = []
    consumer = app.consumer
    assert isinstance(consumer, BatchConsumer)
    commit = consumer._commit

    async def checked(offsets: dict[TP, int]) -> bool:
        for tp, offset in offsets.items():
            if tp.topic == topic and not set(range(offset)) <= done[tp.partition]:
                wrong.append(f"{tp} was committed to {offset} ahead of the work")
        committed: bool = await commit(offsets)
        return committed

    consumer._commit = checked
    return wrong


async def test_acknowledgements_may_come_late_and_out_of_order(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    produce(kafka.bootstrap, topic, [b"x"] * 2_000)
    app = batch_app(kafka.bootstrap, topic, broker_max_poll_records=20, broker_commit_interval=0.01)
    chance = random.Random(1)
    kept: list[Any] = []
    acknowledged: dict[int, set[int]] = defaultdict(set)

    def acknowledge(event: Any) -> None:
        acknowledged[event.value.partition].update(record.offset for record in event.value.records)
        event.ack()

    async def take(stream: Any) -> None:
        async for event in stream.noack().events():
            kept.append(event)
            if len(kept) > 10:
                acknowledge(kept.pop(chance.randrange(len(kept))))
                await asyncio.sleep(0.01)

    app.agent(app.batch_topic(topic), name="take")(take)
    wrong = watch_commits(app, acknowledged, topic)
    async with running(app):
        await until(lambda: sum(map(len, acknowledged.values())) + sum(len(e.value) for e in kept) == 2_000)
        for event in kept:
            acknowledge(event)
        await until(lambda: committed(kafka_admin, topic, topic) == dict.fromkeys(range(4), 500))
    assert not wrong


async def test_a_member_joins_and_leaves_in_the_middle(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    processed: dict[int, set[int]] = defaultdict(set)
    by_app: list[dict[int, set[int]]] = []
    wrong: list[list[str]] = []
    apps = []
    for _ in range(2):
        app = batch_app(kafka.bootstrap, topic, broker_max_poll_records=10, broker_commit_interval=0.02)
        mine: dict[int, set[int]] = defaultdict(set)

        async def take(stream: Any, mine: dict[int, set[int]] = mine) -> None:
            async for event in stream.noack().events():
                await asyncio.sleep(0.005)  # so that rebalances meet batches in hand
                offsets = {record.offset for record in event.value.records}
                processed[event.value.partition] |= offsets
                mine[event.value.partition] |= offsets
                event.ack()

        app.agent(app.batch_topic(topic), name="take")(take)
        apps.append(app)
        by_app.append(mine)
        wrong.append(watch_commits(app, processed, topic))
    sent, over = 0, asyncio.Event()

    async def feed() -> None:
        nonlocal sent
        while not over.is_set():
            produce(kafka.bootstrap, topic, [b"x"] * 400)
            sent += 100  # to each partition
            await asyncio.sleep(0.1)

    async with running(apps[0]):
        feeding = asyncio.create_task(feed())
        await until(lambda: by_app[0])
        async with running(apps[1]):
            await until(lambda: len(by_app[1]) == 2)
        over.set()
        await feeding
        await until(lambda: sum(map(len, processed.values())) == 4 * sent)
    assert wrong == [[], []]
    assert {p: sorted(offsets) for p, offsets in processed.items()} == {
        p: list(range(sent)) for p in range(4)
    }
    assert committed(kafka_admin, topic, topic) == dict.fromkeys(range(4), sent)


WORKER = """
import sys
import threading
from tests.contract.faust_workers import batch_app

app = batch_app(sys.argv[1], sys.argv[2], broker_max_poll_records=50, broker_commit_interval=0.05)

@app.agent(app.batch_topic(sys.argv[2]), name="take")
async def take(stream):
    async for batch in stream:
        print("batch", batch.partition, batch.first_offset, batch.last_offset, flush=True)

app.Worker(quiet=True, loglevel="CRITICAL", redirect_stdouts=False).execute_from_commandline()
"""


def note(line: str, processed: dict[int, set[int]]) -> None:
    said = re.search(r"batch (\d+) (\d+) (\d+)\n", line)  # Faust's spinner may stand before it
    if said:
        partition, first, last = map(int, said.groups())
        processed[partition].update(range(first, last + 1))


@contextmanager
def worker(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watchdog = threading.Timer(90, process.kill)  # ends the reading of what a stuck worker does not say
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


async def test_kill_loses_nothing(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    produce(kafka.bootstrap, topic, [b"x"] * 8_000)
    processed: dict[int, set[int]] = defaultdict(set)
    for lines_before_kill in (30, 70, None):
        with worker(kafka.bootstrap, topic) as process:
            assert process.stdout is not None
            for number, line in enumerate(process.stdout):
                note(line, processed)
                if number == lines_before_kill or sum(map(len, processed.values())) == 8_000:
                    break
            process.send_signal(signal.SIGKILL if lines_before_kill else signal.SIGTERM)
            for line in process.stdout:  # what it had said before it died
                note(line, processed)
        for partition, offset in committed(kafka_admin, topic, topic).items():
            assert set(range(offset)) <= processed[partition]
    assert {p: len(offsets) for p, offsets in processed.items()} == dict.fromkeys(range(4), 2_000)
