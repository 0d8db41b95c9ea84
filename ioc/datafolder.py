"""The data folder and who runs on it: a lock, and the addresses of what runs there."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from ioc.errors import UserError
from ioc.settings import Settings

_CLEARING_SECONDS = 20.0


class InUseError(UserError):
    """Another `ioc up` or `ioc demo` runs on this data folder; the message names its process."""


class DataFolderError(UserError):
    """The data folder cannot be made or written; the message says why."""


@dataclass(frozen=True)
class Running:
    """What runs on a data folder: its supervisor, and where its parts listen (empty while they start)."""

    pid: int
    kafka: str = ""
    clickhouse: str = ""
    wall: str = ""


class Lock:
    """The held lock of a data folder. A process that inherits `descriptor` holds it as well."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def publish(self, running: Running) -> None:
        """Let others find what runs here."""
        os.truncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(asdict(running)).encode(), 0)


@contextmanager
def lock(folder: Path) -> Iterator[Lock]:
    """Make the folder if needed and hold its lock.

    When the holder's process is gone, its programs are just being ended: that is waited for.

    Raises:
        InUseError: somebody else runs on the folder.
        DataFolderError: the folder or the lock file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_lock_file(folder), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        msg = f"the data folder {folder} cannot be used: {error.strerror}. Choose another one with IOC_DATA"
        raise DataFolderError(msg) from error
    try:
        _acquire(descriptor, folder)
        held = Lock(descriptor)
        held.publish(Running(os.getpid()))
        try:
            yield held
        finally:
            os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def running(folder: Path) -> Running | None:
    """What runs on the folder at this moment."""
    try:
        descriptor = os.open(_lock_file(folder), os.O_RDWR)
    except OSError:
        return None
    try:
        return None if _try_lock(descriptor) else _holder(descriptor)
    finally:
        os.close(descriptor)


def current_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a command: an address that the environment leaves open is that of what runs here.

    Raises:
        SettingsError: a variable holds something unusable.
    """
    settings = Settings.from_environment(environ)
    here = running(settings.data)
    if here is None:
        return settings
    if here.kafka and not environ.get("IOC_KAFKA"):
        settings = replace(settings, kafka=here.kafka)
    if here.clickhouse and not environ.get("IOC_CLICKHOUSE"):
        settings = replace(settings, clickhouse=here.clickhouse)
    wall = urlsplit(here.wall)
    if wall.port and not environ.get("IOC_WALL_PORT"):
        settings = replace(settings, wall_host=wall.hostname or settings.wall_host, wall_port=wall.port)
    return settings


def _lock_file(folder: Path) -> Path:
    return folder / "running.json"


def _acquire(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _CLEARING_SECONDS
    while not _try_lock(descriptor):
        holder = _holder(descriptor)
        if (holder is not None and _alive(holder.pid)) or time.monotonic() > deadline:
            who = f"process {holder.pid}" if holder else "another process"
            wall = f" (its wall: {holder.wall})" if holder and holder.wall else ""
            msg = (
                f"the data folder {folder} is in use by {who}{wall}. Stop that one with Ctrl-C or"
                f" `kill {holder.pid if holder else 'PID'}`, or choose another folder with IOC_DATA"
            )
            raise InUseError(msg)
        time.sleep(0.1)


def _try_lock(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _holder(descriptor: int) -> Running | None:
    with suppress(ValueError, TypeError):  # empty or half written at this moment
        return Running(**json.loads(os.pread(descriptor, 4096, 0)))
    return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
