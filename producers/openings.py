"""What a province already has when its simulation begins: services that are provided, facilities that take part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from producers.ledgers import LODGINGS, LOOKUP_FACILITIES, SCHOOLS

_BACKLOG = 0.4
"""Of the records that a year cleans, as many wait to be."""


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
    for service, facilities, connected in (
        ("tuition", SCHOOLS, SCHOOLS),
        ("hospital_fee", int(figures["hospitals_connected"]), int(figures["hospitals_connected"])),
        ("health_certificate", *[int(figures["health_facilities_connected"])] * 2),
        ("insurance_lookup", LOOKUP_FACILITIES, LOOKUP_FACILITIES),
        ("accommodation_notice", LODGINGS, LODGINGS // 5),
    ):
        counts = {"facilities_change": facilities, "connected_change": connected}
        yield "updates.facilities_connected", {"service": service} | counts
