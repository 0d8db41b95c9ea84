"""A small filled store: a live province with two units, and the archive of a register."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from clickhouse_connect.driver.client import Client

from config.loader import load
from store.dimensions import fill
from store.migrate import migrate
from streams.core.sketch import BINS, bins_of

CONFIG = Path(__file__).parents[2] / "config"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNIT = "40.so-cong-thuong"
OTHER_UNIT = "40.so-ngoai-vu"
OFFICER = "receipt.Resource01"

Figure = tuple[str, str, int, int]
"""Indicator, dims, numerator, denominator."""


def in_bin(days: int) -> str:
    """The dimension of a histogram of ms that holds so many days."""
    return f"bin={BINS[bins_of(np.array([days * 86_400_000]))[0]]}"


SERVICES: tuple[Figure, ...] = (
    ("essential_services_live", "", 51, 53),
    ("essential_services_paperless", "", 20, 53),
    ("essential_dossiers", "essential_service=birth_registration", 40, 0),
    ("essential_dossiers", "essential_service=passport", 60, 0),
    ("essential_dossiers", "", 5, 0),
    ("essential_online_rate", "", 90, 105),
    ("interconnected_dossiers", "interconnected_group=birth", 30, 0),
    ("interconnected_dossiers", "interconnected_group=death", 12, 0),
    ("interconnected_on_time", "interconnected_group=birth,interconnected_step=birth_registration", 18, 20),
    ("interconnected_on_time", "interconnected_group=birth,interconnected_step=health_insurance_card", 9, 10),
    ("interconnected_on_time", "interconnected_group=death,interconnected_step=funeral_support", 3, 5),
    ("fee_exempt_dossiers", "", 70, 0),
    ("fees_waived", "", 4_200_000, 0),
    ("abolished_papers_asked", "", 2, 400),
    ("electronic_results", "", 880, 1_000),
    ("criminal_records_by_vneid", "", 45, 50),
)
PAYMENTS: tuple[Figure, ...] = (
    ("schools_without_cash", "", 1_480, 1_500),
    ("tuition_without_cash", "", 850_000_000, 1_000_000_000),
    ("hospitals_without_cash", "", 44, 60),
    ("hospital_fees_without_cash", "", 300_000_000, 400_000_000),
    ("urban_benefits_to_accounts", "kind=social_insurance", 98_000_000, 100_000_000),
    ("urban_benefits_to_accounts", "kind=unemployment_benefit", 49_000_000, 50_000_000),
    ("pensions_to_accounts", "", 82_000_000, 100_000_000),
    ("beneficiaries_with_accounts", "", 221_011, 295_000),
    ("credit_customers", "credit_kind=social", 2_000, 0),
    ("credit_customers", "credit_kind=unsecured", 140, 0),
    ("credit_outstanding", "credit_kind=social", 90_000_000_000, 0),
    ("credit_outstanding", "credit_kind=unsecured", 7_734_000_000, 0),
)
RECORDS: tuple[Figure, ...] = (
    ("cleaning_error_rate", "registry=population", 300, 12_000),
    ("cleaning_backlog", "registry=population", 45_000, 0),
    ("citizen_cards", "", 2_535_000, 2_600_000),
    ("citizen_cards_issued", "card_reason=first", 500, 0),
    ("identity_accounts", "", 1_900_000, 2_400_000),
    ("identity_accounts_activated", "", 700, 0),
    ("records_digitised", "registry=land", 3_000, 0),
    ("records_digitised", "registry=civil_status", 6_000, 0),
    ("digitisation_progress", "registry=land", 30_000, 90_000),
    ("digitisation_progress", "registry=civil_status", 80_000, 100_000),
    ("digitisation_schedule", "registry=land", 30_000, 50_000),
    ("digitisation_schedule", "registry=civil_status", 80_000, 75_000),
    ("certificates_sent", "certificate=birth", 95, 100),
    ("certificates_rejected", "certificate=birth", 3, 0),
    ("certificate_delay", "", 95 * 43_200_000, 95),
    ("certificate_facilities", "", 160, 180),
    ("insurance_lookups_by_card", "", 4_500, 5_000),
    ("insurance_facilities", "", 470, 480),
    ("accommodation_notices", "facility_kind=guest_house", 900, 0),
    ("accommodation_facilities", "", 600, 900),
    ("silent_facilities", "service=accommodation_notice", 25, 0),
    ("silent_facilities", "service=tuition", 4, 0),
    ("devices_alive", "device_kind=kiosk", 95, 100),
    ("devices_alive", "device_kind=notary_point", 18, 20),
    ("device_transactions", "device_kind=kiosk", 1_234, 0),
    ("device_incidents", "device_kind=kiosk", 3, 0),
    ("results_stored", "", 900, 0),
    ("results_reused", "", 80, 0),
    ("results_linked", "", 450, 900),
)
TODAY: tuple[Figure, ...] = (
    ("dossiers_received", "channel=online", 1_200, 0),
    ("dossiers_received", "channel=direct", 300, 0),
    ("online_filing_rate", "channel=online", 1_200, 1_200),
    ("online_filing_rate", "channel=direct", 0, 300),
    ("dossiers_settled", "channel=online", 1_000, 0),
    ("on_time_settlement", "channel=online", 850, 1_000),
    ("dossiers_late", "channel=online", 150, 0),
    ("settlement_days", "channel=online", 1_000 * 3 * 86_400_000, 1_000),
    ("settlement_time", in_bin(2), 900, 0),
    ("settlement_time", in_bin(12), 100, 0),
    ("open_backlog", "channel=online", 500, 0),
    ("overdue_backlog", "channel=online", 40, 0),
    ("due_within_1_day", "", 12, 0),
    ("due_within_2_days", "", 30, 0),
    ("due_within_3_days", "", 55, 0),
    ("supplemented_once", "", 9, 0),
    ("irregular_dossiers", "irregularity=resumed", 3, 0),
    ("irregular_dossiers", "irregularity=settled", 5, 0),
    ("late_events", "", 20, 0),
    ("late_event_delay", "", 20 * 5_400_000, 20),
    ("audits", "", 12, 0),
    ("audit_differences", "", 2, 0),
    ("online_payment_rate", "", 60, 100),
    ("records_cleaned", "registry=population", 12_345, 0),
    ("index_closed", "", 850, 1_000),
    ("index_running", "", 460, 460),
    ("index_overdue", "", 0, 40),
    ("index_published_on_time", "", 45, 52),
    *SERVICES,
    *PAYMENTS,
    *RECORDS,
    ("tasks_overdue", "task_kind=task", 3, 0),
    ("tasks_not_begun", "task_kind=task", 4, 0),
    ("tasks_running", "task_kind=task", 20, 0),
    ("tasks_running", "task_kind=pilot_model", 2, 0),
    ("tasks_done", "task_kind=pilot_model", 6, 0),
    ("tasks_due_soon", "task_kind=task", 1, 0),
    ("tasks_on_time", "", 9, 12),
    ("tasks_days_late", "", 3 * 5 * 86_400_000, 3),
    ("tasks_assigned", "task_kind=task", 7, 0),
    ("satisfaction_rate", "survey_about=overall", 85, 100),
    ("petitions_on_time", "", 19, 20),
    ("petitions_overdue", "", 2, 0),
    ("petitions_open", "", 15, 0),
    ("petitions_received", "petition_about=environment", 8, 0),
    ("petitions_answered", "", 20, 0),
    ("ratings", "survey_method=kiosk", 100, 0),
    ("petitions_liked", "", 30, 40),
)

TOMORROW: tuple[Figure, ...] = (
    ("overdue_backlog", "channel=online", 7, 0),
    ("index_running", "", -300, -300),
    ("index_overdue", "", 0, 300),
)
"""What will be overdue then if nobody settles it."""


def fill_store(client: Client, database: str, now: datetime) -> None:
    """Migrate and fill: today's figures for the live province, October 2010 for the register."""
    migrate(client, database)
    configuration = load(CONFIG)
    fill(client, configuration.units, configuration.indicators, configuration.indices.values())
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = []
    for unit in ("40", UNIT):
        rows += figures("40", unit, "day", midnight, TODAY)
        rows += figures("40", unit, "hour", now.replace(minute=0, second=0, microsecond=0), TODAY)
        rows += figures("40", unit, "minute", now.replace(second=0, microsecond=0), TODAY)
        rows += figures("40", unit, "day", midnight + timedelta(days=1), TOMORROW)
    rows += figures("40", OTHER_UNIT, "day", midnight, [("on_time_settlement", "", 95, 100)])
    first = datetime(2010, 10, 4, tzinfo=ZoneInfo("Europe/Amsterdam"))
    for unit in ("receipt", OFFICER):
        rows += figures("receipt", unit, "day", first, [("dossiers_received", "channel=online", 3, 0)])
        rows += figures("receipt", unit, "day", first, [("open_backlog", "channel=online", 3, 0)])
        november = datetime(2010, 11, 8, tzinfo=ZoneInfo("Europe/Amsterdam"))
        settled: list[Figure] = [
            ("dossiers_settled", "channel=online", 2, 0),
            ("on_time_settlement", "channel=online", 1, 2),
            ("dossiers_late", "channel=online", 1, 0),
            ("settlement_days", "channel=online", 50 * 86_400_000, 2),
            *(("settlement_time", in_bin(days), 1, 0) for days in (20, 30)),
            ("open_backlog", "channel=online", -2, 0),
            ("overdue_backlog", "channel=online", 1, 0),
        ]
        rows += figures("receipt", unit, "day", november, settled)
    add_figures(client, rows)
    add_published(client, UNIT, f"{midnight:%Y}", now)
    add_event(client, "filings.received", UNIT, now, now, dossier="A-1")
    add_event(client, "payments.paid", UNIT, now, now - timedelta(seconds=300), dossier="A-1")
    add_event(client, "updates.records_cleaned", OTHER_UNIT, now, now - timedelta(days=9), dossier="")
    add_dead_letters(client, now, 3)
    add_alert(client, now - timedelta(minutes=5))


