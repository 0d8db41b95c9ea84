"""What the wall's server answers at each address, in the language that is asked for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from dashboards.language import LANGUAGES, Language
from dashboards.shipped import Shipped, plain
from streams.core.stream import Stream
from wall.assets import Assets
from wall.macros import Period
from wall.messages import Code, Fault
from wall.options import Chosen, Options
from wall.queries import Panels, Question
from wall.reader import Reader, ReadError
from wall.status import Status

_VARIABLE = "var-"
_ASKED_IN = web.RequestKey("language", str)
"""Where a request keeps the language that its body names."""


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

    def __init__(
        self,
        shipped: Shipped,
        assets: Assets,
        streams: Iterable[Stream],
        reader: Reader,
        status_reader: Reader,
    ) -> None:
        self._shipped = shipped
        self._assets = assets
        self._options = Options(reader, _now_ms)
        self._panels = Panels(shipped, reader, self._options, _now_ms)
        self._status = Status(streams, status_reader, _now_ms)

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


def refusal(request: web.Request, fault: Fault, status: int | None = None) -> web.Response:
    """The answer that says a fault in the language of the request."""
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
