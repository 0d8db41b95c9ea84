"""Declared dashboards: what they become, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader import load
from dashboards.build import shown
from tests.fixtures.configuration import REGISTRY, SMALL, problems, write

_DASHBOARD = """\
dashboard:
  name: {vi: Của tôi, en: Mine}
  description: {vi: Thử, en: Tried}
  period: today
  rows:
    - indicators: [online_rate]
    - name: {vi: Tồn, en: Backlog}
      indicators: [backlog, {id: backlog, name: {vi: Còn lại, en: "What's \\"left\\""}}]
"""


def declaring(text: str, name: str = "mine") -> dict[str, str]:
    return {**SMALL, f"dashboards/{name}.yaml": text}


def test_a_declared_dashboard_is_shown_after_the_others(tmp_path: Path) -> None:
    configuration = load(write(tmp_path, declaring(_DASHBOARD)), REGISTRY)
    found = shown(configuration)
    assert found.playlist[-1] == "ioc-mine"
    dashboard = found.dashboards["ioc-mine", "en"]
    assert (dashboard["title"], dashboard["time"]["from"]) == ("Mine", "now/d")
    assert [panel["id"] for panel in dashboard["panels"]] == [11, 12, 13, 21, 22, 23]
    [target] = dashboard["panels"][3]["targets"]
    assert '"What’s ”left”"' in target["rawSql"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[online_rate]", "[online_rat]", "6: unknown indicator 'online_rat'. Did you mean 'online_rate'?"),
        ("[online_rate]", "[]", "6: 'indicators' is empty."),
        ("[backlog,", "[online_rate,", "8: 'online_rate' is shown with its cases, which takes a row."),
        ("[backlog,", "[amount,", "8: 'backlog' is a stock, and 'amount' a flow."),
        ("    - name: {vi: Tồn, en: Backlog}\n      ind", "    - ind", "7: a row of several indicators needs a name."),
        ("period: today", "period: week", "4: 'period' cannot be 'week'."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in _DASHBOARD
    found = problems(tmp_path, declaring(_DASHBOARD.replace(old, new)))
    assert any(one.startswith(f"dashboards/mine.yaml:{expected}") for one in found), found


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Mine Own", "cannot be part of an address"), ("overview", "there is a dashboard ioc-overview already")],
)
def test_a_name_becomes_an_address(tmp_path: Path, name: str, expected: str) -> None:
    [problem] = problems(tmp_path, declaring(_DASHBOARD, name))
    assert expected in problem
