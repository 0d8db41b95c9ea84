"""`ioc index check`: published scores against those that the same code gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.loader import load
from ioc.cli import app
from ioc.published_scores import PublishedScoresError, read
from ioc.settings import Settings
from tests.fixtures.configuration import SMALL, write

RUN = CliRunner()
PUBLISHED = Path(__file__).parents[1] / "data" / "index766.csv"
"""Scores of 17 provinces on the national portal (2026), of one with its cases, and of one from a newspaper (2024)."""

HEADER = "unit,period,kind,indicator,numerator,denominator,score\n"


def checked(path: Path, *options: str) -> tuple[int, str]:
    result = RUN.invoke(app, ["index", "check", str(path), *options])
    return result.exit_code, result.output


def file(tmp_path: Path, lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "published.csv"
    path.write_text(header + lines, encoding="utf-8")
    return path


def test_every_published_score_is_reproduced() -> None:
    status, output = checked(PUBLISHED)
    assert (status, output) == (
        0,
        "decision-766: 14 rows, 4 groups, 18 totals recomputed\n"
        "not recomputed, for want of numerators and denominators: 104 groups\n"
        "no score deviates by more than 0.01\n",
    )


def test_what_deviates_is_shown_with_its_line_and_cases(tmp_path: Path) -> None:
    path = tmp_path / "published.csv"
    path.write_text(
        PUBLISHED.read_text(encoding="utf-8").replace("45,52,3.46", "45,52,3.48"), encoding="utf-8"
    )
    status, output = checked(path)
    assert status == 1
    assert "1 deviate by more than 0.01:" in output
    assert output.splitlines()[-1].split() == [
        *("122", "Đồng", "Tháp", "year", "2026", "row", "1.2", "3.48", "3.46", "+0.02", "45", "/", "52")
    ]
    [deviation] = json.loads(checked(path, "--json")[1])["deviations"]
    assert deviation == {
        "line": 122,
        "unit": "Đồng Tháp",
        "period": "year 2026",
        "as_of": "2026-10-10",
        "kind": "row",
        "indicator": "1.2",
        "published": 3.48,
        "computed": 3.46,
        "deviation": 0.02,
    }


def test_a_group_is_the_sum_of_its_rows_and_a_total_that_of_its_groups(tmp_path: Path) -> None:
    lines = "".join(f"A,2026,row,6.{n},9,10,{points}\n" for n, points in ((1, "5.4"), (2, "5.40"), (3, 6)))
    lines += "A,2026,group,satisfaction,,,16.9\nB,2026,total,total,,,50\n"
    lines += "".join(
        f"A,2026,group,{group},,,{points}\n"
        for group, points in (("transparency", 10), ("progress", 10), ("online", 10), ("payment", 10))
    )
    lines += "A,2026,group,digitisation,,,10\nA,2026,total,total,,,66.9\n"
    found = json.loads(checked(file(tmp_path, lines), "--json")[1])
    assert found["compared"] == {"row": 3, "group": 1, "total": 1}
    assert found["skipped"] == {"total": 1, "group": 5}
    assert [(one["indicator"], one["computed"]) for one in found["deviations"]] == [
        ("satisfaction", 16.8),
        ("total", 66.8),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"{HEADER}A,2026,row,1.9,1,2,3\n",
            ":2, column indicator: the index has no row '1.9'. Did you mean '1.",
        ),
        (f"{HEADER}A,2026,line,1.1,1,2,3\n", ":2, column kind: 'line' is none. Known: group, row, total"),
        (
            f"{HEADER}A,2026,row,1.1,1,2,3\nA,2026,group,online,,,8,84\n",
            ":3: there are more cells than columns. Write a decimal point",
        ),
        (
            f'{HEADER}A,2026,group,online,,,"8,84"\n',
            ":2, column score: '8,84' is no score. Write points with a decimal point",
        ),
        (f"{HEADER}A,2026,row,1.1,1,,3\n", ":2, column denominator: '' is no number of cases"),
        (f"{HEADER}A,2026,row,1.1,1.000,2,3\n", ":2, column numerator: '1.000' is no number of cases"),
        (f"{HEADER},2026,row,1.1,1,2,3\n", ":2, column unit: it is empty. Fill it"),
        (
            f"{HEADER}A,2026,row,1.1,1,2,3\nA,2026,row,1.1,1,2,3\n",
            ":3, column indicator: 1.1 stands here again, first in line 2. Remove one",
        ),
        (HEADER, ":1: there are no scores. Each line after the header is one"),
        ("", ":1, column unit: there is no such column. The first line names the columns: unit, period"),
        (HEADER.replace(",", ";"), ":1: the columns are not separated by commas. Save the file with commas"),
        (f'{HEADER}A,2026,row,"1.1"x,1,2,3\n', ":2: not CSV: "),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_column(
    tmp_path: Path, text: str, words: str
) -> None:
    path = file(tmp_path, text, header="")
    status, output = checked(path)
    assert status == 2
    assert output.startswith("error: ")
    assert f"published.csv{words}" in output.replace("\n", "")


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    index = load(Settings().config).indices["decision-766"]
    with pytest.raises(PublishedScoresError, match=r"none\.csv: no such file or directory\. Name a CSV file"):
        read(tmp_path / "none.csv", index)
    (tmp_path / "latin.csv").write_bytes("đ".encode("utf-16"))
    with pytest.raises(PublishedScoresError, match="this is not UTF-8 text"):
        read(tmp_path / "latin.csv", index)


def test_the_index_is_named_where_it_must_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(PUBLISHED, "--index", "decision-766")[0] == 0
    status, output = checked(PUBLISHED, "--index", "decision-767")
    assert (status, output) == (2, "error: there is no index 'decision-767': config/index has decision-766\n")
    monkeypatch.setenv("IOC_CONFIG", str(write(tmp_path, SMALL)))
    status, output = checked(PUBLISHED)
    assert status == 2
    assert output.startswith("error: no index is configured")
