"""How many records a role has still to read, and waiting until it has read what there is now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from streams import topics
from streams.admin import end_offsets, group_offsets

CATCH_UP_SECONDS = 60.0
_QUIET_SECONDS = 2.0
"""Roles commit once a second: as long as that takes there is nothing to be told."""

_AWAY_SECONDS = 5.0


def behind(ends: Mapping[Any, int], committed: Mapping[Any, int]) -> int:
    """How many records a group has yet to read, over its partitions."""
    return sum(max(end - committed.get(partition, 0), 0) for partition, end in ends.items())


def await_group(
    bootstrap: str,
    group: str,
    ends: Mapping[tuple[str, int], int],
    seconds: float,
    say: Callable[[int], None] = lambda _: None,
) -> int:
    """Wait until a group has acknowledged everything before some offsets.

    Args:
        bootstrap: of the broker.
        group: which.
        ends: the offsets, by topic and partition.
        seconds: how long at most.
        say: told once, if it takes a while, how many records are missing.

    Returns:
        How many records are still missing.

    Raises:
        BrokerAwayError: the broker cannot be reached.
    """
    begun, told = time.monotonic(), False
    while missing := behind(ends, group_offsets(bootstrap, group, timeout_seconds=_AWAY_SECONDS)):
        waited = time.monotonic() - begun
        if waited >= seconds:
            break
        if not told and waited >= min(_QUIET_SECONDS, seconds):
            told = True
            say(missing)
        time.sleep(0.5)
    return missing


def catch_up(bootstrap: str, streams: Iterable[str], say: Callable[[str], None]) -> int:
    """Wait a while until all events that are in Kafka now are in ClickHouse, and the figures that count them.

    Args:
        bootstrap: of the broker.
        streams: of events.
        say: takes lines for a person, if it takes a while.

    Returns:
        How many records were not read in that time: events by compute, or events and figures by the store.

    Raises:
        BrokerAwayError: the broker cannot be reached.
    """
    deadline = time.monotonic() + CATCH_UP_SECONDS

    def wait(role: str, ends: Mapping[tuple[str, int], int]) -> int:
        left = max(deadline - time.monotonic(), 0)
        return await_group(
            bootstrap,
            f"ioc-{role}",
            ends,
            left,
            lambda missing: say(
                f"{role} is {missing:,} records behind: waiting for it, at most {left:.0f} s"
            ),
        )

    events = end_offsets(bootstrap, topics.events(streams), timeout_seconds=_AWAY_SECONDS)
    if missing := wait("compute", events):
        return missing
    # What compute has acknowledged it has told of before.
    told = end_offsets(bootstrap, [topics.INDICATORS], timeout_seconds=_AWAY_SECONDS)
    return wait("store", {**events, **told})
