"""What `ioc audit` says of what it found."""

from __future__ import annotations

import json
from datetime import date

from ioc.commands.audit import _json, _words
from store.audit import Audit, Difference, Sums

DIFFERENT = Difference(
    "online_filing_rate", "xa-1", "channel=online", date(2026, 3, 1), Sums(3, 4), Sums(4, 4)
)


def test_agreement_is_one_line() -> None:
    assert _words(Audit(12_345, [])) == "12,345 buckets compared, all equal"


def test_an_empty_store_is_not_called_equal() -> None:
    assert "nothing to compare yet" in _words(Audit(0, []))


def test_a_difference_names_its_bucket_both_sums_and_how_to_look() -> None:
    words = _words(Audit(10, [DIFFERENT]))
    assert "1 of 10 buckets differ" in words
    assert (
        "2026-03-01 online_filing_rate xa-1 channel=online: the stream says 3/4, the events say 4/4" in words
    )
    assert "SELECT * FROM indicator_values" in words


def test_what_is_not_compared_is_said_in_one_line() -> None:
    lines = _words(Audit(10, [], 1_234, date(2023, 5, 1))).splitlines()
    assert lines == [
        "10 buckets compared, all equal",
        "1,234 buckets not compared: what came until 2023-05-01 is past its retention (config/retention.yaml)",
    ]
    assert _words(Audit(0, [], 5, date(2023, 5, 1))).startswith("5 buckets not compared")
    assert _words(Audit(10, [DIFFERENT], 5, date(2023, 5, 1))).splitlines()[-1].startswith("5 buckets not")
    assert json.loads(_json(Audit(10, [], 5, date(2023, 5, 1)))) == {
        "buckets": 10,
        "left_out": 5,
        "removed_until": "2023-05-01",
        "differences": [],
    }


def test_many_differences_are_cut_for_people_and_not_for_scripts() -> None:
    many = Audit(100, [DIFFERENT] * 30)
    assert "and 10 more" in _words(many)
    assert len(json.loads(_json(many))["differences"]) == 30
