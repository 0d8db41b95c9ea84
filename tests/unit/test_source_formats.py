"""Registers in every format: the same rows in each, in memory that does not grow, hostile files refused."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.files import xlsx_rows
from producers.files.declaration import File
from producers.files.line import RegisterError
from producers.files.rows import lines, place

HEADER = ["Mã hồ sơ", "Đơn vị"]
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=8
)
ROWS = st.lists(st.tuples(TEXTS, TEXTS), max_size=6)


def read(path: Path, file: File, *columns: str) -> list[Any]:
    return [line.fault or line.row for line in lines(path, file, frozenset(columns))]


def as_csv(path: Path, rows: list[tuple[str, ...]], encoding: str = "utf-8", separator: str = ",") -> None:
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, delimiter=separator)
        writer.writerows([HEADER, *rows])


def as_ndjson(path: Path, rows: list[tuple[str, ...]]) -> None:
    path.write_bytes(
        b"".join(msgspec.json.encode(dict(zip(HEADER, row, strict=True))) + b"\n" for row in rows)
    )


def as_xlsx(path: Path, rows: list[tuple[Any, ...]], above: int = 0, sheet: str = "Sheet") -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in [*[["Báo cáo"]] * above, HEADER, *rows]:
        page.append(row)
    book.save(path)


def as_xes(path: Path, rows: list[tuple[str, ...]]) -> None:
    events = "".join(
        "<event>"
        + "".join(
            f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in zip(HEADER, row, strict=True)
        )
        + "</event>"
        for row in rows
    )
    log = f'<log xmlns="http://www.xes-standard.org/"><trace>{events}</trace></log>'
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>{log}', encoding="utf-8")


def zipped(
    write: Callable[[Path, list[tuple[str, ...]]], None],
) -> Callable[[Path, list[tuple[str, ...]]], None]:
    def write_zipped(path: Path, rows: list[tuple[str, ...]]) -> None:
        plain = path.with_suffix(".plain")
        write(plain, rows)
        path.write_bytes(gzip.compress(plain.read_bytes()))

    return write_zipped


FORMATS: dict[str, tuple[str, File, Callable[[Path, list[tuple[str, ...]]], None]]] = {
    "csv": ("r.csv", File("csv"), as_csv),
    "csv.gz": ("r.csv.gz", File("csv"), zipped(as_csv)),
    "ndjson": ("r.ndjson", File("ndjson"), as_ndjson),
    "ndjson.gz": ("r.ndjson.gz", File("ndjson"), zipped(as_ndjson)),
    "xes": ("r.xes", File("xes"), as_xes),
    "xes.gz": ("r.xes.gz", File("xes"), zipped(as_xes)),
    "xlsx": ("r.xlsx", File("xlsx"), as_xlsx),
}


@pytest.mark.parametrize("name", FORMATS)
@given(rows=ROWS)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, rows: list[tuple[str, str]]
) -> None:
    file_name, file, write = FORMATS[name]
    path = tmp_path_factory.mktemp("format") / file_name
    if name.startswith("xlsx"):  # a cell that begins with = is a formula, and _x000D_ is an escape there
        rows = [(f"x{a}".replace("_", "-"), f"x{b}".replace("_", "-")) for a, b in rows]
    write(path, list(rows))
    expected = [dict(zip(HEADER, map(composed, row), strict=True)) for row in rows]
    found = read(path, file, *(HEADER if "csv" in name or "xlsx" in name else ()))
    if not rows and name.startswith("xes"):
        expected = [{}]  # a trace without events
    assert found == expected


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("separator", [";", "|", "\t", "~"])
def test_marks_are_part_of_their_letters_in_every_encoding(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    row = ("H40-1", "Phường Trường Vinh")
    decomposed = [tuple(_as_1258(text) for text in row)] if encoding == "cp1258" else [row]
    path = tmp_path / "r.csv"
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=separator).writerows([[_as_1258(name) for name in HEADER], *decomposed])
    declared = File("csv", encoding="utf-8" if encoding == "utf-8-sig" else encoding, separator=separator)
    assert read(path, declared, *HEADER) == [dict(zip(HEADER, row, strict=True))]
    assert unicodedata.is_normalized("NFC", HEADER[0])


def _as_1258(text: str) -> str:
    """Vowels that windows-1258 has, with the tone as a mark of its own behind: so its files are written."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    found = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in parts if mark in tones)
        rest = "".join(mark for mark in parts if mark not in tones)
        found.append(unicodedata.normalize("NFC", rest) + tone)
    return "".join(found)


def test_a_sheet_with_a_title_above_and_cells_of_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    at = datetime(2026, 10, 10, 8, 15)  # noqa: DTZ001  # a cell knows no zone
    as_xlsx(
        path, [(16681, at), (None, None), (1.5, None), (True, "x", None, "stray")], above=3, sheet="Tháng 10"
    )
    found = list(lines(path, File("xlsx", header=4, sheet="Tháng 10"), frozenset(HEADER)))
    assert [(line.number, line.fault or tuple(line.row.values())) for line in found] == [
        (5, (16681, at)),
        (7, (1.5, None)),
        (8, "something stands to the right of the 2 columns"),
    ]
    assert place(File("xlsx"), found[0]) == "row 5"


def test_titles_above_the_header_of_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text('SỞ "TƯ PHÁP\n\nMã hồ sơ;Đơn vị\n1;"hai\ndòng"\n', encoding="utf-8")
    [line] = lines(path, File("csv", separator=";", header=3), frozenset(HEADER))
    assert (line.number, line.row) == (5, {"Mã hồ sơ": "1", "Đơn vị": "hai\ndòng"})


