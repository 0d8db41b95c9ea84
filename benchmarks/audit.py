"""How long `ioc audit` takes: every figure of a province recomputed from its raw events, which ClickHouse makes itself.

    python -m benchmarks.audit [--events N]

Of ten events four are receipts, as many settlements and what lies between, the others payments. Six of a hundred
dossiers are supplemented, two paused. The stream's figures are what the events give, so nothing differs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from clickhouse_connect.driver.client import Client
from rich.console import Console
from rich.table import Table

from config.columns import event_fields
from config.loader import Configuration, load
from ioc.settings import Settings
from schemas.registry import load_registry
from store.audit import audit
from store.client import connect
from store.embedded.process import EmbeddedClickHouse
from store.migrate import migrate
from store.recompute import Extent, Span, passes, sums
from streams.core.buckets import GRAINS

_PROVINCE = "40"
_DAYS = 365
_PER_DOSSIER = 2.5
_BLOCK = 1_000_000

_LIFE = (
    (
        "filings.received",
        1.0,
        "0",
        """'{"dossier":"' || d || '","channel":"' || channel || '","due_at":"' || due || '"}'""",
    ),
    ("filings.supplement_asked", 0.06, "86400", """'{"dossier":"' || d || '"}'"""),
    ("filings.supplement_given", 0.05, "4 * 86400", """'{"dossier":"' || d || '"}'"""),
    ("filings.paused", 0.02, "2 * 86400", """'{"dossier":"' || d || '"}'"""),
    ("filings.settled", 0.9, "(1 + n % 12) * 86400", """'{"dossier":"' || d || '"}'"""),
    ("payments.paid", 0.47, "3600", """'{"kind":"fee","method":"online_national","amount_vnd":50000}'"""),
)
"""What happens to a dossier: the event, to how many of them, so many seconds after its receipt, its data."""


_ALONE = ("overdue_backlog", "online_payment_rate")
"""Indicators that are audited by themselves, too: one over dossiers, one over events."""


def fill(client: Client, configuration: Configuration, events: int) -> int:
    """Make about so many events; returns how many there are."""
    units = [code for code, unit in configuration.units.units.items() if unit.province == _PROVINCE]
    dossiers = int(events / _PER_DOSSIER)
    for first in range(0, dossiers, _BLOCK):
        for kind, share, after, data in _LIFE:
            client.command(
                "INSERT INTO events (kind, unit, source, id, time, arrived_at, dossier, data, part, kafka_offset)"
                " WITH number + {first:UInt64} AS n, {units:Array(String)} AS units, units[n % length(units) + 1] AS u,"
                " 'd' || toString(n) AS d, ['online', 'direct', 'post'][n % 3 + 1] AS channel,"
                f" now64(3) - toIntervalSecond(cityHash64(n) % {_DAYS * 86_400}) AS received_at,"
                " formatDateTime(received_at + INTERVAL 10 DAY, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS due"
                f" SELECT '{kind}', u, '/benchmarks/audit', '{kind}' || toString(n),"
                f" received_at + toIntervalSecond({after}) AS at, at + INTERVAL 2 SECOND,"
                f" if(startsWith('{kind}', 'filings'), d, ''), {data}, n % 4, n"
                f" FROM numbers({{rows:UInt64}}) WHERE cityHash64(n, '{kind}') % 1000 < {int(1000 * share)}",
                parameters={"first": first, "rows": min(_BLOCK, dossiers - first), "units": units},
            )
    count: int = client.query("SELECT count() FROM events").result_rows[0][0]
    return count


def tell(client: Client, configuration: Configuration) -> None:
    """What the events give becomes what the stream has told."""
    fields = list(event_fields(load_registry()))
    province = configuration.units.provinces[_PROVINCE]
    for one in passes(configuration.indicators.values()):
        told = sums(one, Extent(province, dict.fromkeys(GRAINS, Span())), configuration.units, fields)
        client.command(
            "INSERT INTO indicator_values SELECT indicator, CAST(grain, 'Int8'), unit, dims,"
            f" toDateTime64(bucket, 0, 'UTC'), 0, '{_PROVINCE}', day, numerator, denominator, 1, now64(3) FROM ({told})"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--events", type=int, default=10_000_000)
    options = arguments.parse_args()
    configuration = load(Settings().config)
    fields = list(event_fields(load_registry()))
    with tempfile.TemporaryDirectory() as folder, EmbeddedClickHouse(Path(folder)) as server:
        settings = Settings(clickhouse=server.url)
        with connect(settings, database="default") as client:
            migrate(client, settings.clickhouse_database)
        with connect(settings) as client:
            count = fill(client, configuration, options.events)
            tell(client, configuration)
            table = Table("audit", "seconds", "buckets", title=f"{count:,} events of {_DAYS} days")
            every = configuration.indicators
            for chosen in (every, *({name: every[name]} for name in _ALONE)):
                started = time.perf_counter()
                result = audit(client, configuration.units, chosen, fields, settle_seconds=0)
                assert not result.differences, result.differences[:3]
                what = "all indicators" if chosen is every else next(iter(chosen))
                table.add_row(what, f"{time.perf_counter() - started:.1f}", f"{result.buckets:,}")
    Console().print(table)


if __name__ == "__main__":
    main()
