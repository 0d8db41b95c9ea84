from pathlib import Path

import pytest

from config.loader import load
from streams.core.units import Text
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

_CODE = (
    "A code of letters, digits, '.', '-' and '_', unique in all provinces, unlike a citizen's or phone number."
    " Example: 40.so-tu-phap."
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "time_zone: Asia/Ho_Chi_Minh",
            "time_zone: Asia/Hanoi",
            "4: there is no time zone 'Asia/Hanoi'. Use an IANA name such as Asia/Ho_Chi_Minh.",
        ),
        (
            "time_zone: Asia/Ho_Chi_Minh",
            "time_zone: Asia",
            "4: there is no time zone 'Asia'. Use an IANA name such as Asia/Ho_Chi_Minh.",
        ),
        (
            "  time_zone: Asia/Ho_Chi_Minh\n",
            "",
            "1: the key 'time_zone' is missing in 'province'. Add it. An IANA name; days and months are counted in it.",
        ),
        ('"16681"', "16681", "7: 'code' must be a text, not the number 16681. Put it in quotes: \"16681\"."),
        ('"16681"', "Xã 1", f"7: 'code' cannot be 'Xã 1'. {_CODE}"),
        ('"16681"', '"0912345678"', f"7: 'code' cannot be '0912345678'. {_CODE}"),
        (
            '"16681"',
            "40.justice",
            "7: the code '40.justice' is taken in line 6. Give one of the two another code.",
        ),
        ("level: commune", "levle: commune", "7: unknown key 'levle'. Did you mean 'level'?"),
        ("en: Commune}", "en: ''}", "7: 'en' is empty. The English words."),
        (
            "parent: 40.justice",
            "parent: 40.justce",
            "7: unknown parent '40.justce'. Did you mean '40.justice'?",
        ),
        (
            "parent: 40.justice",
            'parent: "16681"',
            "7: the unit is above itself: 16681 < 16681. Give one of them a parent outside the circle.",
        ),
        (
            "parent: 40.justice",
            "valid_from: 2025-02-30",
            "7: 'valid_from' is 2025-02-30, and there is no such day.",
        ),
        (
            "parent: 40.justice",
            "valid_from: 2025-07-01, valid_to: 2025-07-01",
            "7: 'valid_to' is not after 'valid_from'. It is the first day on which the unit no longer exists.",
        ),
        (
            "- {code: 40.j",
            "- 5\n  - {code: 40.j",
            "6: entry 1 of 'units' must be a mapping (key: value), not the number 5.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = problems(tmp_path, edited("units/p.yaml", old, new))
    assert f"units/p.yaml:{expected}" in found


def test_units_in_a_circle_are_named_from_each_of_them(tmp_path: Path) -> None:
    files = edited("units/p.yaml", "level: department,", 'level: department, parent: "16681",')
    assert problems(tmp_path, files) == [
        "units/p.yaml:6: the unit is above itself: 40.justice < 16681 < 40.justice."
        " Give one of them a parent outside the circle.",
        "units/p.yaml:7: the unit is above itself: 16681 < 40.justice < 16681."
        " Give one of them a parent outside the circle.",
    ]


_SECOND = """\
province: {code: "41", name: {vi: Tỉnh, en: Province}, time_zone: Asia/Ho_Chi_Minh}
units:
  - {code: 41.a, level: department, name: {vi: Sở, en: Department}, parent: %s}
"""


@pytest.mark.parametrize("parent", ['"40"', "40.justice"])
def test_a_parent_is_of_the_same_province(tmp_path: Path, parent: str) -> None:
    assert problems(tmp_path, {**SMALL, "units/q.yaml": _SECOND % parent}) == [
        f"units/q.yaml:3: the parent '{parent.strip(chr(34))}' is not of this province."
        " A parent is a unit of 41; leave the key away for the province itself."
    ]


def test_a_code_is_taken_by_another_file(tmp_path: Path) -> None:
    files = {**SMALL, "units/q.yaml": (_SECOND % '"41"').replace("41.a", "40.justice")}
    assert problems(tmp_path, files) == [
        "units/q.yaml:3: the code '40.justice' is taken by units/p.yaml:6. Give one of the two another code."
    ]


def test_a_parent_may_stand_in_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    files = {**SMALL, "units/q.yaml": _SECOND % "41.b", "units/r.yaml": "["}
    assert [problem.split(":")[0] for problem in problems(tmp_path, files)] == ["units/r.yaml"]


def test_a_unit_with_mistakes_of_its_own_is_still_known_as_a_parent(tmp_path: Path) -> None:
    files = edited("units/p.yaml", "level: department,", "level: Department,")
    assert [problem.split(":")[1] for problem in problems(tmp_path, files)] == ["6"]


COMMON = """\
levels:
  commune: {contact: communes, in_charge: {vi: Chủ tịch, en: Chairperson}}
units:
"""
COMMUNES = """\
  - id: communes
    name: {vi: Xã, en: Communes}
    channels: ["${IOC_SMTP_URL}?to=${IOC_MAIL_COMMUNES}"]
    own_units: true
"""


def shared(old: str = "", new: str = "") -> dict[str, str]:
    """A configuration whose communes have a contact in common, with a text replaced wherever it stands."""
    files = edited("units/p.yaml", "units:\n", COMMON)
    files["recipients.yaml"] += COMMUNES
    return {name: text.replace(old, new) if old else text for name, text in files.items()}


def test_units_of_a_level_share_who_answers_and_alerts_go_to_their_contact(tmp_path: Path) -> None:
    configuration = load(write(tmp_path, shared()), REGISTRY)
    unit = configuration.units.units["16681"]
    assert (unit.in_charge, unit.contact) == (Text("Chủ tịch", "Chairperson"), "communes")
    assert configuration.units.units["40.justice"].contact == ""
    _, communes = configuration.recipients
    assert communes.concerned({"unit": "16681"})
    assert not communes.concerned({"unit": "40.justice"})


def test_a_unit_that_says_otherwise_is_heard(tmp_path: Path) -> None:
    files = shared()
    files["units/p.yaml"] = files["units/p.yaml"].replace("parent: 40.justice", "contact: duty")
    files["recipients.yaml"] = files["recipients.yaml"].replace("    own_units: true\n", "")
    assert load(write(tmp_path, files), REGISTRY).units.units["16681"].contact == "duty"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "contact: communes",
            "contact: comunes",
            "units/p.yaml:6: there is no recipient 'comunes'. Did you mean 'communes'?",
        ),
        (
            "contact: communes, ",
            "",
            "recipients.yaml:12: no unit has this recipient as its contact."
            " Name it under config/units as 'contact: communes', or remove it.",
        ),
        (
            "  commune: {",
            "  village: {",
            "units/p.yaml:6: no unit has the level 'village'. Known: commune, department.",
        ),
        (
            "own_units: true",
            "own_units: true\n    match: {unit: ['16681']}",
            "recipients.yaml:12: 'own_units' and a 'match' by unit both say which units. Leave one of the two away.",
        ),
    ],
)
def test_a_contact_that_leads_nowhere_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert expected in problems(tmp_path, shared(old, new))


def test_a_province_can_be_called_as_its_file(tmp_path: Path) -> None:
    assert load(write(tmp_path, SMALL), REGISTRY).units.provinces["40"].slug == "p"
