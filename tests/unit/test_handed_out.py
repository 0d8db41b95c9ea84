from hypothesis import given
from hypothesis import strategies as st

from streams.batches import HandedOut, Place

GAPS = st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=12)


@given(GAPS, st.randoms(use_true_random=False))
def test_committable_is_after_the_longest_done_prefix_in_any_order_of_acknowledgement(
    gaps: list[int], chance: object
) -> None:
    places = [Place(sum(gaps[: i + 1])) for i in range(len(gaps))]
    order = list(range(len(places)))
    chance.shuffle(order)  # type: ignore[attr-defined]  # hypothesis' Random
    handed = HandedOut()
    for place in places:
        handed.add(place)
    assert handed.committable() is None
    for number in order:
        places[number].acked = True
        done = next((i for i, place in enumerate(places) if not place.acked), len(places))
        assert handed.committable() == (places[done - 1].last_offset + 1 if done else None)
    assert handed.committable() == places[-1].last_offset + 1


@given(GAPS, st.data())
def test_committable_never_goes_back_while_batches_come_and_go(gaps: list[int], data: st.DataObject) -> None:
    handed, waiting, last, before = HandedOut(), list[Place](), 0, 0
    for gap in gaps:
        last += gap
        waiting.append(Place(last))
        handed.add(waiting[-1])
        for place in data.draw(st.lists(st.sampled_from(waiting), max_size=3)):
            place.acked = True
        now = handed.committable() or 0
        assert now >= before
        assert all(place.acked for place in waiting if place.last_offset < now)
        before = now
