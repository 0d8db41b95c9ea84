"""Deadlines: what an office can still save today, and what its registers tell out of turn."""

from __future__ import annotations

from dashboards import due, irregularities
from dashboards.frame import of_unit
from dashboards.language import Say
from dashboards.model import Dashboard, Grid

UID = "ioc-deadlines"


def deadlines(say: Say) -> Dashboard:
    """The dashboard in one language; nothing in it is judged by colour, since work that is due is nothing abnormal."""
    return of_unit(
        say,
        UID,
        say("Hạn giải quyết", "Deadlines"),
        say(
            "Hồ sơ sắp đến hạn, đã yêu cầu bổ sung, có diễn biến bất thường: những gì còn kịp xử lý.",
            "Dossiers due soon, supplemented, or out of turn: what can still be acted on.",
        ),
        (
            due.soon(1, Grid(0, 0, 15, 6), say),
            due.supplemented(2, Grid(15, 0, 9, 6), say),
            due.by_unit(3, Grid(0, 6, 15, 20), say),
            due.coming(4, Grid(15, 6, 9, 9), say),
            irregularities.by_kind(5, Grid(15, 15, 9, 11), say),
        ),
    )
