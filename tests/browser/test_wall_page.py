"""The built wall page in headless Chromium, against a stand-in for its server."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser import stub
from tests.browser.sample import UID

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = Path(__file__).parents[2] / "artifacts" / "wall"
SCREENS = {"1920x1080": (1920, 1080), "3840x2160": (3840, 2160), "390x844": (390, 844)}
TITLES = {"vi": "Tổng quan toàn tỉnh", "en": "Overview of the province"}

# Words that the components bring along in English; none may be left on a Vietnamese page.
ENGLISH = re.compile(
    r"\b(Last|Name|Value|No data|Time|days?|hours?|Mean|Total|Loading|Received|Latest|Highest)\b"
)


@dataclass(slots=True)
class Wall:
    """A stand-in server that can be stopped and started again at the same address."""

    state: stub.StubState = field(default_factory=stub.StubState)
    runner: web.AppRunner | None = None
    port: int = 0

    async def start(self) -> None:
        self.runner = web.AppRunner(stub.build(self.state), shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self.runner.addresses[0][1]

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    def address(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest_asyncio.fixture(loop_scope="module")
async def wall() -> AsyncIterator[Wall]:
    served = Wall()
    await served.start()
    yield served
    await served.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of a browser that has never seen the wall."""
    visitor = await browser.new_context(viewport={"width": 1920, "height": 1080})
    yield await visitor.new_page()
    await visitor.close()


def collect_faults(page: Page) -> list[str]:
    """What the console says is wrong from now on."""
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


def panel(page: Page, panel_id: int) -> str:
    return f"[data-testid=panel-{panel_id}]"


async def shown(page: Page) -> None:
    """Every panel that asks for figures has them."""
    await expect(page.locator("[data-testid=panel-10][data-state=ready] svg rect").first).to_be_visible()
    await expect(page.locator("[data-testid^=panel-][data-state=loading] header")).to_have_count(
        1
    )  # the text panel never asks


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_every_panel_is_drawn_on_every_screen(
    wall: Wall, browser: Browser, screen: str, lang: str
) -> None:
    width, height = SCREENS[screen]
    kiosk = "&kiosk" if width > 1920 else ""
    page = await browser.new_page(viewport={"width": width, "height": height})
    faults = collect_faults(page)

    await page.goto(wall.address(f"/d/{UID}?lang={lang}{kiosk}"))
    await shown(page)

    await expect(page.locator("h1")).to_have_text(TITLES[lang])
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{screen}-{lang}.png", full_page=True)
    assert faults == []
    overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    if lang == "vi":
        words = await page.locator(".wall").inner_text()
        assert ENGLISH.findall(words.replace("English", "")) == []
    await page.close()


