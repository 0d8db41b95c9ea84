"""How fresh the data is and whether the store answers: what the page's banner says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from dashboards.freshness import LATE_AFTER_SECONDS, SILENT_AFTER_SECONDS
from dashboards.language import Language
from streams.core.stream import Stream
from streams.core.units import Text
from wall.queries import Clock
from wall.reader import Reader, ReadError

_KEPT_MS = 1_000

_NEWEST = """
    SELECT splitByChar('.', kind)[1] AS stream, max(newest) AS newest
    FROM arrivals
    WHERE unit IN (SELECT code FROM units FINAL WHERE live)
    GROUP BY stream
"""

_STORE_AWAY = Text(
    "Kho dữ liệu không trả lời; số liệu đang hiển thị là lần đọc gần nhất.",
    "The data store does not answer; the figures shown are the last ones read.",
)
_SILENT = Text("Nguồn im lặng", "Silent streams")


class Status:
    """Reads the newest arrivals at most once a second; archives do not count, since their silence is normal."""

    def __init__(self, streams: Iterable[Stream], reader: Reader, clock: Clock) -> None:
        self._titles = {stream.name: stream.title for stream in streams}
        self._reader = reader
        self._clock = clock
        self._newest_ms: dict[str, int] = {}
        self._store_ok = False
        self._read_at_ms: int | None = None
        self._turn = asyncio.Lock()

    async def json(self, language: Language) -> dict[str, Any]:
        """The shape of the HTTP answer; ages keep growing while the store is away."""
        async with self._turn:
            if self._read_at_ms is None or self._clock() - self._read_at_ms >= _KEPT_MS:
                await self._read()
        now = self._clock()
        streams = [self._stream(stream, language, now) for stream in self._titles]
        silent = [stream["label"] for stream in streams if stream["state"] == "silent"]
        message = None
        if not self._store_ok:
            message = _STORE_AWAY.in_language(language)
        elif silent:
            message = f"{_SILENT.in_language(language)}: {', '.join(silent)}"
        return {"now": now, "streams": streams, "store": {"ok": self._store_ok}, "message": message}

    async def _read(self) -> None:
        try:
            table = await self._reader.read(_NEWEST, {})
        except ReadError:
            self._store_ok = False
        else:
            self._store_ok = True
            names, newest = table.columns if table.columns else ((), ())
            self._newest_ms = {
                name: round(at.timestamp() * 1000)
                for name, at in zip(names, newest, strict=True)
                if name in self._titles
            }
        self._read_at_ms = self._clock()

    def _stream(self, stream: str, language: Language, now_ms: int) -> dict[str, Any]:
        newest_ms = self._newest_ms.get(stream)
        age = None if newest_ms is None else max(0, now_ms - newest_ms) / 1000
        if age is None:
            state = "no-data"
        elif age >= SILENT_AFTER_SECONDS:
            state = "silent"
        else:
            state = "stale" if age >= LATE_AFTER_SECONDS else "fresh"
        return {
            "stream": stream,
            "label": self._titles[stream].in_language(language),
            "ageSeconds": age,
            "abnormalAfterSeconds": LATE_AFTER_SECONDS,
            "state": state,
        }
