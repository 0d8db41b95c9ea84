"""Indices as configuration: what they say, and what is wrong with them in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader import load
from streams.core.index import Class, Group, Ranking, Row
from streams.core.units import Text
from tests.fixtures.configuration import REGISTRY, SMALL, problems, write

TWO = """\
index:
  id: two
  name: {vi: Hai, en: Two}
  source: made up
  points: 7.5
  tolerance: 0.01
  ranking: {row: "1", min_denominator: 10}
  classes:
    - {id: good, from: 5.25, name: {vi: Tốt, en: Good}}
    - {id: weak, from: 0, name: {vi: Yếu, en: Weak}}
  groups:
    - id: first
      name: {vi: Nhóm, en: Group}
      rows:
        - {id: "1", name: {vi: Một, en: One}, source: x, max: 5.5, rule: full at 80 %, indicator: online_rate,
           state: backlog_rate, procedures: filed_online, empty: full}
        - {id: "2", code: ALWAYS, name: {vi: Hai, en: Two}, max: 2, rule: constant, source: x}
"""

BACKLOG_RATE = """\
  - id: backlog_rate
    name: {vi: Tồn, en: Backlog}
    source: made up
    over: dossiers
    kind: stock
    from: received_at
    until: [overdue_from, closed_at]
    denominator: true
    format: percent
"""


def files(old: str = "", new: str = "") -> dict[str, str]:
    assert old in TWO
    indicators = SMALL["indicators/filings.yaml"] + BACKLOG_RATE
    return {**SMALL, "indicators/filings.yaml": indicators, "index/two.yaml": TWO.replace(old, new, 1)}


def test_an_index_is_read_in_hundredths(tmp_path: Path) -> None:
    index = load(write(tmp_path, files()), REGISTRY).indices["two"]
    one = Row(
        "1",
        Text("Một", "One"),
        550,
        "x",
        "",
        ("online_rate",),
        ("backlog_rate",),
        "filed_online",
        80,
        empty="full",
    )
    two = Row("2", Text("Hai", "Two"), 200, "x", "ALWAYS", constant=True)
    assert index.groups == (Group("first", Text("Nhóm", "Group"), (one, two)),)
    assert index.classes == (Class("good", Text("Tốt", "Good"), 525), Class("weak", Text("Yếu", "Weak"), 0))
    assert (index.ranking, index.tolerance, index.most) == (Ranking("1", 10), 1, 750)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: two", "id: three", "2: an index is called as its file. Name the file three.yaml, or the index 'two'."),
        (
            "points: 7.5",
            "points: 8",
            "5: the rows add up to 7.5 points, not to 8. Correct 'points', or the 'max' of a row.",
        ),
        ("tolerance: 0.01", "tolerance: 0.001", "6: 'tolerance' is 0.001. Points have at most two decimals."),
        ("max: 5.5", "max: 5.555", "15: 'max' is 5.555. Points have at most two decimals."),
        ('row: "1"', 'row: "2"', "7: no row '2' has cases. Known: 1."),
        ('{id: "2"', '{id: "1"', "17: the id '1' is taken in line 15. Give one of the two another id."),
        ("id: weak", "id: good", "10: the id 'good' is taken in line 9. Give one of the two another id."),
        (
            "from: 0,",
            "from: 6,",
            "10: a class from 6 stands below one from 5.25. Classes are in their order, the best first.",
        ),
        ("from: 0,", "from: 1,", "10: no class is for totals below 1. Let the last one begin at 0."),
        ("online_rate", "online_rat", "15: unknown indicator 'online_rat'. Did you mean 'online_rate'?"),
        (
            "online_rate",
            "amount",
            "15: the indicator 'amount' has no denominator."
            " A row needs a share: name an indicator with a denominator, or give this one its own.",
        ),
        (
            "indicator: online_rate",
            "indicator: backlog_rate",
            "15: the indicator 'backlog_rate' is a stock."
            " A stock, looked at at the end of the period, stands under 'state', a flow under 'indicator'.",
        ),
        (
            "filed_online",
            "filed_offline",
            "16: 'procedures' cannot be 'filed_offline'. Did you mean 'filed_online'?",
        ),
        (
            "rule: constant",
            "rule: constant, empty: full",
            "17: 'empty' has no meaning for a constant row. Remove it, or choose another rule.",
        ),
        (
            "rule: full at 80 %",
            "rule: at 80 %",
            "15: 'rule' cannot be 'at 80 %'. Linear: the share of the points that the cases are; 'full at 80 %': all"
            " points from there on, linear below; constant: always all points. Example: full at 80 %.",
        ),
        ('id: "1"', "id: 1.1", '15: \'id\' must be a text, not the number 1.1. Put it in quotes: "1.1".'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert f"index/two.yaml:{expected}" in problems(tmp_path, files(old, new))


def test_an_indicator_with_mistakes_of_its_own_is_no_mistake_of_the_index(tmp_path: Path) -> None:
    made = files()
    made["indicators/filings.yaml"] = made["indicators/filings.yaml"].replace("received_at", "recieved_at", 1)
    assert not [problem for problem in problems(tmp_path, made) if problem.startswith("index/")]
