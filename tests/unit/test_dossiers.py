"""Dossiers as columns: what is written to the log is read back, also by a worker with another configuration."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from streams.core.calendars import Calendars
from streams.core.columns import NULL, Columns
from streams.core.dossiers import DossierRows, Dossiers
from streams.core.life import OUTCOMES
from streams.core.units import UNLIMITED_MS
from streams.core.working import WorkingCalendar
from tests.fixtures.lives import row_of
from tests.fixtures.streams import DOSSIERS

CALENDARS = Calendars([WorkingCalendar(ZoneInfo("Asia/Ho_Chi_Minh"))] * 3)
DAY_MS = 86_400_000


def dossiers(
    *received: str,
    units: tuple[str, ...] = ("a", "b", "40"),
    numbers: tuple[str, ...] = (),
    max_age_ms: int = UNLIMITED_MS,
) -> Dossiers:
    return Dossiers(
        {unit: at for at, unit in enumerate(units)},
        CALENDARS,
        DOSSIERS,
        {"received": received, "settled": ()},
        {"received": numbers, "settled": ()},
        dict.fromkeys(units, max_age_ms),
    )


def events(rows: list[int], at: list[int], **more: list[int]) -> Columns:
    columns = {"row": rows, "at": at, "due_at": [NULL] * len(rows), "code": [0] * len(rows), **more}
    return {name: np.array(column, np.int64) for name, column in columns.items()} | {
        "tie": np.arange(len(rows), dtype=np.uint64)
    }


def filled() -> Dossiers:
    made = dossiers("channel", "procedure", numbers=("fee",))
    codes = made.attributes["received"]
    rows = [row_of(made, 0, "d0"), row_of(made, 1, "d1"), row_of(made, 1, "d0")]
    made.settle()
    received = events(rows, [1000, 2000, 3000], due_at=[DAY_MS, NULL, NULL], fee=[5, NULL, 7])
    code = np.array([codes["online", "p1"], codes["post", "p1"], codes["online", None]])
    made.fold("filings.received", {**received, "code": code})
    made.fold("filings.settled", events(rows[:1], [5000]))
    made.fold("filings.supplement_asked", events([rows[1]] * 3, [2500, 2600, 2500]))
    return made


def test_life() -> None:
    life = filled().life(np.arange(3))
    assert life["received_at"].tolist() == [1000, 2000, 3000]
    assert life["elapsed_ms"].tolist() == [4000, NULL, NULL]
    assert life["on_time"].tolist() == [1, -1, -1]
    assert [OUTCOMES[code] for code in life["outcome"]] == ["settled", None, None]
    assert life["fee"].tolist() == [5, NULL, 7]


def test_a_repeat_changes_nothing() -> None:
    made = filled()
    before = made.rows(np.arange(3))
    made.fold("filings.settled", events([0], [5000]))
    made.fold("filings.supplement_asked", events([1], [2500]))
    assert made.rows(np.arange(3)) == before


def test_what_is_written_is_read_back() -> None:
    made = filled()
    read = dossiers("channel", "procedure", numbers=("fee",))
    row_of(read, 1, "another")  # rows need not be the same
    for part in made.all(2):
        read.restore(part)
    rows = np.array([row_of(read, 0, "d0"), row_of(read, 1, "d1"), row_of(read, 1, "d0")])
    assert {name: column.tolist() for name, column in read.life(rows).items() if "code" not in name} == {
        name: column.tolist() for name, column in made.life(np.arange(3)).items() if "code" not in name
    }
    assert read.rows(rows) == made.rows(np.arange(3))


def test_another_configuration_reads_what_it_knows() -> None:
    read = dossiers("level", "channel", units=("40", "b", "c"))  # no procedure, no fee, no unit a
    read.restore(filled().rows(np.arange(3)))
    assert len(read) == 2
    rows = np.array([row_of(read, 1, "d1"), row_of(read, 1, "d0")])
    life = read.life(rows)
    known = read.attributes["received"].known
    assert [known[code] for code in life["received_code"]] == [(None, "post"), (None, "online")]
    assert life["received_at"].tolist() == [2000, 3000]
    assert life["supplements"].tolist() == [1, 0]


def test_nothing_written_is_nothing_read() -> None:
    read = dossiers("channel")
    read.restore(DossierRows())
    assert len(read) == 0


def test_a_dossier_closed_long_ago_is_forgotten_whether_its_memory_was_given_back_or_not() -> None:
    lives = []
    for compacted in (False, True):
        made = dossiers(max_age_ms=100)
        rows = [row_of(made, 0, name) for name in ("closed", "open", "closed later")]
        made.settle()
        made.fold("filings.received", events(rows, [0, 0, 0]))
        made.fold("filings.settled", events([rows[0], rows[2]], [10, 500]))
        made.fold("filings.supplement_asked", events(rows, [5, 5, 5]))
        if compacted:
            made.compact(400)
            assert len(made) == 2
        again = np.array([row_of(made, 0, name) for name in ("closed", "open", "closed later")])
        made.settle()
        made.forget(again, np.full(3, 400))
        life = made.life(again)
        lives.append({name: column.tolist() for name, column in life.items()})
    assert lives[0] == lives[1]
    assert lives[0]["received_at"] == [NULL, 0, 0]
    assert lives[0]["supplements"] == [0, 1, 1]


def test_memory_is_given_back_only_where_it_is_worth_the_work() -> None:
    made = dossiers(max_age_ms=100)
    rows = [row_of(made, 0, f"d{number}") for number in range(8)]
    made.settle()
    made.fold("filings.settled", events(rows[:1], [10]))
    made.compact(1000)
    assert len(made) == 8
    made.fold("filings.settled", events(rows[1:4], [10, 10, 10]))
    made.compact(1000)
    assert len(made) == 4
    assert row_of(made, 0, "d7") == 3
