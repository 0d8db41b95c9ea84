"""The wall's web server: the built page, the dashboards and the answers to their queries. Read-only.

`python -m wall.server` serves until SIGTERM or Ctrl-C and prints `ready HOST:PORT`. A viewer names a panel and never
sends SQL; what the panel asks is in the committed dashboard.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from dashboards.language import LANGUAGES, Language
from dashboards.shipped import Shipped, plain
from ioc.errors import UserError
from ioc.settings import Settings
from wall.assets import Assets
from wall.macros import Period
from wall.messages import Code, Fault
from wall.options import Chosen, Options
from wall.queries import Panels, Question
from wall.reader import ClickHouseReader, Reader, ReadError
from wall.status import Status

_LOG = logging.getLogger(__name__)

_LARGEST_QUESTION_BYTES = 64 * 1024
_STATUS_SECONDS = 3
_VARIABLE = "var-"
_ASKED_IN = web.RequestKey("language", str)
"""Where a request keeps the language that its body names."""

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


class _Asked(msgspec.Struct, kw_only=True):
    """The body of POST /api/query."""

    dashboard: str
    panel: int
    from_: int = msgspec.field(name="from")
    to: int
    variables: dict[str, str | list[str]] = {}
    intervalMs: int = 1000  # the page's word
    lang: str = "vi"


class Wall:
    """The handlers; all of them answer in the language that the request asks for."""

    def __init__(self, shipped: Shipped, assets: Assets, reader: Reader, status_reader: Reader) -> None:
        self._shipped = shipped
        self._assets = assets
        self._options = Options(reader, _now_ms)
        self._panels = Panels(shipped, reader, self._options, _now_ms)
        self._status = Status(status_reader, _now_ms)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The addresses."""
        return [
            web.get("/healthz", self.health),
            web.get("/api/dashboards", self.list_dashboards),
            web.get("/api/dashboards/{uid}", self.read_dashboard),
            web.get("/api/variables/{uid}", self.read_variables),
            web.get("/api/status", self.read_status),
            web.post("/api/query", self.query),
            web.get("/{address:.*}", self.page),
        ]

    async def health(self, _: web.Request) -> web.Response:
        """The server is there; whether the store is, says /api/status."""
        return web.Response(text="ok\n")

    async def page(self, request: web.Request) -> web.StreamResponse:
        """A file of the page; the page itself for / and for a dashboard's address."""
        address = request.match_info["address"]
        if address == "" or address.startswith("d/"):
            address = "index.html"
        asset = self._assets.get(address)
        if asset is None:
            raise Fault(Code.NOT_FOUND)
        return asset.answer(request)

    async def list_dashboards(self, request: web.Request) -> web.Response:
        """The playlist; a dashboard has the same uid in every language here."""
        entries = [
            {"uid": plain(one["uid"]), "title": one["title"], "tags": one["tags"]}
            for one in self._shipped.in_language(_language(request))
        ]
        return _json(entries)

    async def read_dashboard(self, request: web.Request) -> web.Response:
        """A dashboard as Grafana would import it, but without its links: the page has switches of its own."""
        dashboard = self._shipped.get(request.match_info["uid"], _language(request))
        if dashboard is None:
            raise Fault(Code.NO_DASHBOARD)
        return _json(dashboard | {"links": []})

    async def read_variables(self, request: web.Request) -> web.Response:
        """The variables' options; `?var-NAME=` says what is chosen of those that others depend on."""
        dashboard = self._shipped.get(request.match_info["uid"], _language(request))
        if dashboard is None:
            raise Fault(Code.NO_DASHBOARD)
        chosen: dict[str, tuple[str, ...]] = {}
        for name, value in request.query.items():
            if name.startswith(_VARIABLE):
                key = name.removeprefix(_VARIABLE)
                chosen[key] = (*chosen.get(key, ()), value)
        try:
            choices = await self._options.choices(dashboard, tuple(sorted(chosen.items())))
        except ReadError as error:
            raise Fault(Code.STORE_UNAVAILABLE) from error
        return _json({name: choice.json() for name, choice in choices.items()})

    async def read_status(self, request: web.Request) -> web.Response:
        """How fresh the data is."""
        return _json(await self._status.json(_language(request)))

    async def query(self, request: web.Request) -> web.Response:
        """The frames of a panel."""
        try:
            asked = msgspec.json.decode(await request.read(), type=_Asked)
        except msgspec.DecodeError as error:
            raise Fault(Code.BAD_REQUEST) from error
        request[_ASKED_IN] = asked.lang
        answer = await self._panels.answer(_question(asked))
        response = _json(answer.json())
        response.enable_compression()
        return response


def _question(asked: _Asked) -> Question:
    """The question that the body asks.

    Raises:
        Fault: the period is empty or outside of what ClickHouse can tell apart.
    """
    if not 0 <= asked.from_ <= asked.to < 2**32 * 1000 or not asked.intervalMs > 0:
        raise Fault(Code.BAD_REQUEST)
    variables: Chosen = tuple(
        sorted(
            (name, (value,) if isinstance(value, str) else tuple(value))
            for name, value in asked.variables.items()
        )
    )
    language: Language = "en" if asked.lang == "en" else "vi"
    return Question(
        asked.dashboard, asked.panel, language, Period(asked.from_, asked.to, asked.intervalMs), variables
    )


def create_app(
    settings: Settings, shipped: Shipped | None = None, assets: Assets | None = None
) -> web.Application:
    """The application; it connects to the store when it is first asked."""
    reader = ClickHouseReader(settings)
    status_reader = ClickHouseReader(settings, _STATUS_SECONDS)
    wall = Wall(shipped or Shipped.read(), assets or Assets(), reader, status_reader)
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
        return _refusal(request, fault)
    except web.HTTPException as error:
        return _refusal(
            request, Fault(Code.BAD_REQUEST if error.status != 404 else Code.NOT_FOUND), error.status
        )
    except Exception:
        _LOG.exception("%s %s", request.method, request.path)
        return _refusal(request, Fault(Code.INTERNAL))


def _refusal(request: web.Request, fault: Fault, status: int | None = None) -> web.Response:
    return _json(fault.json(_language(request)), status or fault.status)


def _language(request: web.Request) -> Language:
    asked = request.get(_ASKED_IN) or request.query.get("lang")
    return next((language for language in LANGUAGES if language == asked), LANGUAGES[0])


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(
        body=json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


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
