"""What happens to one petition from its receipt to its answer. Pure: all chance is `rng`."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from producers.lives import Happening
from producers.profiles import Profile

_DAYS = 21.0
"""Fifteen working days."""
PER_DOSSIER = 0.004
EVENTS_PER_PETITION = 3.9
_CHANNELS = ("national_portal", "province_portal", "hotline", "app", "paper")
_ABOUT = (
    "procedure_rule",
    "officials_conduct",
    "late_dossier",
    "online_service",
    "infrastructure",
    "environment",
)


def longest_petition(speed: float) -> timedelta:
    """No petition lives longer: its term, the days of being late, and what readers do after."""
    return 1.3 * timedelta(days=_DAYS / speed) + timedelta(days=4)


def petition_life(rng: random.Random, profile: Profile, at: datetime, speed: float) -> list[Happening]:
    """The life of a petition that a unit receives `at` a local time, in order of time."""
    term = timedelta(days=_DAYS / speed)
    [channel] = rng.choices(_CHANNELS, (8, 5, 3, 3, 1))
    received = {
        "petition_channel": channel,
        "petition_about": rng.choice(_ABOUT),
        "due_at": at + term,
    }
    life = [Happening(at, "petitions.received", received)]
    if rng.random() < 0.08:
        because = rng.choice(("not_competent", "duplicate", "no_content"))
        refused = at + term * rng.uniform(0.02, 0.12)
        return [*life, Happening(refused, "petitions.refused", {"refused_because": because})]
    late = rng.random() < profile.late / 2
    answered = at + term + timedelta(days=rng.uniform(1, 3)) if late else at + term * rng.uniform(0.2, 0.95)
    life.append(Happening(answered, "petitions.answered", {}))
    if rng.random() < 0.95:
        published = answered + term * rng.uniform(0.01, 0.1)
        life.append(Happening(published, "petitions.published", {}))
        likes, dislikes = rng.randint(0, 12), int(rng.expovariate(1))
        seen = published + term * rng.uniform(0.02, 0.1)
        life.append(Happening(seen, "petitions.reacted", {"likes": likes, "dislikes": dislikes}))
        if dislikes > likes:
            life.append(Happening(seen, "petitions.disliked", {}))
    return life
