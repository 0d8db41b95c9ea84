"""`ioc source try`: rows, events and refusals side by side, and nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ioc.cli import app
from tests.fixtures.configuration import SMALL, write

REGISTER = """\
code,unit,received,channel,ho_ten
H40-1,16681,2026-10-10 08:15,online,Nguyễn Văn An
H40-1,16681,2026-10-10 08:15,online,Nguyễn Văn An
H40-2,16681,10/10/2026,online,Nguyễn Văn An
H40-3,99999,2026-10-10 08:15,online,Nguyễn Văn An
too,short
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IOC_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return write(tmp_path / "config", SMALL)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "inbox/register.csv"
    path.parent.mkdir()
    path.write_text(REGISTER, encoding="utf-8")
    return path


def test_each_row_stands_beside_what_becomes_of_it(config: Path, register: Path) -> None:
    shown = CliRunner().invoke(app, ["source", "try", "register", str(register)])
    assert shown.exit_code == 1
    for words in (
        "line 2",
        "filings.received.v1",
        "nothing: 'when' does not hold",
        "refused: bad_value $.time: '10/10/2026' is not a time as ISO 8601",
        "refused: unknown_unit $.subject",
        "refused: bad_row $: 2 fields under 5 columns",
        "5 rows: 1 events, 3 refused. Nothing was sent.",
    ):
        assert words in " ".join(shown.output.replace("│", " ").split()), shown.output
    assert "Nguyễn" not in shown.output


def test_for_scripts_it_is_a_json_object_a_row(config: Path, register: Path) -> None:
    shown = CliRunner().invoke(app, ["source", "try", "register", str(register), "--limit", "1", "--json"])
    assert shown.exit_code == 0
    [row] = map(json.loads, shown.output.splitlines())
    assert row["row"] == {
        "code": "H40-1",
        "unit": "16681",
        "received": "2026-10-10 08:15",
        "channel": "online",
    }
    assert row["events"][0]["data"] == {"dossier": "H40-1", "channel": "online"}
    assert row["refused"] == []


def test_without_a_file_it_looks_into_the_watched_folder_and_takes_nothing(
    config: Path, register: Path
) -> None:
    folder = f"file: {{format: csv, folder: {register.parent}, done: done}}"
    write(
        config,
        {"sources/register.yaml": SMALL["sources/register.yaml"].replace("file: {format: csv}", folder)},
    )
    for _ in range(2):
        shown = CliRunner().invoke(app, ["source", "try", "register", "--limit", "1"])
        assert (shown.exit_code, "register.csv line 2" in shown.output) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["registr"], 2, "Did you mean 'register'?"),
        (["register"], 1, "give its file a folder to watch"),
        (["register", "none.csv"], 1, "none.csv: there is no such file"),
    ],
)
def test_mistakes_say_what_to_do(config: Path, arguments: list[str], status: int, words: str) -> None:
    shown = CliRunner().invoke(app, ["source", "try", *arguments])
    assert shown.exit_code == status
    assert words in shown.output
