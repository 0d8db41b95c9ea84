from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboards.freshness import LATE_AFTER_SECONDS, SILENT_AFTER_SECONDS
from tests.fixtures.streams import STREAMS
from wall.reader import StoreUnavailableError, Table
from wall.status import Status

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NOON_MS = round(NOON.timestamp() * 1000)


class Store:
    def __init__(self) -> None:
        self.reads = 0
        self.away = False

    async def read(self, _sql: str, _parameters: Mapping[str, str]) -> Table:
        self.reads += 1
        if self.away:
            raise StoreUnavailableError
        return Table(["stream", "newest"], ["String", "DateTime64(3)"], [["filings", "other"], [NOON, NOON]])


async def status(store: Store, seconds_later: float) -> dict[str, Any]:
    return await Status(STREAMS.values(), store, lambda: NOON_MS + round(seconds_later * 1000)).json("en")


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (0, "fresh"),
        (LATE_AFTER_SECONDS - 1, "fresh"),
        (LATE_AFTER_SECONDS, "stale"),
        (SILENT_AFTER_SECONDS, "silent"),
    ],
)
async def test_a_stream_ages(age: float, state: str) -> None:
    filings, *others = (await status(Store(), age))["streams"]
    assert filings == {
        "stream": "filings",
        "label": "Filings",
        "ageSeconds": age,
        "abnormalAfterSeconds": LATE_AFTER_SECONDS,
        "state": state,
    }
    assert [other["stream"] for other in others] == list(STREAMS)[1:]
    assert {other["state"] for other in others} == {"no-data"}
    assert {other["ageSeconds"] for other in others} == {None}


async def test_clocks_apart_make_no_age_below_zero() -> None:
    assert (await status(Store(), -5))["streams"][0]["ageSeconds"] == 0


async def test_silence_is_said_in_words() -> None:
    assert (await status(Store(), SILENT_AFTER_SECONDS))["message"] == "Silent streams: Filings"
    assert (await status(Store(), 0))["message"] is None


async def test_many_walls_read_once_a_second_and_ages_grow_while_the_store_is_away() -> None:
    store = Store()
    now = NOON_MS
    shared = Status(STREAMS.values(), store, lambda: now)
    for _ in range(10):
        await shared.json("vi")
    assert store.reads == 1
    store.away = True
    now += 30_000
    answer = await shared.json("vi")
    assert answer["streams"][0]["ageSeconds"] == 30
    assert answer["store"] == {"ok": False}
    assert answer["message"].startswith("Kho dữ liệu không trả lời")
