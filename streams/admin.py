"""Making the topics, and asking a cluster who it is.

BrokerError             a Kafka broker cannot be used
├── BrokerAwayError     none answers at the address
└── TopicError          a topic is there, but not as it must be
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError, KafkaTimeoutError, TopicAlreadyExistsError

from ioc.errors import UserError
from streams.topics import Topic


class BrokerError(UserError):
    """A Kafka broker cannot be used; the message says why and what to do."""


class BrokerAwayError(BrokerError):
    """No broker answers at the address."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(
            f"no Kafka broker answers at {bootstrap}: start one (ioc up), or set IOC_KAFKA to where it is"
        )


class TopicError(BrokerError):
    """A topic is there, but not as it must be."""


def create_topics(bootstrap: str, topics: Iterable[Topic], *, timeout_seconds: float = 30) -> list[str]:
    """Make the topics that are missing and wait until every partition of all has a leader; safe at every start.

    The number of replicas is the broker's `default.replication.factor`.

    Returns:
        The names of the topics made by this call.

    Raises:
        BrokerAwayError: nothing answers within the time.
        TopicError: a topic has another number of partitions, or the broker refuses to make it.
    """
    wanted = {topic.name: topic for topic in topics}
    with _admin(bootstrap, timeout_seconds) as admin:
        missing = wanted.keys() - set(admin.list_topics())
        made = sorted(name for name in missing if _create(admin, wanted[name]))
        try:
            admin.wait_for_topics(list(wanted), timeout_ms=timeout_seconds * 1000)
        except KafkaTimeoutError as error:
            msg = f"Kafka at {bootstrap} has not made its topics ready in {timeout_seconds:g} s: {error}"
            raise TopicError(msg) from error
        for found in admin.describe_topics(list(wanted)):
            _check_partitions(wanted[found["name"]], len(found["partitions"]))
    return made


def cluster_id(bootstrap: str, *, timeout_seconds: float = 30) -> str:
    """The identity that a cluster keeps over restarts and changes of address.

    Raises:
        BrokerAwayError: nothing answers within the time.
    """
    with _admin(bootstrap, timeout_seconds) as admin:
        return str(admin.describe_cluster()["cluster_id"])


def group_offsets(bootstrap: str, group: str, *, timeout_seconds: float = 30) -> dict[tuple[str, int], int]:
    """What a consumer group has acknowledged, by topic and partition; where it has not, there is nothing.

    Raises:
        BrokerAwayError: nothing answers within the time.
    """
    with _admin(bootstrap, timeout_seconds) as admin:
        try:
            found = admin.list_group_offsets({group: None})[group]
        except KafkaError:  # there is no such group
            return {}
        return {(where.topic, where.partition): at.offset for where, at in found.items() if at.offset >= 0}


def end_offsets(
    bootstrap: str, topics: Iterable[Topic], *, timeout_seconds: float = 30
) -> dict[tuple[str, int], int]:
    """Where topics end at this moment, by topic and partition.

    Raises:
        BrokerAwayError: nothing answers within the time.
    """
    wanted = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
    with _admin(bootstrap, timeout_seconds) as admin:
        found = admin.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.LATEST))
    return {(where.topic, where.partition): at.offset for where, at in found.items()}


def group_members(bootstrap: str, group: str, *, timeout_seconds: float = 30) -> list[str]:
    """The client ids of a consumer group's members.

    Raises:
        BrokerAwayError: nothing answers within the time.
    """
    with _admin(bootstrap, timeout_seconds) as admin:
        try:
            return [str(member["client_id"]) for member in admin.describe_groups([group])[group]["members"]]
        except KafkaError:  # there has never been a group
            return []


def await_broker(bootstrap: str, timeout_seconds: float) -> None:
    """Return when one of the brokers takes connections.

    Asked before a client is made: the Kafka client of Python leaves its sockets open if it cannot connect at first.

    Raises:
        BrokerAwayError: none does within the time.
    """
    deadline = time.monotonic() + timeout_seconds
    while not any(_takes_connections(address) for address in bootstrap.split(",")):
        if time.monotonic() > deadline:
            raise BrokerAwayError(bootstrap)
        time.sleep(0.2)


def _takes_connections(address: str) -> bool:
    host, _, port = address.strip().rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=1).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


@contextmanager
def _admin(bootstrap: str, timeout_seconds: float) -> Iterator[KafkaAdminClient]:
    await_broker(bootstrap, timeout_seconds)
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    except KafkaError as error:
        raise BrokerAwayError(bootstrap) from error
    with admin:
        yield admin


def _create(admin: KafkaAdminClient, topic: Topic) -> bool:
    """Whether it was this call that made it; several roles may start at once."""
    try:
        admin.create_topics({topic.name: {"num_partitions": topic.partitions, "configs": topic.config}})
    except TopicAlreadyExistsError:
        return False
    except KafkaError as error:
        msg = f"Kafka refuses to make the topic {topic.name}: {error}"
        raise TopicError(msg) from error
    return True


def _check_partitions(topic: Topic, partitions: int) -> None:
    if partitions != topic.partitions:
        msg = (
            f"the topic {topic.name} has {partitions} partitions and needs {topic.partitions}:"
            " compute joins all streams by partition number; delete the topic, or move to a new cluster"
        )
        raise TopicError(msg)
