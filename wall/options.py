"""What a viewer may choose: the options of a dashboard's variables, and whether a choice is one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from dashboards.model import Json
from wall.messages import Code, Fault
from wall.reader import Reader
from wall.variables import bind, used

_KEPT_MS = 30_000

Chosen: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Variables and their values, in a form that can be a key."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: the words for it and its value."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable's options and what is chosen of them."""

    options: tuple[Option, ...]
    current: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """The shape of the HTTP answer."""
        options = [{"text": option.text, "value": option.value} for option in self.options]
        return {
            "options": options,
            "current": self.current[0] if len(self.current) == 1 else list(self.current),
        }


class Options:
    """Reads options from the store and keeps them for half a minute."""

    def __init__(self, reader: Reader, clock: Callable[[], int]) -> None:
        self._reader = reader
        self._clock = clock
        self._read: dict[tuple[str, Chosen], tuple[int, tuple[Option, ...]]] = {}

    async def choices(self, dashboard: Json, wanted: Chosen) -> Mapping[str, Choice]:
        """The dashboard's variables in order, each with the options that the earlier choices leave.

        A value that is no option is refused, unless the options depend on another variable, whose change may just have
        taken it away: then the first option is taken, as Grafana does.

        Raises:
            Fault: a value is not an option.
            ReadError: the store cannot be asked.
        """
        asked = dict(wanted)
        choices: dict[str, Choice] = {}
        for variable in dashboard["templating"]["list"]:
            name: str = variable["name"]
            so_far = {other: choice.current for other, choice in choices.items()}
            options = await self._options(variable["query"], so_far)
            values = {option.value for option in options}
            current = asked.get(name) or (variable["current"]["value"],)
            if not values.issuperset(current):
                if name in asked and not used(variable["query"]):
                    raise Fault(Code.BAD_VARIABLE)
                current = (options[0].value,) if options else ()
            choices[name] = Choice(options, current)
        return choices

    async def settle(self, dashboard: Json, wanted: Chosen) -> Chosen:
        """The values that the dashboard's queries get.

        Raises:
            Fault: a value is not an option.
            ReadError: the store cannot be asked.
        """
        choices = await self.choices(dashboard, wanted)
        return tuple((name, choice.current) for name, choice in choices.items())

    async def _options(self, query: str, chosen: Mapping[str, tuple[str, ...]]) -> tuple[Option, ...]:
        sql, parameters = bind(query, chosen)
        key = (sql, tuple((name, (value,)) for name, value in parameters.items()))
        read_at, options = self._read.get(key, (-_KEPT_MS, ()))
        if not options or self._clock() - read_at >= _KEPT_MS:
            table = await self._reader.read(sql, parameters)
            values, texts = table.columns if table.columns else ((), ())
            options = tuple(Option(str(text), str(value)) for value, text in zip(values, texts, strict=True))
            self._read[key] = (self._clock(), options)
        return options
