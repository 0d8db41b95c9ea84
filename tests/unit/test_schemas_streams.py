"""Streams are what their folders declare, and every mistake in a declaration is listed with its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from schemas.__main__ import main
from schemas.check import check
from schemas.registry import SHIPPED, load_registry
from schemas.streams import SchemaError, load_streams
from streams.core.course import STEPS
from streams.core.stream import NO_CASES

_CASES = """\
stream:
  number: 0
  name: {vi: Hồ sơ, en: Filings}
  cases:
    name: dossiers
    field: dossier
    steps:
      received: received
      withdrawn: withdrawn
    instants: {first_returned_at: returned}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a published stream of cases."""
    for what in ("received", "withdrawn", "returned"):
        shutil.copytree(SHIPPED / "filings" / what, tmp_path / "filings" / what)
    (tmp_path / "filings/stream.yaml").write_text(_CASES)
    assert main(["publish", str(tmp_path)]) == 0
    return tmp_path


def problems(folder: Path) -> list[str]:
    """The problems, each without its folder."""
    return [str(problem).replace(f"{folder}/", "") for problem in check(folder)]


def test_the_shipped_streams() -> None:
    streams = load_streams(SHIPPED)
    assert [streams[name].number for name in ("filings", "payments", "updates")] == [0, 1, 2]
    assert streams["payments"].cases == NO_CASES
    dossiers = streams["filings"].cases
    assert dossiers.steps == {f"filings.{step}": step for step in STEPS}
    assert (dossiers.name, dossiers.field, dossiers.kind_of("settled")) == (
        "dossiers",
        "dossier",
        "filings.settled",
    )


def test_a_sound_declaration_has_no_problems(folder: Path) -> None:
    assert problems(folder) == []
    cases = load_registry(folder).streams["filings"].cases
    assert cases.instants == {"filings.returned": "first_returned_at"}
    assert cases.kind_of("settled") == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("number: 0", "number: -1", "2: 'number' must be at least 0, not -1."),
        ("received: received", "received: recieved", "8: there is no event type recieved. Did you mean 'received'?"),
        ("withdrawn: withdrawn", "withdrawn: received", "9: the event received stands here several times."),
        ("    steps:", "    stages:", "7: unknown key 'stages'. Did you mean 'steps'?"),
        ("field: dossier", "field: channel", "9: events withdrawn need not have the field channel."),
        ("name: dossiers", "name: events", "5: cases cannot be called events."),
        ("first_returned_at", "first_returned", "10: 'instants' "),
        ("first_returned_at", "closed_at", "10: closed_at is a column that these cases have already."),
        ("first_returned_at", "filed_at", "10: filed_at is a column that these cases have already."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(folder: Path, old: str, new: str, expected: str) -> None:
    path = folder / "filings/stream.yaml"
    path.write_text(path.read_text().replace(old, new))
    found = problems(folder)
    assert any(one.startswith(f"filings/stream.yaml:{expected}") for one in found), found


def test_a_number_is_for_good(folder: Path) -> None:
    path = folder / "filings/stream.yaml"
    path.write_text(_CASES.replace("number: 0", "number: 4"))
    assert problems(folder) == ["filings/stream.yaml:2: the number was published as 0. Set it to 0 again."]


def test_a_number_is_nobody_else_s(folder: Path) -> None:
    shutil.copytree(SHIPPED / "payments/paid", folder / "payments/paid")
    path = folder / "payments/stream.yaml"
    path.write_text("stream: {number: 0, name: {vi: Thanh toán, en: Payments}}\n")
    assert any("the number 0 is that of several streams" in one for one in problems(folder))
    shutil.rmtree(folder / "filings")
    assert any("the number 0 belonged to filings. Choose one from 1 on." in one for one in problems(folder))


def test_a_new_stream_is_published_with_its_types(folder: Path) -> None:
    shutil.copytree(SHIPPED / "payments/paid", folder / "payments/paid")
    (folder / "payments/stream.yaml").write_text(
        "stream: {number: 1, name: {vi: Thanh toán, en: Payments}}\n"
    )
    assert any("the stream payments is not published" in one for one in problems(folder))
    assert main(["publish", str(folder)]) == 0
    assert problems(folder) == []
    assert json.loads((folder / "published.lock").read_text())["streams"] == {"filings": 0, "payments": 1}


def test_what_is_no_declaration_cannot_be_used(folder: Path) -> None:
    path = folder / "filings/stream.yaml"
    for text in ("stream: 7\n", "stream: {number: 1}\n", "stream: [\n"):
        path.write_text(text)
        with pytest.raises(SchemaError, match=r"filings/stream\.yaml"):
            load_registry(folder)
    path.unlink()
    with pytest.raises(SchemaError, match=r"there is no stream\.yaml in filings"):
        load_registry(folder)
