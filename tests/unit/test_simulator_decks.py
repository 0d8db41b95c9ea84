"""Decks and ledgers: exact shares and sums, however they are cut."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.calibration import read_calibration
from producers.decks import Deck, Season, apportioned
from producers.ledgers import Keepers, Ledger, ledgers
from producers.procedures import procedures
from producers.profiles import levelled, profiles
from streams.core.units import Text, Unit

NAME = Text("x", "x")
FIGURES = read_calibration().of("40", 2026)
UNITS = [
    *(Unit(f"40.so-{number}", NAME, "department", "40", "40") for number in range(18)),
    *(Unit(str(16681 + number), NAME, "commune", "40", "40") for number in range(130)),
]
SEASON = Season(profiles(UNITS, FIGURES, 1), procedures(FIGURES), FIGURES)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50), st.integers(0, 10_000))
def test_apportioned_numbers_add_up_and_are_off_by_less_than_one(shares: list[float], total: int) -> None:
    counts = apportioned(np.array(shares), total)
    assert counts.sum() == total
    assert np.abs(counts - np.array(shares) * (total / sum(shares))).max() < 1 + 1e-6


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.1, 9)), min_size=2, max_size=40), st.floats(0.35, 0.85)
)
def test_levelled_shares_keep_their_order_and_meet_the_mean(
    drawn: list[tuple[float, float]], mean: float
) -> None:
    raw, weights = (np.array(column) for column in zip(*drawn, strict=True))
    shares = levelled(raw, np.full(len(raw), 0.3), np.full(len(raw), 0.9), weights, mean)
    assert np.average(shares, weights=weights) == pytest.approx(mean, abs=1e-6)
    assert (np.diff(shares[np.argsort(raw)]) >= -1e-9).all()


@settings(max_examples=5, deadline=None)
@given(st.integers(20_000, 30_000), st.integers(0, 10**6))
def test_the_shares_of_a_deck_are_exact(size: int, seed: int) -> None:
    deck = Deck(SEASON, size, [seed])
    cards = [deck.card(place) for place in range(size)]
    online = sum(card.channel == "online" for card in cards)
    assert online == round(size * FIGURES["online_filing"] / 100)
    units = Counter(card.profile.unit for card in cards)
    assert len(units) == len(UNITS)
    assert len({card.procedure.code for card in cards}) == len(SEASON.procedures)
    assert all((card.portal != "") == (card.channel == "online") for card in cards)
    assert not any(card.late and card.end != "settled" for card in cards)
    assert not any(card.payment and card.end == "refused" for card in cards)
    other = Deck(SEASON, size, [seed + 1])
    assert [other.card(place) for place in range(100)] != cards[:100]


def test_a_deck_may_be_smaller_than_the_province() -> None:
    for size in (1, 7, 100):
        deck = Deck(SEASON, size, [1])
        assert len([deck.card(place) for place in range(size)]) == size


@given(st.sampled_from(ledgers(FIGURES)), st.integers(1, 5_000))
def test_a_ledger_adds_up_however_many_events_it_has(ledger: Ledger, events: int) -> None:
    events = min(events, ledger.most)
    sums = Counter(ledger.held(0, events))
    for number in range(events):
        assert sums == ledger.held(number, events)
        amounts = ledger.amounts(number, events)
        assert amounts[next(iter(ledger.totals))] > 0
        sums.update(amounts)
    assert dict(sums) == dict(ledger.totals)


@given(st.sampled_from(ledgers(FIGURES)), st.integers(0, 10**9))
def test_what_units_have_adds_up(ledger: Ledger, held: int) -> None:
    shared = list(Keepers(SEASON.profiles).shared(ledger, {"records": held}))
    assert sum(amounts["records"] for _, amounts in shared) == held
    assert min(amounts["records"] for _, amounts in shared) >= 0


def test_facilities_take_turns_and_belong_to_one_unit() -> None:
    keepers = Keepers(SEASON.profiles)
    (hospital,) = [ledger for ledger in ledgers(FIGURES) if ledger.id == "hospital-bank"]
    owners = {keepers.unit(hospital, number) for number in range(1_000)}
    assert len(owners) == hospital.facilities
    assert len({facility for _, facility in owners}) == hospital.facilities
