"""The wall's server on a real store: what a page can ask, and what it cannot."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from ioc.settings import Settings
from store.embedded.process import EmbeddedClickHouse
from tests.dashboards.asking import SHIPPED
from tests.dashboards.filled import UNIT, ZONE, add_event, fill_store
from tests.fixtures.clickhouse import connect
from wall.assets import Assets
from wall.reader import ClickHouseReader, QueryFailedError, StoreUnavailableError
from wall.server import create_app

pytestmark = pytest.mark.clickhouse

NOW = datetime.now(UTC).replace(microsecond=0)
MIDNIGHT = NOW.astimezone(ZONE).replace(hour=0, minute=0, second=0)


@pytest.fixture(scope="module")
def settings(clickhouse_url: str) -> Iterator[Settings]:
    database = f"test_{uuid.uuid4().hex[:12]}"
    with connect(clickhouse_url) as client:
        fill_store(client, database, NOW)
        yield replace(Settings(), clickhouse=clickhouse_url, clickhouse_database=database)
        client.command(f"DROP DATABASE {database} SYNC")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>IOC</title>")
    (tmp_path / "assets" / "index-abc.js").write_text("console.log(1)" * 100)
    return tmp_path


async def serving(settings: Settings, page: Path) -> AsyncIterator[ClientSession]:
    runner = web.AppRunner(create_app(settings, assets=Assets(page)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    await runner.cleanup()


@pytest.fixture
async def wall(settings: Settings, page: Path) -> AsyncIterator[ClientSession]:
    async for session in serving(settings, page):
        yield session


def question(**changes: Any) -> dict[str, Any]:
    return {
        "dashboard": "ioc-overview",
        "panel": 1,
        "from": int(MIDNIGHT.timestamp() * 1000),
        "to": int(NOW.timestamp() * 1000) + 60_000,
        "variables": {"province": "40"},
        "intervalMs": 60_000,
        "lang": "vi",
        **changes,
    }


async def test_the_playlist_has_the_same_uids_in_both_languages(wall: ClientSession) -> None:
    for language, title in (("vi", "Tổng quan tỉnh"), ("en", "Overview of the province")):
        entries = await (await wall.get(f"/api/dashboards?lang={language}")).json()
        assert [entry["uid"] for entry in entries] == list(SHIPPED.playlist)
        assert entries[0]["title"] == title


async def test_a_dashboard_comes_in_the_language_that_is_asked_for(wall: ClientSession) -> None:
    english = await (await wall.get("/api/dashboards/ioc-overview?lang=en")).json()
    assert english["uid"] == "ioc-overview-en"
    vietnamese = await (await wall.get("/api/dashboards/ioc-overview-en")).json()
    assert vietnamese["uid"] == "ioc-overview"
    missing = await wall.get("/api/dashboards/nothing?lang=en")
    assert (missing.status, (await missing.json())["error"]["code"]) == (404, "no-dashboard")


async def test_a_panel_is_answered_with_frames(wall: ClientSession) -> None:
    answer = await (await wall.post("/api/query", json=question())).json()
    assert answer["frames"] == [
        {
            "schema": {
                "refId": "A",
                "fields": [{"name": "Số lượng", "type": "string"}, {"name": "Tỷ lệ", "type": "number"}],
            },
            "data": {"values": [["1.200 / 1.500"], [0.8]]},
        }
    ]
    assert answer["variables"] == {"province": "40"}
    assert not answer["stale"]
    assert answer["asOf"] > NOW.timestamp() * 1000


async def test_every_panel_of_every_dashboard_is_answered(wall: ClientSession) -> None:
    for uid in SHIPPED.playlist:
        dashboard = await (await wall.get(f"/api/dashboards/{uid}")).json()
        for panel in dashboard["panels"]:
            response = await wall.post("/api/query", json=question(dashboard=uid, panel=panel["id"]))
            assert response.status == 200, await response.text()


async def test_the_options_of_a_variable_follow_the_one_it_depends_on(wall: ClientSession) -> None:
    choices = await (await wall.get("/api/variables/ioc-history?lang=en")).json()
    provinces = [option["text"] for option in choices["province"]["options"]]
    ninh_thuan = "Ninh Thuan Province (until 30 June 2025)"
    assert provinces == [
        "Nghe An Province",
        "Khanh Hoa Province",
        ninh_thuan,
        "Sample register (Netherlands)",
    ]
    assert choices["unit"]["options"][0] == {"text": "Whole province", "value": "40"}
    register = await (await wall.get("/api/variables/ioc-history?lang=en&var-province=receipt")).json()
    assert register["unit"]["current"] == "receipt"
    assert {"text": "Officer 01", "value": "receipt.Resource01"} in register["unit"]["options"]


async def test_data_age_is_of_the_live_provinces(wall: ClientSession, settings: Settings) -> None:
    arrival = datetime.now(UTC)  # of this moment: the store was filled minutes ago in a long run
    with connect(settings.clickhouse, settings.clickhouse_database) as client:
        add_event(client, "filings.received", UNIT, arrival, arrival, dossier="A-2")
        add_event(client, "payments.paid", UNIT, arrival, arrival - timedelta(seconds=300), dossier="A-3")
    status = await (await wall.get("/api/status?lang=en")).json()
    states = [stream["state"] for stream in status["streams"]]
    assert (states[:3], set(states[3:])) == (["fresh", "stale", "silent"], {"no-data"})
    assert status["store"] == {"ok": True}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("not json", 400, "bad-request"),
        ('{"dashboard": "ioc-overview"}', 400, "bad-request"),
        ('{"dashboard":"ioc-overview","panel":"1; DROP TABLE events","from":0,"to":1}', 400, "bad-request"),
        ('{"dashboard":"ioc-overview","panel":1,"from":5,"to":1}', 400, "bad-request"),
        ('{"dashboard":"ioc-overview","panel":1,"from":0,"to":99999999999999999}', 400, "bad-request"),
        ('{"dashboard":"ioc-overview","panel":99,"from":0,"to":1}', 404, "no-panel"),
        (
            '{"dashboard":"ioc-overview","panel":1,"from":0,"to":1,"variables":{"province":"x\' OR 1=1 --"}}',
            400,
            "bad-variable",
        ),
        ('{"variables": "' + "x" * 100_000 + '"}', 413, "bad-request"),
    ],
)
async def test_a_bad_question_gets_a_plain_answer(
    wall: ClientSession, body: str, status: int, code: str
) -> None:
    response = await wall.post("/api/query?lang=en", data=body)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (status, code)
    assert error["message"]
    assert error["hint"]


async def test_a_refusal_is_in_the_language_of_the_question(wall: ClientSession) -> None:
    for language, words in (
        ("vi", "Bảng theo dõi không có khối này."),
        ("en", "The dashboard has no such panel."),
    ):
        response = await wall.post("/api/query", json=question(panel=99, lang=language))
        assert (await response.json())["error"]["message"] == words


async def test_the_page_is_served_for_deep_links_zipped_and_for_good(wall: ClientSession) -> None:
    for address in ("/", "/d/ioc-overview", "/d/ioc-history?lang=en&var-province=40"):
        response = await wall.get(address)
        assert "<title>IOC</title>" in await response.text()
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Cache-Control"] == "no-cache"
    script = await wall.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    assert "immutable" in script.headers["Cache-Control"]
    plain = await wall.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert await plain.read() == await script.read()
    again = await wall.get("/assets/index-abc.js", headers={"If-None-Match": script.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    "address", ["/../server.py", "/%2e%2e/server.py", "/assets/..%2f..%2fserver.py", "/nothing"]
)
async def test_nothing_but_the_page_s_files_is_served(wall: ClientSession, address: str) -> None:
    response = await wall.get(address)
    assert response.status == 404


async def test_every_answer_says_what_a_browser_may_do_with_it(wall: ClientSession) -> None:
    for address in ("/", "/api/status", "/nothing", "/healthz"):
        headers = (await wall.get(address)).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_only_reading_is_possible(wall: ClientSession) -> None:
    for method in ("PUT", "DELETE", "POST"):
        response = await wall.request(method, "/api/dashboards/ioc-overview")
        assert response.status == 405


async def test_without_a_store_the_wall_still_serves_and_says_so(settings: Settings, page: Path) -> None:
    away = replace(settings, clickhouse="http://127.0.0.1:9")
    async for session in serving(away, page):
        assert (await session.get("/healthz")).status == 200
        status = await (await session.get("/api/status")).json()
        assert status["store"] == {"ok": False}
        response = await session.post("/api/query", json=question())
        assert (response.status, (await response.json())["error"]["code"]) == (503, "store-unavailable")


async def test_figures_outlive_the_store_and_move_again_when_it_is_back(page: Path, tmp_path: Path) -> None:
    with EmbeddedClickHouse(tmp_path / "store") as server:
        with connect(server.url) as client:
            fill_store(client, "ioc", NOW)
        async for session in serving(replace(Settings(), clickhouse=server.url), page):
            before = await (await session.post("/api/query", json=question())).json()
            server.stop()
            kept = await (
                await session.post("/api/query", json=question(to=question()["to"] + 10_000))
            ).json()
            assert (kept["stale"], kept["frames"], kept["asOf"]) == (True, before["frames"], before["asOf"])
            server.start()  # at the same address
            after = await (
                await session.post("/api/query", json=question(to=question()["to"] + 20_000))
            ).json()
            assert (after["stale"], after["frames"]) == (False, before["frames"])


class TestReader:
    async def test_a_store_without_tables_is_not_there_yet(self, settings: Settings) -> None:
        for database, sql in (("default", "SELECT count() FROM events"), ("nowhere", "SELECT 1")):
            reader = ClickHouseReader(replace(settings, clickhouse_database=database))
            with pytest.raises(StoreUnavailableError):
                await reader.read(sql, {})
            await reader.close()

    async def test_cannot_write_or_look_elsewhere(self, settings: Settings) -> None:
        reader = ClickHouseReader(settings)
        for sql in (
            "INSERT INTO dead_letters (id) VALUES ('x')",
            "DROP TABLE events",
            "SELECT * FROM file('/etc/passwd', 'LineAsString')",
            "SELECT 1 SETTINGS max_execution_time = 1000, readonly = 0",
        ):
            with pytest.raises(QueryFailedError):
                await reader.read(sql, {})
        await reader.close()

    async def test_gives_up_after_its_time(self, settings: Settings) -> None:
        reader = ClickHouseReader(settings, time_limit_seconds=0.5)
        with pytest.raises(StoreUnavailableError):
            await reader.read("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1", {})
        await reader.close()
