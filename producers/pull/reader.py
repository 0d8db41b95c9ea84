"""The rows of an API that gives them by pages, from where the reading had come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import xxhash

from config.quantities import seconds
from ioc.errors import UserError
from producers.credentials import Credentials
from producers.expression import Expression
from producers.pull.client import Client
from producers.pull.declaration import HttpPull, Scalar
from producers.pull.position import PullPosition, next_span, restored
from producers.reading import Positions, Reading
from producers.source import ISO, Source

_SHOWN = 24


class PagesRepeatError(UserError):
    """Two pages are the same: the API does not do as the source says."""


class PullReader:
    """Asks an API for pages.

    A page that was taken in part is asked for again, and the rows that were taken are passed over as long as they are
    the same ones; if not, all are taken, and keys say which have had their event.

    Args:
        source: has the block `http_pull`.
        environment: where keys are.
        clock: the time now, aware.
    """

    def __init__(
        self,
        source: Source,
        environment: Mapping[str, str],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        assert source.http_pull is not None  # noqa: S101  # for mypy: its caller has looked
        self._pull: HttpPull = source.http_pull
        self._pages = self._pull.pages
        self._zone = source.zone or dt.UTC
        self._clock = clock
        self._client = Client(self._pull, Credentials(environment))
        self._find_rows = Expression(self._pull.rows)
        self._find_next = Expression(self._pages.next) if self._pages and self._pages.next else None
        self._find_more = Expression(self._pages.more) if self._pages and self._pages.more else None
        self.pause_seconds = float(seconds(self._pull.every))

    def read(self, positions: Positions) -> Iterator[Reading]:
        """The rows after the position; with a window, span after span until now.

        Raises:
            SourceAwayError: the API does not answer, or says when to come again.
            UserError: only a person can mend it.
        """
        at = restored(positions.position())
        window = self._pull.window
        if window is None:
            at = yield from self._read_pages(at)
            if not (self._pages and self._pages.cursor):
                yield Reading(None, at.on(None))  # what is there may change: all is read again
            return
        while True:
            beginning = at if at.span else next_span(window, at, self._clock())
            if beginning is None:
                return
            at = yield from self._read_pages(beginning)
            at = at.span_read()
            yield Reading(None, at)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _read_pages(self, at: PullPosition) -> Generator[Reading, None, PullPosition]:
        """Everything from a position on; returns the position after it."""
        before = ""
        while True:
            answer = yield from self._client.ask(self._parameters(at), Reading(None, at))
            rows = self._rows(answer)
            digest = _digest(rows)
            if rows and digest == before:
                msg = (
                    f"{self._pull.url}: {self._place(at)} holds the same rows as the page before it:"
                    " does the API know the parameter that http_pull.pages names?"
                )
                raise PagesRepeatError(msg)
            before = digest
            yield from self._take(rows, at)
            following = self._following(at, answer, rows)
            if following is None:
                return at.after(len(rows), digest)
            at = at.on(following)
            yield Reading(None, at)
            if not rows and self._pull.window is None:
                return at

    def _take(self, rows: Sequence[Any], at: PullPosition) -> Iterator[Reading]:
        known = at.taken if at.taken <= len(rows) and _digest(rows[: at.taken]) == at.digest else 0
        digest = xxhash.xxh3_128()
        for number, row in enumerate(rows, start=1):
            digest.update(msgspec.json.encode(row))
            if number > known:
                whole = isinstance(row, dict)
                yield Reading(
                    row if whole else None,
                    at.after(number, digest.hexdigest()),
                    f"{self._place(at)} row {number}",
                    fault="" if whole else "not a JSON object",
                )

    def _rows(self, answer: Any) -> Sequence[Any]:
        rows = self._find_rows(answer)
        if not isinstance(rows, list):
            msg = f"the answer has no list at {self._find_rows.text}"
            raise self._client.unusable(msg, answer)
        return rows

    def _following(self, at: PullPosition, answer: Any, rows: Sequence[Any]) -> str | int | None:
        if self._pages is None or (self._find_more and not self._find_more(answer)):
            return None
        if self._find_next is not None:
            found = self._find_next(answer)
            if not isinstance(found, str | int | None) or isinstance(found, bool):
                msg = f"what is at {self._find_next.text} is no cursor"
                raise self._client.unusable(msg, found)
            return None if found is None or found == at.page else found
        page = at.page if isinstance(at.page, int) else self._pages.first
        return page + self._pages.step if rows else None

    def _parameters(self, at: PullPosition) -> dict[str, Scalar]:
        parameters: dict[str, Scalar] = {}
        if self._pages and self._pages.number:
            parameters[self._pages.number] = self._pages.first if at.page is None else at.page
        elif self._pages and at.page is not None:
            parameters[self._pages.cursor] = at.page
        if self._pull.window and at.span:
            first, last = at.span
            parameters[self._pull.window.from_] = self._as_text(first)
            parameters[self._pull.window.to] = self._as_text(last)
        return parameters

    def _as_text(self, moment: dt.datetime) -> str:
        assert self._pull.window is not None  # noqa: S101  # for mypy
        form = self._pull.window.format
        local = moment.astimezone(self._zone)
        return local.isoformat(timespec="seconds") if form == ISO else local.strftime(form)

    def _place(self, at: PullPosition) -> str:
        page = "page" if at.page is None else f"page {str(at.page)[:_SHOWN]}"
        return f"{page} from {self._as_text(at.span[0])} on" if at.span else page


def _digest(rows: Sequence[Any]) -> str:
    digest = xxhash.xxh3_128()
    for row in rows:
        digest.update(msgspec.json.encode(row))
    return digest.hexdigest() if rows else ""
