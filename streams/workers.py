"""The worker roles as Faust apps, wired by hand: `python -m streams.workers compute|store|notify`.

Each role is its own app with its own consumer group; start as many processes of it as there are partitions.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from config.columns import event_fields
from config.loader import Configuration, load
from ioc.errors import UserError
from ioc.settings import Settings
from schemas.decoder import EventDecoder
from schemas.registry import Registry, load_registry
from streams import topics
from streams.alerting import Alerting
from streams.compute import LINGER_SECONDS, Compute
from streams.core.admission import Admission
from streams.core.alerting import AlertDelta, Evaluator
from streams.core.compute import Delta, States
from streams.core.definitions import Definitions
from streams.fencedlog import FencedLog
from streams.statelog import StateLog
from streams.transport import BatchApp

_LONGEST_PAUSE_SECONDS = 0.5
"""Of the loops below, however long their work takes."""

TIDY_SECONDS = 60.0
"""How often garbage in cycles is looked for."""

EVALUATE_SECONDS = 1.0
"""How often alert rules are evaluated."""

_SESSION_SECONDS, _HEARTBEAT_SECONDS = 6.0, 1.5
"""A killed worker's partitions go to another one after the session: Faust's default of 60 s is too long for alerts.

Six seconds are the least that a broker takes by default. A worker that is displaced by mistake only loses time: its log
has one writer."""


_YIELD_SECONDS = 8.0
"""How long a worker that is displaced by one who is not of the group, as `ioc rebuild` is not, leaves it the log."""

logger = logging.getLogger(__name__)


def definitions(configuration: Configuration, registry: Registry) -> dict[str, Definitions]:
    """What compute counts of each topic."""
    kinds = list(event_fields(registry))
    return {
        topics.events_topic(stream.name): Definitions(
            configuration.indicators.values(),
            kinds,
            configuration.units,
            stream,
            _max_age_days(configuration),
        )
        for stream in registry.streams.values()
    }


def admission(configuration: Configuration, registry: Registry) -> Admission:
    """What compute and store let in."""
    return Admission(
        EventDecoder(registry), configuration.units, registry.streams, _max_age_days(configuration)
    )


def _max_age_days(configuration: Configuration) -> int | None:
    """An event is let in as long as events are kept."""
    kept = configuration.retention.events
    return kept.days if kept else None


def compute_app(settings: Settings, configuration: Configuration, registry: Registry) -> BatchApp:
    """Events to indicators, indicators to alerts."""
    app = _app("compute", settings)
    wanted = definitions(configuration, registry)
    send = _sender(app)

    async def restore(partition: int) -> tuple[States, StateLog[Delta]]:
        states = States(wanted)
        log = StateLog(Delta, FencedLog(settings.kafka, topics.COMPUTE_STATE.name, partition))
        states.repeat(await log.restore(states))
        return states, log

    async def restore_alerts(partition: int) -> tuple[Evaluator, StateLog[AlertDelta]]:
        evaluator = Evaluator(configuration.alerts, configuration.indicators, configuration.units)
        log = StateLog(AlertDelta, FencedLog(settings.kafka, topics.ALERT_STATE.name, partition))
        await log.restore(evaluator)
        return evaluator, log

    def fenced(what: str, partition: int) -> None:
        logger.warning(
            "The state of %s of partition %d has another writer. This worker, which may have been stopped for a while,"
            " forgets what it had not logged, and joins the group again.",
            what,
            partition,
        )
        generation = app.consumer_generation_id

        def rejoin() -> None:
            if app.consumer_generation_id == generation:  # else it has joined again meanwhile
                app.rejoin()

        asyncio.get_running_loop().call_later(_YIELD_SECONDS, rejoin)

    compute = Compute(
        configuration.units,
        admission(configuration, registry),
        restore,
        send,
        functools.partial(fenced, "indicators"),
    )
    alerting = Alerting(restore_alerts, send, functools.partial(fenced, "alerts"))

    for topic in topics.events(registry.streams):
        _agent(app, topic.name, compute.take)
    _agent(app, topics.INDICATORS.name, alerting.take)

    async def evaluate() -> None:
        generation = app.consumer_generation_id
        assigned = {tp.partition for tp in app.consumer.assignment() if tp.topic == topics.INDICATORS.name}
        await alerting.tick(
            time.time_ns() // 1_000_000, assigned, lambda: bool(app.consumer_generation_id == generation)
        )

    _every(app, LINGER_SECONDS, compute.commit, compute.full)
    _every(app, EVALUATE_SECONDS, evaluate)

    @app.on_partitions_assigned.connect  # type: ignore[untyped-decorator]
    async def assign(app: BatchApp, assigned: Iterable[Any], **_: Any) -> None:
        partitions = {tp.partition for tp in assigned}
        compute.expect(partitions)
        alerting.expect(partitions)

    @app.on_partitions_revoked.connect  # type: ignore[untyped-decorator]
    async def revoke(app: BatchApp, revoked: Iterable[Any], **_: Any) -> None:
        partitions = {tp.partition for tp in revoked}
        compute.revoke(partitions)
        alerting.revoke(partitions)

    app.kept = assign, revoke  # signals hold their receivers weakly
    return app


def store_app(settings: Settings, configuration: Configuration, registry: Registry) -> BatchApp:
    """Every topic of ours to ClickHouse."""
    # Here, and so for notify: what one role alone needs takes the others' start half a second.
    from store.client import connect
    from store.staging import FiguresInserter
    from streams.rows import COLUMNS, Rows
    from streams.store import LINGER_SECONDS, Store

    app = _app("store", settings)
    store = Store(
        Rows(admission(configuration, registry), configuration.units, registry),
        FiguresInserter(connect(settings), COLUMNS),
    )

    async def take(batch: Any, acknowledge: Callable[[], Any], is_ours: Callable[[], bool]) -> None:
        await store.take(batch, acknowledge)

    for topic in (*topics.events(registry.streams), *topics.TOLD):
        _agent(app, topic.name, take)

    _every(app, LINGER_SECONDS, store.commit)
    return app


def notify_app(settings: Settings, configuration: Configuration, registry: Registry) -> BatchApp:
    """Alerts to the offices concerned."""
    from streams.channels import open_channels
    from streams.core.notices import Context
    from streams.notify import Notifier, Outbox

    channels = open_channels(
        configuration.recipients, {**os.environ, "IOC_SMTP_URL": settings.smtp_url.reveal()}
    )
    # A mail server that does not answer must not hold up a rebalance or a stop: what waits then is read again.
    app = _app("notify", settings, stream_wait_empty=False)
    send = _sender(app)
    context = Context(
        configuration.units,
        configuration.indicators,
        {rule.alert: rule for rule in configuration.alerts},
        settings.wall_address,
    )
    outboxes = [Outbox(channel, context, send, _now_ms) for channel in channels]
    _agent(app, topics.ALERTS.name, Notifier(outboxes).take)
    for outbox in outboxes:
        app.task(outbox.run)
    return app


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _every(
    app: BatchApp,
    seconds: float,
    work: Callable[[], Awaitable[None]],
    urgent: asyncio.Event | None = None,
) -> None:
    """Do some work again and again as long as the worker runs.

    The pause between is `seconds`, or three times as long as the work took (at most two seconds): under load there is
    less of it, on more at a time. `urgent` ends a pause.
    """

    async def loop() -> None:
        pause, asked = seconds, urgent or asyncio.Event()
        while not app.should_stop:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), pause)
            started = time.monotonic()
            await work()
            pause = max(seconds, min(3 * (time.monotonic() - started), _LONGEST_PAUSE_SECONDS))

    app.task(loop)


async def _tidy() -> None:
    """Look for garbage in cycles among what is new since the last time.

    The state is millions of long-lived objects without cycles. Python's own collector walks through them again and
    again, at a third of the speed; here each object is looked at once.
    """
    gc.collect()
    gc.freeze()


Take = Callable[[Any, Callable[[], Any], Callable[[], bool]], Awaitable[None]]


def _agent(app: BatchApp, topic: str, take: Take) -> None:
    """An agent that hands each batch on, with how to acknowledge it and whether it is still this worker's."""

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            generation = event.message.generation_id
            await take(
                event.value,
                event.ack,
                lambda generation=generation: app.consumer_generation_id == generation,  # type: ignore[misc]
            )

    app.agent(app.batch_topic(topic), name=f"{app.conf.id}.{topic}")(agent)


