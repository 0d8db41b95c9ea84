from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from dashboards.irregularities import EVENTS
from dashboards.language import LANGUAGES
from dashboards.model import Json
from streams.core.course import STEPS
from tests.dashboards.asking import SHIPPED, english, frame_of, month, rows
from tests.dashboards.filled import OFFICER, OTHER_UNIT, UNIT, ZONE, add_event, fill_store
from tests.fixtures.clickhouse import connect
from tests.fixtures.streams import STREAMS
from wall.frames import Frame
from wall.macros import Period

pytestmark = pytest.mark.clickhouse

NOW = datetime.now(UTC).replace(microsecond=0)
MIDNIGHT = NOW.astimezone(ZONE).replace(hour=0, minute=0, second=0)

TODAY = Period(
    int(MIDNIGHT.timestamp() * 1000), int((NOW + timedelta(seconds=60)).timestamp() * 1000), 60_000
)
HOUR = Period(int((NOW - timedelta(hours=1)).timestamp() * 1000), TODAY.to_ms, 60_000)
EVERYTHING = Period(0, TODAY.to_ms, 86_400_000)

INDEX = {"index": ["decision-766"], "period": [f"{MIDNIGHT:%Y}"]}
LIVE = {"province": ["40"], "unit": ["40"], **INDEX}
RISKS = ("Điểm có nguy cơ mất đến cuối kỳ", "Points at risk until the period ends")
REGISTER = {"province": ["receipt"], "unit": ["receipt"], **INDEX}

PANELS = [
    pytest.param(panel, id=f"{language}-{uid}-{panel['id']}")
    for language in LANGUAGES
    for uid in SHIPPED.playlist
    for panel in SHIPPED.dashboards[uid, language]["panels"]
]


@pytest.fixture(scope="module")
def store(clickhouse_url: str) -> Iterator[Client]:
    database = f"test_{uuid.uuid4().hex[:12]}"
    with connect(clickhouse_url) as client:
        fill_store(client, database, NOW)
        yield client
        client.command(f"DROP DATABASE {database} SYNC")


@pytest.mark.parametrize("shown", PANELS)
def test_every_panel_returns_what_it_needs(store: Client, shown: Json) -> None:
    for period in (TODAY, HOUR, EVERYTHING):
        for variables in (LIVE, REGISTER):
            found = rows(store, shown, period, variables)
            for name in columns_named(shown):
                assert all(name in row for row in found), (name, found)
    frame = frame_of(store, shown, EVERYTHING, LIVE)
    if shown["title"] in RISKS and (MIDNIGHT.month, MIDNIGHT.day) == (12, 31):
        return  # the year ends before anything falls due
    assert frame["data"]["values"][0], "nothing to show"
    assert needs(shown["type"], frame), frame["schema"]


def columns_named(shown: Json) -> set[str]:
    names = {override["matcher"]["options"] for override in shown["fieldConfig"]["overrides"]}
    return names | ({shown["options"]["xField"]} if "xField" in shown["options"] else set())


def needs(panel_type: str, frame: Frame) -> bool:
    """Whether it has what this type of panel draws: text where it names, time where it runs over time, figures."""
    types = [field["type"] for field in frame["schema"]["fields"]]
    texts, figures = types.count("string"), types.count("number")
    match panel_type:
        case "gauge" | "bargauge":
            return (texts, figures) == (1, 1)
        case "stat":
            return figures > 0 and texts <= 1
        case "timeseries":
            return types[0] == "time" and figures == len(types) - 1
        case "barchart":
            return texts == 1 and figures == len(types) - 1
        case _:
            return figures > 0


