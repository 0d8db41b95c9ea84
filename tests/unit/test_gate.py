"""The door at the source refuses what compute would, and says so to whoever gave the event."""

from __future__ import annotations

import pytest

from producers.event import Event, Refused
from producers.gate import Checked, Gate
from schemas.decoder import EventDecoder
from schemas.registry import load_registry
from streams.core.units import Province, Text, Unit, Units
from streams.core.validity import Validity

NAME = Text("x", "x")
REGISTRY = load_registry()
UNITS = Units(
    [Province("40", NAME, "Asia/Ho_Chi_Minh")],
    [Unit("412", NAME, "district", "40", "40", valid_to="2025-07-01")],
)
GATE = Gate(EventDecoder(REGISTRY), UNITS, Validity(UNITS, REGISTRY.streams))


def received(time: str, unit: str = "412") -> Event:
    data = {"dossier": "d1", "channel": "online"}
    return {
        "specversion": "1.0",
        "id": "e1",
        "source": "/tests",
        "type": "vn.ioc.filings.received.v1",
        "time": time,
        "subject": unit,
        "data": data,
    }


def test_an_event_of_the_unit_s_time_passes() -> None:
    checked = GATE.check(received("2025-06-30T23:59:59+07:00"))
    assert isinstance(checked, Checked)
    assert (checked.stream, checked.key) == ("filings", "412")


@pytest.mark.parametrize(
    ("event", "reason", "words"),
    [
        (received("2025-07-01T00:00:00+07:00"), "unit_not_valid", "412 does not exist from 2025-07-01 on"),
        (received("2025-06-01T00:00:00+07:00", "413"), "unknown_unit", "there is no unit '413'"),
    ],
)
def test_what_compute_would_refuse_is_refused_at_the_source(event: Event, reason: str, words: str) -> None:
    refused = GATE.check(event)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.path) == (reason, "$.subject")
    assert words in refused.message
