"""`ioc new source`: the folder works as it is, and what is changed in it is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from config.loader import load
from ioc.cli import app
from ioc.settings import Settings
from producers.files.declaration import File
from producers.files.guess import guess
from producers.files.line import RegisterError
from schemas.__main__ import main as schemas_main
from schemas.registry import load_registry
from tests.fixtures.configuration import SMALL, write

HEADER = ("Mã số", "Ngày cấp", "Xã", "Số lượng")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IOC_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IOC_DATA", str(tmp_path / "data"))
    return write(tmp_path / "config", SMALL)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def folder(config: Path) -> Path:
    assert run("new", "source", "land-registry").exit_code == 0
    return config / "sources/land-registry"


def test_it_works_as_it_is(config: Path, folder: Path) -> None:
    assert "everything is right" in run("check").output
    assert run("source", "test", "land-registry").output == "3 rows, 2 events, 1 refused: as expected.\n"
    settings = Settings(config=config)
    configuration = load(config, load_registry(*settings.schema_folders))
    assert "updates.land_registry_recorded" in configuration.registry
    assert {
        "land_registry_recorded_entries",
        "land_registry_recorded_renewed_share",
    } <= configuration.indicators.keys()
    assert configuration.sources["land-registry"].events[0].type == "updates.land_registry_recorded"


def test_a_changed_mapping_is_seen_and_accepted(folder: Path) -> None:
    source = folder / "source.yaml"
    edit(source, "Cấp lại: renewed", "Cấp lại: other")
    seen = run("source", "test", "land-registry")
    assert seen.exit_code == 1
    assert "line 2" in seen.output
    assert "1 rows differ" in seen.output
    assert run("source", "test", "land-registry", "--accept").exit_code == 0
    assert run("source", "test", "land-registry").exit_code == 0
    (folder / "sample.ndjson").write_text("", encoding="utf-8")
    assert "no such row" in run("source", "test", "land-registry").output
    (folder / "sample.ndjson").unlink()
    assert "write some made-up rows" in run("source", "test", "land-registry").output


def test_mistakes_in_it_are_found_by_the_check(folder: Path) -> None:
    schema = next(folder.rglob("schema.json"))
    edit(schema, '"renewed"', '"Renewed"')
    assert "schema.json" in run("check").output
    indicators = folder / "indicators.yaml"
    edit(indicators, "entry_kind", "entry_sort")
    assert run("check").exit_code == 2
    (folder / "notes.yaml").write_text("a: b\n", encoding="utf-8")
    edit(schema, '"Renewed"', '"renewed"')
    assert "nothing reads this file" in run("check").output


def test_a_source_is_called_as_its_folder(config: Path, folder: Path) -> None:
    folder.rename(config / "sources/other")
    assert "Name the folder land-registry, or the source 'other'" in run("check").output


def test_its_types_are_drafts_until_they_are_published(folder: Path) -> None:
    schema = next(folder.rglob("schema.json"))
    text = schema.read_text(encoding="utf-8")
    schema.write_text(
        text.replace('["first", "renewed", "other"]', '["first", "renewed", "other", "lost"]'),
        encoding="utf-8",
    )
    assert run("check").exit_code == 0
    assert schemas_main(["publish", str(folder / "schemas")]) == 0
    assert run("check").exit_code == 0
    schema.write_text(text, encoding="utf-8")
    broken = run("check")
    assert broken.exit_code == 2
    assert "events that were good would be refused" in broken.output


def test_a_type_is_declared_once(config: Path, folder: Path) -> None:
    run("new", "source", "second")
    (config / "sources/second/schemas/updates/second_recorded").rename(
        config / "sources/second/schemas/updates/land_registry_recorded"
    )
    assert "is declared in" in run("check").output


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["Land"], 2, "use lower case, digits and hyphens"),
        (["land-registry"], 1, "is there already"),
        (["land", "--like", "none.csv"], 1, "there is no such file"),
    ],
)
def test_mistakes_say_what_to_do(folder: Path, arguments: list[str], status: int, words: str) -> None:
    shown = run("new", "source", *arguments)
    assert (shown.exit_code, words in shown.output) == (status, True)


def test_the_form_of_a_register_is_guessed_and_its_columns_are_listed(config: Path, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(f"SỞ TƯ PHÁP\n\n{'~'.join(HEADER)}\n1~2~3~4\n".replace("~", "|"), encoding="utf-16")
    assert run("new", "source", "land", "--like", str(register)).exit_code == 0
    text = (config / "sources/land/source.yaml").read_text(encoding="utf-8")
    for words in ('encoding: "utf-16"', 'separator: "|"', "header: 3", "#   '\"Ngày cấp\"'"):
        assert words in text
    assert run("check").exit_code == 0
    assert run("source", "test", "land").exit_code == 0
    assert json.dumps("1") not in text


@given(
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1258"]),
    st.sampled_from(";\t|,"),
    st.integers(0, 5),
)
def test_a_csv_is_guessed(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, separator: str, above: int
) -> None:
    path = tmp_path_factory.mktemp("guess") / "register.csv"
    columns = ("Đơn v", "sô", "a", "b")  # windows-1258 has these letters as wholes
    lines = ["Báo: 9"] * above + [separator.join(columns)] + [separator.join("1234")] * 5
    path.write_text("\n".join(lines), encoding=encoding)
    found = guess(path)
    assert found.file.separator == separator
    assert found.file.header == above + 1
    assert found.columns == columns


def test_a_workbook_is_guessed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [("BÁO CÁO",), (), HEADER, ("1", "2", "3", "4")]:
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    assert guess(tmp_path / "r.xlsx") == (File("xlsx", header=3), HEADER)
    (tmp_path / "r.ndjson").write_text('{"a": 1}\n', encoding="utf-8")
    assert guess(tmp_path / "r.ndjson") == (File("ndjson"), ("a",))
    (tmp_path / "r.csv").write_bytes(b"\xd2\xd2\x00\xff")
    with pytest.raises(RegisterError, match="look at the file"):
        guess(tmp_path / "r.csv")
