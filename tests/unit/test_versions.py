"""Which of two figures is newer, and how many of them one record holds."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.core.compute import Delta, generation_of, version
from streams.core.dossiers import DossierRows
from streams.core.sum_rows import SumRows
from streams.core.updates import IndicatorUpdate

GENERATIONS, NUMBERS = st.integers(0, 2**16 - 1), st.integers(0, 2**48 - 1)


@given(st.tuples(GENERATIONS, NUMBERS), st.tuples(GENERATIONS, NUMBERS))
def test_a_generation_is_newer_than_all_before_it_whatever_the_offsets(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    assert (version(*one) < version(*other)) == (one < other)
    assert generation_of(version(*one)) == one[0]


@given(GENERATIONS, NUMBERS)
def test_a_version_fits_where_it_goes(generation: int, number: int) -> None:
    highest = version(generation, number)
    assert highest < 2**64
    update = IndicatorUpdate(0, highest, 0, [], [], [], ([], [], [], [], []))
    assert msgspec.json.decode(msgspec.json.encode(update), type=IndicatorUpdate) == update


def test_a_log_from_before_generations_is_of_the_first() -> None:
    *old, _ = msgspec.to_builtins(Delta({"topic": 7}, b"", SumRows(), DossierRows()), builtin_types=(bytes,))
    read = msgspec.msgpack.decode(msgspec.msgpack.encode(old), type=Delta)
    assert (read.generation, read.version) == (0, 7)
