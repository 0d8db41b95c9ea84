from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from config.loader import Configuration, load
from dashboards.model import Json
from dashboards.shipped import Shipped
from domain.__main__ import main
from domain.coverage import Coverage
from domain.page import PAGE, page
from domain.rows import Row, read_rows
from streams.core.units import Text

CONFIG = Path(__file__).parents[2] / "config"
DOMAIN = read_rows()


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(CONFIG)


@pytest.fixture(scope="module")
def dashboards() -> list[Json]:
    return list(Shipped.read().in_language("en"))


@pytest.fixture(scope="module")
def coverage(configuration: Configuration, dashboards: list[Json]) -> Coverage:
    return Coverage(configuration, dashboards)


def test_no_row_has_a_hole_but_those_that_are_known_to(coverage: Coverage) -> None:
    holes = {row.id: holes for row in DOMAIN.rows if (holes := coverage.of(row).holes)}
    assert {row: holes[row] for row in holes.keys() - set(DOMAIN.missing)} == {}
    assert set(DOMAIN.missing) - holes.keys() == set(), "no hole any more: take them out of `missing`"


def test_rows_have_ids_of_their_own() -> None:
    ids = [row.id for row in DOMAIN.rows]
    assert len(set(ids)) == len(ids)
    assert set(DOMAIN.missing) <= set(ids)


def test_the_page_is_in_step_and_any_change_of_a_row_is_drift(
    coverage: Coverage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(DOMAIN, coverage), "run `python -m domain build`"
    monkeypatch.setattr("domain.__main__.PAGE", tmp_path / "coverage.md")
    assert main(["check"]) == 1
    assert "python -m domain build" in capsys.readouterr().err
    assert main(["build"]) == 0
    assert main(["check"]) == 0
    assert page(msgspec.structs.replace(DOMAIN, tables=DOMAIN.tables[:1]), coverage) != PAGE.read_text()


def test_what_answers_a_row_follows_from_its_indicators(coverage: Coverage) -> None:
    covered = coverage.of(row("online_filing_rate", "online_payment_rate"))
    assert covered.events == ("filings.*", "payments.requested", "payments.paid")
    assert {rule.alert for rule in covered.rules} == {"OnlineFilingBelowTarget", "OnlinePaymentBelowTarget"}
    assert ("Overview of the province", "Online filing rate") in covered.panels
    assert covered.holes == ()


def test_every_kind_of_hole_is_found(configuration: Configuration, dashboards: list[Json]) -> None:
    blind = Coverage(replace(configuration, alerts=()), [])
    assert blind.of(row()).holes == ("no indicator answers it",)
    assert blind.of(row("nothing")).holes == ("nobody defines the indicator nothing",)
    assert blind.of(row("late_events", goal=True)).holes == (
        "no panel shows late_events",
        "it has a goal and no alert rule",
    )
    seen = Coverage(replace(configuration, alerts=()), dashboards)
    assert seen.of(row("online_filing_rate")).holes == ("online_filing_rate has a target and no alert rule",)


def test_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.yaml"
    path.write_text("tables: []\nmising: []\n")
    with pytest.raises(msgspec.ValidationError, match="mising"):
        read_rows(path)


def row(*indicators: str, goal: bool = False) -> Row:
    return Row("row", Text("Dòng", "Row"), (), indicators, goal)
