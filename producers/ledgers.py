"""Ledgers: what a year adds up to in payments and record updates, to the last record.

An event's amount is the difference of two whole numbers on the way from 0 to the year's total, so the events of a year
add up to it exactly, however many they are and whoever looks at which of them.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from producers.profiles import LOCALITIES, Profile

_GOLDEN = 0.6180339887498949
_SPREAD = 0.8
_LEAST_MEAN = 6
_MASK = 2**64 - 1
_MULTIPLIER = 0x9E3779B97F4A7C15
SCHOOLS, LOOKUP_FACILITIES, LODGINGS = 1_400, 460, 600
_RURAL, _WITH_CARD = 0.86, 0.97
_GROWN = 0.1
_BENEFIT_VND = 4_100_000
_SENDING_MS = 9 * 3_600_000


@dataclass(frozen=True)
class Ledger:
    """A kind of event that a year has a total of.

    Args:
        id: of the ledger; part of the events' ids.
        kind: of the events.
        totals: fields and what they add up to in a year.
        data: the fields that are the same in all events.
        share: of all events that belong to ledgers, relative to the others.
        levels: of the units in whose name they are sent; none of them: all.
        facilities: how many facilities report, each of one unit; 0: none is named.
        facility: what a facility's code begins with.
        seat: how the code of the one unit ends that does this, if there is one.
        grown: of a stock, whose totals are what there is at the end of the year: how much of it the year adds; the rest
            was there before. 1: the totals are the year's own.
    """

    id: str
    kind: str
    totals: Mapping[str, int]
    data: Mapping[str, Any] = field(default_factory=dict)
    share: float = 1.0
    levels: Sequence[str] = ()
    facilities: int = 0
    facility: str = ""
    seat: str = ""
    grown: float = 1.0

    @property
    def most(self) -> int:
        """In how many events a year's total can be told, if each has something of the first field."""
        return next(iter(self._added.values())) // _LEAST_MEAN

    @cached_property
    def _added(self) -> dict[str, int]:
        """What the year itself adds to each total."""
        return {name: round(total * self.grown) for name, total in self.totals.items()}

    def held(self, number: int, events: int) -> dict[str, int]:
        """What there is of each total before the event of this number."""
        position = self._position(number, events)
        return {
            name: total - self._added[name] + int(self._added[name] * position)
            for name, total in self.totals.items()
        }

    def amounts(self, number: int, events: int) -> dict[str, int]:
        """What the event of this number, from 0, has of each total, if a year has so many events."""
        begin, end = self._position(number, events), self._position(number + 1, events)
        return {name: int(total * end) - int(total * begin) for name, total in self._added.items()}

    def _position(self, number: int, events: int) -> float:
        """How much of the year's total came before the event of this number: about its share of the events."""
        if number in (0, events):
            return float(number > 0)
        scattered = ((number * _MULTIPLIER) & _MASK) / 2**64
        return (number + _SPREAD * (scattered - 0.5)) / events


_ANYTHING = Ledger("anything", "", {})


