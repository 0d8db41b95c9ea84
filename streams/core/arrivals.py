"""Events that passed admission, on their way into a state: those of one kind, as columns of one length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from streams.core.columns import Array


class Arrivals(NamedTuple):
    """Events of one kind, when they happened and when they arrived (epoch ms)."""

    kind: str
    events: Sequence[Any]
    time_ms: Array
    arrived_ms: Array

    def chosen(self, rows: Sequence[int]) -> Arrivals:
        """Some of them."""
        at = np.array(rows, np.int64)
        return Arrivals(
            self.kind,
            [self.events[row] for row in rows],
            self.time_ms[at],
            self.arrived_ms[at],
        )


def arrivals(came: Iterable[tuple[Any, int, int]]) -> list[Arrivals]:
    """Of single events, with their time and arrival (epoch ms), those of each kind."""
    kinds: dict[str, list[tuple[Any, int, int]]] = {}
    for one in came:
        kinds.setdefault(one[0].kind, []).append(one)
    return [
        Arrivals(kind, events, np.array(time_ms, np.int64), np.array(arrived_ms, np.int64))
        for kind, of_kind in kinds.items()
        for events, time_ms, arrived_ms in [zip(*of_kind, strict=True)]
    ]
