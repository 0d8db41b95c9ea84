"""Reading registers: every shape of file, and what is said where it cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.files.declaration import File
from producers.files.line import RegisterError
from producers.files.rows import lines
from producers.seen import Seen

CSV = File("csv")


def read(path: Path, content: bytes | str, file: File = CSV, *columns: str) -> list[tuple[int, Any]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [(line.number, line.fault or line.row) for line in lines(path, file, frozenset(columns))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.csv"


@pytest.mark.parametrize(
    ("content", "file"),
    [
        ("a,b\n1,Vinh\n", CSV),
        ("a,b\r\n1,Vinh\r\n", CSV),
        ("\ufeffa,b\n1,Vinh", CSV),
        ("a;b\n1;Vinh\n", File("csv", separator=";")),
        ("a\tb\n1\tVinh\n".encode("utf-16"), File("csv", encoding="utf-16", separator="\t")),
        ('{"a": "1", "b": "Vinh"}\n', File("ndjson")),
    ],
)
def test_the_same_rows_in_many_shapes(path: Path, content: bytes | str, file: File) -> None:
    assert [row for _, row in read(path, content, file, "a", "b")] == [{"a": "1", "b": "Vinh"}]


def test_vietnamese_in_an_older_encoding(path: Path) -> None:
    [(_, row)] = read(path, "a\nHồ sơ".encode())
    assert row == {"a": "Hồ sơ"}
    [(_, row)] = read(path, "a\nĐăk Lăk".encode("cp1258"), File("csv", encoding="cp1258"))
    assert row == {"a": "Đăk Lăk"}


def test_lines_are_those_of_an_editor(path: Path) -> None:
    content = 'a,b\n1,x\n"two\nlines",y\n\n3,z\n'
    assert [number for number, _ in read(path, content)] == [2, 4, 6]


def test_a_row_of_the_wrong_shape_does_not_end_the_reading(path: Path) -> None:
    found = read(path, "a,b\n1\n1,2\n1,2,3\n")
    assert found == [
        (2, "1 fields under 2 columns"),
        (3, {"a": "1", "b": "2"}),
        (4, "3 fields under 2 columns"),
    ]
    found = read(path, '{"a": 1}\n{"a":\n[1]\n\n{"a": 2}\n', File("ndjson"))
    assert [number for number, _ in found] == [1, 2, 3, 5]
    assert "not JSON" in found[1][1]
    assert found[2][1] == "not a JSON object"


@pytest.mark.parametrize(
    ("content", "file", "line", "words"),
    [
        ("", CSV, 1, "nothing in line 1: it must name the columns"),
        ("a,c\n1,2\n", CSV, 1, "no column b: the file has a, c"),
        ("a;b\n1;2\n", CSV, 1, "Set file.separator to ';'"),
        ("a,b,b\n1,2,3\n", CSV, 1, "two columns have the name b"),
        (b"a,b\n1,2\n3,\xff\n", CSV, 3, "not utf-8 text: set file.encoding"),
        (b"a,b\n" + b"1,2\n" * 50_000 + b"3,\xe9\n", CSV, 50_002, "not utf-8 text"),
        ("a,b\n1,2\n", File("csv", encoding="utf-16"), 1, "not utf-16 text"),
        ('a,b\n1,"2\n' + "x,y\n" * 50_000, CSV, 0, "quotation mark that is never closed"),
        ('a,b\n1,"2"x\n', CSV, 2, "not CSV"),
    ],
)
def test_an_unreadable_file_is_named_with_its_line(
    path: Path, content: bytes | str, file: File, line: int, words: str
) -> None:
    with pytest.raises(RegisterError) as error:
        read(path, content, file, "a", "b")
    assert str(error.value).startswith(f"{path}:{line or ''}")
    assert words in str(error.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="cannot be read: No such file"):
        list(lines(tmp_path / "none.csv", CSV, frozenset()))
    with pytest.raises(RegisterError, match="cannot be read: Is a directory"):
        list(lines(tmp_path, CSV, frozenset()))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(st.characters(codec="utf-8"), max_size=3))))
def test_seen_is_a_set(items: list[tuple[str, str]]) -> None:
    reference: set[tuple[str, str]] = set()
    with Seen() as seen:
        for rule, key in items:
            assert seen.add(rule, key) == ((rule, key) not in reference)
            reference.add((rule, key))