class Keepers:
    """Who keeps which ledger: the units of a season."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = profiles
        self._of: dict[str, tuple[Sequence[Profile], Sequence[float]]] = {}

    def unit(self, ledger: Ledger, number: int) -> tuple[Profile, str]:
        """Whose event it is, and the code of the facility, or empty; facilities take turns."""
        among, volumes = self._among(ledger)
        if ledger.facilities:
            facility = number % ledger.facilities
            return among[facility % len(among)], f"{ledger.facility}-{facility + 1:03}"
        place = bisect(volumes, (number * _GOLDEN) % 1.0 * volumes[-1])
        return among[min(place, len(among) - 1)], ""

    def anyone(self, number: int) -> Profile:
        """One of all units by volume."""
        return self.unit(_ANYTHING, number)[0]

    def shared(self, ledger: Ledger, amounts: Mapping[str, int]) -> Iterator[tuple[Profile, dict[str, int]]]:
        """What each unit has of so much, by its volume; all together have all of it."""
        among, volumes = self._among(ledger)
        begin = 0.0
        for profile, end in zip(among, (volume / volumes[-1] for volume in volumes), strict=True):
            yield profile, {name: int(all_ * end) - int(all_ * begin) for name, all_ in amounts.items()}
            begin = end

    def _among(self, ledger: Ledger) -> tuple[Sequence[Profile], Sequence[float]]:
        if ledger.id not in self._of:
            among = [one for one in self._profiles if ledger.seat and one.unit.endswith(ledger.seat)]
            among = among or [one for one in self._profiles if one.level in ledger.levels]
            among = among or list(self._profiles)
            self._of[ledger.id] = among, list(accumulate(one.volume for one in among))
        return self._of[ledger.id]


def ledgers(figures: Mapping[str, float]) -> tuple[Ledger, ...]:
    """The ledgers of a year of these figures; totals that are not among them were never reported."""
    return (*_payments(figures), *_registers(figures), *_reports(figures), *_procedures())


def _payments(figures: Mapping[str, float]) -> Iterator[Ledger]:
    accounts = int(figures["beneficiary_accounts"])
    beneficiaries = round(accounts / (figures["beneficiaries_with_accounts"] / 100))
    yield Ledger(
        "accounts",
        "payments.accounts_opened",
        {"beneficiaries": beneficiaries, "accounts": accounts},
        {"beneficiary_group": "social_assistance"},
        0.4,
        levels=LOCALITIES,
        grown=_GROWN,
    )
    owed, customers = int(figures["credit_outstanding"]), int(figures["credit_customers"])
    credit = {"customers": customers, "outstanding_vnd": owed}
    yield Ledger(
        "credit",
        "payments.credit_granted",
        credit,
        {"credit_kind": "social"},
        0.2,
        levels=LOCALITIES,
        grown=_GROWN,
    )
    urban = figures["benefits_to_accounts"] / 100
    pensions = figures["pensions_to_accounts"] / 100
    for kind, number, share, place in (
        ("social_insurance", 200_000, urban, {"urban": True}),
        ("unemployment_benefit", 100_000, urban, {"urban": True}),
        ("social_insurance", 150_000, _RURAL, {"urban": False}),
        ("pension", 600_000, pensions, {}),
    ):
        for method, paid in (("bank", round(number * share)), ("cash", number - round(number * share))):
            yield Ledger(
                f"{kind}-{method}{'-rural' if place.get('urban') is False else ''}",
                "payments.paid",
                {"payments": paid, "amount_vnd": paid * _BENEFIT_VND},
                {"kind": kind, "method": method} | place,
                0.5 * paid / number,
                levels=LOCALITIES,
            )
    tuition, hospital = 400_000, 300_000
    yield Ledger(
        "tuition",
        "payments.paid",
        {"payments": tuition, "amount_vnd": tuition * 500_000},
        {"kind": "tuition", "method": "bank"},
        levels=LOCALITIES,
        facilities=SCHOOLS,
        facility="TRUONG",
    )
    for method, share in (("bank", 0.7), ("cash", 0.3)):
        paid = round(hospital * share)
        yield Ledger(
            f"hospital-{method}",
            "payments.paid",
            {"payments": paid, "amount_vnd": paid * 900_000},
            {"kind": "hospital_fee", "method": method},
            share,
            levels=LOCALITIES,
            facilities=int(figures["hospitals_without_cash"]),
            facility="BV",
        )


def _registers(figures: Mapping[str, float]) -> Iterator[Ledger]:
    cleaned = (
        ("population", int(figures["population_records"]), 5.0),
        ("civil_status", 240_000, 1.5),
        ("land", 90_000, 0.7),
        ("social_security", 60_000, 0.7),
    )
    for registry, records, share in cleaned:
        yield Ledger(
            f"cleaned-{registry}",
            "updates.records_cleaned",
            {"records": records, "backlog_change": -records // 10},  # new ones come in, too
            {"registry": registry},
            share,
            levels=LOCALITIES,
        )
    codes = int(figures["criminal_record_codes"])
    yield Ledger(
        "cleaned-criminal_record",
        "updates.records_cleaned",
        {"records": codes},
        {"registry": "criminal_record"},
        0.3,
        seat=".so-tu-phap",
    )
    for registry, planned, share in (("civil_status", 900_000, 0.72), ("land", 500_000, 0.55)):
        done = round(planned * share)
        yield Ledger(
            f"digitised-{registry}",
            "updates.records_digitised",
            {
                "records": done,
                "records_planned_change": 2 * planned,
                "records_scheduled_change": planned,
                "records_handed_over": round(done * 0.96),
            },
            {"registry": registry},
            levels=LOCALITIES,
            grown=_GROWN,
        )
    cards = int(figures["citizen_cards"])
    eligible = round(cards / _WITH_CARD)
    yield Ledger(
        "cards",
        "updates.citizen_cards_issued",
        {"cards": cards, "eligible_change": eligible},
        {"card_reason": "first"},
        levels=LOCALITIES,
        grown=_GROWN,
    )
    activated = int(figures["identity_accounts"])
    yield Ledger(
        "identity",
        "updates.identity_accounts_activated",
        {
            "accounts_activated": activated,
            "accounts_registered": round(activated * 1.08),
            "eligible_change": eligible,
        },
        {"assurance": "level_2"},
        levels=LOCALITIES,
        grown=_GROWN,
    )


def _reports(figures: Mapping[str, float]) -> Iterator[Ledger]:
    sent = int(figures["health_certificates"])
    birth, death = round(sent * 0.3), round(sent * 0.1)
    for certificate, number in (("driver", sent - birth - death), ("birth", birth), ("death", death)):
        yield Ledger(
            f"certificates-{certificate}",
            "updates.health_certificates_sent",
            {
                "sent": number,
                "issued": round(number * 1.02),
                "rejected": round(number * 0.01),
                "sending_delay_ms": number * _SENDING_MS,
            },
            {"certificate": certificate},
            number / sent,
            levels=LOCALITIES,
            facilities=int(figures["health_facilities"]),
            facility="YT",
        )
    ratings = 200_000
    pleased = round(ratings * figures["satisfaction"] / 100)
    displeased = ratings - pleased
    yield Ledger(
        "ratings",
        "satisfaction.surveyed",
        {
            "very_satisfied": pleased * 2 // 3,
            "satisfied": pleased - pleased * 2 // 3,
            "neutral": displeased - displeased // 2,
            "dissatisfied": displeased // 2 - displeased // 6,
            "very_dissatisfied": displeased // 6,
        },
        {"survey_method": "kiosk", "survey_about": "settlement"},
    )
    lookups = 2_400_000
    yield Ledger(
        "lookups",
        "updates.insurance_lookups",
        {
            "lookups": lookups,
            "by_citizen_card": round(lookups * 0.93),
            "lookups_failed": round(lookups * 0.01),
        },
        levels=LOCALITIES,
        facilities=LOOKUP_FACILITIES,
        facility="KCB",
    )
    yield Ledger(
        "lodging",
        "updates.accommodation_notices",
        {"notices": 500_000},
        {"facility_kind": "guest_house"},
        0.8,
        levels=LOCALITIES,
        facilities=LODGINGS,
        facility="LT",
    )
    for device, transactions, reports, alive in (
        ("kiosk", 150_000, 60_000, 0.97),
        ("biometric", 60_000, 30_000, 0.98),
        ("exam_monitoring", 9_000, 6_000, 0.99),
        ("driving_test_monitoring", 12_000, 6_000, 0.95),
        ("notary_point", 30_000, 12_000, 0.96),
    ):
        counts = {"transactions": transactions, "incidents": transactions // 170}
        counts |= {"devices_installed": reports, "devices_alive": round(reports * alive)}
        yield Ledger(
            f"devices-{device}",
            "updates.devices_reported",
            counts,
            {"device_kind": device},
            0.2,
            levels=LOCALITIES,
        )
    yield Ledger(
        "store",
        "updates.results_stored",
        {"results_stored": 700_000, "results_linked": 560_000, "results_reused": 210_000},
        {},
        0.4,
    )


def _procedures() -> Iterator[Ledger]:
    """What the index of Decision 766/QĐ-TTg counts of procedures: nobody has reported it of a province."""
    yield Ledger(
        "procedures",
        "updates.procedures_counted",
        {
            "procedures_change": 9_000,
            "online_procedures_change": 7_300,
            "fee_procedures_change": 3_600,
            "obligation_procedures_change": 3_800,
            "citizen_procedures_change": 6_400,
        },
        share=0.05,
        grown=_GROWN,
    )
    announced = {"procedures_announced": 1_800, "announced_on_time": 1_500}
    yield Ledger("announced", "updates.procedures_announced", announced, share=0.1)
    published = {"publications_due": 1_800, "published_on_time": 1_560}
    published |= {"procedures_public": 1_800, "published_complete": 1_740}
    yield Ledger("published", "updates.procedures_published", published, share=0.1)
