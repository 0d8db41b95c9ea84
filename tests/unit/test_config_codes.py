"""What other systems call our units: read, checked, and used by sources."""

from __future__ import annotations

from pathlib import Path

from config.loader import load
from producers.event import Refused
from producers.mapping import Mapping
from producers.seen import Seen
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

PORTAL = {"codes/portal.yaml": 'description: made up\nunits:\n  H41.07: 40.justice\n  H41.101: "16681"\n'}
TRANSLATED = "subject: {from: unit, codes: portal}"


def translated() -> dict[str, str]:
    return {**edited("sources/register.yaml", "subject: unit", TRANSLATED), **PORTAL}


def test_a_source_translates_by_the_list_that_it_names(tmp_path: Path) -> None:
    configuration = load(write(tmp_path, translated()), REGISTRY)
    row = {"code": "d1", "received": "2026-11-24", "channel": "online"}
    with Seen() as seen:
        mapping = Mapping(configuration.sources["register"], REGISTRY, seen)
        events = [
            one
            for code in ("H41.101", "H41.70")
            for one in mapping.events(row | {"code": code, "unit": code})
        ]
    event, refused = events
    assert isinstance(event, dict)
    assert event["subject"] == "16681"
    assert refused == Refused(
        "unmapped_code",
        "$.subject",
        "the code 'H41.70' is not in config/codes/portal.yaml: add it there, or give a default."
        " Did you mean 'H41.07'?",
        "vn.ioc.filings.received.v1",
    )


def test_a_list_of_nobody_and_a_unit_of_nowhere_are_named(tmp_path: Path) -> None:
    files = {**translated(), "codes/portal.yaml": "units:\n  H41.07: 40.justce\n"}
    files["sources/register.yaml"] = files["sources/register.yaml"].replace("codes: portal", "codes: prtal")
    assert problems(tmp_path, files) == [
        "codes/portal.yaml:2: there is no unit '40.justce' in config/units. Did you mean '40.justice'?",
        "sources/register.yaml:9: there is no list of codes 'prtal' in config/codes. Did you mean 'portal'?",
    ]


def test_a_list_without_codes_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, {**SMALL, "codes/portal.yaml": "units: {}\n"}) == [
        "codes/portal.yaml:1: 'units' is empty. The other system's code of a unit, and ours from config/units;"
        " several codes may be the same unit's."
    ]


def test_units_are_found_by_their_own_names_unless_two_have_it(tmp_path: Path) -> None:
    files = {
        **SMALL,
        "sources/register.yaml": SMALL["sources/register.yaml"].replace(
            "subject: unit", "subject: {from: unit, codes: names}"
        ),
    }
    names = load(write(tmp_path, files), REGISTRY).sources["register"].events[0].subject.map  # type: ignore[union-attr]
    assert names["Xã"] == "16681"
    files["units/other.yaml"] = (
        files[next(name for name in files if name.startswith("units/"))]
        .replace('code: "40"', 'code: "41"')
        .replace("16681", "16682")
        .replace("40.", "41.")
    )
    names = load(write(tmp_path, files), REGISTRY).sources["register"].events[0].subject.map  # type: ignore[union-attr]
    assert "Xã" not in names
