"""A watched folder: files are read when they rest, read on when they grow, and read again when they are others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.files.declaration import File
from producers.files.folder import FolderReader
from producers.reading import Position, SourceAwayError


class Committed:
    """Positions as a journal keeps them."""

    def __init__(self) -> None:
        self.by_scope: dict[str, bytes] = {}

    def position(self, scope: str = "") -> Position | None:
        kept = self.by_scope.get(scope)
        return None if kept is None else msgspec.json.decode(kept)


class Watch:
    """A folder, and a clock that goes on by an hour at each look unless told."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.committed = Committed()
        self.file = File("csv", folder=str(folder), **options)
        self.now = 0.0
        self.restart()

    def restart(self) -> None:
        self.reader = FolderReader(self.file, frozenset({"a"}), clock=lambda: self.now)

    def look(self, seconds: float = 3600, most: int | None = None) -> list[str]:
        """What is read, a row as its column a, a fault as its words; only the first `most` are committed."""
        self.now += seconds
        found: list[str] = []
        for reading in self.reader.read(self.committed):
            if most is not None and len(found) >= most:
                break
            self.committed.by_scope[reading.scope] = msgspec.json.encode(reading.position)
            if reading.row is not None or reading.fault:
                found.append(reading.row["a"] if reading.row else reading.fault)
        return found

    def rest(self) -> list[str]:
        """Two looks: at the first a new file is only noticed."""
        return [*self.look(), *self.look()]

    def write(self, name: str, text: str, mode: str = "w") -> None:
        with (self.folder / name).open(mode, encoding="utf-8") as out:
            out.write(text)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_a_file_is_read_once_it_rests(watch: Watch) -> None:
    watch.write("one.csv", "a\n1\n")
    assert watch.look() == []
    watch.write("one.csv", "2\n", "a")
    assert watch.look() == []
    assert watch.look(seconds=5) == []
    assert watch.look(seconds=5) == ["1", "2"]
    assert watch.rest() == []
    watch.restart()
    assert watch.rest() == []


def test_a_file_that_has_grown_is_read_on(watch: Watch) -> None:
    watch.write("one.csv", "a\n1\n2\n")
    assert watch.rest() == ["1", "2"]
    watch.write("one.csv", "3\n4\n", "a")
    assert watch.rest() == ["3", "4"]


def test_a_last_line_that_was_cut_is_read_again_when_it_is_whole(watch: Watch) -> None:
    watch.write("one.csv", "a\n1\n2")
    assert watch.rest() == ["1", "2"]
    watch.write("one.csv", "3\n4\n", "a")
    assert watch.rest() == ["23", "4"]


def test_another_file_of_the_same_name_is_read_from_its_beginning(watch: Watch) -> None:
    watch.write("one.csv", "a\n1\n2\n")
    assert watch.rest() == ["1", "2"]
    watch.write("one.csv", "a\n0\n2\n3\n")
    assert watch.rest() == ["0", "2", "3"]
    watch.write("one.csv", "a\n0\n")
    assert watch.rest() == ["0"]


def test_half_written_and_hidden_files_are_passed_over(watch: Watch) -> None:
    for name in (".one.csv", "one.csv.part", "~$one.csv", "one.TMP"):
        watch.write(name, "a\n1\n")
    assert watch.rest() == []
    os.replace(watch.folder / "one.csv.part", watch.folder / "one.csv")
    assert watch.rest() == ["1"]


def test_read_files_are_moved_once_their_rows_are_safe(tmp_path: Path) -> None:
    watch = Watch(tmp_path, done="done", pattern="*.csv")
    watch.write("one.csv", "a\n1\n")
    assert watch.rest() == ["1"]
    assert (tmp_path / "one.csv").exists()  # what was read is committed only now
    assert watch.look() == []
    assert (tmp_path / "done/one.csv").exists()
    watch.write("one.csv", "a\n1\n2\n")  # the next day's file of the same name and beginning
    assert [*watch.rest(), *watch.look()] == ["1", "2"]
    assert (tmp_path / "done/one.1.csv").exists()


def test_a_file_that_cannot_be_read_is_told_once_and_holds_up_no_other(watch: Watch) -> None:
    watch.write("bad.csv", "b\n1\n")
    watch.write("good.csv", "a\n1\n")
    [fault, row] = watch.rest()
    assert "no column a" in fault
    assert row == "1"
    assert watch.rest() == []
    watch.file = msgspec.structs.replace(watch.file, separator=";")
    watch.restart()
    assert "no column a" in watch.rest()[0]
    watch.write("bad.csv", "a\n1\n")
    assert watch.rest() == ["1"]


def test_a_file_that_breaks_off_is_read_on_when_it_is_mended(watch: Watch) -> None:
    (watch.folder / "one.csv").write_bytes(b"a\n1\n2\n\xff\n")
    found = watch.rest()
    assert "not utf-8" in found[-1]
    (watch.folder / "one.csv").write_bytes(b"a\n1\n2\n3\n")
    assert set(watch.rest()) == {"1", "2", "3"}


def test_a_folder_that_is_away_is_waited_for(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "none")
    with pytest.raises(SourceAwayError, match="there is no such folder: make it"):
        watch.look()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=12), st.data())
def test_killed_anywhere_no_row_is_lost_or_taken_twice(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, int]], data: st.DataObject
) -> None:
    watch = Watch(tmp_path_factory.mktemp("inbox"))
    written, taken = 0, []
    for file, count in writes:
        name = f"{file}.csv"
        if not (watch.folder / name).exists():
            watch.write(name, "a\n")
        watch.write(name, "".join(f"{number}\n" for number in range(written, written + count)), "a")
        written += count
        for _ in range(data.draw(st.integers(0, 2))):
            taken += watch.look(most=data.draw(st.none() | st.integers(0, 5)))
            if data.draw(st.booleans()):
                watch.restart()
    taken += watch.rest()
    assert sorted(map(int, taken)) == list(range(written))
