"""Answers to the page's questions: one query per panel and moment, however many walls are open.

Questions for the same moment share one query (single flight) and its answer for a few seconds. When the store is away,
the last good answer to the same question goes out again, with the time it was read and marked as stale.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dashboards.language import Language
from dashboards.model import Json
from dashboards.shipped import Shipped, panel
from wall.frames import Frame, table_frame, time_series_frame
from wall.macros import Period, expand
from wall.messages import Code, Fault
from wall.options import Chosen, Options
from wall.reader import Reader, ReadError, StoreUnavailableError
from wall.variables import VariableError, bind

STEP_MS = 5_000
"""Moments are told apart in steps of this length, which is the dashboards' refresh."""

Value = TypeVar("Value")

_REMEMBERED = 2_000
_LOG = logging.getLogger(__name__)

Clock = Callable[[], int]
"""The time now, in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a panel shows, for a period and a viewer's choices."""

    dashboard: str
    panel: int
    language: Language
    period: Period
    variables: Chosen


@dataclass(frozen=True)
class Answer:
    """The frames of a panel, when they were read, and whether newer ones could not be had."""

    frames: list[Frame]
    as_of_ms: int
    variables: Chosen
    stale: bool = False

    def json(self) -> dict[str, Any]:
        """The body of the HTTP answer."""
        variables = {name: values[0] if len(values) == 1 else list(values) for name, values in self.variables}
        return {"frames": self.frames, "asOf": self.as_of_ms, "stale": self.stale, "variables": variables}


class Panels:
    """Answers questions about the panels of the shipped dashboards."""

    def __init__(self, shipped: Shipped, reader: Reader, options: Options, clock: Clock) -> None:
        self._shipped = shipped
        self._reader = reader
        self._options = options
        self._clock = clock
        self._under_way: dict[Question, asyncio.Task[Answer]] = {}
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._last_good: OrderedDict[Question, tuple[Period, Answer]] = OrderedDict()

    async def answer(self, question: Question) -> Answer:
        """The answer for the moment of the question.

        Raises:
            Fault: there is no such panel, a choice is not an option, or the store cannot answer and never has.
        """
        dashboard = self._shipped.get(question.dashboard, question.language)
        if dashboard is None:
            raise Fault(Code.NO_DASHBOARD)
        shown = panel(dashboard, question.panel)
        if shown is None or "targets" not in shown:
            raise Fault(Code.NO_PANEL)
        question = replace(question, dashboard=dashboard["uid"], period=_rounded(question.period))
        fresh = self._answers.get(question)
        if fresh is not None and self._clock() - fresh.as_of_ms < STEP_MS:
            return fresh
        task = self._under_way.get(question)
        if task is None:
            task = asyncio.create_task(self._ask(question, dashboard, shown))
            self._under_way[question] = task
            task.add_done_callback(lambda done: self._ended(question, done))
        return await asyncio.shield(task)

    def _ended(self, question: Question, task: asyncio.Task[Answer]) -> None:
        del self._under_way[question]
        if not task.cancelled():
            task.exception()  # seen, though everybody who waited may have left

    async def _ask(self, question: Question, dashboard: Json, shown: Json) -> Answer:
        try:
            variables = await self._options.settle(dashboard, question.variables)
            frames = [await self._frame(target, question.period, variables) for target in shown["targets"]]
        except VariableError as error:
            raise Fault(Code.NOTHING_CONFIGURED) from error
        except ReadError as error:
            _LOG.warning("%s, panel %s: %s", question.dashboard, question.panel, error)
            return self._kept(question, error)
        answer = Answer(frames, self._clock(), variables)
        _remember(self._answers, question, answer)
        _remember(self._last_good, _whenever(question), (question.period, answer))
        return answer

    async def _frame(self, target: Json, period: Period, variables: Chosen) -> Frame:
        sql, parameters = bind(expand(target["rawSql"], period), dict(variables))
        table = await self._reader.read(sql, parameters)
        make = time_series_frame if target["format"] == 0 else table_frame
        return make(table, target["refId"])

    def _kept(self, question: Question, error: ReadError) -> Answer:
        """The last good answer, if its period was the same one but for the time that has gone by."""
        period, answer = self._last_good.get(_whenever(question), (None, None))
        if period is None or answer is None or not _alike(period, question.period):
            raise Fault(
                Code.STORE_UNAVAILABLE if isinstance(error, StoreUnavailableError) else Code.QUERY_FAILED
            ) from error
        return replace(answer, stale=True)


def _rounded(period: Period) -> Period:
    """Both ends to the next whole step, so that moments within a step are one and a midnight stays a midnight."""
    return replace(period, from_ms=_next_step(period.from_ms), to_ms=_next_step(period.to_ms))


def _next_step(milliseconds: int) -> int:
    return -(-milliseconds // STEP_MS) * STEP_MS


def _whenever(question: Question) -> Question:
    return replace(question, period=Period(0, 0))


def _alike(one: Period, other: Period) -> bool:
    return one.from_ms == other.from_ms or one.to_ms - one.from_ms == other.to_ms - other.from_ms


def _remember(memory: OrderedDict[Question, Value], question: Question, value: Value) -> None:
    memory[question] = value
    memory.move_to_end(question)
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)
