"""Published scores of an index against those that its definition gives for the published cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from streams.core.index import NO_CASE, Counts, Index

Kind = Literal["row", "group", "total"]

ROW: Kind = "row"
GROUP: Kind = "group"
TOTAL: Kind = "total"

Name = tuple[Kind, str]
"""Which score: the id of a row or a group; of the total it is TOTAL."""


class Sheet(NamedTuple):
    """Whose scores were published together: one unit's, of one period, as they were read at one time."""

    unit: str
    period: str
    as_of: str


class Published(NamedTuple):
    """One published score in hundredths; `line` is where it stands.

    Only a row has cases, and a constant one needs none.
    """

    sheet: Sheet
    name: Name
    score: int
    counts: Counts | None
    line: int


class Deviation(NamedTuple):
    """A published score that is further from the computed one than the index tolerates."""

    published: Published
    computed: int

    @property
    def hundredths(self) -> int:
        """How much more was published than computed."""
        return self.published.score - self.computed


class Comparison(NamedTuple):
    """What was found, and how many scores of each kind could be computed, and could not."""

    deviations: tuple[Deviation, ...]
    compared: Mapping[Kind, int]
    skipped: Mapping[Kind, int]


def compare(index: Index, published: Iterable[Published]) -> Comparison:
    """Recompute what can be.

    A row is computed from its cases; a group if all of its rows are, but constant ones need not be there; a total from
    its groups, of which those that cannot be computed count as they were published.
    """
    sheets: defaultdict[Sheet, dict[Name, Published]] = defaultdict(dict)
    for one in published:
        sheets[one.sheet][one.name] = one
    deviations: list[Deviation] = []
    compared, skipped = Counter[Kind](), Counter[Kind]()
    for scores in sheets.values():
        computed = dict(_computed(index, scores))
        for name, one in scores.items():
            if name not in computed:
                skipped[name[0]] += 1
                continue
            compared[name[0]] += 1
            deviation = Deviation(one, computed[name])
            if abs(deviation.hundredths) > index.tolerance:
                deviations.append(deviation)
    deviations.sort(key=lambda one: one.published.line)
    return Comparison(tuple(deviations), compared, skipped)


def _computed(index: Index, scores: Mapping[Name, Published]) -> Iterator[tuple[Name, int]]:
    groups: list[int | None] = []
    for group in index.groups:
        rows: list[int | None] = []
        for row in group.rows:
            one = scores.get((ROW, row.id))
            counts = NO_CASE if row.constant else one and one.counts
            points = row.points(counts) if counts else None
            rows.append(points)
            if points is not None:
                yield (ROW, row.id), points
        points = _sum(rows)
        if points is not None:
            yield (GROUP, group.id), points
        shown = scores.get((GROUP, group.id))
        groups.append(points if points is not None else shown and shown.score)
    total = _sum(groups)
    if total is not None:
        yield (TOTAL, TOTAL), total


def _sum(points: Iterable[int | None]) -> int | None:
    """Their sum, if all are known."""
    known = list(points)
    return None if None in known else sum(one for one in known if one is not None)
