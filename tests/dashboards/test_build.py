from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.loader import Configuration, load
from dashboards.build import drift, files, write
from dashboards.language import LANGUAGES, Say
from dashboards.model import DATASOURCE, SCHEMA_VERSION
from dashboards.shipped import Shipped, panel, plain
from dashboards.sql import sql
from tests.dashboards.filled import CONFIG

SHIPPED = Shipped.read()
ALL = list(SHIPPED.dashboards.values())
PANEL_TYPES = {"stat", "gauge", "bargauge", "timeseries", "table", "barchart", "text", "state-timeline"}


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(CONFIG)


def test_the_committed_files_are_what_the_source_makes(configuration: Configuration) -> None:
    assert drift(configuration) == []


def test_another_target_in_the_configuration_is_drift(configuration: Configuration) -> None:
    judged = msgspec.structs.replace(configuration.indicators["online_filing_rate"], target=0.71)
    indicators = {**configuration.indicators, "online_filing_rate": judged}
    assert drift(replace(configuration, indicators=indicators))


def test_building_writes_what_differs_and_removes_what_is_no_more(
    tmp_path: Path, configuration: Configuration
) -> None:
    (tmp_path / "old.json").write_text("{}")
    changed = write(configuration, tmp_path)
    assert {path.name for path in changed} == {"old.json", *dict(files(configuration))}
    assert write(configuration, tmp_path) == []
    assert not (tmp_path / "old.json").exists()


def test_the_playlist_is_all_there_is_in_every_language() -> None:
    uids = [dashboard["uid"] for dashboard in ALL]
    assert len(set(uids)) == len(SHIPPED.playlist) * len(LANGUAGES)
    assert all(Say(language).uid(uid) in uids for uid in SHIPPED.playlist for language in LANGUAGES)
    assert {plain(uid) for uid in uids} == set(SHIPPED.playlist)


@pytest.mark.parametrize("dashboard", ALL, ids=lambda one: one["uid"])
class TestDashboard:
    def test_is_of_the_schema_version_and_has_no_id_of_some_grafana(self, dashboard: dict[str, Any]) -> None:
        assert dashboard["schemaVersion"] == SCHEMA_VERSION
        assert dashboard["id"] is None
        assert len(dashboard["uid"]) <= 40

    def test_panel_ids_are_unique_and_types_known(self, dashboard: dict[str, Any]) -> None:
        ids = [one["id"] for one in dashboard["panels"]]
        assert len(set(ids)) == len(ids)
        assert {one["type"] for one in dashboard["panels"]} <= PANEL_TYPES
        assert panel(dashboard, ids[0]) == dashboard["panels"][0]
        assert panel(dashboard, 999) is None

    def test_panels_do_not_overlap_and_stay_on_the_grid(self, dashboard: dict[str, Any]) -> None:
        taken: set[tuple[int, int]] = set()
        for one in dashboard["panels"]:
            place = one["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= 24
            assert not cells & taken, one["title"]
            taken |= cells

    def test_every_query_goes_to_the_provisioned_data_source(self, dashboard: dict[str, Any]) -> None:
        for one in dashboard["panels"]:
            assert one["datasource"] == DATASOURCE
            for target in one["targets"]:
                assert target["datasource"] == DATASOURCE
                assert (target["format"], target["queryType"]) in {(0, "timeseries"), (1, "table")}

    def test_every_panel_has_words_and_no_placeholder_is_left(self, dashboard: dict[str, Any]) -> None:
        for one in dashboard["panels"]:
            assert one["title"]
            assert one["description"]
            assert not any(re.search(r"@\w", target["rawSql"]) for target in one["targets"])

    def test_only_variables_that_the_dashboard_has_are_used(self, dashboard: dict[str, Any]) -> None:
        known = {variable["name"] for variable in dashboard["templating"]["list"]}
        used = set(re.findall(r"\$\{(\w+):sqlstring", json.dumps(dashboard)))
        assert used <= known

    def test_colour_is_for_the_abnormal(self, dashboard: dict[str, Any]) -> None:
        for one in dashboard["panels"]:
            thresholds = one["fieldConfig"]["defaults"].get("thresholds")
            if thresholds:
                assert "text" in [step["color"] for step in thresholds["steps"]], one["title"]


@pytest.mark.parametrize("uid", SHIPPED.playlist)
def test_the_languages_differ_only_in_words(uid: str) -> None:
    vi, en = (SHIPPED.dashboards[uid, language] for language in LANGUAGES)
    assert shape(vi) == shape(en)
    for one, other in zip(vi["panels"], en["panels"], strict=True):
        assert one["title"] != other["title"]
        assert one["description"] != other["description"]


def shape(value: Any) -> Any:
    """The structure without its words."""
    if isinstance(value, dict):
        return sorted((key if key not in value.values() else "", shape(one)) for key, one in value.items())
    if isinstance(value, list):
        return [shape(one) for one in value]
    return "" if isinstance(value, str) else str(value)


def test_words_that_would_break_out_of_their_quotes_are_refused() -> None:
    with pytest.raises(ValueError, match="quotes"):
        sql("SELECT '@word'", Say("en"), word="it's")


def test_a_name_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(KeyError):
        sql("SELECT @nobody", Say("en"))
