"""A register that nobody prepared for, in the forms that clerks save it in: nothing but its source.yaml is written."""

from __future__ import annotations

import random
import unicodedata
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from ioc.cli import app
from tests.fixtures.configuration import SMALL, write

HEADER = ("STT", "Số GCN", "Tên chủ hộ", "Số CCCD", "Ngày cấp", "Phường/xã", "Vốn (đồng)", "Kết quả")
ROWS = 60
BAD_DATE, SHORT_NAME = 10, 20
EVENTS = """
events:
  - type: updates.strange_recorded
    per: row
    when: '"Ngày cấp"'
    id: '"Số GCN"'
    time: '"Ngày cấp"'
    subject: {from: '"Phường/xã"', codes: names}
    data:
      entry_kind: {from: '"Kết quả"', map: {Cấp mới: first, Cấp đổi: renewed}, default: other}
      entries: '"Vốn (đồng)"'
"""


def rows() -> list[list[str]]:
    rng = random.Random(7)
    made = []
    for number in range(ROWS):
        day = date(2026, 10, 1) + timedelta(days=rng.randrange(50))
        capital = f"{rng.randrange(20, 900)}.000"
        kind = rng.choice(["Cấp mới", "Cấp đổi", "Thu hồi"])
        made.append(
            [
                str(number),
                f"27A8.{number:05}/HKD",
                "Nguyễn Văn An",
                "040123456789",
                f"{day:%d/%m/%Y}",
                "Xã",
                capital,
                kind,
            ]
        )
    made[BAD_DATE][4] = "31/11/2026"
    made[SHORT_NAME][5] = "X."
    return made


def as_1258(text: str) -> bytes:
    """As Windows writes Vietnamese: the tone is a character of its own behind its vowel."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    split = ""
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        rest = "".join(mark for mark in marks if mark not in tones)
        split += unicodedata.normalize("NFC", rest) + "".join(mark for mark in marks if mark in tones)
    return split.encode("cp1258")


def as_text(path: Path, encoding: str, separator: str) -> None:
    title = ["ỦY BAN NHÂN DÂN", "SỔ HỘ KINH DOANH THÁNG 10, 11/2026", ""]
    total = ["", f"Tổng cộng: {ROWS}", *[""] * 6]
    text = "\r\n".join([*title, *(separator.join(row) for row in [HEADER, *rows(), total])])
    path.write_bytes(as_1258(text) if encoding == "windows-1258" else text.encode(encoding))


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("HKD")
    for row in [["ỦY BAN NHÂN DÂN"], [], HEADER]:
        sheet.append(row)
    for row in rows():
        typed = list[object](row)
        if row[4] != "31/11/2026":
            typed[4] = datetime.combine(datetime.strptime(row[4], "%d/%m/%Y"), time())  # noqa: DTZ007  # a cell
        typed[6] = int(row[6].replace(".", ""))
        sheet.append(typed)
    book.save(path)


@pytest.mark.parametrize(
    ("name", "encoding", "separator"),
    [
        ("so.txt", "windows-1258", "|"),
        ("so.csv", "utf-16", "\t"),
        ("so.csv", "utf-8-sig", ";"),
        ("so.xlsx", "", ""),
    ],
)
def test_it_is_guessed_and_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, encoding: str, separator: str
) -> None:
    config = write(tmp_path / "config", SMALL)
    monkeypatch.setenv("IOC_CONFIG", str(config))
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / name
    as_text(path, encoding, separator) if encoding else as_workbook(path)
    made = CliRunner().invoke(app, ["new", "source", "strange", "--like", str(path)])
    assert made.exit_code == 0, made.output
    declared = config / "sources/strange/source.yaml"
    text = declared.read_text(encoding="utf-8").partition("events:")[0]
    declared.write_text(f'{text}\nthousands: "."\n{EVENTS}', encoding="utf-8")

    tried = CliRunner().invoke(app, ["source", "try", "strange", str(path), "--limit", "100"])
    read = ROWS + (1 if encoding else 0)
    assert f"{read} rows: {ROWS - 2} events, 2 refused" in tried.output, tried.output
    assert "31/11/2026' is not a time as %d/%m/%Y" in tried.output
    assert "unmapped_code" in tried.output
    assert "Nguyễn" not in tried.output
    assert "040123456789" not in tried.output
