"""ClickHouse as the doctor sees it: version, migrations, the newest of what is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from clickhouse_connect.driver.exceptions import ClickHouseError

from config.loader import load
from ioc.doctor.finding import Finding, in_words
from ioc.doctor.reach import unreachable
from ioc.errors import UserError
from ioc.settings import Settings
from schemas.registry import load_registry
from store import counted_by
from store.client import ClickHouseUnreachableError, connect
from store.migrate import migrations

_NAMED = 5

_AUDIT_OLD_SECONDS = 2 * 3600
"""Its longest interval is an hour."""


def examine(settings: Settings, now: float) -> Iterator[Finding]:
    """Look at the server, its tables, and the age of the newest stored event (`now` in seconds since 1970)."""
    address = urlsplit(settings.clickhouse)
    host, port = address.hostname or "", address.port or (8443 if address.scheme == "https" else 8123)
    try:
        if reason := unreachable([(host, port)]):
            msg = f"{host}:{port} does not answer: {reason}"
            raise ClickHouseUnreachableError(msg)
        client = connect(settings, database="default")
    except ClickHouseUnreachableError as error:
        advice = "Start it with `ioc up`, or set IOC_CLICKHOUSE to where it is."
        yield Finding("fail", "ClickHouse", str(error), advice)
        return
    try:
        client.database = settings.clickhouse_database
        yield Finding("ok", "ClickHouse", f"version {client.server_version}, database {client.database}")
        wanted = [migration.name for migration in migrations()]
        applied = [row[0] for row in client.query("SELECT name FROM schema_migrations").result_rows]
        yield tables_finding(applied, wanted)
        if set(wanted) <= set(applied):
            newest_ms = client.query(
                "SELECT toUnixTimestamp64Milli(max(arrived_at)) FROM events"
            ).result_rows[0][0]
            age = in_words(now - newest_ms / 1000)
            yield Finding(
                "ok", "stored", f"newest event arrived {age} ago" if newest_ms > 0 else "no event yet"
            )
            audited_ms = client.query(
                "SELECT toUnixTimestamp64Milli(max(newest)) FROM arrivals WHERE kind = 'updates.figures_audited'"
            ).result_rows[0][0]
            yield audit_finding(now - audited_ms / 1000 if audited_ms > 0 else None)
            configuration = load(settings.config, load_registry(*settings.schema_folders))
            yield past_finding(counted_by.changed(client, configuration.units, configuration.indicators))
    except UserError as error:
        yield Finding("fail", "config", str(error).splitlines()[0], "`ioc check` says all of it.")
    except ClickHouseError as error:
        what = str(error).splitlines()[0]
        yield Finding("fail", "tables", what, "`ioc up`, and the store role at its start, makes them.")
    finally:
        client.close()


def tables_finding(applied: Collection[str], wanted: Sequence[str]) -> Finding:
    """Whether the numbered DDL of this version is applied."""
    pending = [name for name in wanted if name not in applied]
    if pending:
        return Finding(
            "fail",
            "tables",
            f"not applied: {', '.join(pending)}",
            "`ioc up`, and the store role at its start, does it.",
        )
    ahead = sorted(set(applied) - set(wanted))
    if ahead:
        return Finding(
            "warn", "tables", f"of a newer version: {', '.join(ahead)}", "Update this installation."
        )
    return Finding("ok", "tables", f"migrated to {wanted[-1]}")


def past_finding(changed: Sequence[str]) -> Finding:
    """Whether earlier days were counted as new events are, by what has changed since (see store.counted_by)."""
    if not changed:
        return Finding("ok", "past", "earlier days are counted by the same definitions and units")
    names = ", ".join("units or calendars" if what == counted_by.UNITS else what for what in changed[:_NAMED])
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    return Finding(
        "warn",
        "past",
        f"changed or new since earlier days were counted: {names}{more}",
        "`ioc rebuild` counts all of the past anew; with --dry-run it says what would change.",
    )


def audit_finding(age_seconds: float | None) -> Finding:
    """Whether `ioc audit --watch` goes on, by the age of its newest result, None if there is none."""
    if age_seconds is None:
        return Finding("off", "audit", "`ioc audit --watch` has not run")
    what = f"figures were last audited {in_words(age_seconds)} ago"
    if age_seconds > _AUDIT_OLD_SECONDS:
        return Finding("warn", "audit", what, "Start `ioc audit --watch` again, or look at what it says.")
    return Finding("ok", "audit", what)
