"""The block `http_pull` of a source: whom to ask, how its answers are paged, and which span of time is asked for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from config.documents import Document, Location
from config.problems import Problem
from config.quantities import QuantityError, seconds
from producers.credentials import secret_problems, template_problems
from producers.expression import Expression, ExpressionError

Scalar = str | int | bool

_ADDRESS = re.compile(r"(https?://|\$\{)\S*")
_ROW = "row"


class Pages(msgspec.Struct, frozen=True):
    """How one page leads to the next; `cursor` or `number` is the parameter that asks for a page.

    With `cursor`, `next` finds in an answer what asks for the page after it. With `number`, pages are counted from
    `first` in steps of `step` (1, or the rows of a page if the parameter counts rows). `more` finds whether there is
    another page; without it the last one is the empty one.
    """

    cursor: str = ""
    next: str = ""
    number: str = ""
    first: int = 1
    step: int = 1
    more: str = ""


class Window(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """Which rows are asked for: those of a span of time, by the parameters `from` and `to`, from `begin` on.

    A span is at most `longest`, begins `overlap` before the end of the one before it and ends `delay` before now.
    Every `look_back_every`, the last `look_back` is read anew, for rows that came late.
    """

    from_: str
    to: str
    begin: str
    format: str = "iso"
    longest: str = "1d"
    overlap: str = "10m"
    delay: str = "1m"
    look_back: str = ""
    look_back_every: str = "1d"

    def span(self, name: str) -> dt.timedelta:
        """One of its durations."""
        return dt.timedelta(seconds=seconds(getattr(self, name)))


class HttpPull(msgspec.Struct, frozen=True):
    """An API and how it is asked; `rows` finds the list of rows in an answer.

    `parameters`, with those of pages and window, go into the query of a GET and into the JSON body of a POST.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = {}
    parameters: Mapping[str, Scalar] = {}
    rows: str = "@"
    pages: Pages | None = None
    window: Window | None = None
    every: str = "1m"
    requests: str = ""
    timeout: str = "30s"
    largest_mb: int = 32

    def problems(self, document: Document, where: Location) -> Iterator[Problem]:
        """What the JSON Schema cannot see: addresses, secrets in the file, expressions, durations."""
        yield from template_problems(document, (*where, "url"), self.url)
        if not _ADDRESS.fullmatch(self.url):
            hint = "Begin it with https://, or with a variable such as ${IOC_PORTAL_URL}."
            yield document.problem((*where, "url"), f"'{self.url}' is no address", hint)
        for name, value in self.headers.items():
            yield from secret_problems(document, (*where, "headers", name), name, value)
        for name, parameter in self.parameters.items():
            yield from secret_problems(document, (*where, "parameters", name), name, str(parameter))
        yield from _expressions(document, where, self)
        yield from _durations(document, where, self, ("every", "timeout"))
        if self.window:
            yield from _window(document, (*where, "window"), self.window)
        if self.again:
            yield from _rows_again(document)

    @property
    def again(self) -> bool:
        """Whether the same row may be read a second time."""
        return self.window is not None or self.pages is None or not self.pages.cursor


def begin(window: Window) -> dt.datetime:
    """The instant at which the first span begins; a date, or a time without offset, is of UTC.

    Raises:
        ValueError: it is none.
    """
    moment = dt.datetime.fromisoformat(window.begin)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _expressions(document: Document, where: Location, pull: HttpPull) -> Iterator[Problem]:
    named: dict[Location, str] = {("rows",): pull.rows}
    if pull.pages:
        named |= {("pages", key): getattr(pull.pages, key) for key in ("next", "more")}
    for path, text in named.items():
        try:
            Expression(text or "@")
        except ExpressionError as error:
            yield document.problem((*where, *path), str(error), "It is applied to the whole answer.")


def _durations(document: Document, where: Location, of: object, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        try:
            if getattr(of, name):
                seconds(getattr(of, name))
        except QuantityError as error:
            yield document.problem((*where, name), f"'{getattr(of, name)}' is no duration", str(error))


def _window(document: Document, where: Location, window: Window) -> Iterator[Problem]:
    names = ("longest", "overlap", "delay", "look_back", "look_back_every")
    found = list(_durations(document, where, window, names))
    yield from found
    if not found and window.span("overlap") >= window.span("longest"):
        message = f"the overlap {window.overlap} takes up the whole span of {window.longest}"
        yield document.problem((*where, "overlap"), message, "Shorten it, or make 'longest' longer.")
    try:
        begin(window)
    except ValueError:
        hint = "Write for example 2026-01-01 or 2026-01-01T00:00:00+07:00."
        yield document.problem((*where, "begin"), f"'{window.begin}' is no time", hint)


def _rows_again(document: Document) -> Iterator[Problem]:
    for index, rule in enumerate(document.value["events"]):
        if rule.get("per") == _ROW:
            message = "rows are read more than once here, and each would be sent again every time"
            hint = "Say in 'per' what there is one event of, such as join('/', [code, updated_at])."
            yield document.problem(("events", index, "per"), message, hint)
