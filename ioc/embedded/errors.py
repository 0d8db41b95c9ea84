"""What can go wrong with an embedded server.

ioc.errors.UserError
└── EmbeddedError         an embedded server cannot be had
    ├── JarsError         the server's jars could not be fetched, or are not what the lock file says
    ├── PortTakenError    another program listens on the wanted port
    ├── FolderInUseError  another server has its data in the same folder
    └── StartError        the server ended, or did not answer in time
"""

from __future__ import annotations

from pathlib import Path

from ioc.errors import UserError

_LAST_LINES = 15


class EmbeddedError(UserError):
    """An embedded server cannot be had; the message says what to do next."""


class JarsError(EmbeddedError):
    """The server's jars could not be fetched, or are not what the lock file says."""


class PortTakenError(EmbeddedError):
    """Another program listens on the wanted port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} on 127.0.0.1 is taken: stop the program that listens there, or choose another port"
        )
        self.port = port


class FolderInUseError(EmbeddedError):
    """Another server has its data in the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is in use by another server: stop it, or choose another folder")


class StartError(EmbeddedError):
    """The server ended, or did not answer in time; `log` is its log file, whose end is in the message."""

    def __init__(self, what: str, log: Path) -> None:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        telling = [
            line for line in lines if not line.startswith("\tat ")
        ]  # without the stack of a Java error
        end = "\n".join(f"  {line}" for line in telling[-_LAST_LINES:])
        super().__init__(
            f"{what}; its log {log} ends with:\n{end}" if end else f"{what}; its log {log} is empty"
        )
        self.log = log
