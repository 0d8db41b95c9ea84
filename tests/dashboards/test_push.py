from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboards.language import LANGUAGES
from dashboards.push import (
    GrafanaConflictError,
    GrafanaError,
    GrafanaRefusedError,
    GrafanaUnreachableError,
    push,
    report,
)
from dashboards.shipped import Shipped
from ioc.errors import UserError
from tests.dashboards.grafana import EDITOR, VIEWER, Grafana, running

SHIPPED = Shipped.read()
DASHBOARDS = [one for language in LANGUAGES for one in SHIPPED.in_language(language)]


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with running() as standin:
        yield standin


def outcomes(grafana: Grafana) -> set[str]:
    return {pushed.outcome for pushed in push(grafana.url, EDITOR, DASHBOARDS)}


def test_the_first_push_makes_folder_and_dashboards_and_the_second_nothing(grafana: Grafana) -> None:
    assert outcomes(grafana) == {"created"}
    assert grafana.folders == {"ioc": "IOC"}
    assert grafana.dashboards.keys() == {dashboard["uid"] for dashboard in DASHBOARDS}
    writes = list(grafana.writes)
    assert outcomes(grafana) == {"unchanged"}
    assert grafana.writes == writes


def test_only_what_differs_is_updated(grafana: Grafana) -> None:
    push(grafana.url, EDITOR, DASHBOARDS)
    grafana.dashboards["ioc-overview"]["dashboard"]["title"] = "Mine"
    pushed = {one.uid: one.outcome for one in push(grafana.url, EDITOR, DASHBOARDS)}
    assert pushed.pop("ioc-overview") == "updated"
    assert set(pushed.values()) == {"unchanged"}
    assert grafana.dashboards["ioc-overview"]["dashboard"]["title"] == "Tổng quan tỉnh"


def test_a_dashboard_in_another_folder_comes_back(grafana: Grafana) -> None:
    push(grafana.url, EDITOR, DASHBOARDS)
    grafana.dashboards["ioc-history"]["meta"]["folderUid"] = "elsewhere"
    assert outcomes(grafana) == {"updated", "unchanged"}
    assert grafana.dashboards["ioc-history"]["meta"]["folderUid"] == "ioc"


def test_a_change_by_somebody_else_in_between_is_not_lost(grafana: Grafana) -> None:
    push(grafana.url, EDITOR, DASHBOARDS)
    grafana.dashboards["ioc-overview"]["dashboard"]["title"] = "Mine"

    def somebody_else(now: Grafana) -> None:
        now.dashboards["ioc-overview"]["dashboard"]["version"] += 1

    grafana.before_save = somebody_else
    with pytest.raises(GrafanaConflictError, match=r"ioc-overview.*changed by someone else.*Push again"):
        push(grafana.url, EDITOR, DASHBOARDS)


def test_a_provisioned_dashboard_is_left_to_its_files(grafana: Grafana) -> None:
    push(grafana.url, EDITOR, DASHBOARDS)
    grafana.dashboards["ioc-overview"]["meta"]["provisioned"] = True
    with pytest.raises(GrafanaConflictError, match="provisioning files"):
        push(grafana.url, EDITOR, DASHBOARDS)


@pytest.mark.parametrize(
    ("token", "advice"), [("wrong", "IOC_GRAFANA_TOKEN"), ("", "IOC_GRAFANA_TOKEN"), (VIEWER, "role Editor")]
)
def test_a_token_that_may_not_is_told_what_is_needed(grafana: Grafana, token: str, advice: str) -> None:
    with pytest.raises(GrafanaRefusedError, match=advice):
        push(grafana.url, token, DASHBOARDS)
    assert not grafana.writes


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "grafana.example.vn", "http://"])
def test_where_there_is_no_grafana_the_address_is_named(url: str) -> None:
    with pytest.raises(GrafanaUnreachableError, match="IOC_GRAFANA_URL") as error:
        push(url, EDITOR, DASHBOARDS)
    assert isinstance(error.value, UserError)


def test_a_report_says_what_is_missing_and_what_differs(grafana: Grafana) -> None:
    before = report(grafana.url, EDITOR, DASHBOARDS)
    assert (before.version, before.healthy, before.datasource) == ("13.2.3", True, False)
    assert len(before.missing) == len(DASHBOARDS)
    push(grafana.url, EDITOR, DASHBOARDS)
    grafana.datasources.add("ioc-clickhouse")
    grafana.dashboards["ioc-history"]["dashboard"]["panels"] = []
    after = report(grafana.url, EDITOR, DASHBOARDS)
    assert (after.datasource, after.missing, after.different) == (True, (), ("ioc-history",))


def test_a_token_that_may_not_look_at_data_sources_still_gets_a_report(grafana: Grafana) -> None:
    assert report(grafana.url, VIEWER, DASHBOARDS).datasource is None


def test_something_else_at_the_address_is_no_grafana(grafana: Grafana) -> None:
    with pytest.raises(GrafanaError):
        report(grafana.url.removesuffix("/grafana"), EDITOR, DASHBOARDS)
