"""The provinces that are shipped: which units they have, and that somebody answers for each."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from config.loader import load
from ioc.settings import Settings

CONFIGURATION = load(Settings().config)
UNITS = CONFIGURATION.units
LIVE = [one for one in UNITS.everyone if UNITS.province_of(one.code).live]


@pytest.mark.parametrize(
    ("province", "levels"),
    [
        ("40", {"department": 18, "commune": 130, "district": 21}),
        ("56", {"department": 18, "commune": 65}),
        ("58", {"district": 7}),
        ("receipt", {"officer": 39}),
    ],
    ids=["Nghe An", "Khanh Hoa", "Ninh Thuan", "sample register"],
)
def test_a_province_has_the_units_that_the_reports_count(province: str, levels: dict[str, int]) -> None:
    assert Counter(unit.level for unit in UNITS.units.values() if unit.province == province) == levels


def test_districts_are_history_and_communes_follow_them() -> None:
    ends = {unit.valid_to for unit in UNITS.units.values() if unit.level == "district"}
    begins = {unit.valid_from for unit in UNITS.units.values() if unit.level == "commune"}
    assert (ends, begins) == ({"2024-12-01", "2025-07-01"}, {"2025-07-01"})
    assert Counter(unit.former_province for unit in UNITS.units.values())["Ninh Thuận"] == 24
    assert not UNITS.provinces["58"].live


def test_somebody_answers_for_every_unit_that_works_and_can_be_told() -> None:
    recipients = {recipient.id: recipient for recipient in CONFIGURATION.recipients}
    for one in LIVE:
        assert one.contact in recipients, one.code
        assert getattr(one, "valid_to", "") or (one.in_charge.vi and one.in_charge.en), one.code
    told = [r.id for r in CONFIGURATION.recipients if r.concerned({"unit": "16681", "severity": "warning"})]
    assert told == ["ioc-duty", "communes"]


def test_the_portal_has_a_code_for_every_unit_of_nghe_an_that_works() -> None:
    portal = UNITS.code_lists["portal"]
    working = [u.code for u in UNITS.units.values() if u.province == "40" and not u.valid_to]
    assert sorted(portal.values()) == sorted(working)
    assert all(re.fullmatch(r"H41\.[0-9]{2,3}", code) for code in portal)
