from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loader import load
from config.retention import GROUPS, Period, Retention
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write


def test_periods_are_read_and_for_ever_is_none(tmp_path: Path) -> None:
    assert load(write(tmp_path, SMALL), REGISTRY).retention == Retention(
        events=Period(36, "month"),
        minute_sums=Period(30, "day"),
        hour_sums=Period(12, "month"),
        day_sums=None,
        alerts=Period(10, "year"),
        notifications=Period(1, "year"),
        dead_letters=Period(90, "day"),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "events: 36 months",
            "events: 36m",
            "2: 'events' cannot be '36m'. Valid events as they came, counted from their arrival; `ioc audit`"
            " and the search for a single dossier need them. Example: 36 months.",
        ),
        (
            "minute_sums: 30 days",
            "minute_sums: 0 days",
            "3: 'minute_sums' cannot be '0 days'. Figures by minute, counted from their minute; periods of up to"
            " two hours are made of them. Example: 30 days.",
        ),
        (
            "hour_sums: 12 months",
            "hour_sums: 12",
            '4: \'hour_sums\' must be a text, not the number 12. Put it in quotes: "12".',
        ),
        ("dead_letters:", "dead_leters:", "8: unknown key 'dead_leters'. Did you mean 'dead_letters'?"),
        (
            "events: 36 months",
            "events: 1 day",
            "2: 'events' cannot be kept for 1 day only: Kafka hands in the events of a week again when the store"
            " has to be refilled. Write 30 days or longer.",
        ),
        (
            "alerts: 10 years",
            "alerts: 101 years",
            "6: 'alerts' cannot be kept for 101 years. Write forever, or at most 100 years.",
        ),
        (
            "day_sums: forever",
            "day_sums: 5 years",
            "5: 'day_sums' must be kept: 'backlog' is a stock, the sum of all its days since the first."
            " Write forever.",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = problems(tmp_path, edited("retention.yaml", old, new))
    assert f"retention.yaml:{expected}" in found
    missing = [problem for problem in found if "is missing" in problem]
    assert len(found) == 1 + len(missing)


def test_every_group_must_be_there(tmp_path: Path) -> None:
    assert problems(tmp_path, edited("retention.yaml", "  events: 36 months\n", "")) == [
        "retention.yaml:1: the key 'events' is missing in 'retention'. Add it. Valid events as they came, counted"
        " from their arrival; `ioc audit` and the search for a single dossier need them."
    ]


def test_day_sums_may_go_where_nothing_is_a_stock(tmp_path: Path) -> None:
    files = edited("retention.yaml", "day_sums: forever", "day_sums: 5 years")
    files["indicators/filings.yaml"] = SMALL["indicators/filings.yaml"].replace(
        "kind: stock\n    from: received_at\n    until: closed_at", "at: received_at"
    )
    assert load(write(tmp_path, files), REGISTRY).retention.day_sums == Period(5, "year")


@given(st.integers(1, 99_999), st.sampled_from(["day", "month", "year"]))
def test_a_period_reads_what_it_writes(count: int, unit: str) -> None:
    period = Period.parse(f"{count} {unit}s")
    assert Period.parse(str(period)) == period
    assert (period.count, period.unit) == (count, unit)


def test_the_shipped_retention_keeps_what_figures_and_the_record_of_alerts_are_made_of() -> None:
    shipped = load(Path(__file__).parents[2] / "config").retention
    assert shipped.day_sums is shipped.alerts is None
    assert all(shipped.of(group) for group in GROUPS if group not in ("day_sums", "alerts"))
