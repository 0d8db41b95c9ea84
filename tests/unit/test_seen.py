"""Ids seen before: taken in together or one by one, the same are new."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.core.seen import SeenIds

IDS = st.lists(st.integers(0, 30).map(lambda number: number.to_bytes(16, "big")), max_size=60)
GENERATION = 10


@given(IDS, st.lists(st.integers(0, 60)))
def test_groups_do_not_matter(ids: list[bytes], cuts: list[int]) -> None:
    together, alone = SeenIds(GENERATION), SeenIds(GENERATION)
    bounds = sorted({0, len(ids), *(cut for cut in cuts if cut < len(ids))})
    first = [begin + at for begin, end in pairwise(bounds) for at in together.first(ids[begin:end])]
    assert first == [at for at, one in enumerate(ids) if alone.first([one])]
    assert together.drain() == alone.drain()
    assert set(together.all()) == set(alone.all())


@given(IDS)
def test_the_newest_are_known_and_memory_is_bounded(ids: list[bytes]) -> None:
    seen = SeenIds(GENERATION)
    new = [ids[at] for at in seen.first(ids)]
    assert len(list(seen.all())) < 2 * GENERATION
    assert not seen.first(new[-GENERATION:])
