"""The supervisor with small real programs: ready, restarts, order of stopping, nothing left behind."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from ioc.guardian import groups_left
from ioc.processes import Program, rotate
from ioc.restarts import Backoff
from ioc.supervisor import StartError, Supervisor
from ioc.terminal import Terminal

QUICK = Backoff(first_seconds=0.01, longest_seconds=0.02)

SERVES = "import time; print('ready 127.0.0.1:1', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); time.sleep(600)"
)
HAS_A_CHILD = (
    "import subprocess, sys, time, pathlib;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); print('ready'); time.sleep(600)"
)


def program(
    name: str,
    code: str,
    *arguments: str,
    stage: int = 0,
    ready_seconds: float = 60,
    grace_seconds: float = 60,
) -> Program:
    command = (sys.executable, "-c", code, *arguments)
    return Program(name, command, {}, stage, ready_seconds, grace_seconds)


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, out: io.StringIO) -> Supervisor:
    return Supervisor(tmp_path / "log", Terminal(out, lambda: datetime(2026, 1, 1, tzinfo=UTC)), QUICK)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def test_a_ready_program_tells_its_address_and_is_said_once(
    supervisor: Supervisor, out: io.StringIO
) -> None:
    async with supervisor:
        assert await supervisor.start(program("kafka", SERVES)) == "127.0.0.1:1"
    assert out.getvalue().count("kafka") == 1
    assert "127.0.0.1:1" in out.getvalue()


async def test_a_required_program_that_dies_fails_with_its_last_lines(
    supervisor: Supervisor,
) -> None:
    async with supervisor:
        with pytest.raises(StartError, match=r"(?s)kafka ended with status 3 .*kafka\.log.*no room on disk"):
            await supervisor.start(program("kafka", "print('no room on disk'); exit(3)"), required=True)


async def test_a_required_program_that_says_nothing_is_given_up(supervisor: Supervisor) -> None:
    async with supervisor:
        with pytest.raises(StartError, match=r"not ready after 0\.1 s"):
            await supervisor.start(
                program("mute", "import time; time.sleep(60)", ready_seconds=0.1), required=True
            )


async def test_a_program_that_was_killed_runs_again_and_its_log_goes_on(
    supervisor: Supervisor, out: io.StringIO, tmp_path: Path
) -> None:
    code = "import os, time; print('pid', os.getpid()); print('ready'); time.sleep(600)"
    async with supervisor:
        await supervisor.start(program("compute", code))
        first = supervisor.pids()["compute"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: "compute runs again" in out.getvalue())
        second = supervisor.pids()["compute"]
    assert first != second
    assert "compute was killed by signal 9; starting again in 0.01 s" in out.getvalue()
    log = (tmp_path / "log" / "compute.log").read_text()
    assert f"pid {first}\n" in log
    assert f"pid {second}\n" in log


async def test_a_program_that_needs_a_second_start_gets_one(
    supervisor: Supervisor, out: io.StringIO, tmp_path: Path
) -> None:
    code = (
        "import pathlib, sys, time; been = pathlib.Path(sys.argv[1])\n"
        "if not been.exists(): been.touch(); sys.exit('first time')\n"
        "print('ready'); time.sleep(600)"
    )
    async with supervisor:
        assert await supervisor.start(program("store", code, str(tmp_path / "been"))) == ""
        await until(lambda: "store runs again" in out.getvalue())
    assert "| first time" in out.getvalue()


async def test_stages_stop_in_order_the_highest_first(supervisor: Supervisor, tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, sys, time\n"
        "def stop(*_):\n"
        "    time.sleep(0.2)\n"
        "    with pathlib.Path(sys.argv[1]).open('a') as order: order.write(sys.argv[2] + '\\n')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop); print('ready'); time.sleep(600)"
    )
    order = tmp_path / "order"
    async with supervisor:
        for name, stage in [("kafka", 0), ("wall", 2), ("store", 1), ("simulator", 3)]:
            await supervisor.start(program(name, code, str(order), name, stage=stage))
    assert order.read_text().split() == ["simulator", "wall", "store", "kafka"]


async def test_a_program_that_ignores_sigterm_is_killed_after_its_grace(
    supervisor: Supervisor, out: io.StringIO
) -> None:
    async with supervisor:
        await supervisor.start(program("deaf", STUBBORN, grace_seconds=0.1))
        pid = supervisor.pids()["deaf"]
    assert gone(pid)
    assert "deaf did not stop by itself and was killed" in out.getvalue()


async def test_hurry_cuts_the_grace_short(supervisor: Supervisor) -> None:
    async with supervisor:
        await supervisor.start(program("deaf", STUBBORN, grace_seconds=3600))
        pid = supervisor.pids()["deaf"]
        supervisor.hurry()
    assert gone(pid)


async def test_what_a_killed_program_started_does_not_survive_it(
    supervisor: Supervisor, out: io.StringIO, tmp_path: Path
) -> None:
    async with supervisor:
        await supervisor.start(program("kafka", HAS_A_CHILD, str(tmp_path / "pid")))
        grandchild = int((tmp_path / "pid").read_text())
        os.kill(supervisor.pids()["kafka"], signal.SIGKILL)
        await until(lambda: gone(grandchild))


async def test_a_supervisor_killed_with_sigkill_leaves_nothing_behind(tmp_path: Path) -> None:
    code = f"""
