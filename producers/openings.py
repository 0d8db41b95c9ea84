"""What a province already has when its simulation begins: services that are provided, facilities that take part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from producers.ledgers import LODGINGS, LOOKUP_FACILITIES, SCHOOLS

_BACKLOG = 0.4
"""Of the records that a year cleans, as many wait to be."""

_SILENT = 0.01
"""Of the facilities that take part, as many have fallen silent."""


def openings(figures: Mapping[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kinds of events and their data; they are the province's own, and counts are from nothing."""
    backlog = int(figures["population_records"] * _BACKLOG)
    yield "updates.records_cleaned", {"registry": "population", "records": 0, "backlog_change": backlog}
    live, paperless = int(figures["services_live"]), int(figures["services_paperless"])
    services = {
        "service_group": "essential",
        "services_planned_change": int(figures["services_planned"]),
        "services_live_change": live,
        "services_paperless_change": paperless,
    }
    yield "updates.services_provided", services
    hospitals, health = int(figures["hospitals_connected"]), int(figures["health_facilities_connected"])
    for service, facilities, connected in (
        ("tuition", SCHOOLS, SCHOOLS),
        ("hospital_fee", hospitals, hospitals),
        ("health_certificate", health, health),
        ("insurance_lookup", LOOKUP_FACILITIES, LOOKUP_FACILITIES),
        ("accommodation_notice", LODGINGS, LODGINGS // 5),
    ):
        counts = {"facilities_change": facilities, "connected_change": connected}
        counts["silent_change"] = round(connected * _SILENT)
        yield "updates.facilities_connected", {"service": service} | counts
