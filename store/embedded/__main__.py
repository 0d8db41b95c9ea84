"""The embedded ClickHouse as a program: `python -m store.embedded --data DIR --port N`.

Prints `ready 127.0.0.1:PORT` when it answers, and runs until SIGTERM, Ctrl-C or its parent's death.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import errno
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from ioc.embedded.errors import EmbeddedError, PortTakenError
from ioc.errors import UserError
from ioc.settings import Settings
from store.embedded.engine import Engine
from store.embedded.errors import QueryError
from store.embedded.execution import Execution
from store.embedded.folder import DataFolder
from store.embedded.server import Server
from store.embedded.sessions import Sessions
from store.embedded.users import Users

_HOST = "127.0.0.1"
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m store.embedded", description="ClickHouse's HTTP interface on this machine alone."
    )
    parser.add_argument("--data", type=Path, metavar="DIR", required=True, help="where the data is kept")
    parser.add_argument("--port", type=int, default=8123, help="0: any free one (default: 8123)")
    options = parser.parse_args(arguments)
    _die_with_parent()
    try:
        with DataFolder(options.data) as folder:
            settings = Settings.from_environment()
            users = Users(settings.clickhouse_password.reveal(), settings.clickhouse_reader_password.reveal())
            asyncio.run(_serve(folder, options.port, users))
    except (EmbeddedError, UserError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _die_with_parent() -> None:
    """Ask for SIGTERM when the parent dies; only Linux has this."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the process that wanted this server is gone")


async def _serve(folder: DataFolder, port: int, users: Users) -> None:
    try:
        engine = Engine(folder.engine)
    except QueryError as error:
        msg = f"{folder.engine} cannot be opened: {error}"
        raise EmbeddedError(msg) from error
    sessions = Sessions(engine, time.monotonic)
    server = Server(engine, Execution(sessions), users, folder.spool)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = server.runner()
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port).start()
        print(f"ready {_HOST}:{runner.addresses[0][1]}", flush=True)
        await stopped.wait()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTakenError(port) from error
    finally:
        await runner.cleanup()
        await server.close()
        sessions.close()
        engine.close()


if __name__ == "__main__":
    sys.exit(main())
