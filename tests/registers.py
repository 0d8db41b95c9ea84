"""Registers for tests: made by code, of the shape of the sample register (rows are steps, case:* are attributes)."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICERS = tuple(f"Resource{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13))
CHANNELS = {"Internet": "online", "Desk": "direct", "Post": "post", "e-mail": "other", "Intern": "other"}
HEADER = (
    "case:channel",
    "case:concept:name",
    "case:deadline",
    "case:department",
    "case:enddate",
    "case:enddate_planned",
    "case:group",
    "case:responsible",
    "case:startdate",
    "concept:instance",
    "concept:name",
    "lifecycle:transition",
    "org:group",
    "org:resource",
    "time:timestamp",
)
_STEPS = (
    "Confirmation of receipt",
    "T02 Check confirmation of receipt",
    "T04 Determine confirmation of receipt",
)


@dataclass(frozen=True)
class Case:
    """One application; times are local, `settled_at` is None while it is open."""

    name: str
    channel: str
    officer: str
    received_at: datetime
    due_at: datetime
    settled_at: datetime | None
    steps: int


@dataclass(frozen=True)
class Register:
    """A register on disk and what is in it."""

    path: Path
    cases: tuple[Case, ...]

    @property
    def rows(self) -> int:
        return sum(case.steps for case in self.cases)

    @property
    def settled(self) -> int:
        return sum(case.settled_at is not None for case in self.cases)

    @property
    def events(self) -> int:
        """One received event per case, one settled event per finished one."""
        return len(self.cases) + self.settled


def make_cases(count: int, seed: int = 0) -> tuple[Case, ...]:
    """Applications of a year: some open, some late, one that ends before it starts, over changes of daylight saving."""
    rng = random.Random(seed)  # nothing secret
    first = datetime(2010, 10, 1, 9, tzinfo=AMSTERDAM)
    cases = []
    for number in range(count):
        received = first + timedelta(seconds=rng.randrange(400 * 86_400), milliseconds=rng.randrange(1000))
        days = rng.expovariate(1 / 50) if number else -0.05
        settled = received + timedelta(days=days) if rng.random() > 0.08 else None
        cases.append(
            Case(
                name=f"case-{9000 + number}",
                channel=rng.choices(list(CHANNELS), (87, 8, 4, 1, 0.5))[0],
                officer=rng.choice(OFFICERS),
                received_at=received,
                due_at=(received + timedelta(days=56)).replace(
                    hour=0, minute=1, second=40, microsecond=10_000
                ),
                settled_at=settled,
                steps=rng.randint(1, 9),
            )
        )
    return tuple(cases)


def rows(cases: tuple[Case, ...], scatter_seed: int | None = None) -> list[dict[str, str]]:
    """The logged steps; those of a case are adjacent, or anywhere if `scatter_seed` is given."""
    steps = [dict(zip(HEADER, _row(case, step), strict=True)) for case in cases for step in range(case.steps)]
    if scatter_seed is not None:
        random.Random(scatter_seed).shuffle(steps)  # nothing secret
    return steps


def write_register(path: Path, cases: tuple[Case, ...], scatter_seed: int | None = None) -> Register:
    """Write a register as the sample register is written."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(cases, scatter_seed))
    return Register(path, cases)


def _row(case: Case, step: int) -> tuple[str, ...]:
    return (
        case.channel,
        case.name,
        str(case.due_at),
        "General",
        str(case.settled_at or ""),
        str(case.due_at),
        "" if step % 2 else "Group 2",
        case.officer,
        str(case.received_at),
        f"task-{case.name}-{step}",
        _STEPS[step % len(_STEPS)],
        "complete",
        "Group 1",
        case.officer,
        str(case.received_at + timedelta(hours=step)),
    )
