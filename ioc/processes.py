"""One run of a program: started in a process group of its own, its output in a log file, ended as a group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ioc import guardian

READY = "ready"
"""A program says on a line of its own that it serves: `ready`, or `ready HOST:PORT`."""

_POLL_SECONDS = 0.05
_TAIL_BYTES = 16_384


@dataclass(frozen=True)
class Program:
    """What to run. A higher `stage` is stopped before a lower one; the same stage at the same time."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stage: int = 0
    ready_seconds: float = 120.0
    grace_seconds: float = 10.0


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs one of our modules with this very interpreter."""
    return (sys.executable, "-m", module, *arguments)


class Guardian:
    """Our end of the program that ends all others when we are killed; see `ioc.guardian`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, held_open: tuple[int, ...] = ()) -> Guardian:
        """Start it, in a session of its own; it keeps the file descriptors `held_open` until it ends."""
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", guardian.__file__),
                stdin=asyncio.subprocess.PIPE,
                start_new_session=True,
                pass_fds=held_open,
            )
        )

    def tell(self, sign: str, group: int) -> None:
        """A process group began (`+`) or ended (`-`)."""
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(f"{sign}{group}\n".encode())

    async def close(self) -> None:
        """Let it end whatever is left, and wait for it."""
        if self._process.stdin:
            self._process.stdin.close()
        await self._process.wait()


class Child:
    """A running program."""

    def __init__(
        self,
        program: Program,
        process: asyncio.subprocess.Process,
        log: Path,
        log_start: int,
        guard: Guardian,
    ) -> None:
        self.program = program
        self.started = time.monotonic()
        self._process = process
        self._log = log
        self._log_start = log_start
        self._guardian = guard
        self._cleared = False

    @classmethod
    async def start(cls, program: Program, log: Path, guard: Guardian) -> Child:
        """Start the program, its output appended to `log`.

        Raises:
            OSError: the program or the log file cannot be opened.
        """
        with log.open("ab") as output:
            log_start = output.tell()
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
                process_group=0,
            )
        guard.tell("+", process.pid)
        return cls(program, process, log, log_start, guard)

    @property
    def pid(self) -> int:
        """Its process id, which is also the id of its process group."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the program has ended; what it started may still be there until `wait()`."""
        return self._process.returncode is not None

    async def ready(self) -> str | None:
        """Wait until it says `ready`; the words after that, None when it ended or took too long."""
        deadline = self.started + self.program.ready_seconds
        with self._log.open("rb") as output:
            output.seek(self._log_start)
            line = b""
            while time.monotonic() < deadline:
                line += output.readline()
                if line.endswith(b"\n"):
                    word, _, rest = line.decode(errors="replace").strip().partition(" ")
                    if word == READY:
                        return rest
                    line = b""
                elif self.ended:
                    return None
                else:
                    await asyncio.sleep(_POLL_SECONDS)
        return None

    async def wait(self) -> int:
        """Wait for its end, clear away what it left in its group; its exit status, negative for a signal."""
        status = await self._process.wait()
        if not self._cleared:  # once: later the number may be another process's
            self._cleared = True
            self._signal(signal.SIGKILL)
            self._guardian.tell("-", self.pid)
        return status

    async def stop(self, hurry: asyncio.Event) -> bool:
        """SIGTERM, then SIGKILL when the grace is over or `hurry` is set; whether it went by itself."""
        if not self.ended:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        ended = asyncio.create_task(self._process.wait())
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait(
            (ended, hurried), timeout=self.program.grace_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        hurried.cancel()
        by_itself = ended.done()
        if not by_itself:
            self._signal(signal.SIGKILL)
        await ended
        await self.wait()
        return by_itself

    def last_lines(self, count: int) -> list[str]:
        """The last lines of this run's output."""
        with self._log.open("rb") as output:
            output.seek(max(self._log_start, output.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return output.read().decode(errors="replace").rstrip().splitlines()[-count:]

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def rotate(log: Path, keep: int = 3) -> None:
    """Make room for a new log: `x.log` becomes `x.log.1` and so on, `keep` of them at most."""
    for number in range(keep, 0, -1):
        older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number}"))
