"""Where the reading of an API has come to, and which span of time it asks for next: pure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from producers.pull.declaration import Window, begin


class PullPosition(msgspec.Struct, frozen=True, omit_defaults=True):
    """`page` is a cursor or a number (None: the first); of it, `taken` rows were, whose digest is `digest`.

    With a window, `span` is what is being asked for and `until` what everything before has been read;
    `stepped_back_at` is when the reading last went back for rows that came late.
    """

    page: str | int | None = None
    taken: int = 0
    digest: str = ""
    span: tuple[dt.datetime, dt.datetime] | None = None
    until: dt.datetime | None = None
    stepped_back_at: dt.datetime | None = None

    def on(self, page: str | int | None) -> PullPosition:
        """At the beginning of a page."""
        return msgspec.structs.replace(self, page=page, taken=0, digest="")

    def after(self, taken: int, digest: str) -> PullPosition:
        """After some rows of the page."""
        return msgspec.structs.replace(self, taken=taken, digest=digest)

    def span_read(self) -> PullPosition:
        """The span has been read to its end."""
        assert self.span is not None  # noqa: S101  # for mypy: only a span can be read
        return PullPosition(until=self.span[1], stepped_back_at=self.stepped_back_at)


def restored(known: Any) -> PullPosition:
    """The position that a journal kept; the beginning if it kept none."""
    return PullPosition() if known is None else msgspec.convert(known, PullPosition)


def next_span(window: Window, at: PullPosition, now: dt.datetime) -> PullPosition | None:
    """At the beginning of the span that follows; None if there is nothing to ask for yet."""
    limit = now - window.span("delay")
    start = begin(window)
    until = at.until or start
    stepped_back_at = at.stepped_back_at or now
    caught_up = limit - until <= window.span("longest")
    if window.look_back and caught_up and now - stepped_back_at >= window.span("look_back_every"):
        until, stepped_back_at = max(start, until - window.span("look_back")), now
    first = max(start, until - window.span("overlap"))
    last = min(first + window.span("longest"), limit)
    if last <= until:
        return None
    return PullPosition(span=(first, last), until=until, stepped_back_at=stepped_back_at)