class TestOverview:
    @pytest.mark.parametrize("period", [TODAY, HOUR], ids=["today", "hour"])
    def test_a_rate_has_its_numerator_and_denominator_and_says_when_it_is_under_its_target(
        self, store: Client, period: Period
    ) -> None:
        assert rows(store, english("ioc-overview", 1), period, LIVE) == [
            {"Cases": "1,200 / 1,500", "Rate": 0.8}
        ]
        assert rows(store, english("ioc-overview", 2), period, LIVE) == [
            {"Cases": "▼ under the target of 90 % · 850 / 1,000", "Rate": 0.85}
        ]

    def test_a_rate_without_cases_is_no_rate(self, store: Client) -> None:
        assert rows(store, english("ioc-overview", 1), TODAY, REGISTER) == [
            {"Cases": "no cases yet", "Rate": None}
        ]

    def test_a_stock_counts_today_but_not_what_falls_due_tomorrow(self, store: Client) -> None:
        later = Period(TODAY.from_ms, TODAY.to_ms + 5 * 86_400_000)
        for period in (TODAY, HOUR, later):
            assert rows(store, english("ioc-overview", 6), period, LIVE) == [
                {"Open": "of 500 open", "Overdue": 40}
            ]

    def test_alerts_that_fire_are_counted_until_they_are_resolved(self, store: Client) -> None:
        (row,) = rows(store, english("ioc-overview", 4), TODAY, LIVE)
        assert row == {"State": "⚠ newest: Overdue rises", "Alerts": 1}
        before = Period(0, TODAY.to_ms - 3_600_000)
        assert rows(store, english("ioc-overview", 4), before, LIVE) == [
            {"State": "✓ no alerts", "Alerts": 0}
        ]

    def test_refused_events_come_with_the_main_reason(self, store: Client) -> None:
        assert rows(store, english("ioc-overview", 8), TODAY, LIVE) == [
            {"Reason": "⚠ mostly: bad_data", "Events": 3}
        ]

    def test_data_age_says_late_and_silent_and_an_archive_does_not_count(self, store: Client) -> None:
        arrival = datetime.now(UTC)  # of this moment: the store was filled minutes ago in a long run
        add_event(store, "filings.received", UNIT, arrival, arrival, dossier="A-2")
        add_event(store, "payments.paid", UNIT, arrival, arrival - timedelta(seconds=300), dossier="A-3")
        filings, payments, updates, *others = rows(store, english("ioc-overview", 9), TODAY, LIVE)
        assert filings["Stream"] == "Filings"
        assert payments["Stream"] == "Payments · late"
        assert payments["Age"] >= 300
        assert updates["Stream"] == "Updates · silent"
        assert updates["Age"] >= 9 * 86_400
        assert [row["Age"] for row in others] == [None] * (len(STREAMS) - 3)

    def test_units_are_ranked_the_lowest_first_with_their_cases(self, store: Client) -> None:
        first, second = rows(store, english("ioc-overview", 12), TODAY, LIVE)
        assert (first["Rank"], first["On time"], first["/ Settled"]) == (2, 0.85, "▼ 850 / 1,000")
        assert (second["Rank"], second["On time"], second["Online"]) == (1, 0.95, None)


class TestDeclared:
    """Panels that config/dashboards declares; 11 is the first of the first row, 22 the second of the second."""

    def test_stocks_stand_side_by_side_and_run_through_the_days(self, store: Client) -> None:
        status = {"Behind schedule": 3, "Not begun": 4, "Running": 22, "Done": 6, "Due in ≤ 3 days": 1}
        assert rows(store, english("ioc-tasks", 11), TODAY, LIVE) == [status]
        week = Period(TODAY.from_ms - 3 * 86_400_000, TODAY.to_ms)
        *_, today = rows(store, english("ioc-tasks", 12), week, LIVE)
        assert today == {"time": TODAY.from_ms, **status}
        assert rows(store, english("ioc-tasks", 13), TODAY, LIVE) == [
            {"Unit": "Department of Industry and Trade", **status}
        ]

    def test_a_share_has_its_cases_and_says_when_it_is_under_its_target(self, store: Client) -> None:
        assert rows(store, english("ioc-satisfaction", 11), TODAY, LIVE) == [
            {"Cases": "▼ under the target · 85 / 100", "Share": 0.85}
        ]
        assert rows(store, english("ioc-satisfaction", 21), TODAY, LIVE) == [
            {"Cases": "19 / 20", "Share": 0.95}
        ]
        assert rows(store, english("ioc-satisfaction", 21), TODAY, REGISTER) == [
            {"Cases": "none yet", "Share": None}
        ]
        (unit,) = rows(store, english("ioc-satisfaction", 13), TODAY, LIVE)
        assert (unit["Share"], unit["Cases"]) == (0.85, "▼ 85 / 100")

    def test_a_mean_is_in_days_of_its_cases(self, store: Client) -> None:
        assert rows(store, english("ioc-tasks", 31), TODAY, LIVE) == [{"Cases": "3", "Days": 5}]


