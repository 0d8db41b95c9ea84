"""`ioc demo` and `ioc up`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.loader import Configuration
    from ioc.settings import Settings
    from ioc.stack import Stack

_Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65535,
        help="The wall's port. Without it: 8088, or the next free one.",
        show_default=False,
    ),
]


class Role(StrEnum):
    """What one process of a production system does."""

    compute = "compute"
    store = "store"
    notify = "notify"
    wall = "wall"
    audit = "audit"


def demo(
    port: _Port = None,
    rate: Annotated[float, typer.Option(metavar="N", help="Simulated events per second.")] = 1.0,
) -> None:
    """Run everything here, fed by the simulator.

    Starts Apache Kafka, ClickHouse, the workers, the wall and the simulator as programs of their own, prints the
    wall's address, and stops all of them at Ctrl-C. The data stays in var/ (IOC_DATA) and is there again next time.

    Example: ioc demo
    """
    _run_stack(port, simulator=("--rate", str(rate), "--bad", "0.0005"))


def up(
    role: Annotated[
        Role | None, typer.Option(help="Run this role only, on the Kafka and ClickHouse of the environment.")
    ] = None,
    port: _Port = None,
) -> None:
    """Run everything here, or one role of production.

    Without --role: the same as `ioc demo` without the simulator. Kafka and ClickHouse are embedded unless
    IOC_KAFKA and IOC_CLICKHOUSE name others.

    With --role: that role alone, in the foreground, as the containers of docker-compose.yml do.

    Example: ioc up --role compute
    """
    if role is None:
        _run_stack(port)
    else:
        _run_role(role, port)


def _run_stack(port: int | None, simulator: tuple[str, ...] | None = None) -> None:
    from ioc.datafolder import lock
    from ioc.stack import Parts, Stack
    from ioc.terminal import Terminal

    settings, configuration = _checked(port)

    def topics(settings: Settings) -> None:
        from ioc.preparation import prepare_topics  # imported while the servers start

        prepare_topics(settings)

    def tables(settings: Settings) -> None:
        from ioc.preparation import prepare_tables

        prepare_tables(settings, configuration)

    parts = Parts(
        kafka=not os.environ.get("IOC_KAFKA"),
        clickhouse=not os.environ.get("IOC_CLICKHOUSE"),
        wall_port_fixed=port is not None or bool(os.environ.get("IOC_WALL_PORT")),
        simulator=() if simulator is None else (simulator,),
    )
    terminal = Terminal(sys.stdout, lambda: datetime.now().astimezone())
    with lock(settings.data) as held:
        terminal.say(f"Data in {settings.data}, logs in {settings.data / 'log'}")
        asyncio.run(_until_signal(Stack(settings, parts, held, (topics, tables), terminal)))


async def _until_signal(stack: Stack) -> None:
    stop, hurry = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        (hurry if stop.is_set() else stop).set()

    hangup = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)  # nohup means it
    for number in (signal.SIGINT, signal.SIGTERM, *hangup):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    await stack.run(stop, hurry)


def _run_role(role: Role, port: int | None) -> None:
    """Prepare what the role needs, then become it: signals and exit status are the role's own."""
    from ioc.preparation import prepare_tables, prepare_topics
    from ioc.processes import python

    settings, configuration = _checked(port)
    if role is not Role.wall:
        prepare_topics(settings)
    if role is Role.store:
        prepare_tables(settings, configuration)
    commands = {Role.wall: python("wall.server"), Role.audit: python("ioc", "audit", "--watch")}
    command = commands.get(role) or python("streams.workers", role)
    os.environ["IOC_WALL_PORT"] = str(settings.wall_port)
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


def _checked(port: int | None) -> tuple[Settings, Configuration]:
    """Settings and configuration; every mistake in them ends the start before anything runs."""
    from config.loader import load
    from ioc.settings import Settings
    from schemas.registry import load_registry

    settings = Settings.from_environment()
    if port is not None:
        settings = replace(settings, wall_port=port)
    return settings, load(settings.config, load_registry(*settings.schema_folders))