def test_a_trace_lends_its_attributes_to_its_events(tmp_path: Path) -> None:
    path = tmp_path / "r.xes"
    path.write_text(
        '<log xes.version="1.0"><global scope="trace"><string key="concept:name" value="?"/></global>'
        '<string key="concept:name" value="the log"/>'
        '<trace><string key="concept:name" value="case 1"/>'
        '<list key="parts"><values><string key="a" value="1"/></values></list>'
        '<event><string key="concept:name" value="step"><string key="meta" value="x"/></string>'
        '<date key="time:timestamp" value="2026-10-10T08:15:00+07:00"/></event>'
        '<event><int key="n" value="3"/></event></trace>'
        '<trace><string key="concept:name" value="case 2"/></trace>'
        '<event><string key="concept:name" value="of no case"/></event></log>',
        encoding="utf-8",
    )
    assert read(path, File("xes")) == [
        {
            "case:concept:name": "case 1",
            "concept:name": "step",
            "time:timestamp": "2026-10-10T08:15:00+07:00",
        },
        {"case:concept:name": "case 1", "n": "3"},
        {"case:concept:name": "case 2"},
        {"concept:name": "of no case"},
    ]


BOMB = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><log><trace/>&b;</log>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log>&a;</log>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB, "declares entities or a document type"),
        (OUTSIDE, "declares entities or a document type"),
        ('<!DOCTYPE log SYSTEM "http://127.0.0.1:1/log.dtd"><log/>', "declares entities or a document type"),
        ("<log><trace><event></trace></log>", ":1: not an XES log"),
        ("<log>\n<trace>", ":2: not an XES log"),
        ("<html></html>", "the root is <html>"),
        ("", "not an XES log"),
    ],
)
def test_a_hostile_or_broken_log_is_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "r.xes"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        read(path, File("xes"))
    assert words in str(refused.value)


def workbook(parts: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (File("xlsx"), lambda _: b"PK no zip", "not a workbook that can be read"),
        (File("xlsx"), lambda _: workbook({"a": "b"}), "save it anew as .xlsx"),
        (
            File("xlsx"),
            lambda _: workbook({"xl/sharedStrings.xml": " " * 60_000}),
            "its texts unpack into",
        ),
        (File("xlsx"), lambda content: content[: len(content) // 2], "not a workbook that can be read"),
        (File("xlsx", sheet="Tháng 9"), lambda content: content, "no sheet 'Tháng 9': there are Sheet"),
        (File("xlsx", header=9), lambda content: content, "has nothing in row 9"),
        (File("xlsx", header=2), lambda content: content, "no column Mã hồ sơ, Đơn vị: the file has 1, 2"),
    ],
)
def test_a_workbook_that_cannot_be_read_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: File,
    change: Callable[[bytes], bytes],
    words: str,
) -> None:
    monkeypatch.setattr(xlsx_rows, "_MOST_SHARED_BYTES", 50_000)
    path = tmp_path / "r.xlsx"
    as_xlsx(path, [("1", "2")])
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(RegisterError) as refused:
        read(path, file, *HEADER)
    assert words in str(refused.value)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    as_xlsx(path, [("1", "2")])
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name).decode() for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = '<!DOCTYPE x [<!ENTITY a "ha">]>' + parts[sheet].partition("?>")[2]
    path.write_bytes(workbook(parts))
    with pytest.raises(RegisterError, match="not a workbook that can be read"):
        read(path, File("xlsx"))


def test_a_gzip_that_was_cut_off_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "r.csv.gz"
    path.write_bytes(gzip.compress(b"a\n" + b"1\n" * 10_000)[:-20])
    with pytest.raises(RegisterError, match="not a whole gzip file"):
        read(path, File("csv"), "a")
    path.write_bytes(b"a\n1\n")
    with pytest.raises(RegisterError, match="not a whole gzip file"):
        read(path, File("csv"), "a")


def test_the_likely_separator_and_encoding_are_named(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    as_csv(path, [("1", "2")], separator=";")
    with pytest.raises(RegisterError, match=r"Set file\.separator to ';'"):
        read(path, File("csv"), *HEADER)
    as_csv(path, [("1", "2")], encoding="utf-16")
    with pytest.raises(RegisterError, match="to utf-16, whose mark it begins with"):
        read(path, File("csv"), *HEADER)


GROWTH = """
import resource, sys
from pathlib import Path
from producers.files import xlsx_rows
from producers.files.declaration import File
from producers.files.rows import lines
now = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
early = None
for count, _ in enumerate(lines(Path(sys.argv[1]), File(sys.argv[2]), frozenset()), start=1):
    if count == int(sys.argv[3]) // 20:
        early = now()
print(count, (now() - early) // 1024)
"""


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("csv.gz", 200_000),
        ("ndjson", 100_000),
        ("xes", 50_000),
        pytest.param("xes", 1_000_000, marks=pytest.mark.slow),
        pytest.param("xlsx", 200_000, marks=pytest.mark.slow),
    ],
)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str, count: int) -> None:
    file_name, file, write = FORMATS[name]
    path = tmp_path / file_name
    write(path, [(f"H40-{number:09}", "Phường Trường Vinh") for number in range(count)])
    command = [sys.executable, "-c", GROWTH, str(path), file.format, str(count)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, mib = map(int, ran.stdout.split())
    assert rows == count
    assert mib < (60 if name == "xlsx" else 10)  # of a workbook, the table of its texts is kept
