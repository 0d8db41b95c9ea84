"""What `ioc audit` says of what it found."""

from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from config.loader import load
from ioc.cli import app
from ioc.commands.audit import _json, _words
from ioc.settings import Settings
from store.audit import Audit, Difference, Sums

CONFIGURATION = load(Settings().config)
DIFFERENT = Difference(
    *("online_filing_rate", "day", "16681", "channel=online", 1_772_298_000, date(2026, 3, 1)),
    *(Sums(3, 4), Sums(4, 4)),
)


def words(found: Audit) -> str:
    return _words(found, CONFIGURATION)


def test_agreement_is_one_line() -> None:
    assert words(Audit(12_345, [])) == "12,345 buckets compared, all equal"


def test_an_empty_store_is_not_called_equal() -> None:
    assert "nothing to compare" in words(Audit(0, []))


def test_a_difference_names_its_bucket_both_sums_and_how_to_look() -> None:
    lines = words(Audit(10, [DIFFERENT])).splitlines()
    assert lines[0] == "1 of 10 buckets differ:"
    assert lines[1] == (
        "  2026-03-01 online_filing_rate 16681 channel=online: the stream says 3/4, the events say 4/4"
    )
    assert lines[2].startswith("    stream: SELECT * FROM indicator_values WHERE")
    assert lines[3].startswith("    events: SELECT unit, dossier, kind")


def test_an_hour_is_named_by_its_beginning() -> None:
    hour = DIFFERENT._replace(indicator="records_cleaned", grain="hour", bucket=1_772_370_000)
    shown = words(Audit(10, [hour]))
    assert "hour 2026-03-01T13:00Z records_cleaned 16681" in shown
    assert "time >= '2026-03-01 13:00:00' AND time < '2026-03-01 14:00:00'" in shown


def test_what_is_not_compared_is_said_in_one_line() -> None:
    lines = words(Audit(10, [], 1_234, date(2023, 5, 1))).splitlines()
    assert lines == [
        "10 buckets compared, all equal",
        "1,234 buckets not compared: what came until 2023-05-01 is past its retention (config/retention.yaml)",
    ]
    assert words(Audit(0, [], 5, date(2023, 5, 1))).startswith("5 buckets not compared")
    assert words(Audit(10, [DIFFERENT], 5, date(2023, 5, 1))).splitlines()[-1].startswith("5 buckets not")
    assert json.loads(_json(Audit(10, [], 5, date(2023, 5, 1)), CONFIGURATION)) == {
        "buckets": 10,
        "left_out": 5,
        "removed_until": "2023-05-01",
        "behind": 0,
        "differences": [],
    }


def test_many_differences_are_cut_for_people_and_not_for_scripts() -> None:
    many = Audit(100, [DIFFERENT] * 30)
    assert "and 10 more" in words(many)
    listed = json.loads(_json(many, CONFIGURATION))["differences"]
    assert len(listed) == 30
    assert listed[0]["look"].keys() == {"stream", "events"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--indicator", "dossiers"], "there is no indicator 'dossiers'"),
        (["--unit", "99999"], "there is no unit '99999'"),
        (["--window", "month", "--from", "2026-01-01"], "leave out --from and --to"),
    ],
)
def test_what_is_not_there_is_said_before_anything_is_asked(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["audit", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
