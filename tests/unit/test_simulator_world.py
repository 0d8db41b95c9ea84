"""A simulated world is a function of its seed and of time, whoever looks at it and in which steps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.event import Event
from producers.simulator import Options, SimulatorError, make_world
from producers.timeline import Timeline
from producers.trouble import Trouble, TroubledWorld, is_unlucky, spoil
from producers.world import World
from schemas.decoder import EventDecoder
from schemas.refusal import Refusal
from schemas.registry import load_registry
from streams.core.admission import Admission
from streams.core.calendar import epoch_ms
from streams.core.units import Province, Text, Unit, Units
from tests.fixtures.counted import span

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
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 3, 20, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def world(seed: int = 1, rate: float = 0.1, speed: float = 24) -> World:
    return make_world(UNITS, Options("40", rate, speed, seed))


def happened(in_world: World, began: datetime, since: datetime, *steps: datetime) -> list[Event]:
    timeline = Timeline(in_world, began, since)
    return [event for now in steps for event in timeline.until(now)]


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 3),
    st.lists(st.integers(0, 6 * 3600), max_size=5),
    st.integers(0, 6 * 3600),
)
def test_neither_steps_nor_restarts_change_what_happens(seed: int, cuts: list[int], stopped: int) -> None:
    began = NOW - timedelta(hours=6)
    ours = world(seed)
    whole = happened(ours, began, began, NOW)
    steps = [began + timedelta(seconds=cut) for cut in sorted(cuts)]
    assert happened(ours, began, began, *steps, NOW) == whole
    restart = began + timedelta(seconds=stopped)
    first = happened(ours, began, began, restart)
    assert first + happened(world(seed), began, restart, NOW) == whole  # and another process makes the same


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
    assert {event.stream for event in events} >= {"filings", "payments", "updates", "satisfaction"}
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


def test_the_rate_is_that_of_a_year() -> None:
    begin, end = span(2026, ZONE)
    made = happened(world(rate=0.0005, speed=200), begin, begin, end)
    assert len(made) / (365 * 86_400) == pytest.approx(0.0005, rel=0.02)


def test_units_work_in_their_term_only() -> None:
    changed = Units(
        UNITS.provinces.values(),
        [
            Unit("old", NAME, "district", "40", "40", valid_to="2026-11-21"),
            Unit("new", NAME, "commune", "40", "40", valid_from="2026-11-21"),
        ],
    )
    change = datetime(2026, 11, 21, tzinfo=ZONE)
    begin = change - timedelta(days=3)
    timeline = Timeline(make_world(changed, Options("40", rate=0.1)), begin, begin)
    received = [e for e in timeline.until(change + timedelta(days=3)) if e["type"].endswith("received.v1")]
    assert {e["subject"] for e in received if e["time"] < change} == {"old"}
    assert {e["subject"] for e in received if e["time"] >= change} == {"new"}
    admission = Admission(DECODER, changed, load_registry().streams, 400)
    arrived_ms = epoch_ms(change + timedelta(days=4))
    for event in happened(
        make_world(changed, Options("40", rate=0.1)), begin, begin, change + timedelta(days=3)
    ):
        stream = event["type"].split(".")[2]
        admission.admit(f"ioc.events.{stream}", msgspec.json.encode(event), arrived_ms)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options("41"), "no province '41' in config/units"),
        (Options("empty"), "has no units"),
        (Options("40", rate=0), "a rate above 0"),
        (Options("40", speed=0.5), "a speed of at least 1"),
        (Options("40", bad=2), "from 0 to 1"),
        (Options("40", trouble=Trouble(late=2)), "from 0 to 1"),
        (Options("40", burst=60), "a burst of 0 to 59 minutes"),
        (Options("40", trouble=Trouble(silent=frozenset(["fillings"]))), "Did you mean 'filings'?"),
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


TROUBLE = Trouble(repeated=0.1, late=0.1, shuffled=timedelta(minutes=5))


def troubled(trouble: Trouble, since: datetime, *steps: datetime) -> list[Event]:
    timeline = Timeline(TroubledWorld(world(), trouble), NOW - timedelta(days=1), since)
    return [event for now in steps for event in timeline.until(now)]


def test_trouble_changes_neither_with_steps_nor_with_restarts() -> None:
    began, middle = NOW - timedelta(days=1), NOW - timedelta(hours=7)
    whole = troubled(TROUBLE, began, NOW)
    assert troubled(TROUBLE, began, middle) + troubled(TROUBLE, middle, NOW) == whole
    assert troubled(TROUBLE, began, middle, NOW) == whole


def test_repeated_late_and_shuffled_events_are_those_of_the_world() -> None:
    began = NOW - timedelta(days=1)
    undisturbed = {event["id"]: event for event in troubled(Trouble(), began, NOW)}
    sent = Counter(event["id"] for event in troubled(Trouble(repeated=0.1), began, NOW))
    assert sent.keys() == undisturbed.keys()
    assert sent.total() / len(sent) == pytest.approx(1.1, abs=0.02)

    late = troubled(Trouble(late=0.1), began, NOW)
    assert all(undisturbed[event["id"]] == event for event in late)
    newest, behind = began, 0
    for event in late:
        behind += event["time"] < newest - timedelta(minutes=15)
        newest = max(newest, event["time"])
    assert 0.03 < behind / len(late) < 0.12

    shuffled = [event["time"] for event in troubled(Trouble(shuffled=timedelta(minutes=5)), began, NOW)]
    assert shuffled != sorted(shuffled)
    assert all(late - early < timedelta(minutes=5) for late, early in pairwise(shuffled))


def test_nothing_comes_of_what_is_silent() -> None:
    began = NOW - timedelta(days=1)
    heard = troubled(Trouble(silent=frozenset(["payments", "16681"])), began, NOW)
    everything = troubled(Trouble(), began, NOW)
    assert heard == [e for e in everything if e["subject"] != "16681" and ".payments." not in e["type"]]


def test_a_burst_is_ten_times_as_busy() -> None:
    made = happened(make_world(UNITS, Options("40", rate=0.5, burst=6)), NOW - DAY, NOW - DAY, NOW)
    minutes = Counter(event["time"].minute < 6 for event in made if event["type"].endswith("received.v1"))
    assert minutes[True] / 6 / (minutes[False] / 54) == pytest.approx(10, rel=0.2)
