"""Mistakes in a source's file are found before a row is read, each with its line and what to do."""

from __future__ import annotations

import msgspec
import pytest

from config.documents import parse
from config.problems import Problem
from config.shapes import shape
from ioc.settings import Settings
from producers.source import Source, problems, schema_problems
from schemas.registry import load_registry

GOOD = """\
name: test
source: /tests
file:
  format: csv
  encoding: utf-8
time_zone: Asia/Ho_Chi_Minh
events:
  - type: filings.received
    per: code
    time: at
    subject: unit
    data:
      dossier: code
      channel: {from: k, map: {"1": direct, "2": online}}
"""


def found(text: str) -> list[Problem]:
    document, of_reading = parse(text, "test.yaml")
    if document is None:
        return of_reading
    if of_shape := shape(document, "source").problems:
        return of_shape
    source = msgspec.convert(document.value, Source)
    return [*problems(source, document), *schema_problems(source, document, load_registry())]


def test_a_good_source_has_none() -> None:
    assert found(GOOD) == []


def test_the_shipped_sources_have_none() -> None:
    for path in (Settings().config / "sources").glob("*.yaml"):
        assert found(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("Asia/Ho_Chi_Minh", "Asia/Vinh", 6, "there is no time zone 'Asia/Vinh'"),
        ("Asia/Ho_Chi_Minh", "Asia", 6, "there is no time zone 'Asia'"),
        ("utf-8", "utf-9", 5, "there is no encoding 'utf-9'"),
        ("per: code", "per: case:code", 9, "double quotes inside single ones"),
        ("per: code", "per: row", 9, "Say in 'id' what makes a row unlike every other"),
        ("dossier: code", "dossier: case:code", 13, "not a JMESPath expression: case:code"),
        ("filings.received", "filings.recieved", 8, "Did you mean 'filings.received'?"),
        ("type: filings.received", "type: filings.received\n    version: 9", 8, "of version 9"),
        ("dossier: code", "dosier: code", 13, "Did you mean 'dossier'?"),
        ("dossier: code", "ho_ten: code", 13, "has no field 'ho_ten'"),
        ("      dossier: code\n", "", 12, "needs the field 'dossier'"),
        ("online", "on-line", 14, "Did you mean 'online'?"),
        ("from: k", "form: k", 14, "Did you mean 'from'?"),
        ("format: csv", "format: xls", 4, "Did you mean 'xlsx'?"),
        ("encoding: utf-8", "seperator: ;", 5, "separator"),
        (GOOD[GOOD.index("  - type") :], GOOD[GOOD.index("  - type") :] * 2, 15, "Give this one an 'id' of its own"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, words: str) -> None:
    mistakes = found(GOOD.replace(old, new, 1))
    assert any(problem.line == line and words in str(problem) for problem in mistakes), mistakes


PULL = """\
name: test
source: /tests
http_pull:
  url: ${PORTAL}/dossiers
  headers: {Authorization: "Bearer ${TOKEN}", Accept: application/json}
  rows: data.items
  pages: {number: page}
  window: {from: tu, to: den, begin: "2026-01-01"}
events:
  - type: filings.received
    per: code
    time: at
    subject: unit
    data: {dossier: code, channel: channel}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("${PORTAL}/dossiers", "portal.example/dossiers", 4, "Begin it with https://"),
        ("${PORTAL}/dossiers", "https://me:pass@portal.example/", 4, "a password stands in the address"),
        ("Bearer ${TOKEN}", "Bearer abcdef", 5, "the value of 'Authorization' stands in the file"),
        ("${TOKEN}", "${token}", 5, "'token' cannot be the name of an environment variable"),
        ("${TOKEN}", "$TOKEN", 5, "a '$' that begins no variable"),
        ("data.items", "data items", 6, "It is applied to the whole answer"),
        ("{number: page}", "{cursor: c}", 7, ""),
        ("{number: page}", "{number: page, more: 'a ||'}", 7, "not a JMESPath expression"),
        ('"2026-01-01"', "tomorrow", 8, "'tomorrow' is no time"),
        ('"2026-01-01"', '"2026-01-01", overlap: 1d', 8, "takes up the whole span of 1d"),
        ('"2026-01-01"', '"2026-01-01", delay: soon', 8, "'soon' is no duration"),
        ("per: code", "per: row\n    id: code", 11, "rows are read more than once here"),
    ],
)
def test_a_mistake_in_how_an_api_is_asked(old: str, new: str, line: int, words: str) -> None:
    assert found(PULL) == []
    assert old in PULL
    problem = found(PULL.replace(old, new, 1))[0]
    assert problem.line == line
    assert words in str(problem)
