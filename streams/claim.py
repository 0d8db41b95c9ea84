"""That something is done by one process at a time, wherever it runs; whoever is killed has no claim for long.

Who claims is the only member of a consumer group. Its heartbeats come from a thread of its own, however busy it is;
when it is killed, the broker drops it after its session.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer

from ioc.errors import UserError
from streams.admin import group_members
from streams.topics import Topic

_SESSION_SECONDS, _HEARTBEAT_SECONDS = 10.0, 2.0
_WAIT_SECONDS = 15.0
"""For the session of one that was killed to end, or to be let into the group."""

_NEVER_MS = 86_400_000

T = TypeVar("T")


class ClaimedError(UserError):
    """Another process does it."""

    def __init__(self, what: str, who: str) -> None:
        super().__init__(
            f"{what} runs already ({who}): one at a time. Wait for its end, or stop it, and try again"
        )


@contextmanager
def claim(bootstrap: str, group: str, topic: Topic, what: str) -> Iterator[None]:
    """Be the only one until the end of the block.

    Args:
        bootstrap: of the broker.
        group: the name of the claim; a consumer group that nobody uses otherwise.
        topic: any that is there; nothing is read.
        what: for the message, such as `ioc rebuild`.

    Raises:
        ClaimedError: another process has the claim, and is alive.
        BrokerAwayError: the broker does not answer.
        KafkaError: the broker does not let us in.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while members := group_members(bootstrap, group):
        if time.monotonic() > deadline:
            raise ClaimedError(what, ", ".join(members))
        time.sleep(0.5)
    with _thread() as run:
        consumer = run(_join(bootstrap, group, topic))
        try:
            if len(consumer.assignment()) < topic.partitions:  # it is shared with another member
                raise ClaimedError(what, "it began at the same moment")
            yield
        finally:
            run(consumer.stop())


class _Run:
    """Runs coroutines on a loop of another thread; waits for their results."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def _thread() -> Iterator[_Run]:
    """A thread with an event loop, until the end of the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="claim", daemon=True)
    thread.start()
    try:
        yield _Run(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _join(bootstrap: str, group: str, topic: Topic) -> AIOKafkaConsumer:
    """A member of the group: with all partitions of the topic, or with some or none where it is not the only one."""
    consumer = AIOKafkaConsumer(
        topic.name,
        bootstrap_servers=bootstrap,
        client_id=f"process {os.getpid()} on {socket.gethostname()}",
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="latest",
        session_timeout_ms=int(_SESSION_SECONDS * 1000),
        heartbeat_interval_ms=int(_HEARTBEAT_SECONDS * 1000),
        max_poll_interval_ms=_NEVER_MS,
        rebalance_timeout_ms=int(_SESSION_SECONDS * 1000),
    )
    try:
        await consumer.start()
        deadline = time.monotonic() + _WAIT_SECONDS
        while not consumer.assignment() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        consumer.pause(*consumer.assignment())
    except BaseException:
        await consumer.stop()
        raise
    return consumer