class TestDeadlines:
    @pytest.mark.parametrize("period", [TODAY, HOUR], ids=["today", "hour"])
    def test_what_can_still_be_saved_stands_beside_what_cannot(self, store: Client, period: Period) -> None:
        assert rows(store, english("ioc-deadlines", 1), period, LIVE) == [
            {"≤ 1 day": 12, "≤ 2 days": 30, "≤ 3 days": 55, "Overdue": 40}
        ]
        assert rows(store, english("ioc-deadlines", 2), period, LIVE) == [
            {"Open": "of 500 open", "Asked once": 9}
        ]

    def test_a_unit_has_its_own_figures_and_one_without_any_is_left_out(self, store: Client) -> None:
        (unit,) = rows(store, english("ioc-deadlines", 3), TODAY, LIVE)
        assert unit["Unit"] == "Department of Industry and Trade"
        assert (unit["≤ 1 day"], unit["Overdue"], unit["Asked once"]) == (12, 40, 9)

    def test_what_is_overdue_from_a_midnight_is_due_on_the_day_before(self, store: Client) -> None:
        assert rows(store, english("ioc-deadlines", 4), TODAY, LIVE) == [
            {"Due on": f"{MIDNIGHT:%d/%m}", "Dossiers": 7}
        ]

    def test_irregular_dossiers_are_named_by_their_event(self, store: Client) -> None:
        assert rows(store, english("ioc-deadlines", 5), TODAY, LIVE) == [
            {"Event": "Settled", "Dossiers": 5},
            {"Event": "Resumed", "Dossiers": 3},
        ]
        assert list(EVENTS) == list(STEPS)


class TestIndex:
    own = LIVE | {"unit": [UNIT]}

    def test_a_unit_has_its_total_class_and_rank(self, store: Client) -> None:
        (standing,) = rows(store, english("ioc-index", 1), TODAY, self.own)
        assert standing["Class"] == "Average · rank 1/1"
        other = LIVE | {"unit": [OTHER_UNIT]}
        assert rows(store, english("ioc-index", 1), TODAY, other) == [
            {"Class": "Weak · not ranked", "Total": 14}
        ]

    def test_changes_stand_beside_what_was_published(self, store: Client) -> None:
        (standing,) = rows(store, english("ioc-index", 1), TODAY, self.own)
        (changes,) = rows(store, english("ioc-index", 2), TODAY, self.own)
        assert changes["Published"] == 45.5
        assert changes["More than published"] == pytest.approx(standing["Total"] - 45.5)
        (others,) = rows(store, english("ioc-index", 2), TODAY, LIVE | {"unit": [OTHER_UNIT]})
        assert (others["Published"], others["Since the period before"]) == (None, None)

    def test_ranked_units_come_first_with_their_cases(self, store: Client) -> None:
        first, *others = rows(store, english("ioc-index", 3), TODAY, LIVE)
        assert (first["Rank"], first["Unit"], first["Cases"]) == (
            1,
            "Department of Industry and Trade",
            1_500,
        )
        assert {(other["Rank"], other["Class"], other["Cases"]) for other in others} == {(None, "Weak", 0)}

    def test_every_row_has_points_cases_and_what_was_published(self, store: Client) -> None:
        shown = {row["Row"]: row for row in rows(store, english("ioc-index", 4), TODAY, self.own)}
        assert len(shown) == 21
        assert shown["2 Dossiers in time"] == {
            **{
                "Row": "2 Dossiers in time",
                "Points": 17.47,
                "Most": 20,
                "Share": pytest.approx(1_310 / 1_500),
            },
            **{"Cases": "1,310 / 1,500", "Published": 17, "Difference": 0.47, "Published cases": "85 / 100"},
        }
        assert shown["1.2 Procedures published on time"]["Points"] == 3.46
        assert shown["6.1 Petitions handled on time"]["Cases"] == "–"

    def test_points_add_up_to_groups_and_total(self, store: Client) -> None:
        by_row = rows(store, english("ioc-index", 4), TODAY, self.own)
        groups = rows(store, english("ioc-index", 5), TODAY, self.own)
        (standing,) = rows(store, english("ioc-index", 1), TODAY, self.own)
        assert groups[1] == {"Group": "Settlement progress · 17.47 / 20", "Reached": pytest.approx(0.8735)}
        assert sum(row["Points"] for row in by_row) == pytest.approx(standing["Total"])

    @pytest.mark.skipif((MIDNIGHT.month, MIDNIGHT.day) == (12, 31), reason="the year ends before tomorrow")
    def test_what_falls_due_before_the_period_ends_costs_points(self, store: Client) -> None:
        (unit,) = rows(store, english("ioc-index", 6), TODAY, LIVE)
        points = (17.47 - 13.47) + (5.82 - 4.49)
        assert unit == {
            **{"Unit": "Department of Industry and Trade", "Dossiers": 300, "Points": pytest.approx(points)},
            "In charge": unit["In charge"],
        }
        assert unit["In charge"]

    def test_what_is_within_reach_says_how_many_cases_it_takes(self, store: Client) -> None:
        reach = {row["Row"]: row for row in rows(store, english("ioc-index", 7), TODAY, self.own)}
        settled = reach["2 Dossiers in time"]
        assert settled == {
            **{"Row": "2 Dossiers in time", "To full": 2.53, "Cases more": "190", "+1 % gains": 0.2},
        }
        assert "5.7 Certified electronic copies" not in reach
        assert reach["5.1 Electronic results"]["Cases more"] == "–"


