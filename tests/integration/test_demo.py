"""`ioc up` and `ioc demo` as a person runs them: everything starts, keeps running, and is gone afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from ioc.datafolder import Running, running

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

PARTS = ["clickhouse", "compute", "kafka", "notify", "store", "wall"]


class Command:
    """An `ioc` command under way, its output in a file."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.data = folder / "var"
        self.output = folder / "output"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("IOC_")}
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ioc", *arguments],
                env=environ | {"IOC_DATA": str(self.data)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def until(self, what: str, condition: Callable[[], object], timeout_seconds: float = 120) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {timeout_seconds} s: {what}\n{self.said}"
            assert self.process.poll() is None, f"ended before {what}:\n{self.said}"
            time.sleep(0.1)

    def until_ready(self) -> Running:
        self.until("the wall's address", lambda: "The wall: http://" in self.said)
        found = running(self.data)
        assert found
        return found

    def children(self) -> dict[str, psutil.Process]:
        """The parts by name; a log file is named after its part."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            for file in child.open_files():
                if file.path.endswith(".log"):
                    found[Path(file.path).stem] = child
        return found

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path, "up", "--port", "0")
    yield command
    if command.process.poll() is None:
        command.process.kill()  # its guardian ends the rest
        command.process.wait()


def belonging_to(data: Path) -> list[psutil.Process]:
    """Every process that was told of this data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("IOC_DATA") == str(data) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def ioc(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that runs beside what runs on the data folder."""
    return subprocess.run(
        [sys.executable, "-m", "ioc", *arguments],
        env=os.environ | {"IOC_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_starts_is_kept_running_and_leaves_nothing_behind(up: Command, tmp_path: Path) -> None:
    addresses = up.until_ready()
    assert requests.get(f"{addresses.wall}/healthz", timeout=30).text == "ok\n"
    assert sorted(up.children()) == PARTS

    second = ioc(up.data, "demo")
    assert second.returncode == 1
    assert f"in use by process {up.process.pid} (its wall: {addresses.wall})" in second.stderr

    before = up.children()["compute"].pid
    up.children()["compute"].kill()
    up.until("a restart", lambda: "compute runs again" in up.said)
    assert "compute was killed by signal 9; starting again in 1 s" in up.said
    assert up.children()["compute"].pid != before

    doctor = ioc(up.data, "doctor", "--json")
    assert {json.loads(line)["level"] for line in doctor.stdout.splitlines()} <= {"ok", "warn", "off"}

    up.process.kill()
    up.process.wait()
    again = Command(tmp_path, "up", "--port", "0")
    try:
        again.until("a second start", lambda: again.said.count("The wall: ") == 2)
    finally:
        status = again.end(signal.SIGTERM)
    assert status == 0
    assert "everything has stopped" in again.said
    assert "did not stop by itself" not in again.said
    assert belonging_to(up.data) == []


def test_a_wall_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = Command(tmp_path, "up", "--port", str(port))
        assert command.process.wait(60) == 1
    assert f"error: port {port} on 127.0.0.1 is taken" in command.said
    assert not (command.data / "kafka").exists()


def test_mistakes_in_the_configuration_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "stray.yaml").write_text("a: 1\n")
    monkeypatch.setenv("IOC_CONFIG", str(config))
    result = ioc(tmp_path / "var", "up")
    assert result.returncode == 2
    assert "stray.yaml: nothing reads this file" in result.stderr
    assert "units" in result.stderr
    assert not (tmp_path / "var").exists()


def test_one_role_runs_in_the_foreground_and_ends_with_sigterm(tmp_path: Path) -> None:
    command = Command(tmp_path, "up", "--role", "wall", "--port", "0")
    command.until("the wall", lambda: "ready 127.0.0.1:" in command.said)
    assert psutil.Process(command.process.pid).children() == []
    assert command.end(signal.SIGTERM) == 0


def caught_up(doctor: str) -> bool:
    findings = {f["part"]: f["what"] for f in map(json.loads, doctor.splitlines())}
    return all(findings[role].endswith(" 0 records behind") for role in ("compute", "store"))


def figures(data: Path) -> list[tuple[str, ...]]:
    """Every figure per indicator and day, once no worker is behind any more."""
    here = running(data)
    assert here
    deadline = time.monotonic() + 120
    while not caught_up(said := ioc(data, "doctor", "--json").stdout):
        assert time.monotonic() < deadline, said
        time.sleep(0.5)
    sql = (
        "SELECT indicator, unit, day, sum(numerator), sum(denominator) FROM ioc.indicator_buckets"
        " WHERE grain = 'day' GROUP BY ALL ORDER BY ALL FORMAT TSV"
    )
    answer = requests.post(here.clickhouse.replace("default@", ""), data=sql, timeout=60)
    answer.raise_for_status()
    return [tuple(line.split("\t")) for line in answer.text.splitlines()]


@pytest.mark.slow
def test_a_second_start_shows_the_figures_of_the_first(tmp_path: Path) -> None:
    demo = Command(tmp_path, "demo", "--port", "0", "--rate", "2")
    demo.until_ready()
    demo.until("figures", lambda: "newest event arrived" in ioc(demo.data, "doctor").stdout)
    assert demo.end(signal.SIGINT) == 0

    seen = []
    for start in (2, 3):
        up = Command(tmp_path, "up", "--port", "0")
        up.until("a start", lambda start=start, up=up: up.said.count("The wall: ") == start)  # type: ignore[misc]
        seen.append(figures(up.data))
        assert ioc(up.data, "audit").returncode == 0
        assert up.end(signal.SIGINT) == 0
    assert len(seen[0]) > 100
    assert seen[0] == seen[1]
