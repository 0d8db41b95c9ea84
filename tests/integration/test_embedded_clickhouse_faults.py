"""The embedded ClickHouse: keeps what it acknowledged, leaves nothing behind, and says what is wrong."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ioc.embedded.errors import StartError
from store.embedded import EmbeddedClickHouse
from tests.contract.http_client import PlainHttp

pytestmark = pytest.mark.clickhouse

PROGRAM = [sys.executable, "-m", "store.embedded", "--port", "0", "--data"]
BATCH = 500
ENDLESS = "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedClickHouse]:
    """A server of the test's own, whose folder has a Vietnamese name."""
    with EmbeddedClickHouse(tmp_path / "dữ liệu") as server:
        yield server


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while not gone(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.05)


class Writer(threading.Thread):
    """Inserts one batch after the other, and remembers which ones were acknowledged."""

    def __init__(self, url: str, numbers: Iterator[int]) -> None:
        super().__init__()
        self.acknowledged: list[int] = []
        self._ask = PlainHttp(url)
        self._numbers = numbers
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            batch = next(self._numbers)
            rows = b"".join(b"%d,%d\n" % (batch, row) for row in range(BATCH))
            try:
                if self._ask(rows, query="INSERT INTO t FORMAT CSV").status == 200:
                    self.acknowledged.append(batch)
            except OSError:
                time.sleep(0.01)  # killed; it will be back

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def test_killed_while_inserting_it_keeps_every_acknowledged_row(server: EmbeddedClickHouse) -> None:
    PlainHttp(server.url)(
        "CREATE TABLE t (batch UInt32, row UInt32) ENGINE = MergeTree ORDER BY (batch, row)"
    )
    url, numbers = server.url, itertools.count()
    writers = [Writer(url, numbers) for _ in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(4):
        time.sleep(random.uniform(0.1, 0.6))  # when to kill
        server.kill()
        server.start()
        assert server.url == url
    time.sleep(0.2)
    for writer in writers:
        writer.stop()
    acknowledged = {batch for writer in writers for batch in writer.acknowledged}
    answer = PlainHttp(url)("SELECT batch, count(), uniqExact(row) FROM t GROUP BY batch")
    found = {tuple(map(int, line.split("\t"))) for line in answer.text.splitlines()}
    assert {(rows, distinct) for _, rows, distinct in found} == {
        (BATCH, BATCH)
    }  # a batch is there in whole or not
    assert acknowledged <= {batch for batch, _, _ in found}
    assert len(acknowledged) > 10


def test_stopped_it_ends_in_good_order_and_has_all_when_it_comes_back(server: EmbeddedClickHouse) -> None:
    PlainHttp(server.url)("CREATE TABLE t (x UInt32) ENGINE = MergeTree ORDER BY x")
    PlainHttp(server.url)("INSERT INTO t VALUES (1), (2)")
    assert server.pid is not None
    process = psutil.Process(server.pid)
    server.stop()
    assert not server.running
    assert not process.is_running()
    server.start()
    assert PlainHttp(server.url)("SELECT sum(x) FROM t").text == "3\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_query_does_not_hold_up_the_end(tmp_path: Path, number: signal.Signals) -> None:
    program = subprocess.Popen([*PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    url = "http://" + program.stdout.readline().removeprefix("ready ").strip()
    answers: list[int] = []

    def wait_for_it() -> None:
        with contextlib.suppress(OSError):
            answers.append(PlainHttp(url)(ENDLESS).status)

    client = threading.Thread(target=wait_for_it)
    client.start()
    ask = PlainHttp(url)
    while ask(f"SELECT count() FROM system.processes WHERE query LIKE '{ENDLESS}%'").text != "1\n":
        time.sleep(0.01)
    program.send_signal(number)
    assert program.wait(20) == 0
    assert program.stdout.read() == ""
    program.stdout.close()
    client.join()
    assert 200 not in answers


def test_a_second_server_is_told_who_owns_the_folder(server: EmbeddedClickHouse, tmp_path: Path) -> None:
    second = EmbeddedClickHouse(tmp_path / "dữ liệu")
    with pytest.raises(
        StartError, match=rf"belongs to another embedded ClickHouse, process {server.pid}: stop"
    ):
        second.start()
    assert PlainHttp(server.url)("SELECT 1").text == "1\n"


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [*PROGRAM, str(tmp_path), "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"error: port {port} on 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("what", ["file", "file/below", "what?"])
def test_an_impossible_folder_is_named(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [*PROGRAM, str(tmp_path / what)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert str(tmp_path / "file") in done.stderr or "what?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end a child with its parent")
def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    script = f"""
import pathlib, time
from store.embedded import EmbeddedClickHouse
server = EmbeddedClickHouse(pathlib.Path({str(tmp_path)!r}))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(pid)
    with EmbeddedClickHouse(tmp_path) as again:
        assert again.running


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end a child with its parent")
def test_as_a_program_it_dies_with_whoever_started_it(tmp_path: Path) -> None:
    script = f"""
import subprocess, time
program = subprocess.Popen({[*PROGRAM, str(tmp_path)]!r}, stdout=subprocess.PIPE, text=True)
print(program.stdout.readline(), flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("ready 127.0.0.1:")
    (child,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(child.pid)


def test_it_listens_on_loopback_alone(server: EmbeddedClickHouse) -> None:
    listening = [
        c.laddr for c in psutil.Process(server.pid).net_connections() if c.status == psutil.CONN_LISTEN
    ]
    assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", server.port)]


def test_an_upload_that_breaks_off_changes_nothing_and_leaves_no_file(
    server: EmbeddedClickHouse, tmp_path: Path
) -> None:
    ask = PlainHttp(server.url)
    ask("CREATE TABLE t (x UInt32) ENGINE = MergeTree ORDER BY x")
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        head = "POST /?query=INSERT+INTO+t+FORMAT+CSV HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90000000\r\n\r\n"
        connection.sendall(head.encode() + b"1\n" * 20_000_000)
    assert ask("SELECT count() FROM t").text == "0\n"
    assert ask(b"1\n" * 20_000_000, query="INSERT INTO t FORMAT CSV").status == 200
    assert ask("SELECT count() FROM t").text == "20000000\n"
    assert list((tmp_path / "dữ liệu" / "spool").iterdir()) == []


def test_web_pages_of_other_sites_are_refused(clickhouse: EmbeddedClickHouse) -> None:
    ask = PlainHttp(clickhouse.url)
    for headers in ({"Origin": "https://example.org"}, {"Origin": "null"}, {"Host": "example.org"}):
        answer = ask("SELECT 1", headers=headers)
        assert (answer.status, answer.code) == (403, 497)
    assert ask("SELECT 1", headers={"Origin": "http://127.0.0.1:8088"}).status == 200


def test_passwords_come_from_the_environment(tmp_path: Path) -> None:
    secrets = {"IOC_CLICKHOUSE_PASSWORD": "bí mật", "IOC_CLICKHOUSE_READER_PASSWORD": "other"}
    program = subprocess.Popen(
        [*PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=os.environ | secrets
    )
    assert program.stdout is not None
    ask = PlainHttp("http://" + program.stdout.readline().removeprefix("ready ").strip())
    assert ask("SELECT 1").code == 516
    assert ask("SELECT 1", user="reader", password="bí mật").code == 516
    assert ask("SELECT 1", user="reader", password="other").text == "1\n"
    assert ask("SELECT 1", user="default", password="bí mật").text == "1\n"
    program.terminate()
    assert program.wait(20) == 0
    program.stdout.close()
