"""The wall's web server: the built page, the dashboards and the answers to their queries. Read-only.

`python -m wall.server` serves until SIGTERM or Ctrl-C and prints `ready HOST:PORT`. A viewer names a panel and never
sends SQL; what the panel asks is in the dashboard.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web

from config.loader import load
from dashboards.build import shown
from dashboards.shipped import Shipped
from ioc.errors import UserError
from ioc.settings import Settings
from schemas.registry import load_registry
from wall.assets import Assets
from wall.handlers import Wall, refusal
from wall.messages import Code, Fault
from wall.reader import ClickHouseReader

_LOG = logging.getLogger(__name__)

_LARGEST_QUESTION_BYTES = 64 * 1024
_STATUS_SECONDS = 3

_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(
    settings: Settings, shipped: Shipped | None = None, assets: Assets | None = None
) -> web.Application:
    """The application; it connects to the store when it is first asked.

    Raises:
        ConfigurationError: the configuration, whose dashboards it shows, holds mistakes.
    """
    reader = ClickHouseReader(settings)
    status_reader = ClickHouseReader(settings, _STATUS_SECONDS)
    registry = load_registry(*settings.schema_folders)
    dashboards = shipped or shown(load(settings.config, registry))
    wall = Wall(dashboards, assets or Assets(), registry.streams.values(), reader, status_reader)
    app = web.Application(middlewares=[_headers, _faults], client_max_size=_LARGEST_QUESTION_BYTES)
    app.add_routes(wall.routes())

    async def close(_: web.Application) -> None:
        await reader.close()
        await status_reader.close()

    app.on_cleanup.append(close)
    return app


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _headers(request: web.Request, handler: _Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers.update(_SECURITY_HEADERS)
    if request.path.startswith("/api/"):
        response.headers["Cache-Control"] = "no-store"
    return response


@web.middleware
async def _faults(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Turns what went wrong into an answer in the viewer's language."""
    try:
        return await handler(request)
    except Fault as fault:
        return refusal(request, fault)
    except web.HTTPException as error:
        return refusal(
            request, Fault(Code.BAD_REQUEST if error.status != 404 else Code.NOT_FOUND), error.status
        )
    except Exception:
        _LOG.exception("%s %s", request.method, request.path)
        return refusal(request, Fault(Code.INTERNAL))


class WallStartError(UserError):
    """The wall cannot listen at its address."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; prints `ready HOST:PORT` when it listens.

    Raises:
        WallStartError: the address is taken or not this machine's.
    """
    runner = web.AppRunner(create_app(settings), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.wall_host, settings.wall_port).start()
        except OSError as error:
            where = f"{settings.wall_host}:{settings.wall_port}"
            msg = f"the wall cannot listen at {where} ({error.strerror}): set IOC_WALL_HOST or IOC_WALL_PORT"
            raise WallStartError(msg) from error
        port = runner.addresses[0][1]
        print(f"ready {settings.wall_host}:{port}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


async def _until_signal(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop)


def main() -> int:
    """Run the server; the exit status."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    try:
        asyncio.run(_until_signal(Settings.from_environment()))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