def _app(role: str, settings: Settings, **options: Any) -> BatchApp:
    folder = settings.data / "faust" / role
    folder.mkdir(parents=True, exist_ok=True)
    app = BatchApp(
        f"ioc-{role}",
        broker=f"kafka://{settings.kafka}",
        broker_session_timeout=_SESSION_SECONDS,
        broker_heartbeat_interval=_HEARTBEAT_SECONDS,
        broker_commit_interval=1.0,
        producer_max_request_size=64 * 1024 * 1024,
        producer_linger_ms=5,
        producer_max_batch_size=1024 * 1024,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        web_enabled=False,
        datadir=str(folder),
        **options,
    )
    _every(app, TIDY_SECONDS, _tidy)
    return app


def _sender(app: BatchApp) -> Callable[[str, bytes, bytes], Awaitable[Awaitable[Any]]]:
    async def send(topic: str, key: bytes, value: bytes) -> Awaitable[Any]:
        sent: Awaitable[Any] = await app.producer.send(topic, key, value, None, None, None)
        return sent

    return send


def _say_when_ready(app: BatchApp) -> None:
    """Print `ready`, for which the supervisor waits, when the group has given this process its partitions."""

    @app.on_partitions_assigned.connect  # type: ignore[untyped-decorator]
    async def say(app: BatchApp, assigned: Iterable[Any], **_: Any) -> None:
        print("ready", flush=True)
        app.on_partitions_assigned.disconnect(say)


APPS = {"compute": compute_app, "store": store_app, "notify": notify_app}


def main(arguments: list[str]) -> int:
    """Run one role until SIGTERM."""
    if len(arguments) != 1 or arguments[0] not in APPS:
        print(f"usage: python -m streams.workers {'|'.join(APPS)}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = Settings.from_environment()
    try:
        registry = load_registry(*settings.schema_folders)
        app = APPS[arguments[0]](settings, load(settings.config, registry), registry)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    _say_when_ready(app)
    gc.disable()  # see _tidy
    from faust import Worker  # here, for it configures logging at import

    Worker(app, loglevel="INFO", redirect_stdouts=False).execute_from_commandline()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
