"""What happens to one dossier from its receipt to its end. Pure: what is not on its card is drawn from `rng`.

Lengths are real ones divided by `speed`, so that a demonstration sees the end of what it saw begin. Being late is the
exception: overdue is a matter of calendar days, so a late dossier is settled on a later day at any speed. Clerks make
mistakes, too: now and then a supplement is asked for twice, or something is told of a dossier that is settled already.
"""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from producers.decks import Card
from producers.procedures import LONGEST_DAYS, STEPS


class Happening(NamedTuple):
    """Something that happens to a dossier or in a unit; `data` is the event's, without the dossier's code."""

    at: datetime
    kind: str
    data: dict[str, Any]


_WORKING_DAY = timedelta(days=7 / 5)
_LATEST_DAYS = 3
_PAPER_ASKED = 0.002

EVENTS_PER_DOSSIER = 4.23
"""The mean, over all procedures; a test compares it with what is made."""


def longest_life(speed: float) -> timedelta:
    """No life is longer: the longest term, doubled by suspensions, the return, and the days of being late."""
    return 2 * LONGEST_DAYS * _WORKING_DAY / speed + timedelta(days=_LATEST_DAYS + 1)


def dossier_life(rng: random.Random, card: Card, at: datetime, speed: float) -> list[Happening]:
    """The life of a dossier that its unit receives `at` a local time, in order of time."""
    term = card.procedure.days * _WORKING_DAY / speed
    due = at + term
    life = [Happening(at, "filings.received", _received(rng, card, due))]
    if card.end == "refused":
        reason = rng.choice(("incomplete", "not_entitled", "not_competent"))
        refused = at + term * rng.uniform(0.1, 0.6)
        return [*life, Happening(refused, "filings.refused", {"refusal_reason": reason})]
    if card.procedure.owed_vnd:
        life += _payments(rng, card, at, term)
    if card.end == "withdrawn":
        return sorted([*life, Happening(at + term * rng.uniform(0.1, 0.6), "filings.withdrawn", {})])
    suspensions, suspended = _suspensions(rng, card, at, term, due)
    life += suspensions
    due += suspended
    if card.late:
        days = 1 + min(int(rng.expovariate(1.2)), _LATEST_DAYS - 1)
        settled = datetime.combine(due.date(), time(), due.tzinfo) + timedelta(
            days=days, hours=rng.uniform(0, 16)
        )
    else:
        settled = at + suspended + term * rng.uniform(0.3, 0.98)
    settlement = {
        "decision": "granted",
        "result_due": True,
        "electronic_result": card.digitised,
        "dossier_digitised": card.digitised and rng.random() < 0.9,
        "result_in_personal_store": card.digitised and rng.random() < 0.5,
    }
    life.append(Happening(settled, "filings.settled", settlement))
    if rng.random() < 0.8:
        channel = "online" if card.digitised and card.channel == "online" else "direct"
        life.append(
            Happening(settled + term * rng.uniform(0, 0.3), "filings.returned", {"return_channel": channel})
        )
    if rng.random() < 0.005:
        slip = rng.choice(("filings.settled", "filings.resumed", "filings.supplement_given"))
        data = settlement if slip == "filings.settled" else {}
        life.append(Happening(settled + term * rng.uniform(0.01, 0.1), slip, data))
    return sorted(life, key=lambda happening: happening.at)


def _received(rng: random.Random, card: Card, due: datetime) -> dict[str, Any]:
    procedure = card.procedure
    components = rng.randint(1, 4)
    data: dict[str, Any] = {
        "channel": card.channel,
        "procedure": procedure.code,
        "sector": procedure.sector,
        "applicant": "business" if procedure.sector == "business" else "citizen",
        "service_level": procedure.level,
        "essential": bool(procedure.essential_service),
        "due_at": due,
        "fee_obligation": procedure.owed_vnd > 0,
        "vneid_authenticated": rng.random() < 0.9,
        "population_data_used": rng.random() < 0.85,
        "components": components,
        "components_digitised": components if card.digitised else rng.randint(0, components),
        "components_reused": rng.randint(0, 1),
        "components_from_store": int(rng.random() < 0.1),
        "national_portal_synced": rng.random() < 0.98,
    }
    if procedure.essential_service:
        data["essential_service"] = procedure.essential_service
    if procedure.group:
        step = rng.choice(STEPS[procedure.group])
        data |= {"interconnected_group": procedure.group, "interconnected_step": step}
    if procedure.exempt:
        data |= {"fee_exempt": True, "fee_waived_vnd": procedure.fee_vnd}
    if procedure.paper_abolished:
        data |= {"paper_abolished": True, "paper_asked": rng.random() < _PAPER_ASKED}
    if card.portal:
        data["portal"] = card.portal
    return data


def _suspensions(
    rng: random.Random, card: Card, at: datetime, term: timedelta, due: datetime
) -> tuple[list[Happening], timedelta]:
    """What stops the clock of a dossier, and for how long in all; whoever lets it go on states the new due date.

    All of it is over before the dossier can be settled. A unit that is never late asks for no second supplement.
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
    if kind >= 0.01 or not card.profile.late:
        return supplement, wait
    again, more = begin + wait + term * rng.uniform(0.02, 0.1), term * rng.uniform(0.05, 0.2)
    supplement += [
        Happening(again, "filings.supplement_asked", {}),
        Happening(again + more, "filings.supplement_given", {"due_at": due + wait + more}),
    ]
    return supplement, wait + more


def _payments(rng: random.Random, card: Card, at: datetime, term: timedelta) -> list[Happening]:
    fee = {"kind": "fee", "amount_vnd": card.procedure.owed_vnd, "procedure": card.procedure.code}
    requested = at + term * rng.uniform(0.01, 0.05)
    made = [Happening(requested, "payments.requested", fee)]
    if card.payment:
        if card.payment == "online":
            [method] = rng.choices(("online_national", "online_ministry"), (8, 2))
        else:
            [method] = rng.choices(("cash", "bank", "card"), (7, 2, 1))
        paid = requested + term * rng.uniform(0.01, 0.2)
        made.append(Happening(paid, "payments.paid", fee | {"method": method}))
    return made
