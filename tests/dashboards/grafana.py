"""A stand-in that follows the part of Grafana's HTTP API that pushing dashboards uses.

Sources: Grafana's HTTP API reference (folders, dashboards/db with version and overwrite, data sources, health).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

EDITOR, VIEWER = "editor-token", "viewer-token"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Grafana:
    """What it has, and which requests changed it."""

    url: str = ""
    folders: dict[str, str] = field(default_factory=dict)
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    datasources: set[str] = field(default_factory=set)
    writes: list[str] = field(default_factory=list)
    before_save: Callable[[Grafana], None] = lambda _: None

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_authorize])
        app.add_routes(
            [
                web.get("/grafana/api/health", self._health),
                web.get("/grafana/api/folders/{uid}", self._folder),
                web.post("/grafana/api/folders", self._create_folder),
                web.get("/grafana/api/dashboards/uid/{uid}", self._dashboard),
                web.post("/grafana/api/dashboards/db", self._save),
                web.get("/grafana/api/datasources/uid/{uid}", self._datasource),
            ]
        )
        return app

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"commit": "abc", "database": "ok", "version": "13.2.3"})

    async def _folder(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        if uid not in self.folders:
            return _refusal(404, "folder not found")
        return web.json_response({"id": 1, "uid": uid, "title": self.folders[uid], "version": 1})

    async def _create_folder(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["uid"] in self.folders:
            return _refusal(412, "a folder with the same uid already exists")
        self.folders[body["uid"]] = body["title"]
        self.writes.append(f"folder {body['uid']}")
        return web.json_response({"id": 1, **body, "version": 1})

    async def _dashboard(self, request: web.Request) -> web.Response:
        stored = self.dashboards.get(request.match_info["uid"])
        return web.json_response(stored) if stored else _refusal(404, "Dashboard not found")

    async def _save(self, request: web.Request) -> web.Response:
        self.before_save(self)
        body = await request.json()
        new = body["dashboard"]
        if body.get("folderUid") not in self.folders:
            return _refusal(404, "folder not found")
        stored = self.dashboards.get(new["uid"])
        version = stored["dashboard"]["version"] if stored else 0
        if stored and stored["meta"].get("provisioned"):
            return _refusal(400, "Cannot save provisioned dashboard")
        if version != new["version"] and stored and not body.get("overwrite"):
            return _refusal(412, "The dashboard has been changed by someone else", status="version-mismatch")
        saved = new | {"id": 7, "version": version + 1, "addedByGrafana": True}
        self.dashboards[new["uid"]] = {"meta": {"folderUid": body["folderUid"]}, "dashboard": saved}
        self.writes.append(f"dashboard {new['uid']}")
        return web.json_response({"id": 7, "uid": new["uid"], "status": "success", "version": version + 1})

    async def _datasource(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        return (
            web.json_response({"uid": uid})
            if uid in self.datasources
            else _refusal(404, "Data source not found")
        )


def _refusal(code: int, message: str, **more: str) -> web.Response:
    return web.json_response({"message": message, **more}, status=code)


@web.middleware
async def _authorize(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Health is for everybody; a viewer may read dashboards only."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not request.path.endswith("/health"):
        if token not in (EDITOR, VIEWER):
            return _refusal(401, "Invalid API key")
        if token == VIEWER and (request.method != "GET" or "datasources" in request.path):
            return _refusal(403, "You'll need additional permissions to perform this action")
    return await handler(request)


@contextmanager
def running() -> Iterator[Grafana]:
    """The stand-in on a port of its own, in a thread; under a path, as behind a proxy."""
    grafana = Grafana()
    started = threading.Event()
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(grafana.app())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        grafana.url = f"http://127.0.0.1:{runner.addresses[0][1]}/grafana"
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    started.wait()
    yield grafana
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
