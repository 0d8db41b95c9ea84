"""The administrative procedures of a simulated province: term, fee, and what they are known for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle

_SMALL = 0.05
_ABOLISHED_WITH_FEE = 15_000
_SECTORS = (
    "land",
    "construction",
    "agriculture",
    "education",
    "health",
    "labour",
    "justice",
    "culture",
    "transport",
)


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure: term in working days, fee in VND, share of all dossiers (relative)."""

    code: str
    sector: str
    days: float
    fee_vnd: int
    weight: float
    essential_service: str = ""
    level: str = "full"
    group: str = ""
    exempt: bool = False
    paper_abolished: bool = False

    @property
    def owed_vnd(self) -> int:
        """What an applicant has to pay."""
        return 0 if self.exempt else self.fee_vnd


CRIMINAL_RECORDS = "criminal-records"
STEPS = {
    "birth": ("birth_registration", "residence_registration", "health_insurance_card"),
    "death": ("death_registration", "residence_deregistration", "funeral_support"),
}
"""Of the groups of interconnected procedures, each step a dossier."""

_BUSY = (
    Procedure("1.001193", "birth-death-marriage", 1, 0, 10, "birth_registration"),
    Procedure("1.000656", "birth-death-marriage", 1, 0, 5, "death_registration"),
    Procedure("1.000894", "birth-death-marriage", 1, 0, 6, "marriage_registration"),
    Procedure("2.000986", "birth-death-marriage", 3, 0, 4, "birth_group", group="birth"),
    Procedure("2.001023", "birth-death-marriage", 3, 0, 2, "death_group", group="death"),
    Procedure("1.004873", "birth-death-marriage", 3, 15_000, 9),
    Procedure("2.000815", "certification", 1, 20_000, 22),
    Procedure("1.004222", "residence", 7, 10_000, 12, "permanent_residence"),
    Procedure("1.004194", "residence", 3, 7_000, 10, "temporary_residence"),
    Procedure("2.000488", CRIMINAL_RECORDS, 10, 200_000, 6, "criminal_record"),
    Procedure("1.001612", "business", 3, 100_000, 8),
    Procedure("1.009994", "construction", 15, 75_000, 6),
)
_OTHER_ESSENTIAL = (
    *("citizen_card", "identity_confirmation", "identity_account", "temporary_absence", "stay_notice"),
    *("vehicle_registration", "traffic_fine", "passport", "seal", "land_change", "driving_licence"),
    *("unemployment_benefit", "health_insurance", "tax_registration", "exam_registration"),
    *("electricity_supply", "electricity_contract"),
)
LONGEST_DAYS = max(procedure.days for procedure in _BUSY)


def procedures(figures: Mapping[str, float]) -> tuple[Procedure, ...]:
    """All procedures, with as many essential services live, exemptions and abolished papers as the figures say."""
    live = int(figures["essential_services"])
    essential = [one for one in _BUSY if one.essential_service] + [
        Procedure(f"SIM.1{number:03}", "essential", 3, 0, 0.4, service)
        for number, service in enumerate(_OTHER_ESSENTIAL)
    ]
    essential = [
        replace(one, level="full" if place < live else "information") for place, one in enumerate(essential)
    ]
    exempt = [
        Procedure(f"SIM.2{number:03}", sector, 5, 50_000, _SMALL, exempt=True)
        for number, sector in zip(range(int(figures["exempt_procedures"])), cycle(_SECTORS), strict=False)
    ]
    return (
        *essential,
        *(one for one in _BUSY if not one.essential_service),
        *exempt,
        *_without_paper(int(figures["procedures_without_paper"])),
    )


def _without_paper(count: int) -> Iterator[Procedure]:
    for number, sector in zip(range(count), cycle(_SECTORS), strict=False):
        fee = _ABOLISHED_WITH_FEE if number % 3 == 0 else 0
        yield Procedure(f"SIM.3{number:03}", sector, 5, fee, _SMALL, paper_abolished=True, level="partial")
