"""The journal of a source: whatever dies, events, keys, counts and position stay in step."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.journal import Journal
from producers.journal_file import JournalError
from producers.outbox import Outbox, Record

BATCHES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))), st.booleans(), st.booleans()
    )
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sources/one/journal.sqlite"


@settings(max_examples=25)  # each writes to the disk, and waits for it
@given(BATCHES)
def test_a_batch_is_there_as_a_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[list[tuple[str, str]], bool, bool]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.sqlite"
    journal = Journal(path)
    seen: set[tuple[str, str]] = set()
    kept = 0
    for keys, dies, restarts in batches:
        try:
            with journal.transaction():
                new = [key for key in keys if journal.seen.add(*key)]
                journal.put([Record("t", rule, key.encode()) for rule, key in new])
                journal.move("", kept + 1)
                if dies:
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass
        else:
            assert set(new) == set(keys) - seen
            seen |= set(keys)
            kept += 1
        if restarts:
            journal.close()
            journal = Journal(path)
        assert journal.position() == (kept or None)
    journal.close()
    with closing(Outbox(path)) as outbox:
        stored = [(record.key, record.payload.decode()) for _, record in outbox.oldest(1_000)]
    assert len(stored) == len(seen)
    assert set(stored) == seen


def test_what_waits_is_in_order_and_goes_only_when_it_is_removed(path: Path) -> None:
    with closing(Journal(path)) as journal, closing(Outbox(path)) as outbox:
        for number in range(5):
            with journal.transaction():
                journal.put([Record("t", "k", b"%d" % number)])
        first = outbox.oldest(3)
        assert [record.payload for _, record in first] == [b"0", b"1", b"2"]
        assert outbox.waiting() == (5, 5)
        outbox.remove(first[-1].seq)
        assert [record.payload for _, record in outbox.oldest(3)] == [b"3", b"4"]
    with closing(Journal(path)) as journal, closing(Outbox(path)) as outbox, journal.transaction():
        assert journal.put([Record("t", "k", b"5")]) > outbox.oldest(3)[-1].seq


def test_few_large_records_are_taken_at_once(path: Path) -> None:
    with closing(Journal(path)) as journal, closing(Outbox(path)) as outbox:
        with journal.transaction():
            journal.put([Record("t", "k", b"x" * 1_000_000)] * 20)
        assert len(outbox.oldest(10_000)) == 9


def test_begun_anew_it_has_read_nothing_but_loses_nothing(path: Path) -> None:
    with closing(Journal(path)) as journal, closing(Outbox(path)) as outbox:
        with journal.transaction():
            journal.seen.add("rule", "key")
            journal.put([Record("t", "k", b"1")])
            journal.move("file", {"rows": 3})
        assert journal.position("file") == {"rows": 3}
        journal.begin_anew()
        assert journal.position("file") is None
        assert journal.seen.add("rule", "key")
        assert outbox.waiting() == (1, 1)


def test_a_journal_that_cannot_be_used_says_what_to_do(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("no database, and long enough to be taken for one" * 100, encoding="utf-8")
    with pytest.raises(JournalError, match="file is not a database"):
        Journal(path)
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="set IOC_DATA"):
        Journal(tmp_path / "file/journal.sqlite")


def test_a_full_disk_is_told_as_such(path: Path) -> None:
    with closing(Journal(path)) as journal:
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TABLE outbox")
        with pytest.raises(JournalError, match="Make room"), journal.transaction():
            journal.put([Record("t", "k", b"1")])
