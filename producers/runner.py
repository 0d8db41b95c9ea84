"""A configured source, put together and run: reader, feed, journal and delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from config.loader import Configuration, load
from config.problems import did_you_mean
from ioc.datafolder import lock
from ioc.errors import UserError
from ioc.settings import Settings
from producers.delivery import Backlog, Delivery
from producers.feed import Feed
from producers.gate import Gate
from producers.journal import Journal
from producers.kinds import reader_of
from producers.produce import Produced, produce
from producers.sender import Sender
from producers.source import Source
from schemas.decoder import EventDecoder
from schemas.registry import Registry, load_registry
from streams.admin import create_topics
from streams.core.validity import Validity
from streams.topics import every

_MEGABYTE = 1_000_000
_CONNECT_SECONDS = 2.0


class NoSuchSourceError(UserError):
    """The configuration declares no source of this name; the message lists those there are."""

    exit_status = 2


class OtherClusterError(UserError):
    """The journal belongs to another Kafka than the one that answers."""


def find_source(configuration: Configuration, name: str) -> Source:
    """The source of this name.

    Raises:
        NoSuchSourceError: there is none.
    """
    try:
        return configuration.sources[name]
    except KeyError:
        msg = f"there is no source '{name}' in config/sources. {did_you_mean(name, configuration.sources)}"
        raise NoSuchSourceError(msg) from None


def run_source(
    settings: Settings,
    name: str,
    stop: threading.Event,
    *,
    again: bool = False,
    drain_seconds: float = 10,
    trouble: Callable[[UserError, float], None] = lambda *_: None,
    report: Callable[[Produced], None] = lambda _: None,
) -> int:
    """Run a source until stopped; returns how many records are left on disk for the next start.

    Args:
        settings: where Kafka, configuration and data are.
        name: of the source.
        stop: ends it.
        again: read it from its beginning.
        drain_seconds: how long to wait at the end for what is on its way.
        trouble: is told when the source or the broker is away, and how long is waited.
        report: is told the counts.

    Raises:
        ConfigurationError: the configuration holds mistakes.
        NoSuchSourceError: it declares no such source.
        InUseError: the source runs already.
        OtherClusterError: the journal belongs to another Kafka.
        UserError: whatever only a person can mend.
    """
    registry = load_registry(*settings.schema_folders)
    configuration = load(settings.config, registry)
    source = find_source(configuration, name)
    folder = settings.data / "sources" / name
    with lock(folder):
        journal = Journal(folder / "journal.sqlite")
        if again:
            journal.begin_anew()
        backlog = Backlog(source.outbox_mb * _MEGABYTE)
        validity = Validity(configuration.units, registry.streams)
        gate = Gate(EventDecoder(registry), configuration.units, validity)
        feed = Feed(source, registry, gate, journal, backlog, letters=True)
        reader = reader_of(source, feed.mapping.columns, settings.kafka)
        delivery = Delivery(
            journal.path,
            backlog,
            lambda: _connect(settings.kafka, registry, journal, again),
            report=trouble,
            failed=stop.set,
        )
        try:
            with delivery:
                per_second = source.events_per_second
                produce(
                    reader, feed, journal, backlog, stop, per_second=per_second, away=trouble, report=report
                )
                delivery.stop(drain_seconds)
        finally:
            reader.close()
            journal.close()
    return backlog.records


def _connect(bootstrap: str, registry: Registry, journal: Journal, again: bool) -> Sender:
    create_topics(bootstrap, every(registry.streams), timeout_seconds=_CONNECT_SECONDS)
    sender = Sender(bootstrap, connect_seconds=_CONNECT_SECONDS)
    known = journal.kept("cluster")
    here = sender.cluster_id
    if known is not None and not again and msgspec.json.decode(known) != here:
        sender.close()
        msg = (
            f"{journal.path} says what was sent to another Kafka than that at {bootstrap}: set IOC_KAFKA right,"
            " or read the source from its beginning with --again"
        )
        raise OtherClusterError(msg)
    with journal.transaction():
        journal.keep("cluster", here)
    return sender
