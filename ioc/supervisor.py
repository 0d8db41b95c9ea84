"""Keeps programs running: starts them, waits until they serve, starts again what died, stops all in order."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import TracebackType

from ioc.errors import UserError
from ioc.processes import Child, Guardian, Program, rotate
from ioc.restarts import Backoff, Deaths
from ioc.terminal import Terminal, how_it_ended

_LINES_SHOWN = 12


class StartError(UserError):
    """A program that the others need did not start; the message holds its last lines and names its log."""


class Supervisor:
    """Programs kept running until `stop()`; an async context manager, which leaves no process behind.

    Even killed with SIGKILL it leaves none: its guardian ends them.
    """

    def __init__(
        self,
        logs: Path,
        terminal: Terminal,
        policy: Backoff | None = None,
        held_open: tuple[int, ...] = (),
    ) -> None:
        self._logs = logs
        self._terminal = terminal
        self._policy = policy or Backoff()
        self._held_open = held_open
        self._children: dict[str, Child] = {}
        self._keepers: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._hurry = asyncio.Event()

    async def __aenter__(self) -> Supervisor:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._guardian = await Guardian.start(self._held_open)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._guardian.close()

    async def start(self, program: Program, required: bool = False) -> str:
        """Start a program, wait until it is ready, and keep it running; the address that it told.

        One that does not get ready is treated like one that died, unless it is `required`.

        Raises:
            StartError: a required program did not get ready, or this one cannot be run at all.
        """
        begun = time.monotonic()
        try:
            rotate(self._log(program))
            child = await self._run(program)
        except OSError as error:
            msg = f"{program.name} cannot be started: {error}"
            raise StartError(msg) from error
        address = await child.ready()
        if address is not None:
            self._terminal.ready(program.name, address, time.monotonic() - begun)
        elif required:
            reason = await self._why(child)
            await child.stop(self._hurry)
            raise StartError(reason)
        self._keep(child, ready=address is not None)
        return address or ""

    def pids(self) -> dict[str, int]:
        """The process id of each program's present run."""
        return {name: child.pid for name, child in self._children.items()}

    def hurry(self) -> None:
        """Stop waiting for programs that take their time to end."""
        self._hurry.set()

    async def stop(self) -> None:
        """Stop every program, the highest stage first; safe to call again."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for stage in sorted({child.program.stage for child in self._children.values()}, reverse=True):
            await asyncio.gather(
                *(self._end(child) for child in self._children.values() if child.program.stage == stage)
            )
        self._children.clear()

    def _log(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"

    async def _run(self, program: Program) -> Child:
        child = await Child.start(program, self._log(program), self._guardian)
        self._children[program.name] = child
        return child

    def _keep(self, child: Child, ready: bool) -> None:
        keeper = asyncio.create_task(self._restart_forever(child, ready))
        self._keepers.add(keeper)
        keeper.add_done_callback(self._keepers.discard)

    async def _restart_forever(self, child: Child, ready: bool) -> None:
        program, deaths = child.program, Deaths()
        while True:
            if not ready and not child.ended:
                self._terminal.news(f"{program.name} is not ready in time; ending it", "yellow")
                await child.stop(self._hurry)
            status = await child.wait()
            deaths = deaths.then(time.monotonic() - child.started, self._policy)
            delay = deaths.delay_seconds(self._policy)
            lines = child.last_lines(_LINES_SHOWN)
            self._terminal.died(program.name, status, lines, self._log(program), delay)
            await asyncio.sleep(delay)
            child = await self._run_again(program)
            ready = await child.ready() is not None
            if ready:
                self._terminal.news(f"{program.name} runs again", "green")

    async def _run_again(self, program: Program) -> Child:
        """Start it, however long it takes until the machine lets us: the disk may be full."""
        while True:
            try:
                return await self._run(program)
            except OSError as error:
                delay = self._policy.longest_seconds
                self._terminal.news(
                    f"{program.name} cannot be started: {error}; trying again in {delay:g} s", "yellow"
                )
                await asyncio.sleep(delay)

    async def _end(self, child: Child) -> None:
        if not await child.stop(self._hurry):
            self._terminal.news(f"{child.program.name} did not stop by itself and was killed", "yellow")

    async def _why(self, child: Child) -> str:
        name = child.program.name
        if child.ended:
            what = f"{name} {how_it_ended(await child.wait())} before it was ready"
        else:
            what = f"{name} was not ready after {child.program.ready_seconds:g} s"
        lines = "".join(f"\n  | {line}" for line in child.last_lines(_LINES_SHOWN))
        return f"{what}. The last lines of {self._log(child.program)}:{lines}"