class TestData:
    @pytest.mark.parametrize("period", [TODAY, HOUR], ids=["today", "hour"])
    def test_late_events_have_their_mean_delay(self, store: Client, period: Period) -> None:
        late = {"Events": 20, "Mean delay": 5_400_000}
        assert rows(store, english("ioc-data", 2), period, LIVE) == [late]
        (unit,) = rows(store, english("ioc-data", 7), period, LIVE)
        assert unit == {"Unit": "Department of Industry and Trade", **late}

    def test_without_late_events_there_is_no_delay(self, store: Client) -> None:
        assert rows(store, english("ioc-data", 2), TODAY, REGISTER) == [{"Events": 0, "Mean delay": None}]

    def test_differences_come_with_the_audits_and_without_audits_nothing_is_claimed(
        self, store: Client
    ) -> None:
        assert rows(store, english("ioc-data", 1), TODAY, LIVE) == [
            {"State": "⚠ differ in 12 audits", "Differences": 2}
        ]
        assert rows(store, english("ioc-data", 1), TODAY, REGISTER) == [
            {"State": "not audited in the period", "Differences": None}
        ]

    def test_refused_events_are_counted_by_reason(self, store: Client) -> None:
        assert rows(store, english("ioc-data", 8), TODAY, LIVE) == [{"Reason": "bad_data", "Events": 3}]


class TestHistory:
    def test_the_months_of_a_register_show_at_once(self, store: Client) -> None:
        november, october = rows(store, english("ioc-history", 2), EVERYTHING, REGISTER)
        assert (month(october["Month"]), october["Received"], october["Open"]) == ("2010-10", 3, 3)
        assert (november["Settled"], november["On time"], november["Late"], november["On-time rate"]) == (
            2,
            1,
            1,
            0.5,
        )
        assert (november["Open"], november["Overdue"], november["Mean (days)"]) == (1, 1, 25)
        assert october["Mean (days)"] is None

    def test_median_and_p90_are_values_that_occur_within_2_percent(self, store: Client) -> None:
        (total,) = rows(store, english("ioc-history", 1), EVERYTHING, REGISTER)
        november, october = rows(store, english("ioc-history", 2), EVERYTHING, REGISTER)
        for row in (total, november):
            assert (row["Median (days)"], row["P90 (days)"]) == pytest.approx((20, 30), rel=0.02)
        assert (october["Median (days)"], october["P90 (days)"]) == (None, None)

    def test_nine_of_ten_are_no_longer_than_p90(self, store: Client) -> None:
        (total,) = rows(store, english("ioc-history", 1), EVERYTHING, LIVE)
        assert (total["Median (days)"], total["P90 (days)"]) == pytest.approx((2, 2), rel=0.02)

    def test_without_settled_dossiers_there_is_no_quantile(self, store: Client) -> None:
        before = Period(0, 1_000_000_000_000)
        (total,) = rows(store, english("ioc-history", 1), before, REGISTER)
        assert (total["Median (days)"], total["P90 (days)"]) == (None, None)

    def test_an_officer_is_a_unit(self, store: Client) -> None:
        (officer,) = rows(store, english("ioc-history", 5), EVERYTHING, REGISTER)
        assert (officer["Unit or officer"], officer["Received"]) == ("Officer 01", 3)
        assert officer["Median (days)"] == pytest.approx(20, rel=0.02)
        own = REGISTER | {"unit": [OFFICER]}
        assert rows(store, english("ioc-history", 5), EVERYTHING, own) == [officer]

    def test_channels_have_words(self, store: Client) -> None:
        online = rows(store, english("ioc-history", 4), EVERYTHING, LIVE | {"unit": [UNIT]})[0]
        assert (online["Channel"], online["Received"], online["Overdue"]) == ("Online", 1_200, 40)