import asyncio, pathlib, sys
from datetime import UTC, datetime
from ioc.processes import Program
from ioc.supervisor import Supervisor
from ioc.terminal import Terminal

async def main():
    terminal = Terminal(sys.stderr, lambda: datetime.now(UTC))
    async with Supervisor(pathlib.Path({str(tmp_path)!r}), terminal) as it:
        await it.start(Program("a", (sys.executable, "-c", {SERVES!r})))
        await it.start(Program("b", (sys.executable, "-c", {HAS_A_CHILD!r}, {str(tmp_path / "pid")!r})))
        print(*it.pids().values(), flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        pids = [int(pid) for pid in running.stdout.readline().split()]
        running.kill()
    pids.append(int((tmp_path / "pid").read_text()))
    assert len(pids) == 3
    await until(lambda: all(gone(pid) for pid in pids))


def test_the_guardian_ends_what_began_and_did_not_end() -> None:
    assert groups_left(["+10\n", "+20\n", "-10\n", "+30\n"]) == [30, 20]


def test_rotation_keeps_the_newest_logs(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    for run in range(6):
        rotate(log, keep=3)
        log.write_text(str(run))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "kafka.log": "5",
        "kafka.log.1": "4",
        "kafka.log.2": "3",
        "kafka.log.3": "2",
    }


async def test_a_program_that_cannot_be_run_is_a_message(supervisor: Supervisor) -> None:
    async with supervisor:
        with pytest.raises(StartError, match=r"ghost cannot be started: .*No such file"):
            await supervisor.start(Program("ghost", ("/nowhere/at/all",)))


async def test_a_program_that_cannot_be_run_again_is_tried_until_it_can(
    supervisor: Supervisor, out: io.StringIO, tmp_path: Path
) -> None:
    interpreter = tmp_path / "python"
    interpreter.symlink_to(sys.executable)
    async with supervisor:
        await supervisor.start(Program("store", (str(interpreter), "-c", SERVES)))
        interpreter.unlink()
        os.kill(supervisor.pids()["store"], signal.SIGKILL)
        await until(lambda: "store cannot be started" in out.getvalue())
        interpreter.symlink_to(sys.executable)
        await until(lambda: "store runs again" in out.getvalue())


class GoneTerminal(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


async def test_a_terminal_that_went_away_does_not_stop_anything(tmp_path: Path) -> None:
    async with Supervisor(tmp_path, Terminal(GoneTerminal(), lambda: datetime.now(UTC)), QUICK) as supervisor:
        assert await supervisor.start(program("kafka", SERVES)) == "127.0.0.1:1"
