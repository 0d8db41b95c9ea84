"""An API that is read by pages: every row once, whatever order of failures; against a real HTTP server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.credentials import MissingCredentialError
from producers.pull.client import PullRefusedError
from producers.pull.reader import PagesRepeatError, PullReader
from producers.reading import Position, SourceAwayError
from producers.source import Source
from tests.fixtures.portal import ZONE, Fault, Portal, hang_up, packed, status, stay_silent, updated

CURSOR = {"rows": "items", "pages": {"cursor": "cursor", "next": "next"}}
NUMBER = {"rows": "items", "pages": {"number": "page"}}
NOW = dt.datetime(2026, 10, 10, 12, tzinfo=ZONE)


class Kept:
    """A journal's position, in memory and through JSON as there."""

    def __init__(self) -> None:
        self.kept: bytes | None = None

    def position(self, scope: str = "") -> Position | None:
        return None if self.kept is None else msgspec.json.decode(self.kept)

    def move(self, position: Position) -> None:
        self.kept = msgspec.json.encode(position)


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


def source(url: str, **pull: Any) -> Source:
    whole = {
        "name": "portal",
        "source": "/tests/portal",
        "time_zone": "Asia/Ho_Chi_Minh",
        "events": [],
        "http_pull": {"url": url, **pull},
    }
    return msgspec.convert(whole, Source)


def read(declared: Source, kept: Kept, most: int = 10_000, now: dt.datetime = NOW) -> list[Any]:
    """The numbers of the rows of one look, which is broken off after `most` readings."""
    found = []
    with closing(PullReader(declared, {"TOKEN": "s3cret"}, lambda: now)) as reader:
        readings = reader.read(kept)
        for _, reading in zip(range(most), readings, strict=False):
            kept.move(reading.position)
            if reading.row is not None:
                found.append(reading.row["n"])
        readings.close()  # type: ignore[attr-defined]
    return found


def rows(first: int, last: int) -> list[dict[str, Any]]:
    return [{"n": number} for number in range(first, last)]


def test_a_cursor_goes_on_where_it_was_and_a_last_page_is_read_on_when_it_has_grown(portal: Portal) -> None:
    declared, kept = source(f"{portal.url}/cursor", **CURSOR), Kept()
    portal.add(*rows(0, 7))
    assert read(declared, kept) == list(range(7))
    assert read(declared, kept) == []
    portal.add(*rows(7, 12))
    assert read(declared, kept) == list(range(7, 12))
    assert portal.asked[-1].parameters == {"cursor": "c9"}


@settings(max_examples=50)
@given(st.lists(st.integers(0, 6), max_size=12), st.lists(st.integers(1, 5), max_size=8))
def test_broken_off_anywhere_each_row_is_read_once(grows: list[int], breaks: list[int]) -> None:
    with Portal() as portal:
        declared, kept = source(f"{portal.url}/cursor", **CURSOR), Kept()
        found: list[int] = []
        for number, more in enumerate(grows):
            portal.add(*rows(len(portal.rows), len(portal.rows) + more))
            found += read(declared, kept, breaks[number] if number < len(breaks) else 10_000)
        found += read(declared, kept)
        assert found == list(range(len(portal.rows)))


def test_numbered_pages_without_a_window_are_all_read_at_every_look(portal: Portal) -> None:
    declared, kept = source(f"{portal.url}/number", **NUMBER), Kept()
    portal.add(*rows(0, 7))
    assert read(declared, kept) == list(range(7))
    assert [asked.parameters for asked in portal.asked] == [{"page": str(n)} for n in (1, 2, 3, 4)]
    portal.rows[0] = {"n": 100}
    assert read(declared, kept) == [100, 1, 2, 3, 4, 5, 6]


