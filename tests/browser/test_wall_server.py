"""The built page, the wall's server and a real store together: figures appear, and change."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from clickhouse_connect.driver.client import Client
from playwright.async_api import Locator, Page, async_playwright, expect

from ioc.settings import Settings
from tests.dashboards.filled import TODAY, UNIT, ZONE, add_dead_letters, add_figures, figures, fill_store
from tests.fixtures.clickhouse import connect
from wall.server import create_app

pytestmark = [pytest.mark.browser, pytest.mark.clickhouse]

PICTURES = Path(__file__).parents[2] / "artifacts" / "wall"
REFRESHED_MS = 20_000
"""Ample time for a refresh of five seconds on a busy machine."""


@pytest.fixture
def store(clickhouse_url: str) -> Iterator[Client]:
    now = datetime.now(UTC).replace(microsecond=0)
    tomorrow = now.astimezone(ZONE).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    with connect(clickhouse_url) as client:
        fill_store(client, f"test_{uuid.uuid4().hex[:12]}", now)
        # Should midnight fall into the test, the new day begins with the same figures.
        flows = [figure for figure in TODAY if "backlog" not in figure[0]]
        for unit in ("40", UNIT):
            for grain in ("day", "hour"):
                add_figures(client, figures("40", unit, grain, tomorrow, flows))
        yield client
        client.command(f"DROP DATABASE {client.database} SYNC")


@pytest.fixture
async def wall(store: Client, clickhouse_url: str) -> AsyncIterator[str]:
    settings = replace(Settings(), clickhouse=clickhouse_url, clickhouse_database=str(store.database))
    runner = web.AppRunner(create_app(settings), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        opened = await browser.new_page(viewport={"width": 1920, "height": 1080})
        yield opened
        await browser.close()


def faults(page: Page) -> list[str]:
    """What the console complains about from now on."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def panel(page: Page, number: int) -> Locator:
    return page.locator(f"[data-testid=panel-{number}]")


async def test_figures_appear_and_change_without_a_reload(store: Client, wall: str, page: Page) -> None:
    complaints = faults(page)
    await page.goto(wall)
    await expect(panel(page, 5)).to_contain_text("1.500")
    await expect(panel(page, 1)).to_contain_text("80,0%")
    await expect(panel(page, 2)).to_contain_text("▼ dưới mục tiêu 90 % · 850 / 1.000")
    await expect(panel(page, 9)).to_contain_text("chậm")
    await expect(panel(page, 10).locator("canvas")).to_be_visible()
    await expect(panel(page, 12)).to_contain_text("Sở Công Thương")

    now = datetime.now(UTC)
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    doubled = [(name, dims, 2 * numerator, denominator) for name, dims, numerator, denominator in TODAY]
    add_figures(store, figures("40", "40", "day", midnight, doubled, version=2))
    add_dead_letters(store, now, 5)

    await expect(panel(page, 5)).to_contain_text("3.000", timeout=REFRESHED_MS)
    await expect(panel(page, 8)).to_contain_text("5", timeout=REFRESHED_MS)
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / "overview.png")
    assert complaints == []


async def test_the_months_of_a_register_are_two_clicks_away(wall: str, page: Page) -> None:
    complaints = faults(page)
    await page.goto(f"{wall}/d/ioc-history?lang=en&var-province=receipt")
    await expect(panel(page, 2)).to_contain_text("10/2010")
    await expect(panel(page, 2)).to_contain_text("11/2010")
    await expect(panel(page, 1)).to_contain_text(re.compile(r"Received\s*3"))
    await expect(panel(page, 5)).to_contain_text("Officer 01")
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / "history.png")
    assert complaints == []
