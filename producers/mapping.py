"""What a source makes of a row: events, or what could not be mapped, which field and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from config.problems import did_you_mean
from producers.conversion import Convert, converter
from producers.event import Event, Refused
from producers.expression import Expression, ExpressionError, Row
from producers.seen import Seen
from producers.source import EACH_ROW, NAMES, Rule, Source, Value
from schemas.registry import EventType, Registry

_LISTS = {"": "the map", NAMES: "the map, nor the name of one unit in config/units"}
"""Where codes are looked for, besides the lists of config/codes."""

_OF_AN_ENTRY = frozenset({"each", "number"})
"""What stands beside the columns where a rule is applied to each entry of a list."""


class _RefusedError(ValueError):
    def __init__(self, message: str, reason: str, path: str) -> None:
        super().__init__(message)
        self.refused = Refused(reason, path, message)


class Mapping:
    """A source at work; `seen` remembers which keys have had their event."""

    def __init__(self, source: Source, registry: Registry, seen: Seen) -> None:
        self._rules = tuple(
            _CompiledRule(source, rule, registry.types[rule.cloud_type]) for rule in source.events
        )
        self._seen = seen

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the expressions name."""
        return frozenset(column for rule in self._rules for column in rule.columns)

    @property
    def names(self) -> frozenset[str]:
        """Everything that the expressions name, columns and what is inside of them."""
        return frozenset(
            name for rule in self._rules for expression in rule.expressions for name in expression.names
        )

    def events(self, row: Row) -> Iterator[Event | Refused]:
        """What this row adds to the rows before it; a key whose event is refused has had it."""
        for rule in self._rules:
            try:
                entries = rule.entries(row)
            except ExpressionError as error:
                yield Refused("bad_expression", "$", str(error), rule.type)
                continue
            for entry in entries:
                if made := self._event(rule, entry):
                    yield made

    def _event(self, rule: _CompiledRule, row: Row) -> Event | Refused | None:
        try:
            if not rule.holds(row) or not (rule.each_row or self._seen.add(rule.identity, rule.key(row))):
                return None
            return rule.event(row)
        except _RefusedError as error:
            return error.refused._replace(type=rule.type)
        except ExpressionError as error:
            return Refused("bad_expression", "$", str(error), rule.type)


class _CompiledRule:
    def __init__(self, source: Source, rule: Rule, event_type: EventType) -> None:
        self.type = event_type.type
        self._kind = rule.type
        self._source = source.source
        self.each_row = rule.per == EACH_ROW
        self.identity = f"{event_type.type}/{rule.per}/{rule.when}/{rule.id}"
        self._per = Expression(rule.key if self.each_row else rule.per)
        self._id = Expression(rule.key)
        self._when = Expression(rule.when) if rule.when else None
        self._each = Expression(rule.each) if rule.each else None
        self._subject = _Field("$.subject", rule.subject, converter("code", source))
        self._time = _Field("$.time", rule.time, converter("instant", source))
        self._data = {
            name: _Field(f"$.data.{name}", value, converter(event_type.fields[name].form, source))
            for name, value in rule.data.items()
        }

    @property
    def expressions(self) -> Iterator[Expression]:
        yield from (self._per, self._id)
        yield from (expression for expression in (self._each, self._when) if expression)
        yield from (field.expression for field in (self._subject, self._time, *self._data.values()))

    @property
    def columns(self) -> Iterator[str]:
        for expression in self.expressions:
            yield from expression.columns - (_OF_AN_ENTRY if self._each else set())

    def entries(self, row: Row) -> Sequence[Row]:
        """The row, or one for each entry of the list in it; what is no list has none."""
        if self._each is None:
            return (row,)
        found = self._each(row)
        if not isinstance(found, list):
            return ()
        return [{**row, "each": entry, "number": number} for number, entry in enumerate(found, start=1)]

    def key(self, row: Row) -> str:
        return _key(self._per, row)

    def holds(self, row: Row) -> bool:
        return self._when is None or bool(self._when(row))

    def event(self, row: Row) -> Event:
        return {
            "specversion": "1.0",
            "id": f"{self._kind}/{_key(self._id, row)}",
            "source": self._source,
            "type": self.type,
            "time": self._time.required(row),
            "subject": self._subject.required(row),
            "data": {name: value for name, field in self._data.items() if (value := field(row)) is not None},
        }


class _Field:
    """A value of the event: from, map (else default), made into the field's form, prefix."""

    def __init__(self, path: str, value: str | Value, convert: Convert) -> None:
        value = Value(from_=value) if isinstance(value, str) else value
        self._path = path
        self._from = self.expression = Expression(value.from_)
        self._map = value.map
        self._default = value.default
        self._place = _LISTS.get(value.codes, f"config/codes/{value.codes}.yaml")
        self._unmapped = lru_cache(1_000)(self._say_unmapped)  # a register repeats its codes
        self._convert = convert
        self._prefix = value.prefix

    def __call__(self, row: Row) -> Any:
        found = self._from(row)
        if found is None:
            found = self._default
        elif self._map:
            found = self._map.get(str(found), self._default)
            if found is None:
                msg = self._unmapped(str(self._from(row)))
                raise _RefusedError(msg, "unmapped_code", self._path)
        if found is None:
            return None
        try:
            found = self._convert(found)
        except ValueError as error:
            raise _RefusedError(str(error), "bad_value", self._path) from error
        return f"{self._prefix}{found}" if self._prefix else found

    def _say_unmapped(self, code: str) -> str:
        msg = f"the code '{code}' is not in {self._place}: add it there, or give a default"
        return f"{msg}. {hint}" if (hint := did_you_mean(code, self._map)) else msg

    def required(self, row: Row) -> Any:
        value = self(row)
        if value is None:
            msg = f"no value in {self._from.text}"
            raise _RefusedError(msg, "missing_value", self._path)
        return value


def _key(expression: Expression, row: Row) -> str:
    value = expression(row)
    if value is None:
        msg = f"no value in {expression.text}, which the id is made of"
        raise _RefusedError(msg, "missing_value", "$.id")
    return str(value)
