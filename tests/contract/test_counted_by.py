"""What has changed since the past was counted: definitions and who belongs to whom, not words and targets."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest
from clickhouse_connect.driver.client import Client

from config.loader import load
from ioc.settings import Settings
from store.counted_by import UNITS, changed, note, note_first
from store.migrate import migrate
from streams.core.indicators import Indicator
from streams.core.units import Text, Units

pytestmark = pytest.mark.clickhouse

SHIPPED = load(Settings.config)
RATE = "online_filing_rate"


@pytest.fixture
def tables(clickhouse_client: Client, clickhouse_database: str) -> Client:
    migrate(clickhouse_client, clickhouse_database)
    return clickhouse_client


def with_changed(**fields: object) -> Mapping[str, Indicator]:
    return {**SHIPPED.indicators, RATE: msgspec.structs.replace(SHIPPED.indicators[RATE], **fields)}


def test_nothing_is_known_of_tables_from_before(tables: Client) -> None:
    assert changed(tables, SHIPPED.units, SHIPPED.indicators) == []


def test_a_definition_changes_the_past_and_words_do_not(tables: Client) -> None:
    note_first(tables, SHIPPED.units, SHIPPED.indicators)
    other = with_changed(numerator="channel = 'direct'")
    note_first(tables, SHIPPED.units, other)  # at the next start: the past is as it was
    assert changed(tables, SHIPPED.units, other) == [RATE]
    words = with_changed(name=Text("Tên", "Name"), target=0.5)
    assert changed(tables, SHIPPED.units, words) == []
    note(tables, SHIPPED.units, other)
    assert changed(tables, SHIPPED.units, other) == []


def test_new_indicators_and_moved_units_have_no_past(tables: Client) -> None:
    without = {name: one for name, one in SHIPPED.indicators.items() if name != RATE}
    note_first(tables, SHIPPED.units, without)
    first, *others = SHIPPED.units.units.values()
    moved = Units(
        SHIPPED.units.provinces.values(), [msgspec.structs.replace(first, parent=others[0].code), *others]
    )
    assert changed(tables, moved, SHIPPED.indicators) == [UNITS, RATE]
