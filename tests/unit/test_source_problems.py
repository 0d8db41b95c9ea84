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
