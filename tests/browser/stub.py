"""A stand-in for the wall's server: the same addresses and JSON, a sample dashboard, figures that move.

For the browser tests and for work on the page: `python -m tests.browser.stub 8099`, then `npm run dev` in wall/web with
WALL_SERVER=http://127.0.0.1:8099, or open the stub's own address for the built page.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.browser import sample

STATIC = Path(__file__).parents[2] / "wall" / "static"

LABELS = {
    "filings": {"vi": "Hồ sơ", "en": "Filings"},
    "payments": {"vi": "Thanh toán", "en": "Payments"},
    "records": {"vi": "Cập nhật dữ liệu", "en": "Record updates"},
}

# As strict as the wall's own server, so that a page that needs more fails here.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_FAULT = {
    "vi": ("Câu truy vấn vượt quá thời gian cho phép.", "Chọn khoảng thời gian ngắn hơn."),
    "en": ("The query took longer than allowed.", "Choose a shorter time range."),
}


@dataclass(slots=True)
class StubState:
    """What a test can change while the page is open."""

    age_seconds: dict[str, float | None] = field(default_factory=lambda: dict.fromkeys(LABELS, 2.0))
    abnormal_after_seconds: float = 120
    silent_after_seconds: float = 900
    store_ok: bool = True
    queries: int = 0


def build(state: StubState) -> web.Application:
    """The application, answering from `state`."""

    async def dashboards(request: web.Request) -> web.Response:
        lang = _lang(request)
        return web.json_response(
            [
                {"uid": uid, "title": sample.dashboard(uid, lang)["title"], "tags": ["ioc"]}
                for uid in (sample.UID, sample.SECOND_UID)
            ]
        )

    async def dashboard(request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        if uid not in {sample.UID, sample.SECOND_UID}:
            return _error(404, "dashboard.unknown", f"«{uid}» không có.", "")
        return web.json_response(sample.dashboard(uid, _lang(request)))

    async def variables(request: web.Request) -> web.Response:
        options = [{"text": names[_lang(request)], "value": code} for code, names in sample.UNITS.items()]
        return web.json_response({"unit": {"options": options, "current": "40"}})

    async def query(request: web.Request) -> web.Response:
        state.queries += 1
        asked: dict[str, Any] = await request.json()
        if asked["panel"] == 12:
            return _error(504, "query.timeout", *_FAULT[asked["lang"]])
        now = _now_ms()
        frames = sample.frames(
            asked["panel"], asked["from"], asked["to"], asked["variables"].get("unit", "40"), now
        )
        return web.json_response({"frames": frames, "asOf": now})

    async def status(request: web.Request) -> web.Response:
        lang = _lang(request)
        streams = [
            {
                "stream": stream,
                "label": LABELS[stream][lang],
                "ageSeconds": age,
                "abnormalAfterSeconds": state.abnormal_after_seconds,
                "state": _stream_state(age, state),
            }
            for stream, age in state.age_seconds.items()
        ]
        return web.json_response(
            {"now": _now_ms(), "streams": streams, "store": {"ok": state.store_ok}, "message": None}
        )

    async def page(_: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": _POLICY})

    app = web.Application()
    app.router.add_get("/api/dashboards", dashboards)
    app.router.add_get("/api/dashboards/{uid}", dashboard)
    app.router.add_get("/api/variables/{uid}", variables)
    app.router.add_post("/api/query", query)
    app.router.add_get("/api/status", status)
    app.router.add_get("/", page)
    app.router.add_get("/d/{uid}", page)
    app.router.add_static("/assets", STATIC / "assets")
    return app


def _stream_state(age_seconds: float | None, state: StubState) -> str:
    if age_seconds is None:
        return "no-data"
    if age_seconds > state.silent_after_seconds:
        return "silent"
    return "stale" if age_seconds > state.abnormal_after_seconds else "fresh"


def _lang(request: web.Request) -> str:
    return "en" if request.query.get("lang") == "en" else "vi"


def _error(status: int, code: str, message: str, hint: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "hint": hint}}, status=status)


def _now_ms() -> int:
    return int(time.time() * 1000)


if __name__ == "__main__":
    web.run_app(build(StubState()), host="127.0.0.1", port=int(sys.argv[1]), print=None)