def figures(
    province: str, unit: str, grain: str, at: datetime, values: Iterable[Figure], version: int = 1
) -> list[list[object]]:
    """Rows of indicator_values for one bucket."""
    return [
        [name, grain, unit, dims, at, 0, province, at.date(), numerator, denominator, version, at]
        for name, dims, numerator, denominator in values
    ]


def add_figures(client: Client, rows: list[list[object]]) -> None:
    """Insert rows of `figures`."""
    columns = "indicator grain unit dims bucket part province day numerator denominator version updated_at"
    client.insert("indicator_values", rows, columns.split())


def add_event(
    client: Client, kind: str, unit: str, time: datetime, arrived_at: datetime, dossier: str
) -> None:
    """Insert one event."""
    data = json.dumps({"dossier": dossier})
    row = [kind, unit, "/tests", f"{kind}/{dossier}", time, arrived_at, dossier, data, 0, 1]
    columns = "kind unit source id time arrived_at dossier data part kafka_offset"
    client.insert("events", [row], columns.split())


def add_published(client: Client, unit: str, period: str, now: datetime) -> None:
    """Insert published scores of a unit: the total, and a row with its cases."""
    columns = "index_id unit period measure score numerator denominator read_at"
    scores = [("total", 4_550, None, None), ("2", 1_700, 85, 100)]
    rows = [["decision-766", unit, period, *score, now] for score in scores]
    client.insert("index_published", rows, columns.split())


def add_dead_letters(client: Client, arrived_at: datetime, count: int) -> None:
    """Insert refused events, all for the same reason."""
    rows = [
        [
            f"ioc.events.filings/0/{n}",
            "ioc.events.filings",
            0,
            n,
            arrived_at,
            "bad_data",
            "$.data",
            "no",
            "{}",
        ]
        for n in range(count)
    ]
    columns = "id topic part kafka_offset arrived_at reason path message payload"
    client.insert("dead_letters", rows, columns.split())


def add_alert(client: Client, at: datetime, state: str = "firing") -> None:
    """Insert a transition of an alert of the live province."""
    row = ["f1", at, state, at, "Overdue", "40", "warning", "Quá hạn tăng", "Overdue rises", 40, 40, 0, 10]
    columns = (
        "fingerprint starts_at state at alertname unit severity summary_vi summary_en value numerator denominator"
        " threshold"
    )
    client.insert("alert_transitions", [row], columns.split())
