"""Kafka as the doctor sees it: brokers, topics, the roles' consumer groups, the newest event of each stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, KafkaError

from ioc.doctor.finding import Finding, in_words
from ioc.doctor.reach import unreachable
from ioc.settings import Settings
from schemas.streams import SchemaError, load_streams
from streams import topics
from streams.lag import behind

_TIMEOUT_MS = 3_000
_BEHIND = 10_000
"""Events: a role that is further behind than this for a while does not keep up."""
_SILENT_SECONDS = 900.0


def examine(settings: Settings, groups: Mapping[str, str], now: float) -> Iterator[Finding]:
    """Look at the broker, the topics, each role's group and each stream.

    Args:
        settings: where the broker is, and the streams.
        groups: the consumer group of each role.
        now: seconds since 1970, for ages.
    """
    bootstrap = settings.kafka
    if reason := unreachable(map(_host_and_port, bootstrap.split(","))):
        yield _away(bootstrap, reason)
        return
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=_TIMEOUT_MS)
    except KafkaError:
        yield _away(bootstrap, "what listens there is no Kafka broker")
        return
    with admin:
        brokers = admin.describe_cluster()["brokers"]
        try:
            streams = load_streams(*settings.schema_folders)
        except SchemaError as error:
            yield Finding("fail", "streams", str(error).splitlines()[0], "`ioc check` says all of it.")
            return
        wanted = topics.every(streams)
        yield Finding("ok", "Kafka", f"{bootstrap}, {len(brokers)} broker{'s' * (len(brokers) != 1)}")
        partitions = {
            topic["name"]: len(topic["partitions"])
            for topic in admin.describe_topics([topic.name for topic in wanted])
            if not topic["error_code"]
        }
        yield topics_finding(partitions, wanted)
        for role, group in groups.items():
            yield _role(admin, role, group)
        for stream in streams:
            if topics.events_topic(stream) in partitions:
                yield stream_finding(
                    stream, _newest(admin, stream, partitions[topics.events_topic(stream)]), now
                )


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.strip().rpartition(":")
    return (host.strip("[]"), int(port)) if host and port.isdecimal() else (address, 9092)


def _away(bootstrap: str, reason: str) -> Finding:
    what = f"{bootstrap} does not answer: {reason}"
    return Finding("fail", "Kafka", what, "Start it with `ioc up`, or set IOC_KAFKA to where it is.")


def topics_finding(partitions: Mapping[str, int], wanted: Sequence[topics.Topic]) -> Finding:
    """Whether every topic is there with its partitions."""
    missing = [topic.name for topic in wanted if topic.name not in partitions]
    if missing:
        return Finding(
            "fail",
            "topics",
            f"missing: {', '.join(missing)}",
            "`ioc up`, and each role at its start, makes them.",
        )
    wrong = [
        f"{topic.name} has {partitions[topic.name]} partitions and needs {topic.partitions}"
        for topic in wanted
        if partitions[topic.name] != topic.partitions
    ]
    if wrong:
        return Finding("fail", "topics", "; ".join(wrong), "Delete these topics, or move to a new cluster.")
    return Finding("ok", "topics", f"all {len(wanted)} are there, {sum(partitions.values())} partitions")


def role_finding(role: str, members: int, lag: int | None) -> Finding:
    """How a role does: how many processes, how many records behind (None: it never committed)."""
    if not members:
        waiting = f", {lag:,} records wait" if lag else ""
        return Finding(
            "fail", role, f"nobody runs it{waiting}", f"Start it with `ioc up` or `ioc up --role {role}`."
        )
    processes = f"{members} process{'es' * (members != 1)}"
    if lag is None:
        return Finding("ok", role, f"{processes}, nothing read yet")
    if lag > _BEHIND:
        return Finding(
            "warn",
            role,
            f"{processes}, {lag:,} records behind",
            f"If this does not shrink, start more `--role {role}`.",
        )
    return Finding("ok", role, f"{processes}, {lag:,} records behind")


def stream_finding(stream: str, newest: float | None, now: float) -> Finding:
    """How old the newest event of a stream is; `newest` is its arrival in seconds since 1970."""
    if newest is None:
        return Finding(
            "warn", stream, "no event within the topic's retention", "Look at the source of this stream."
        )
    age = now - newest
    if age > _SILENT_SECONDS:
        return Finding(
            "warn", stream, f"newest event {in_words(age)} ago", "Look at the source of this stream."
        )
    return Finding("ok", stream, f"newest event {in_words(age)} ago")


def _role(admin: KafkaAdminClient, role: str, group: str) -> Finding:
    try:
        members = len(admin.describe_groups([group])[group]["members"])
    except CoordinatorNotAvailableError:  # a cluster on which no group has ever been
        return role_finding(role, 0, None)
    committed = {
        partition: found.offset
        for partition, found in admin.list_group_offsets({group: None})[group].items()
        if found.offset >= 0
    }
    if not committed:
        return role_finding(role, members, None)
    ends = admin.list_partition_offsets(dict.fromkeys(committed, OffsetSpec.LATEST))
    return role_finding(role, members, behind({p: end.offset for p, end in ends.items()}, committed))


def _newest(admin: KafkaAdminClient, stream: str, partitions: int) -> float | None:
    every = [TopicPartition(topics.events_topic(stream), number) for number in range(partitions)]
    found = admin.list_partition_offsets(dict.fromkeys(every, OffsetSpec.MAX_TIMESTAMP))
    times = [newest.timestamp for newest in found.values() if newest.timestamp >= 0]
    return max(times) / 1000 if times else None
