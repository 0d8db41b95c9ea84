"""Compute workers as production runs them, one process or several; their progress is what is committed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import psutil
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from ioc.settings import Settings
from schemas.streams import load_streams
from streams import topics
from streams.admin import create_topics

_LOOK_SECONDS = 0.05


class Speed(NamedTuple):
    """From the first commit with all workers there to the last: events, seconds, processor seconds of the workers."""

    events: int
    seconds: float
    processor_seconds: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


class Workers:
    """Compute workers of one group, stopped on leaving."""

    def __init__(self, bootstrap: str, folder: Path, number: int = 1, config: Path = Settings.config) -> None:
        self._folder = folder
        self._environment = os.environ | {
            "IOC_KAFKA": bootstrap,
            "IOC_DATA": str(folder),
            "IOC_CONFIG": str(config),
        }
        self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self.processes = [self.start(one) for one in range(number)]

    def start(self, number: int) -> subprocess.Popen[bytes]:
        with self._log(number).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "streams.workers", "compute"],
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def _log(self, number: int) -> Path:
        return self._folder / f"compute-{number}.log"

    def has_partitions(self, number: int) -> bool:
        """Whether the group has given this worker its part."""
        return b"\nready" in b"\n" + self._log(number).read_bytes()

    def offsets(self) -> dict[tuple[str, int], int]:
        """What the group has acknowledged of the events, by topic and partition."""
        names = {topic.name for topic in topics.events(load_streams(Settings().schemas))}
        try:
            offsets = self._admin.list_group_offsets({"ioc-compute": None})["ioc-compute"]
        except KafkaError:  # the group does not exist until the workers have joined
            return {}
        return {
            (where.topic, where.partition): max(at.offset, 0)
            for where, at in offsets.items()
            if where.topic in names
        }

    def committed(self) -> int:
        """Events of all topics that the group has acknowledged."""
        return sum(self.offsets().values())

    def until(self, count: int) -> Speed:
        """Wait until so many events are committed.

        Raises:
            RuntimeError: a worker ended before; its last words.
        """
        while not all(map(self.has_partitions, range(len(self.processes)))):
            self._look()
        begun = self.committed()
        while (first := self.committed()) <= begun:
            self._look()
        started, processor = time.perf_counter(), self._processor_seconds()
        while (done := self.committed()) < count:
            self._look()
        return Speed(done - first, time.perf_counter() - started, self._processor_seconds() - processor)

    def _look(self) -> None:
        for number, process in enumerate(self.processes):
            if process.poll() is not None:
                raise RuntimeError(self._log(number).read_text()[-3000:])
        time.sleep(_LOOK_SECONDS)

    def _processor_seconds(self) -> float:
        return sum(sum(psutil.Process(process.pid).cpu_times()[:2]) for process in self.processes)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)
        self._admin.close()


def begin_anew(bootstrap: str) -> None:
    """Let workers that start now find all events unread: what earlier ones committed and logged is gone."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_groups(["ioc-compute"])
    admin.delete_topics([topics.COMPUTE_STATE.name])
    while topics.COMPUTE_STATE.name in admin.list_topics():
        time.sleep(_LOOK_SECONDS)
    admin.close()
    create_topics(bootstrap)
