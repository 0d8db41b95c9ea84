from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from dashboards.shipped import Shipped
from wall.macros import Period
from wall.messages import Code, Fault
from wall.options import Options
from wall.queries import STEP_MS, Panels, Question
from wall.reader import QueryFailedError, ReadError, StoreUnavailableError, Table

PROVINCES = Table(["code", "name"], ["String", "String"], [["40", "56"], ["Nghệ An", "Khánh Hòa"]])
DASHBOARD: dict[str, Any] = {
    "uid": "ioc-test",
    "title": "Thử",
    "tags": [],
    "templating": {
        "list": [
            {"name": "province", "query": "SELECT code, name FROM provinces", "current": {"value": "40"}},
            {"name": "unit", "query": "SELECT u WHERE p = ${province:sqlstring}", "current": {"value": "40"}},
        ]
    },
    "panels": [
        {"id": 1, "targets": [{"refId": "A", "format": 1, "rawSql": "SELECT n WHERE $__timeFilter(t)"}]},
        {"id": 2},
        {"id": 3, "targets": [{"refId": "A", "format": 1, "rawSql": "SELECT ${unit:sqlstring}"}]},
    ],
}


class Store:
    """Answers options, and panels with how often they were asked; `failing` answers nothing."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.failing: ReadError | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, sql: str, parameters: Mapping[str, str]) -> Table:
        await self.open.wait()
        if self.failing:
            raise self.failing
        if "provinces" in sql:
            return PROVINCES
        if "SELECT u" in sql:
            code = parameters["var_province_0"]
            return Table(["code", "name"], ["String", "String"], [[code, f"{code}.a"], ["all", "a"]])
        self.asked.append((sql, dict(parameters)))
        return Table(["n"], ["UInt32"], [[len(self.asked)]])


class Clock:
    def __init__(self) -> None:
        self.now_ms = 1_000_000_000

    def __call__(self) -> int:
        return self.now_ms


class Wall:
    def __init__(self) -> None:
        self.store = Store()
        self.clock = Clock()
        shipped = Shipped({("ioc-test", "vi"): DASHBOARD, ("ioc-test", "en"): DASHBOARD})
        self.panels = Panels(shipped, self.store, Options(self.store, self.clock), self.clock)

    def question(self, panel: int = 1, hours: int = 1, **variables: str) -> Question:
        now = self.clock.now_ms
        chosen = tuple((name, (value,)) for name, value in variables.items())
        return Question("ioc-test", panel, "vi", Period(now - hours * 3_600_000, now), chosen)


@pytest.fixture
async def wall() -> Wall:
    return Wall()


async def test_a_hundred_walls_ask_the_store_once(wall: Wall) -> None:
    wall.store.open.clear()
    questions = [asyncio.create_task(wall.panels.answer(wall.question())) for _ in range(100)]
    await asyncio.sleep(0)
    wall.store.open.set()
    answers = await asyncio.gather(*questions)
    assert len(wall.store.asked) == 1
    assert {answer.as_of_ms for answer in answers} == {wall.clock.now_ms}


async def test_the_same_moment_is_answered_from_memory_and_the_next_one_anew(wall: Wall) -> None:
    wall.clock.now_ms += 1
    await wall.panels.answer(wall.question())
    wall.clock.now_ms += STEP_MS - 1
    await wall.panels.answer(wall.question())
    wall.clock.now_ms += 1
    answer = await wall.panels.answer(wall.question())
    assert len(wall.store.asked) == 2
    assert answer.as_of_ms == wall.clock.now_ms


async def test_an_absolute_period_is_read_again_after_a_while(wall: Wall) -> None:
    question = wall.question()
    await wall.panels.answer(question)
    wall.clock.now_ms += STEP_MS
    await wall.panels.answer(question)
    assert len(wall.store.asked) == 2


async def test_different_choices_are_different_questions(wall: Wall) -> None:
    await wall.panels.answer(wall.question(3, province="40"))
    await wall.panels.answer(wall.question(3, province="56"))
    assert [parameters for _, parameters in wall.store.asked] == [{"var_unit_0": "40"}, {"var_unit_0": "56"}]


async def test_while_the_store_is_away_the_last_figures_stay_with_their_time(wall: Wall) -> None:
    before = await wall.panels.answer(wall.question())
    wall.store.failing = StoreUnavailableError("gone")
    wall.clock.now_ms += 60_000
    kept = await wall.panels.answer(wall.question())
    assert kept.stale
    assert (kept.frames, kept.as_of_ms) == (before.frames, before.as_of_ms)
    assert kept.json()["asOf"] == before.as_of_ms
    wall.store.failing = None
    after = await wall.panels.answer(wall.question())
    assert not after.stale
    assert after.as_of_ms == wall.clock.now_ms


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (StoreUnavailableError("gone"), Code.STORE_UNAVAILABLE),
        (QueryFailedError("too slow"), Code.QUERY_FAILED),
    ],
)
async def test_the_figures_of_another_period_are_no_answer(
    wall: Wall, failure: ReadError, code: Code
) -> None:
    await wall.panels.answer(wall.question(hours=1))
    wall.store.failing = failure
    with pytest.raises(Fault) as fault:
        await wall.panels.answer(wall.question(hours=2))
    assert fault.value.code == code


async def test_a_viewer_who_leaves_does_not_take_the_answer_from_the_others(wall: Wall) -> None:
    wall.store.open.clear()
    leaving = asyncio.create_task(wall.panels.answer(wall.question()))
    staying = asyncio.create_task(wall.panels.answer(wall.question()))
    await asyncio.sleep(0)
    leaving.cancel()
    wall.store.open.set()
    assert (await staying).frames[0]["data"]["values"] == [[1]]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question("nothing", 1, "vi", Period(0, 1), ()), Code.NO_DASHBOARD),
        (Question("ioc-test", 9, "vi", Period(0, 1), ()), Code.NO_PANEL),
        (Question("ioc-test", 2, "vi", Period(0, 1), ()), Code.NO_PANEL),
        (Question("ioc-test", 1, "vi", Period(0, 1), (("province", ("40' OR 1",)),)), Code.BAD_VARIABLE),
        (Question("ioc-test", 1, "vi", Period(0, 1), (("province", ("40", "99")),)), Code.BAD_VARIABLE),
    ],
)
async def test_what_is_not_there_is_refused(wall: Wall, question: Question, code: Code) -> None:
    with pytest.raises(Fault) as fault:
        await wall.panels.answer(question)
    assert fault.value.code == code
    assert not wall.store.asked


async def test_a_unit_of_another_province_gives_way_to_the_first_of_the_chosen_one(wall: Wall) -> None:
    answer = await wall.panels.answer(wall.question(3, province="56", unit="40.a"))
    assert dict(answer.variables) == {"province": ("56",), "unit": ("56",)}


async def test_either_language_s_uid_names_the_dashboard(wall: Wall) -> None:
    question = Question("ioc-test-en", 1, "en", Period(0, 1), ())
    assert (await wall.panels.answer(question)).frames


def test_every_fault_has_words_in_both_languages() -> None:
    for code in Code:
        fault = Fault(code)
        vi, en = fault.json("vi")["error"], fault.json("en")["error"]
        assert vi["code"] == en["code"] == code
        assert vi["message"] != en["message"]
        assert vi["hint"] != en["hint"]
        assert 400 <= fault.status < 600
