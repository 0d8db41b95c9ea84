"""The shipped schemas are in order, and every mistake in a folder of schemas is listed with its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.problems import Problem
from schemas.__main__ import main
from schemas.check import check
from schemas.registry import SHIPPED, load_registry
from schemas.streams import SchemaError

TYPE = Path("filings", "withdrawn", "v1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two published types."""
    for name in (TYPE, Path("filings", "paused", "v1")):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    (tmp_path / "filings/stream.yaml").write_text("stream: {number: 0, name: {vi: Hồ sơ, en: Filings}}\n")
    assert main(["publish", str(tmp_path)]) == 0
    return tmp_path


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    schema = json.loads(path.read_text())
    change(schema)
    path.write_text(json.dumps(schema, ensure_ascii=False, indent=2))


def the_problem(folder: Path) -> Problem:
    [problem] = check(folder)
    assert problem.message
    assert problem.hint
    return problem


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_the_shipped_schemas_are_in_order() -> None:
    assert check() == []


def test_a_sound_folder_has_no_problems(folder: Path) -> None:
    assert check(folder) == []


def test_what_is_not_json_is_shown_with_its_line(folder: Path) -> None:
    schema = folder / TYPE / "schema.json"
    schema.write_text(schema.read_text().replace('"version": "1.0",', '"version": "1.0"'))
    problem = the_problem(folder)
    assert problem.file.endswith("withdrawn/v1/schema.json")
    assert "not JSON" in problem.message
    assert problem.line == line_of(schema, '"version"') + 1


def test_a_place_for_personal_data_is_shown_with_its_line(folder: Path) -> None:
    schema = folder / TYPE / "schema.json"
    words = {"title": "Name", "x-title-vi": "Họ tên", "description": "Who."}
    edit(schema, lambda it: it["properties"].update(ho_ten=words | {"type": "string", "maxLength": 50}))
    problems = check(folder)
    assert [problem.line for problem in problems] == [line_of(schema, '"ho_ten"')] * 2
    assert all("/properties/ho_ten" in problem.message for problem in problems)
    with pytest.raises(SchemaError, match="ho_ten"):
        load_registry(folder)


def test_mistakes_of_several_files_come_together(folder: Path) -> None:
    for name in ("withdrawn", "paused"):
        edit(folder / "filings" / name / "v1" / "schema.json", lambda it: it.update(type="array"))
    assert len(check(folder)) == 2


def test_a_breaking_edit_of_a_published_schema_is_refused(folder: Path) -> None:
    schema = folder / "filings" / "paused" / "v1" / "schema.json"
    edit(schema, lambda it: it["properties"]["pause_reason"]["enum"].remove("order"))
    problem = the_problem(folder)
    assert problem.line == line_of(schema, '"enum"')
    assert "order" in problem.message
    assert "v2" in problem.hint
    assert main(["publish", str(folder)]) == 2


def test_a_compatible_edit_needs_a_minor_version_and_publication(folder: Path) -> None:
    schema = folder / "filings" / "paused" / "v1" / "schema.json"
    edit(schema, lambda it: it["properties"]["pause_reason"]["enum"].append("holiday"))
    assert "1.1" in the_problem(folder).hint
    assert main(["publish", str(folder)]) == 2
    edit(schema, lambda it: it.update(version="1.1"))
    assert "publish" in the_problem(folder).hint
    assert main(["publish", str(folder)]) == 0
    assert check(folder) == []
    edit(schema, lambda it: it.update(version="1.0"))
    assert "older" in the_problem(folder).message


def test_an_incompatible_schema_goes_into_a_new_type_version(folder: Path) -> None:
    old, new = folder / "filings" / "paused" / "v1", folder / "filings" / "paused" / "v2"
    shutil.copytree(old, new)
    for path in new.glob("*/*.json"):
        path.write_text(path.read_text().replace(".v1", ".v2"))
    edit(new / "schema.json", lambda it: it.update(version="2.0", required=["dossier", "pause_reason"]))
    edit(new / "good" / "minimal.json", lambda it: it["data"].update(pause_reason="order"))
    assert main(["publish", str(folder)]) == 0
    assert check(folder) == []
    registry = load_registry(folder)
    assert registry["filings.paused"].type == "vn.ioc.filings.paused.v2"
    assert set(registry.types) >= {"vn.ioc.filings.paused.v1", "vn.ioc.filings.paused.v2"}


