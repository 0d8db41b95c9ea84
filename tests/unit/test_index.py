"""Points of an index: exact, by the rules of each row, and adding up."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loader import load
from ioc.settings import Settings
from streams.core.index import Counts, Index, Row, score
from streams.core.units import Text

NAME = Text("x", "x")


@pytest.fixture(scope="module")
def index() -> Index:
    return load(Settings().config).indices["decision-766"]


def row(
    most: int = 600, full_at: int = 100, constant: bool = False, empty: Literal["full", "none"] = "none"
) -> Row:
    return Row("1", NAME, most, "made up", full_at=full_at, constant=constant, empty=empty)


@pytest.mark.parametrize(
    ("most", "full_at", "numerator", "denominator", "points"),
    [
        (600, 100, 0, 52, 0),
        (400, 100, 45, 52, 346),
        (2000, 100, 358_660, 405_424, 1769),
        (600, 90, 358_522, 405_424, 590),
        (200, 80, 119_406, 405_424, 74),
        (600, 50, 49, 100, 588),
        (600, 50, 50, 100, 600),
        (600, 50, 90, 100, 600),
        (100, 100, 1, 200, 1),  # half a hundredth is rounded up
        (100, 100, 1, 201, 0),
        (600, 100, -5, 10, 0),
        (600, 100, 15, 10, 600),
    ],
)
def test_points_by_share(most: int, full_at: int, numerator: int, denominator: int, points: int) -> None:
    assert row(most, full_at).points(Counts(numerator, denominator)) == points


def test_no_case_gives_all_or_nothing_and_a_constant_row_asks_for_none() -> None:
    assert row(empty="full").points(Counts(0, 0)) == 600
    assert row(empty="none").points(Counts(3, 0)) == 0
    assert row(constant=True).points(Counts(0, 100)) == 600


counts = st.builds(Counts, st.integers(-100, 10**12), st.integers(1, 10**12))
rows = st.builds(row, st.integers(1, 10_000), st.integers(1, 100))


@given(rows, counts)
def test_points_are_the_share_rounded_once(one: Row, cases: Counts) -> None:
    share = Fraction(cases.numerator, cases.denominator) / Fraction(one.full_at, 100)
    exact = min(max(share, Fraction(0)), Fraction(1)) * one.most
    assert one.points(cases) == math.floor(exact + Fraction(1, 2))


@given(rows, counts, st.integers(0, 10**6))
def test_one_more_good_case_never_costs_points(one: Row, cases: Counts, more: int) -> None:
    assert one.points(cases) <= one.points(Counts(cases.numerator + more, cases.denominator)) <= one.most


@given(st.data())
def test_groups_and_total_add_up_and_make_the_class(index: Index, data: st.DataObject) -> None:
    cases = {name: data.draw(counts) for name in index.rows}
    result = score(index, cases)
    assert sum(result.rows.values()) == sum(result.groups.values()) == result.total
    assert 0 <= result.total <= index.most == 10_000
    better = [one for one in index.classes if one.least > result.class_.least]
    assert result.class_.least <= result.total
    assert all(result.total < one.least for one in better)


def test_a_perfect_unit_is_excellent_and_one_without_anything_has_what_is_given_for_free(
    index: Index,
) -> None:
    assert score(index, dict.fromkeys(index.rows, Counts(1, 1))).class_.id == "excellent"
    nothing = score(index, {})
    assert {name: points for name, points in nothing.rows.items() if points} == {
        "5.7": 200,
        "6.1": 600,
        "6.2": 600,
    }
    assert nothing.class_.id == "weak"


def test_something_tells_every_row_of_the_shipped_index(index: Index) -> None:
    assert [row.id for row in index.rows.values() if row.constant] == ["5.7"]
    assert all(
        row.indicators or row.states or row.procedures for row in index.rows.values() if not row.constant
    )
    assert [group.most for group in index.groups] == [1800, 2000, 1200, 1000, 2200, 1800]