def test_a_page_that_has_changed_since_it_was_taken_in_part_is_taken_again(portal: Portal) -> None:
    declared, kept = source(f"{portal.url}/number", **NUMBER), Kept()
    portal.add(*rows(0, 6))
    assert read(declared, kept, most=2) == [0, 1]
    assert read(declared, kept, most=3) == [2, 3]  # with the step to the second page
    portal.rows.insert(0, {"n": -1})  # everything has moved by one
    assert read(declared, kept) == [2, 3, 4, 5]


def test_rows_that_are_counted_and_whether_there_are_more(portal: Portal) -> None:
    pages = {"number": "page", "more": "length(items) == `3`"}
    declared, kept = source(f"{portal.url}/number", rows="items", pages=pages), Kept()
    portal.add(*rows(0, 4))
    assert read(declared, kept) == [0, 1, 2, 3]
    assert len(portal.asked) == 2


def at(minutes: float) -> str:
    return updated(NOW - dt.timedelta(minutes=minutes))


WINDOW = {
    "from": "from",
    "to": "to",
    "begin": "2026-10-10T00:00:00+07:00",
    "format": "%Y%m%d%H%M%S",
    "longest": "4h",
    "overlap": "30m",
    "delay": "1m",
}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_spans_follow_one_another_and_late_rows_within_the_overlap_are_found(
    portal: Portal, method: str
) -> None:
    declared, kept = source(f"{portal.url}/window", method=method, window=WINDOW, **NUMBER), Kept()
    portal.add(*({"n": n, "updated": at(700 - n * 70)} for n in range(10)))
    assert set(read(declared, kept)) == set(range(10))
    spans = dict.fromkeys((a.parameters["from"], a.parameters["to"]) for a in portal.asked)
    assert list(spans) == [
        ("20261010000000", "20261010040000"),
        ("20261010033000", "20261010073000"),
        ("20261010070000", "20261010110000"),
        ("20261010103000", "20261010115900"),
    ]
    assert read(declared, kept) == []  # nothing to ask for yet
    portal.add({"n": 50, "updated": at(20)}, {"n": 51, "updated": at(45)})
    assert 50 in read(declared, kept, now=NOW + dt.timedelta(minutes=1))


def test_rows_that_came_very_late_are_found_when_it_looks_back(portal: Portal) -> None:
    window = WINDOW | {"look_back": "10h", "look_back_every": "1h"}
    declared, kept = source(f"{portal.url}/window", window=window, **NUMBER), Kept()
    assert read(declared, kept) == []
    portal.add({"n": 1, "updated": at(400)})
    assert read(declared, kept, now=NOW + dt.timedelta(minutes=30)) == []
    assert read(declared, kept, now=NOW + dt.timedelta(minutes=90)) == [1]
    assert read(declared, kept, now=NOW + dt.timedelta(minutes=100)) == []


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(0, 300)), max_size=12))
def test_broken_off_anywhere_no_row_of_a_span_is_left_out(steps: list[tuple[int, int]]) -> None:
    with Portal() as portal:
        declared, kept = source(f"{portal.url}/window", window=WINDOW, **NUMBER), Kept()
        portal.add(*({"n": n, "updated": at(700 - n * 20)} for n in range(35)))
        now, found = NOW - dt.timedelta(hours=8), set()
        for most, minutes in steps:
            found.update(read(declared, kept, most, now))
            now += dt.timedelta(minutes=minutes)
        found.update(read(declared, kept, now=max(now, NOW)))
        assert found == set(range(35))


