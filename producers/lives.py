"""What happens to one dossier from its receipt to its end, and the other work of a unit. Pure: all chance is `rng`.

Lengths are real ones divided by `speed`, so that a demonstration sees the end of what it saw begin. Being late is the
exception: overdue is a matter of calendar days, so a late dossier is settled on a later day at any speed. Clerks make
mistakes, too: now and then a supplement is asked for twice, or something is told of a dossier that is settled already.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from producers.profiles import Profile


class Happening(NamedTuple):
    """Something that happens to a dossier or in a unit; `data` is the event's, without the dossier's code."""

    at: datetime
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure: term in working days, fee in VND, share of all dossiers."""

    code: str
    sector: str
    days: float
    fee_vnd: int
    essential: bool
    weight: float


PROCEDURES = (
    Procedure("1.001193", "birth-death-marriage", 1, 0, True, 14),
    Procedure("1.000656", "birth-death-marriage", 1, 0, True, 6),
    Procedure("1.000894", "birth-death-marriage", 1, 0, True, 7),
    Procedure("1.004873", "birth-death-marriage", 3, 15_000, False, 9),
    Procedure("2.000815", "certification", 1, 20_000, False, 22),
    Procedure("1.004222", "residence", 7, 10_000, True, 12),
    Procedure("1.004194", "residence", 3, 7_000, True, 10),
    Procedure("2.000488", "criminal-records", 10, 200_000, False, 6),
    Procedure("1.001612", "business", 3, 100_000, False, 8),
    Procedure("1.009994", "construction", 15, 75_000, False, 6),
)
_WEIGHTS = tuple(procedure.weight for procedure in PROCEDURES)
_WORKING_DAY = timedelta(days=7 / 5)
_LATEST_DAYS = 3

EVENTS_PER_DOSSIER = 4.38
"""The mean, over all procedures; a test compares it with what is made."""


def longest_life(speed: float) -> timedelta:
    """No life is longer: the longest term, doubled by suspensions, the return, and the days of being late."""
    term = max(procedure.days for procedure in PROCEDURES) * _WORKING_DAY / speed
    return 2 * term + timedelta(days=_LATEST_DAYS + 1)


def dossier_life(rng: random.Random, profile: Profile, at: datetime, speed: float) -> list[Happening]:
    """The life of a dossier that `profile`'s unit receives `at` a local time, in order of time."""
    [procedure] = rng.choices(PROCEDURES, _WEIGHTS)
    term = procedure.days * _WORKING_DAY / speed
    due = at + term
    life = [Happening(at, "filings.received", _received(rng, profile, procedure, due))]
    end = rng.random()
    if end < 0.02:
        reason = rng.choice(("incomplete", "not_entitled", "not_competent"))
        return [
            *life,
            Happening(at + term * rng.uniform(0.1, 0.6), "filings.refused", {"refusal_reason": reason}),
        ]
    if procedure.fee_vnd:
        life += _payments(rng, profile, procedure, at, term)
    if end < 0.03:
        return sorted([*life, Happening(at + term * rng.uniform(0.1, 0.6), "filings.withdrawn", {})])
    suspensions, suspended = _suspensions(rng, at, term, due)
    life += suspensions
    due += suspended
    if rng.random() < profile.late:
        days = 1 + min(int(rng.expovariate(1.2)), _LATEST_DAYS - 1)
        settled = datetime.combine(due.date(), time(), due.tzinfo) + timedelta(
            days=days, hours=rng.uniform(0, 16)
        )
    else:
        settled = at + suspended + term * rng.uniform(0.3, 0.98)
    electronic = rng.random() < 0.9
    settlement = {"decision": "granted", "result_due": True, "electronic_result": electronic}
    life.append(Happening(settled, "filings.settled", settlement))
    if rng.random() < 0.8:
        channel = "online" if electronic and rng.random() < profile.online else "direct"
        life.append(
            Happening(settled + term * rng.uniform(0, 0.3), "filings.returned", {"return_channel": channel})
        )
    if rng.random() < 0.005:
        slip = rng.choice(("filings.settled", "filings.resumed", "filings.supplement_given"))
        data = settlement if slip == "filings.settled" else {}
        life.append(Happening(settled + term * rng.uniform(0.01, 0.1), slip, data))
    return sorted(life, key=lambda happening: happening.at)


def cleaning(rng: random.Random, profile: Profile, at: datetime) -> Happening:
    """A batch of records that a unit has cleaned."""
    checked = 1 + int(rng.lognormvariate(3, 0.8))
    errors = sum(rng.random() < profile.errors for _ in range(min(checked, 200)))
    [registry] = rng.choices(("population", "civil_status", "land", "social_security"), (7, 2, 1, 1))
    data = {
        "registry": registry,
        "records": checked - errors // 3,
        "records_checked": checked,
        "errors_found": errors,
    }
    return Happening(at, "updates.records_cleaned", data)


def _received(rng: random.Random, profile: Profile, procedure: Procedure, due: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {
        "channel": "direct",
        "procedure": procedure.code,
        "sector": procedure.sector,
        "applicant": "business" if procedure.sector == "business" else "citizen",
        "service_level": "full",
        "essential": procedure.essential,
        "due_at": due,
        "fee_obligation": procedure.fee_vnd > 0,
    }
    if rng.random() < profile.online:
        data["channel"] = "online"
        [data["portal"]] = rng.choices(("national", "province", "vneid"), (7, 2, 1))
    elif rng.random() < 0.1:
        data["channel"] = "post"
    return data


def _suspensions(
    rng: random.Random, at: datetime, term: timedelta, due: datetime
) -> tuple[list[Happening], timedelta]:
    """What stops the clock of a dossier, and for how long in all; whoever lets it go on states the new due date.

    All of it is over before the dossier can be settled.
    """
    kind = rng.random()
    if kind >= 0.1:
        return [], timedelta()
    begin, wait = at + term * rng.uniform(0.1, 0.2), term * rng.uniform(0.1, 0.5)
    let_go = {"due_at": due + wait}
    if kind >= 0.06:
        [reason] = rng.choices(("other_agency", "verification", "financial_obligation"), (6, 3, 1))
        paused = Happening(begin, "filings.paused", {"pause_reason": reason})
        return [paused, Happening(begin + wait, "filings.resumed", let_go)], wait
    supplement = [
        Happening(begin, "filings.supplement_asked", {}),
        Happening(begin + wait, "filings.supplement_given", let_go),
    ]
    if kind >= 0.01:
        return supplement, wait
    again, more = begin + wait + term * rng.uniform(0.02, 0.1), term * rng.uniform(0.05, 0.2)
    supplement += [
        Happening(again, "filings.supplement_asked", {}),
        Happening(again + more, "filings.supplement_given", {"due_at": due + wait + more}),
    ]
    return supplement, wait + more


def _payments(
    rng: random.Random, profile: Profile, procedure: Procedure, at: datetime, term: timedelta
) -> list[Happening]:
    fee = {"kind": "fee", "amount_vnd": procedure.fee_vnd, "procedure": procedure.code}
    requested = at + term * rng.uniform(0.01, 0.05)
    made = [Happening(requested, "payments.requested", fee)]
    if rng.random() < 0.95:
        if rng.random() < profile.paid_online:
            [method] = rng.choices(("online_national", "online_ministry"), (8, 2))
        else:
            [method] = rng.choices(("cash", "bank", "card"), (7, 2, 1))
        made.append(
            Happening(requested + term * rng.uniform(0.01, 0.2), "payments.paid", fee | {"method": method})
        )
    return made
