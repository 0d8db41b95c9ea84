"""Apache Kafka itself on this machine: one KRaft node on loopback, its data on disk.

Durable over kill and restart, and the same broker that production runs. As a program:

    python -m ioc.embedded.kafka --prepare                fetch the jars ahead, then work offline
    python -m ioc.embedded.kafka --data DIR --port 9092   run until SIGTERM or Ctrl-C; prints `ready ADDRESS`
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ioc.embedded.errors import EmbeddedError, FolderInUseError, PortTakenError, StartError
from ioc.embedded.jars import cache_folder, fetch, read_lock, write_lock
from ioc.embedded.java import find_java, start_tethered
from ioc.embedded.ports import LOOPBACK, free_port, is_free

_LOCK = Path(__file__).with_name("kafka.lock.toml")
_START_SECONDS = 90
_STOP_SECONDS = 30
_LOG_BYTES = 10_000_000

# A broker that a laptop can afford: one node, few threads, small buffers.
_PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": "log",
    "auto.create.topics.enable": "false",
    # Everything that depends on when an event arrived takes the broker's word for it.
    "log.message.timestamp.type": "LogAppendTime",
    "log.segment.bytes": str(64 * 2**20),
    "log.index.size.max.bytes": str(2**20),
    "log.cleaner.dedupe.buffer.size": str(16 * 2**20),
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.segment.bytes": str(4 * 2**20),
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.segment.bytes": str(4 * 2**20),
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # A lone group should not wait for more members, and a dead one should be missed soon.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # After a kill the controller takes the broker for alive, and refuses its successor, for this long.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
}

# Quick to start and small. Compiling no further than C1 also took less processor time for 400,000 events in and out
# twice: 2.8 s rather than 4.0 s, beside 2.3 s rather than 3.8 s until ready.
_JVM = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS",
)


class EmbeddedKafka:
    """One Apache Kafka broker as a child of this process, which dies with it.

    Use it as a context manager, or `start` and `stop` it. The same `data_dir` may be started again after
    `stop`, `kill` or a crash, and has what was acknowledged; only one broker at a time may own it.

    Args:
        data_dir: for topics, the broker's configuration and its log `kafka.log`; made when missing.
        port: to listen on; 0 chooses a free one at the first start, which later starts keep.
        heap_mb: the Java heap; the process takes about 200 MB more.
        properties: broker properties in place of, or beside, the ones chosen here.
    """

    def __init__(
        self, data_dir: Path, port: int = 0, heap_mb: int = 512, properties: Mapping[str, str] | None = None
    ) -> None:
        self._folder = data_dir.absolute()
        self._port = port
        self._heap_mb = heap_mb
        self._properties = _PROPERTIES | dict(properties or {})
        self._log = self._folder / "kafka.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._owned: IO[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The broker's address; with port 0 it is known only after the first start."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def running(self) -> bool:
        """Whether the broker was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The broker's process id, or None if it was never started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the broker and wait until it answers a metadata request; does nothing if it runs.

        Raises:
            PortTakenError: something else listens on the port.
            FolderInUseError: another broker has its data in the same folder.
            JarsError: the jars are not there yet and cannot be fetched.
            StartError: the broker ended, or did not answer in time; the message has the end of its log.
        """
        if self.running:
            return
        if self._port == 0:
            self._port = free_port()
        elif not is_free(self._port):
            raise PortTakenError(self._port)
        jars = fetch(_LOCK, jars_folder())
        java = [str(find_java()), f"-Xmx{self._heap_mb}m", *_JVM, "-cp", os.pathsep.join(map(str, jars))]
        self._own_folder()
        try:
            if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
                self._log.replace(self._log.with_suffix(".log.1"))
            self._write_properties()
            if not (self._folder / "log" / "meta.properties").exists():
                self._format(java)
            self._process = self._run([*java, "kafka.Kafka", "server.properties"])
            self._wait_until_ready(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop in good order, which makes the next start quick; does nothing if it does not run."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """SIGKILL: what a fault test, or the kernel short of memory, does to it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._owned is not None:
            self._owned.close()
            self._owned = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _own_folder(self) -> None:
        """Keep a second broker out: its controller would write metadata before Kafka's own lock is asked."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._owned is None:
            owned = (self._folder / "owner.lock").open("ab")
            try:
                fcntl.flock(owned, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owned.close()
                raise FolderInUseError(self._folder) from None
            self._owned = owned

    def _write_properties(self) -> None:
        controller = f"{LOOPBACK}:{free_port()}"
        own = {
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "controller.quorum.voters": f"1@{controller}",
        }
        lines = [f"{name}={value}\n" for name, value in (self._properties | own).items()]
        (self._folder / "server.properties").write_text("".join(lines), encoding="ascii")

    def _run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return start_tethered(command, folder=self._folder, log=log)

    def _format(self, java: Sequence[str]) -> None:
        cluster = base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(15)).decode().rstrip("=")
        tool = self._run(
            [
                *java,
                "kafka.tools.StorageTool",
                "format",
                "--ignore-formatted",
                "-t",
                cluster,
                "-c",
                "server.properties",
            ]
        )
        if tool.wait() != 0:
            msg = f"{self._folder} could not be made ready for Apache Kafka"
            raise StartError(msg, self._log)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self._port):
            if process.poll() is not None:
                msg = f"Apache Kafka ended with status {process.returncode} while starting"
                raise StartError(msg, self._log)
            if time.monotonic() > deadline:
                msg = f"Apache Kafka did not answer on {self.bootstrap} within {_START_SECONDS} s"
                raise StartError(msg, self._log)
            time.sleep(0.02)

    def run_until(self, stopped: threading.Event) -> None:
        """Wait until `stopped` is set.

        Raises:
            StartError: the broker ended by itself before that.
        """
        while not stopped.wait(0.5):
            if self._process is not None and self._process.poll() is not None:
                msg = f"Apache Kafka ended by itself with status {self._process.returncode}"
                raise StartError(msg, self._log)


def version() -> str:
    """The version of Apache Kafka that is locked."""
    return next(jar.version for jar in read_lock(_LOCK) if jar.artifact == "kafka-clients")


def jars_folder() -> Path:
    """Where the broker's jars are kept between runs."""
    return cache_folder() / f"kafka-{version()}"