def test_a_published_schema_may_not_vanish(folder: Path) -> None:
    shutil.rmtree(folder / TYPE)
    problem = the_problem(folder)
    assert problem.file.endswith("published.lock")
    assert problem.line == line_of(folder / "published.lock", "withdrawn")


def test_a_lost_lock_is_a_problem(folder: Path) -> None:
    (folder / "published.lock").write_text("{]")
    assert the_problem(folder).file.endswith("published.lock")


def test_a_new_schema_must_be_published(folder: Path) -> None:
    shutil.copytree(SHIPPED / "filings" / "refused", folder / "filings" / "refused")
    assert "publish" in the_problem(folder).hint


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("filings/withdrawn/v1", "filings/withdrawn/one", "no type version"),
        ("filings/withdrawn/v1/schema.json", "filings/withdrawn/v1/scheme.json", "schema.json is missing"),
        ("filings", "Filings", "lower_snake_case"),
        ("filings/stream.yaml", "filings/streams.yaml", "the stream filings is not declared"),
        ("filings/withdrawn", "filings/Withdrawn", "lower_snake_case"),
        ("filings/withdrawn/v1", "filings/withdrawn/v2", "version 1.0 is not of v2"),
    ],
)
def test_what_lies_at_a_wrong_place_is_found(folder: Path, old: str, new: str, found: str) -> None:
    (folder / old).rename(folder / new)
    assert any(found in problem.message for problem in check(folder))


def test_an_empty_folder_has_no_schema(tmp_path: Path) -> None:
    assert "no schema" in the_problem(tmp_path).message
    with pytest.raises(SchemaError, match="no schema"):
        load_registry(tmp_path)


def test_a_column_has_one_form_in_all_types(folder: Path) -> None:
    words = {"title": "Reason", "x-title-vi": "Lý do", "description": "Why."}
    schema = folder / TYPE / "schema.json"
    edit(
        schema,
        lambda it: (
            it["properties"].update(pause_reason=words | {"type": "boolean"}),
            it.update(version="1.1"),
        ),
    )
    assert any("another form" in problem.message for problem in check(folder))


def test_examples_are_held_to_their_word(folder: Path) -> None:
    here = folder / TYPE
    edit(here / "good" / "minimal.json", lambda it: it["data"].update(more=1))
    edit(here / "good" / "full.json", lambda it: it.update(type="vn.ioc.filings.paused.v1"))
    (here / "bad" / "fine.json").write_text((SHIPPED / TYPE / "good" / "minimal.json").read_text())
    (here / "bad" / "fine.expect.json").write_text('{"reason": "bad_data", "path": "$.data"}')
    (here / "bad" / "citizens-name.expect.json").write_text('{"reason": "bad_data", "path": "$.data"}')
    (here / "bad" / "no-dossier.expect.json").write_text("[]")
    (here / "bad" / "nobody.expect.json").write_text("{}")
    problems = {Path(problem.file).name: problem for problem in check(folder)}
    assert problems["minimal.json"].line == line_of(here / "good" / "minimal.json", '"more"')
    assert "another type" in problems["full.json"].message
    assert "accepted" in problems["fine.json"].message
    assert "personal_data at $.data.ChuHoSo" in problems["citizens-name.json"].message
    assert "reason and path" in problems["no-dossier.expect.json"].message
    assert "missing" in problems["nobody.expect.json"].message


def test_a_type_has_examples(folder: Path) -> None:
    shutil.rmtree(folder / TYPE / "good")
    assert "no good example" in the_problem(folder).message


def test_the_command_prints_every_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder)]) == 0
    (folder / TYPE / "schema.json").write_text("{")
    assert main(["check", str(folder)]) == 2
    assert "withdrawn" in capsys.readouterr().err
