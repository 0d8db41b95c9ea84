from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.calibration import read_calibration
from producers.decks import Card, Deck, Season
from producers.lives import EVENTS_PER_DOSSIER, Happening, dossier_life, longest_life
from producers.procedures import procedures
from producers.profiles import profiles
from streams.core.course import STEPS, walk
from streams.core.units import Text, Unit

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LIVES = st.tuples(
    st.integers(0, 10**6),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001  # the zone is put on below
    st.sampled_from([1.0, 24.0, 500.0]),
)


NAME = Text("Xã", "Commune")
FIGURES = read_calibration().of("40", 2026)
COMMUNES = [Unit(code, NAME, "commune", "40", "40") for code in ("16681", "16690", "16702")]
DECK = Deck(Season(profiles(COMMUNES, FIGURES, 1), procedures(FIGURES), FIGURES), 10_000, [1])


def life(seed: int, at: datetime, speed: float, late: bool | None = None) -> list[Happening]:
    card = DECK.card(seed % 10_000)
    card = card if late is None else late_or_not(card, late)
    return dossier_life(random.Random(seed), card, at.replace(tzinfo=ZONE), speed)


def late_or_not(card: Card, late: bool) -> Card:
    return card._replace(late=late, profile=replace(card.profile, late=float(late)))


def due(happenings: list[Happening]) -> datetime:
    """The latest of the due dates that the events carry."""
    latest: datetime = [happening.data["due_at"] for happening in happenings if "due_at" in happening.data][
        -1
    ]
    return latest


@given(LIVES)
def test_a_life_is_whole_and_in_order(drawn: tuple[int, datetime, float]) -> None:
    happenings = life(*drawn)
    kinds = [happening.kind for happening in happenings]
    assert kinds[0] == "filings.received"
    assert happenings[0].at == drawn[1].replace(tzinfo=ZONE)
    assert [h.at for h in happenings] == sorted(h.at for h in happenings)
    ends = {"filings.settled", "filings.refused", "filings.withdrawn"}.intersection(kinds)
    assert len(ends) == 1
    if "filings.returned" in kinds:
        assert kinds.index("filings.returned") > kinds.index("filings.settled")
    if "payments.paid" in kinds:
        assert kinds.index("payments.paid") > kinds.index("payments.requested")
    assert happenings[-1].at - happenings[0].at <= longest_life(drawn[2])


@given(LIVES, st.booleans())
def test_who_is_late_is_late_by_calendar_day_at_any_speed(
    drawn: tuple[int, datetime, float], late: bool
) -> None:
    happenings = life(*drawn, late=late)
    settled = next((happening for happening in happenings if happening.kind == "filings.settled"), None)
    if settled:
        assert (settled.at.date() > due(happenings).date()) == late


def test_the_course_of_a_life_has_pauses_second_requests_and_few_slips_that_come_after_its_end() -> None:
    at = datetime(2026, 11, 20, 9)  # noqa: DTZ001  # the zone is put on above
    found: Counter[str] = Counter()
    for seed in range(2_000):
        happenings = life(seed, at, 24)
        steps = [
            (int(happening.at.timestamp() * 1000), STEPS.index(kind))
            for happening in happenings
            if (kind := happening.kind.removeprefix("filings.")) in STEPS
        ]
        course = walk(steps)
        assert course.closed_at is not None
        assert all(end is not None and end < course.closed_at for _, end in course.suspensions)
        assert course.irregular_at is None or course.irregular_at > course.closed_at
        found["paused"] += "filings.paused" in [happening.kind for happening in happenings]
        found["asked twice"] += len(course.asked) == 2
        found["irregular"] += course.irregular_at is not None
    assert 60 <= found["paused"] <= 100
    assert 10 <= found["asked twice"] <= 35
    assert 2 <= found["irregular"] <= 20


def test_the_mean_number_of_events_is_what_the_rate_counts_on() -> None:
    at = datetime(2026, 11, 20, 9)  # noqa: DTZ001  # the zone is put on above
    count = 10_000
    events = sum(len(life(seed, at, 24)) for seed in range(count))
    assert events / count == pytest.approx(EVENTS_PER_DOSSIER, rel=0.02)