async def test_figures_are_vietnamese_and_change_within_a_refresh(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    figure = page.locator(f"{panel(page, 1)} .panel-body")
    await expect(figure).to_have_text(re.compile(r"^\d{2}\.\d{3}$"))
    before = await figure.inner_text()
    await expect(figure).not_to_have_text(before, timeout=5_000)
    await expect(page.locator(f"{panel(page, 2)} .panel-body")).to_have_text(re.compile(r"^\d{2},\d{2}%$"))


async def test_language_is_switched_kept_in_the_address_and_remembered(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    await expect(page.locator("h1")).to_have_text(TITLES["vi"])
    await page.get_by_test_id("language").click()
    await expect(page.locator("h1")).to_have_text(TITLES["en"])
    await expect(page.locator(f"{panel(page, 5)} thead")).to_contain_text("Latest")
    assert "lang=en" in page.url
    await page.goto(wall.address())
    await expect(page.locator("h1")).to_have_text(TITLES["en"])


async def test_abnormal_figures_say_so_with_a_symbol_and_a_word(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    await expect(page.locator(panel(page, 3))).to_have_attribute("data-severity", "warning")
    await expect(page.locator(f"{panel(page, 3)} [data-testid=severity]")).to_have_text("⚠ Chú ý")
    await expect(page.locator(panel(page, 4))).to_have_attribute("data-severity", "normal")


async def test_a_stream_that_stops_is_said_to(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    age = page.get_by_test_id("data-age-filings")
    await expect(age).to_have_attribute("data-state", "fresh")
    wall.state.age_seconds["filings"] = 300.0
    await expect(age).to_have_attribute("data-state", "stale", timeout=10_000)
    await expect(age).to_contain_text("⚠")
    await expect(age).to_contain_text("chậm")
    wall.state.age_seconds["filings"] = 3_600.0
    await expect(age).to_have_attribute("data-state", "silent", timeout=10_000)
    await expect(age).to_contain_text("im lặng")
    wall.state.age_seconds["filings"] = 1.0
    await expect(age).to_have_attribute("data-state", "fresh", timeout=10_000)


async def test_a_lost_server_is_said_and_found_again_without_a_reload(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    figure = page.locator(f"{panel(page, 1)} .panel-body")
    await expect(figure).to_have_text(re.compile(r"\d"))
    await page.evaluate("window.notReloaded = true")

    await wall.stop()
    banner = page.get_by_test_id("connection-banner")
    await expect(banner).to_be_visible(timeout=10_000)
    await expect(banner).to_contain_text("Mất kết nối")
    await expect(page.locator(panel(page, 1))).to_have_attribute("data-state", "lost")
    kept = await figure.inner_text()
    assert re.search(r"\d", kept)
    await expect(page.locator(f"{panel(page, 1)} [data-testid=figure-age]")).to_be_visible(timeout=20_000)

    await wall.start()
    await expect(banner).to_be_hidden(timeout=10_000)
    await expect(figure).not_to_have_text(kept, timeout=10_000)
    assert await page.evaluate("window.notReloaded")


async def test_a_store_that_is_away_is_said(wall: Wall, page: Page) -> None:
    wall.state.store_ok = False
    await page.goto(wall.address())
    await expect(page.get_by_test_id("connection-banner")).to_contain_text("kho dữ liệu")


async def test_a_page_opened_before_its_server_finds_it(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    await expect(page.locator("h1")).to_be_visible()
    await wall.stop()
    await page.evaluate("history.replaceState(null, '', '/d/mau-2')")
    await page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    await asyncio.sleep(0)
    await wall.start()
    await expect(page.locator("h1")).to_have_text("Một đơn vị", timeout=10_000)


async def test_variables_and_ranges_reach_the_server_and_the_address(wall: Wall, page: Page) -> None:
    asked: list[dict[str, object]] = []
    page.on(
        "request",
        lambda request: (
            asked.append(json.loads(request.post_data or "{}"))
            if request.url.endswith("/api/query")
            else None
        ),
    )
    await page.goto(wall.address())
    await shown(page)
    await page.get_by_test_id("variable-unit").select_option("40.03")
    await page.get_by_test_id("time-range").select_option(label="Năm trước")
    await expect(page.locator(f"{panel(page, 7)}")).to_contain_text("Xã Quỳnh Lưu")
    await page.wait_for_function("location.search.includes('from=now-1y')")
    assert "var-unit=40.03" in page.url
    async with page.expect_request("**/api/query") as sent:
        pass
    body = json.loads((await sent.value).post_data or "{}")
    assert body["variables"] == {"unit": "40.03"}
    year_ms = 366 * 86_400_000
    assert year_ms - 2 * 86_400_000 < body["to"] - body["from"] <= year_ms
    # Every wall asks for the same range: it ends on a multiple of the refresh.
    assert all(int(str(query["to"])) % 2_000 == 0 for query in asked[:5])


async def test_any_days_since_2010_can_be_chosen(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    await page.get_by_test_id("time-range").select_option("custom")
    await page.locator("input[name=from]").fill("1/1/2010")
    await page.locator("input[name=to]").fill("31/12/2010")
    await page.get_by_role("button", name="Áp dụng").click()
    await expect(page.get_by_test_id("time-range")).to_contain_text("01/01/2010 – 31/12/2010")


async def test_rows_open_and_say_why_there_is_nothing(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    await page.get_by_test_id("row-21").click()
    await expect(page.locator(panel(page, 11))).to_contain_text("Không có sự kiện nào từ")
    await expect(page.locator(panel(page, 11))).to_contain_text("Đơn vị: Tỉnh Nghệ An")
    failing = page.locator(panel(page, 12))
    await expect(failing).to_have_attribute("data-state", "error")
    await expect(failing).to_contain_text("vượt quá thời gian")


async def test_a_link_in_a_table_opens_its_dashboard_in_place(wall: Wall, page: Page) -> None:
    await page.goto(wall.address("/?lang=en"))
    await page.evaluate("window.notReloaded = true")
    await page.locator(f"{panel(page, 8)} a").first.click()
    await expect(page.locator("h1")).to_have_text("One unit")
    assert "/d/mau-2?var-unit=40.01" in page.url
    assert await page.evaluate("window.notReloaded")
    await page.go_back()
    await expect(page.locator("h1")).to_have_text(TITLES["en"])


async def test_a_playlist_goes_round(wall: Wall, page: Page) -> None:
    await page.goto(wall.address("/?kiosk&playlist=5&lang=en"))
    await expect(page.locator("h1")).to_have_text(TITLES["en"])
    await expect(page.locator("h1")).to_have_text("One unit", timeout=15_000)
    await expect(page.locator("h1")).to_have_text(TITLES["en"], timeout=15_000)
    assert "kiosk" in page.url


async def test_the_theme_is_switched(wall: Wall, page: Page) -> None:
    await page.goto(wall.address())
    await page.get_by_test_id("theme").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert "theme=light" in page.url


async def test_a_chart_says_what_is_under_the_pointer_even_on_a_large_screen(
    wall: Wall, browser: Browser
) -> None:
    page = await browser.new_page(viewport={"width": 3840, "height": 2160})
    await page.goto(wall.address("/?kiosk"))
    plot = page.locator(f"{panel(page, 5)} .u-over")
    box = await plot.bounding_box()
    assert box is not None
    pointer = (box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    await page.mouse.move(*pointer)
    tooltip = page.locator(".chart-tooltip")
    await expect(tooltip).to_contain_text("Trực tuyến")
    shown_at = await tooltip.bounding_box()
    assert shown_at is not None
    assert 0 < shown_at["x"] - pointer[0] < 60
    await page.close()
