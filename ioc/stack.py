"""The monitor's parts on one machine: in which order they start, and what each is told."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace

from ioc import ports
from ioc.datafolder import Lock, Running
from ioc.processes import Program, python
from ioc.settings import Settings
from ioc.supervisor import StartError, Supervisor
from ioc.terminal import Terminal

WORKERS = ("compute", "store", "notify")
"""The Faust roles."""

_LOOPBACK = "127.0.0.1"
_KAFKA_PORT, _CLICKHOUSE_PORT = 9092, 8123
_SERVERS, _WORKERS, _WALL, _SIMULATOR = range(4)  # stopped from the last to the first


@dataclass(frozen=True)
class Parts:
    """What to run here; Kafka and ClickHouse are embedded unless the environment names others."""

    kafka: bool = True
    clickhouse: bool = True
    wall_port_fixed: bool = False
    simulator: tuple[tuple[str, ...], ...] = ()


class Stack:
    """All parts, run until somebody stops them.

    Args:
        settings: addresses of servers that are not embedded, folders, the wall's preferred port.
        parts: what to run.
        held: the lock of the data folder.
        prepare: make topics and tables once the servers answer; called in threads, at the same time.
        terminal: told what happens.
    """

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        held: Lock,
        prepare: Sequence[Callable[[Settings], None]],
        terminal: Terminal,
    ) -> None:
        self._settings = replace(settings, data=settings.data.absolute(), config=settings.config.absolute())
        self._parts = parts
        self._held = held
        self._prepare = prepare
        self._terminal = terminal

    async def run(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        """Start everything, keep it running until `stop` is set, stop everything; `hurry` cuts waiting short.

        Raises:
            StartError: a server or the wall did not start.
            PortTakenError: the wall's port is fixed and taken, or no port is free.
        """
        self._choose_wall_port()
        logs = self._settings.data / "log"
        async with Supervisor(logs, self._terminal, held_open=(self._held.descriptor,)) as supervisor:
            starting = asyncio.create_task(self._start(supervisor))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not stopping.done():
                await starting  # raises what went wrong
                await stopping
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            hurrying = asyncio.create_task(hurry.wait())
            hurrying.add_done_callback(lambda task: None if task.cancelled() else supervisor.hurry())
            begun = time.monotonic()
            self._terminal.news("stopping; Ctrl-C again to hurry")
            await supervisor.stop()
            hurrying.cancel()
        self._terminal.news(f"everything has stopped, in {time.monotonic() - begun:.1f} s")

    def _choose_wall_port(self) -> None:
        host, wanted = self._settings.wall_host, self._settings.wall_port
        if self._parts.wall_port_fixed and wanted and not ports.free(host, wanted):
            msg = f"port {wanted} on {host} is taken: stop what listens there, or choose another with --port"
            raise ports.PortTakenError(msg)
        port = ports.choose(host, wanted) if wanted else ports.any_free(host)
        self._settings = replace(self._settings, wall_port=port)

    async def _start(self, supervisor: Supervisor) -> None:
        begun = time.monotonic()
        kafka, clickhouse = await _together(self._start_kafka(supervisor), self._start_clickhouse(supervisor))
        self._settings = replace(self._settings, kafka=kafka, clickhouse=clickhouse)
        preparing = time.monotonic()
        await asyncio.gather(*(asyncio.to_thread(prepare, self._settings) for prepare in self._prepare))
        self._terminal.ready("topics, tables", "", time.monotonic() - preparing)
        wall, *_ = await _together(
            supervisor.start(self._wall(), required=True),
            *(supervisor.start(self._worker(role)) for role in WORKERS),
            *(supervisor.start(self._simulator(arguments)) for arguments in self._parts.simulator),
        )
        address = f"http://{wall}"
        self._held.publish(Running(os.getpid(), self._settings.kafka, self._settings.clickhouse, address))
        self._terminal.say(f"\nThe wall: {address}    (everything ready in {time.monotonic() - begun:.0f} s)")
        self._terminal.say("Ctrl-C stops it; the data stays.")

    async def _start_kafka(self, supervisor: Supervisor) -> str:
        if not self._parts.kafka:
            return self._settings.kafka
        return await self._start_server(supervisor, "kafka", "ioc.embedded.kafka", _KAFKA_PORT)

    async def _start_clickhouse(self, supervisor: Supervisor) -> str:
        if not self._parts.clickhouse:
            return self._settings.clickhouse
        address = await self._start_server(supervisor, "clickhouse", "store.embedded", _CLICKHOUSE_PORT)
        return f"http://default@{address}"

    async def _start_server(self, supervisor: Supervisor, name: str, module: str, preferred: int) -> str:
        while True:
            port = ports.choose(_LOOPBACK, preferred)
            command = python(module, "--data", str(self._settings.data / name), "--port", str(port))
            # the first start may fetch the broker's jars; a broker's good stop makes its next start quick
            program = Program(name, command, stage=_SERVERS, ready_seconds=300, grace_seconds=30)
            try:
                return await supervisor.start(program, required=True)
            except StartError:
                if ports.free(_LOOPBACK, port):
                    raise
                preferred = port + 1  # somebody took it after we had looked

    def _worker(self, role: str) -> Program:
        command = python("streams.workers", role)
        return Program(role, command, self._environment(), _WORKERS, grace_seconds=20)

    def _wall(self) -> Program:
        return Program("wall", python("wall.server"), self._environment(), _WALL)

    def _simulator(self, arguments: tuple[str, ...]) -> Program:
        return Program("simulator", python("ioc", "simulate", *arguments), self._environment(), _SIMULATOR)

    def _environment(self) -> dict[str, str]:
        return {
            "IOC_KAFKA": self._settings.kafka,
            "IOC_CLICKHOUSE": self._settings.clickhouse,
            "IOC_CONFIG": str(self._settings.config),
            "IOC_SCHEMAS": str(self._settings.schemas),
            "IOC_DATA": str(self._settings.data),
            "IOC_WALL_HOST": self._settings.wall_host,
            "IOC_WALL_PORT": str(self._settings.wall_port),
        }


async def _together(*works: Coroutine[None, None, str]) -> list[str]:
    """Do all at once; the first failure ends the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
