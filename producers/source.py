"""A source: where its rows come from and which events they become, as data and without code.

config/sources/<name>.yaml holds one; config/formats/source.schema.json describes every field for people and editors.
Each kind of place that rows come from declares a block of its own (`file`, ...); a source has exactly one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from config.documents import Document, Location
from config.problems import Problem, did_you_mean
from producers.expression import Expression, ExpressionError
from producers.files.declaration import File
from producers.pace import per_second
from producers.pull.declaration import HttpPull
from producers.topics.declaration import SourceTopic
from schemas.registry import EventType, Registry

EACH_ROW = "row"
"""The value of `per` for one event per row."""

ISO = "iso"
"""The value of `time_format` for ISO 8601."""

NAMES = "names"
"""The value of `codes` for the units' own names."""

EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}
"""The values of `time_format` for numbers that count from 1970 in UTC, and how many of them make a second."""

KINDS = ("file", "http_pull", "topic")
"""The blocks of which a source has one, each a field of `Source`."""


class Value(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """Where a value comes from and what is made of it, in this order: from, codes and map (else default), prefix.

    No value (null or an empty text) stays none unless there is a default; an unmapped code without a default
    refuses the event. `codes` names a list of config/codes, whose codes of units the map then holds, too.
    """

    from_: str
    map: dict[str, str] = {}
    codes: str = ""
    default: str | None = None
    prefix: str = ""


class Rule(msgspec.Struct, frozen=True):
    """One kind of event that rows become.

    `each` is an expression for a list in the row: then the rule is applied to each of its entries, which stands as
    `each` beside the row's columns, with its `number` from 1 on.

    `per` is `row`, or an expression: then one event per distinct value, from the first row of that value for which
    `when` holds; the rows of a value may be anywhere in the file.
    """

    type: str
    per: str
    subject: str | Value
    time: str | Value
    data: dict[str, str | Value]
    version: int = 1
    each: str = ""
    when: str = ""
    id: str = ""

    @property
    def cloud_type(self) -> str:
        """The CloudEvents type of the events."""
        return f"vn.ioc.{self.type}.v{self.version}"

    @property
    def key(self) -> str:
        """The expression whose value makes the event's id."""
        return self.id or self.per

    @property
    def expressions(self) -> Iterator[tuple[Location, str]]:
        """Every expression by its path in the rule."""
        if self.each:
            yield ("each",), self.each
        if self.per != EACH_ROW:
            yield ("per",), self.per
        if self.when:
            yield ("when",), self.when
        if self.id:
            yield ("id",), self.id
        yield ("subject",), _from(self.subject)
        yield ("time",), _from(self.time)
        for name, value in self.data.items():
            yield ("data", name), _from(value)


class Source(msgspec.Struct, frozen=True):
    """A declared source; `source` is the CloudEvents source of its events, `time_zone` that of times without offset.

    `thousands` stands between the digits of its whole numbers (`1.250.000`). `rate` is how many events it may make at
    most, such as `500/s`; `outbox_mb` how much may wait on disk for a broker that is away, before reading waits too.
    """

    name: str
    source: str
    events: tuple[Rule, ...]
    file: File | None = None
    topic: SourceTopic | None = None
    http_pull: HttpPull | None = None
    description: str = ""
    time_zone: str = ""
    time_format: str = ISO
    thousands: str = ""
    rate: str = ""
    outbox_mb: int = 1024

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of times that carry no offset, if one is declared."""
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The blocks that it has: one, if there are no problems."""
        return tuple(name for name in KINDS if getattr(self, name) is not None)

    @property
    def events_per_second(self) -> float | None:
        """The most events that it may make; None: as many as it can."""
        return per_second(self.rate)


def problems(source: Source, document: Document) -> Iterator[Problem]:
    """What the file's JSON Schema cannot see: its kind, expressions, time zone, ids that would collide."""
    if source.time_zone:
        try:
            ZoneInfo(source.time_zone)
        except (KeyError, ValueError, OSError):  # OSError: a folder of zones, such as "Asia"
            message = f"there is no time zone '{source.time_zone}'"
            yield document.problem(("time_zone",), message, "Use an IANA name such as Asia/Ho_Chi_Minh.")
    if len(source.kinds) != 1:
        found = f"it has {' and '.join(source.kinds)}" if source.kinds else "it has none"
        message = f"a source has exactly one of the blocks {', '.join(KINDS)}: {found}"
        yield document.problem((), message, "The block says where the rows come from.")
    for kind in source.kinds:
        yield from getattr(source, kind).problems(document, (kind,))
    ids: set[tuple[str, str]] = set()
    for index, rule in enumerate(source.events):
        where: Location = ("events", index)
        yield from _expression_problems(rule, document, where)
        if rule.per == EACH_ROW and not rule.id:
            hint = "Say in 'id' what makes a row unlike every other."
            yield document.problem((*where, "per"), "events per row have no ids", hint)
        if (rule.type, rule.key) in ids:
            message = f"a second {rule.type} whose ids are made of {rule.key}"
            yield document.problem(where, message, "Give this one an 'id' of its own.")
        ids.add((rule.type, rule.key))


def schema_problems(source: Source, document: Document, registry: Registry) -> Iterator[Problem]:
    """What the schemas of the events would refuse in every event: types, fields, codes."""
    for index, rule in enumerate(source.events):
        where: Location = ("events", index)
        if event_type := registry.types.get(rule.cloud_type):
            yield from _data_problems(rule, event_type, document, (*where, "data"))
        else:
            message = f"there is no event type {rule.type} of version {rule.version}"
            yield document.problem((*where, "type"), message, did_you_mean(rule.type, registry))


def _from(value: str | Value) -> str:
    return value.from_ if isinstance(value, Value) else value


def _expression_problems(rule: Rule, document: Document, where: Location) -> Iterator[Problem]:
    for path, text in rule.expressions:
        try:
            Expression(text)
        except ExpressionError as error:
            hint = "A name with other than letters and digits needs double quotes inside single ones."
            yield document.problem((*where, *path), str(error), hint)


def _data_problems(
    rule: Rule, event_type: EventType, document: Document, where: Location
) -> Iterator[Problem]:
    for name, field in event_type.fields.items():
        if field.required and name not in rule.data:
            message = f"{rule.type} needs the field '{name}'"
            yield document.problem(where, message, f"Add {name}: {field.expected}.")
    for name, value in rule.data.items():
        if name not in event_type.fields:
            message = f"{rule.type} has no field '{name}'"
            yield document.problem((*where, name), message, did_you_mean(name, event_type.fields))
        elif (allowed := event_type.fields[name].values) and isinstance(value, Value):
            made = {*value.map.values(), *([value.default] if value.default else [])}
            for code in sorted(made - set(allowed)):
                message = f"'{code}' is no value of '{name}'"
                yield document.problem((*where, name), message, did_you_mean(code, allowed))
