"""The data folder: one server at a time owns it, and whoever comes second is told who that is."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from ioc.embedded.errors import EmbeddedError


class FolderTakenError(EmbeddedError):
    """Another server owns the folder."""


class DataFolder:
    """A folder, owned from `__enter__` to `__exit__` or to this process's end, however it ends.

    Attributes:
        engine: the engine's part of it.
        spool: for what is on its way; emptied at the start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.engine = self._path / "engine"
        self.spool = self._path / "spool"

    def __enter__(self) -> Self:
        """Own it.

        Raises:
            FolderTakenError: another server does.
            EmbeddedError: it cannot be made, or written to.
        """
        if "?" in str(self._path):
            msg = f"{self._path}: the engine takes no '?' in a folder's name; choose another --data"
            raise EmbeddedError(msg)
        try:
            self.spool.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._path / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            msg = f"{error.filename}: {error.strerror}; choose another --data or mend its permissions"
            raise EmbeddedError(msg) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(self._lock, 20).decode().strip() or "unknown"
            os.close(self._lock)
            msg = (
                f"{self._path} belongs to another embedded ClickHouse, process {owner}: "
                "stop that one, or choose another --data"
            )
            raise FolderTakenError(msg) from error
        os.ftruncate(self._lock, 0)
        os.write(self._lock, f"{os.getpid()}\n".encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)