def _answers(port: int) -> bool:
    """Whether a metadata request (API 3, version 1, all topics, no client id) is answered with a broker."""
    request = struct.pack(">hhihi", 3, 1, 1, -1, -1)
    try:
        with (
            socket.create_connection((LOOPBACK, port), timeout=5) as connection,
            connection.makefile("rb") as answers,
        ):
            connection.sendall(struct.pack(">i", len(request)) + request)
            _, _, brokers = struct.unpack(">iii", answers.read(12))
    except (OSError, struct.error):
        return False
    return bool(brokers > 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program of this module; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m ioc.embedded.kafka", description=__doc__.partition("\n")[0]
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--prepare", action="store_true", help="fetch the jars ahead, then work offline")
    what.add_argument("--data", type=Path, metavar="DIR", help="run a broker with its data in DIR")
    what.add_argument(
        "--relock", metavar="VERSION", help="pin another version of Apache Kafka (for developers)"
    )
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--heap-mb", type=int, default=512, metavar="N", help="the Java heap (default: 512)")
    options = parser.parse_args(arguments)
    try:
        if options.relock:
            write_lock(
                _LOCK, (f"org.apache.kafka:kafka_2.13:{options.relock}", "org.slf4j:slf4j-simple:1.7.36")
            )
        elif options.prepare:
            jars = fetch(_LOCK, jars_folder())
            print(f"Apache Kafka {version()}: {len(jars)} jars in {jars_folder()}, Java: {find_java()}")
        else:
            _run_in_foreground(EmbeddedKafka(options.data, options.port, options.heap_mb))
    except EmbeddedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run_in_foreground(broker: EmbeddedKafka) -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with broker:
        print(f"ready {broker.bootstrap}", flush=True)
        broker.run_until(stopped)


if __name__ == "__main__":
    sys.exit(main())
