"""A simulated world is a function of its seed and of time, whoever looks at it and in which steps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.event import Event
from producers.profiles import profiles
from producers.rhythm import intensity
from producers.simulator import Options, SimulatorError, make_world
from producers.timeline import Timeline
from producers.trouble import is_unlucky, spoil
from producers.world import World
from schemas.decoder import EventDecoder
from schemas.refusal import Refusal
from schemas.registry import load_registry
from streams.core.units import Province, Text, Unit, Units

NAME = Text("Tỉnh", "Province")
UNITS = Units(
    [Province("40", NAME, "Asia/Ho_Chi_Minh", slug="nghe-an"), Province("empty", NAME, "UTC")],
    [
        Unit("40.so-tu-phap", NAME, "department", "40", "40"),
        Unit("40.so-tu-phap.van-phong", NAME, "office", "40.so-tu-phap", "40"),
        *(Unit(code, NAME, "commune", "40", "40") for code in ("16681", "16690", "16702")),
        Unit("old", NAME, "district", "40", "40", valid_to="2025-07-01"),
    ],
)
DECODER = EventDecoder(load_registry())
NOW = datetime(2026, 11, 23, 3, 20, 30, tzinfo=UTC)


def world(seed: int = 1, rate: float = 0.1, speed: float = 24) -> World:
    return make_world(UNITS, Options("40", rate, speed, seed))


def happened(in_world: World, began: datetime, since: datetime, *steps: datetime) -> list[Event]:
    timeline = Timeline(in_world, began, since)
    return [event for now in steps for event in timeline.until(now)]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 3),
    st.lists(st.integers(0, 6 * 3600), max_size=5),
    st.integers(0, 6 * 3600),
)
def test_neither_steps_nor_restarts_change_what_happens(seed: int, cuts: list[int], stopped: int) -> None:
    began = NOW - timedelta(hours=6)
    whole = happened(world(seed), began, began, NOW)
    steps = [began + timedelta(seconds=cut) for cut in sorted(cuts)]
    assert happened(world(seed), began, began, *steps, NOW) == whole
    restart = began + timedelta(seconds=stopped)
    first = happened(world(seed), began, began, restart)
    assert first + happened(world(seed), began, restart, NOW) == whole


def test_a_world_that_begins_amid_a_minute_has_no_dossier_whose_receipt_lies_before() -> None:
    began = NOW - timedelta(days=1)
    assert began.second
    first: dict[str, str] = {}
    for event in happened(world(rate=2), began, began, began + timedelta(hours=4)):
        if "dossier" in event["data"]:
            first.setdefault(event["data"]["dossier"], event["type"])
    assert set(first.values()) == {"vn.ioc.filings.received.v1"}


def test_time_runs_forward_and_never_ahead() -> None:
    began = NOW - timedelta(days=1)
    times = [event["time"] for event in happened(world(), began, began, NOW)]
    assert times == sorted(times)
    assert began - timedelta(minutes=1) <= times[0]
    assert times[-1] <= NOW


def test_every_event_is_valid_and_of_a_working_unit() -> None:
    began = NOW - timedelta(days=4)
    events = [DECODER.decode(msgspec.json.encode(e)) for e in happened(world(), began, began, NOW)]
    assert len({event.id for event in events}) == len(events)
    assert {event.subject for event in events} == {"40.so-tu-phap.van-phong", "16681", "16690", "16702"}
    assert {event.stream for event in events} == {"filings", "payments", "updates"}
    kinds = Counter(event.kind for event in events)
    assert min(kinds["filings.settled"], kinds["filings.supplement_given"], kinds["payments.paid"]) > 5


def test_another_seed_or_another_rate_is_another_world() -> None:
    began = NOW - timedelta(hours=1)

    def ids(in_world: World) -> set[str]:
        return {event["id"] for event in happened(in_world, began, began, NOW)}

    assert ids(world(1)) == ids(world(1))
    assert not ids(world(1)) & ids(world(2))
    assert not ids(world(1)) & ids(world(1, rate=0.2))


def test_a_province_has_the_same_world_by_its_name_and_by_its_code() -> None:
    assert make_world(UNITS, Options("nghe-an")).habits == make_world(UNITS, Options("40")).habits


def test_the_rate_is_that_of_a_mean_week() -> None:
    week = timedelta(days=7)
    made = happened(world(rate=0.1, speed=200), NOW - week, NOW - week, NOW)
    assert len(made) / week.total_seconds() == pytest.approx(0.1, rel=0.06)


def test_a_week_has_a_mean_intensity_of_one_and_no_dead_hour() -> None:
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    hours = [intensity(monday + timedelta(hours=hour)) for hour in range(7 * 24)]
    assert sum(hours) / len(hours) == pytest.approx(1)
    assert min(hours) > 0.2
    assert hours[9] > 5 * hours[2]
    assert hours[9] > 2 * hours[5 * 24 + 9]


def test_units_keep_their_habits_and_differ() -> None:
    ours = profiles(UNITS, "40", seed=1)
    assert ours == profiles(UNITS, "40", seed=1)
    assert ours != profiles(UNITS, "40", seed=2)
    assert len({profile.online for profile in ours}) == len(ours)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options("41"), "no province '41' in config/units"),
        (Options("empty"), "has no units"),
        (Options("40", rate=0), "a rate above 0"),
        (Options("40", speed=0.5), "a speed of at least 1"),
        (Options("40", bad=2), "from 0 to 1"),
    ],
)
def test_options_without_sense_are_refused(options: Options, words: str) -> None:
    with pytest.raises(SimulatorError, match=words):
        make_world(UNITS, options)


def some_events() -> list[Event]:
    began = NOW - timedelta(hours=6)
    return happened(world(), began, began, NOW)


def test_bad_events_are_bad_in_every_way_and_take_no_id_of_a_good_one() -> None:
    reasons: Counter[str] = Counter()
    good = some_events()
    for event in good:
        try:
            bad = DECODER.decode(spoil(event))
        except Refusal as refusal:
            reasons[refusal.reason] += 1
        else:
            assert bad.id not in {event["id"] for event in good}
            assert (bad.subject not in UNITS) != (bad.time.year == 2099)
            reasons["unknown_unit" if bad.subject not in UNITS else "from_the_future"] += 1
    expected = {"not_json", "bad_envelope", "unknown_type", "bad_data", "personal_data"}
    assert set(reasons) == expected | {"unknown_unit", "from_the_future"}


def test_the_few_that_go_wrong_go_wrong_in_every_way() -> None:
    broken = [spoil(event) for event in some_events() if is_unlucky(event, 0.1)]
    reasons = set()
    for bad in broken:
        try:
            DECODER.decode(bad)
        except Refusal as refusal:
            reasons.add(refusal.reason)
    assert {"not_json", "bad_envelope", "unknown_type", "bad_data", "personal_data"} <= reasons


def test_the_share_of_bad_events() -> None:
    events = some_events()
    assert not any(is_unlucky(event, 0) for event in events)
    assert all(is_unlucky(event, 1) for event in events)
    unlucky = sum(is_unlucky(event, 0.1) for event in events)
    assert unlucky / len(events) == pytest.approx(0.1, abs=0.03)
