"""The embedded server as a child of this process; of the tests, for one."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from ioc.embedded.errors import StartError
from ioc.embedded.java import start_tethered

_START_SECONDS = 60
_STOP_SECONDS = 20
_LOG_BYTES = 10_000_000
_ROOT = Path(__file__).resolve().parents[2]


class EmbeddedClickHouse:
    """One embedded ClickHouse as a child of this process, which dies with it.

    Use it as a context manager, or `start` and `stop` it. The same `data_dir` may be started again after `stop`,
    `kill` or a crash, and has what was acknowledged; only one server at a time may own it.

    Args:
        data_dir: for the tables and the log `clickhouse.log`; made when missing.
        port: to listen on; 0 chooses a free one at the first start, which later starts keep.
    """

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self._folder = data_dir.absolute()
        self._port = port
        self._log = self._folder / "clickhouse.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """Where it listens; with port 0 it is known only after the first start."""
        return self._port

    @property
    def url(self) -> str:
        """Its address for HTTP clients."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id, or None if it was never started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it and wait until it answers; does nothing if it runs.

        Raises:
            StartError: it ended, or was not ready in time; the message has the end of its log.
        """
        if self.running:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        program = [
            sys.executable,
            "-m",
            "store.embedded",
            "--data",
            str(self._folder),
            "--port",
            str(self._port),
        ]
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            begin = log.tell()
            self._process = start_tethered(program, folder=_ROOT, log=log)
        try:
            self._port = self._wait_until_ready(self._process, begin)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop in good order; does nothing if it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: what a fault test, or the kernel short of memory, does to it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_until_ready(self, process: subprocess.Popen[bytes], begin: int) -> int:
        """The port that the log tells, from `begin` on."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            ready = re.search(rb"^ready .*:(\d+)\n", self._log.read_bytes()[begin:], re.MULTILINE)
            if ready:
                return int(ready[1])
            if process.poll() is not None:
                msg = f"the embedded ClickHouse ended with status {process.returncode} while starting"
                raise StartError(msg, self._log)
            if time.monotonic() > deadline:
                msg = f"the embedded ClickHouse was not ready within {_START_SECONDS} s"
                raise StartError(msg, self._log)
            time.sleep(0.02)