@pytest.mark.parametrize(
    ("fault", "words", "after"),
    [
        (status(429, Retry_After="7"), "it answers 429", 7),
        (status(503, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"), "it answers 503", 0),
        (status(503, Retry_After="999999"), "it answers 503", 3600),
        (status(500), "it answers 500", 0),
        (status(200, b"<html>We are mending it</html>"), "the answer is not JSON", 0),
        (status(200, b'{"error_code": -1}'), 'no list at items: {"error_code":-1}', 0),
        (hang_up, "", 0),
        (stay_silent, "no whole answer in 1 s", 0),
    ],
)
def test_an_api_that_is_away_is_tried_again_from_where_it_was(
    portal: Portal, fault: Fault, words: str, after: float
) -> None:
    declared, kept = source(f"{portal.url}/cursor", timeout="1s", **CURSOR), Kept()
    portal.add(*rows(0, 5))
    assert read(declared, kept, most=4) == [0, 1, 2]
    portal.faults.append(fault)
    with pytest.raises(SourceAwayError) as away:
        read(declared, kept)
    assert words in str(away.value)
    assert away.value.after_seconds == after
    assert read(declared, kept) == [3, 4]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (status(401), "look at the key that http_pull.headers sends"),
        (status(404), "it answers 404 Not Found: mend http_pull in the source"),
        (status(302, Location="https://elsewhere.example/"), "it has moved to https://elsewhere.example/"),
        (status(200, b'"' + b"x" * 1_100_000 + b'"'), "a page of more than 1 MB"),
        (packed(b'"' + b"x" * 50_000_000 + b'"'), "a page of more than 1 MB"),
    ],
)
def test_what_only_a_person_can_mend(portal: Portal, fault: Fault, words: str) -> None:
    portal.faults.append(fault)
    with pytest.raises(PullRefusedError) as refused:
        read(source(f"{portal.url}/cursor", largest_mb=1, **CURSOR), Kept())
    assert words in str(refused.value)


def test_nobody_answers() -> None:
    with pytest.raises(SourceAwayError, match="Cannot connect"):
        read(source("http://127.0.0.1:9/", **CURSOR), Kept())


def test_a_page_parameter_that_the_api_does_not_know_is_noticed(portal: Portal) -> None:
    portal.add(*rows(0, 9))
    with pytest.raises(PagesRepeatError, match="does the API know the parameter"):
        read(source(f"{portal.url}/number", rows="items", pages={"number": "seite"}), Kept())


def test_rows_that_are_no_objects_are_faults(portal: Portal) -> None:
    portal.rows += [{"n": 1}, "two"]  # type: ignore[list-item]
    with closing(PullReader(source(f"{portal.url}/cursor", **CURSOR), {})) as reader:
        readings = [reading for reading in reader.read(Kept()) if reading.row or reading.fault]
    assert [(reading.place, reading.fault) for reading in readings] == [
        ("page row 1", ""),
        ("page row 2", "not a JSON object"),
    ]


def test_keys_come_from_the_environment_or_a_file_and_are_in_no_message(
    portal: Portal, tmp_path: Any
) -> None:
    headers = {"Authorization": "Bearer ${TOKEN}"}
    declared = source(f"{portal.url}/cursor", headers=headers, **CURSOR)
    portal.add(*rows(0, 1))
    assert read(declared, Kept()) == [0]
    assert portal.asked[-1].headers["Authorization"] == "Bearer s3cret"
    (tmp_path / "token").write_text("of a file\n")
    with closing(PullReader(declared, {"TOKEN_FILE": str(tmp_path / "token")})) as reader:
        list(reader.read(Kept()))
    assert portal.asked[-1].headers["Authorization"] == "Bearer of a file"
    portal.faults.append(status(500, b"{}"))
    with pytest.raises(SourceAwayError) as away:
        read(source(f"{portal.url}/${{TOKEN}}/cursor", **CURSOR), Kept())
    assert "s3cret" not in str(away.value)
    with pytest.raises(MissingCredentialError, match="TOKEN is not set: set it, or TOKEN_FILE"):
        PullReader(declared, {})


def test_no_more_requests_than_declared(portal: Portal) -> None:
    declared = source(f"{portal.url}/cursor", requests="20/s", **CURSOR)
    portal.add(*rows(0, 90))
    assert read(declared, Kept()) == list(range(90))
    assert len(portal.asked) == 30
    between = portal.asked[-1].at - portal.asked[0].at
    assert between > 0.4  # twenty at once, then one every 50 ms
