"""A stream of events, and what the events of one may be: the life of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.core.units import Text


class Cases(NamedTuple):
    """What a stream's events happen to: dossiers, tasks, petitions. A case is of one unit, and named within it.

    `name` is what indicators are over, `field` the field of the events' data that names the case. `steps` gives kinds
    of events their step of streams.core.course; `instants` gives kinds the column of when the first such event was.
    """

    stream: str = ""
    name: str = ""
    field: str = ""
    steps: Mapping[str, str] = {}
    instants: Mapping[str, str] = {}
    second_supplement_is_late: bool = False
    """Whether a case whose supplement is asked for a second time is late from then on."""

    def kind_of(self, step: str) -> str:
        """The kind of event that is a step; empty where none is."""
        return next((kind for kind, one in self.steps.items() if one == step), "")


NO_CASES = Cases()
"""Of a stream whose events only count for themselves."""


class Stream(NamedTuple):
    """A stream: its topic is named after it, its `number` tells the parts of its figures from those of others."""

    name: str
    number: int
    title: Text
    cases: Cases = NO_CASES
