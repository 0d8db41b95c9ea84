"""The users of the production server, tried on ClickHouse's engine: what their grants allow is enough, and no more.

The engine knows one user, `default`: each of ours takes that name for the time of a test, without its password.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.retention import GROUPS, Retention
from config.retention import Period as Kept
from dashboards.shipped import Shipped
from store.migrate import migrations
from store.retention import TABLES, alteration
from wall.macros import Period, expand

pytestmark = pytest.mark.clickhouse

ROOT = Path(__file__).parents[2]
USERS = ROOT / "store/server/users.d/ioc.xml"

CHOSEN = {"province": "40", "unit": "40", "index": "decision-766", "period": "2026-10"}
"""What a viewer chose."""

Run = Callable[[str, Sequence[str]], list[str]]
"""Runs statements as a user; their errors, empty where there is none."""


def users_file(user: str) -> str:
    """Our users' file with this user as the engine's only one."""
    tree = ElementTree.fromstring(USERS.read_text(encoding="utf-8"))  # noqa: S314  # our own file
    users = tree.find("users")
    assert users is not None
    ours = users.find(user)
    assert ours is not None
    for other in list(users):
        users.remove(other)
    ours.tag = "default"
    password = ours.find("password_sha256_hex")
    assert password is not None
    ours.remove(password)
    ElementTree.SubElement(ours, "no_password")
    users.append(ours)
    for constraint in tree.iterfind(".//constraints/*"):
        for changeable in constraint.findall("changeable_in_readonly"):
            constraint.remove(changeable)  # the engine as a library does not know it
    profiles = tree.find("profiles")
    assert profiles is not None
    ElementTree.SubElement(profiles, "default")
    ElementTree.SubElement(ElementTree.SubElement(tree, "quotas"), "default")
    return ElementTree.tostring(tree, encoding="unicode")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("users")
    (folder / "config.xml").write_text(
        f"<clickhouse><users_config>{folder}/users.xml</users_config></clickhouse>"
    )

    def run_as(user: str, statements: Sequence[str]) -> list[str]:
        (folder / "users.xml").write_text(users_file(user))
        done = subprocess.run(
            [sys.executable, "-m", "tests.contract.clickhouse_as_user", str(folder / "data")],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            input=json.dumps(statements),
            capture_output=True,
            text=True,
            check=True,
        )
        return list(json.loads(done.stdout))

    ddl = [statement for migration in migrations() for statement in migration.statements]
    errors = run_as("writer", ["CREATE DATABASE IF NOT EXISTS ioc", "USE ioc", *ddl])
    assert not any(errors), next(filter(None, errors))
    yield run_as


def test_the_writer_fills_the_tables_it_has_made(run: Run) -> None:
    errors = run(
        "writer",
        [
            "INSERT INTO ioc.units (code, level, province, live) VALUES ('40', 'province', '40', true)",
            "INSERT INTO ioc.events (kind, unit, source, id) VALUES ('filings.received', '40', '/t', '1')",
            "SELECT count() FROM ioc.events FINAL",
            "OPTIMIZE TABLE ioc.events FINAL",
        ],
    )
    assert not any(errors), errors


def test_the_writer_applies_the_retention(run: Run) -> None:
    some = Retention(**dict.fromkeys(GROUPS, Kept(2, "year")))
    errors = run(
        "writer",
        [
            "USE ioc",
            *(alteration(table, some) for table in TABLES),
            "SELECT throwIf(count() = 0) FROM system.tables"
            " WHERE database = 'ioc' AND name = 'events' AND engine_full LIKE '% TTL %'",
            "INSERT INTO removals SELECT 'events', now64(3, 'UTC') - toIntervalYear(2)",
            *(alteration(table, Retention()) for table in TABLES),
        ],
    )
    assert not any(errors), errors


def test_the_writer_puts_rebuilt_figures_in_place(run: Run) -> None:
    """The statements of store.staging."""
    errors = run(
        "writer",
        [
            "USE ioc",
            *(f"CREATE TABLE {name} AS indicator_values" for name in ("rebuilt_1", "rebuilt_1_0")),
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, '^rebuilt_')",
            "ALTER TABLE rebuilt_1 DROP PARTITION tuple()",
            "ALTER TABLE rebuilt_1 ATTACH PARTITION tuple() FROM rebuilt_1_0",
            "ALTER TABLE indicator_values ATTACH PARTITION tuple() FROM rebuilt_1",
            *(f"DROP TABLE IF EXISTS {name}" for name in ("rebuilt_1", "rebuilt_1_0")),
        ],
    )
    assert not any(errors), errors


def test_the_writer_has_no_business_elsewhere(run: Run) -> None:
    refused = [
        "CREATE DATABASE other",
        "DROP DATABASE ioc",
        "CREATE USER somebody",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SYSTEM SHUTDOWN",
    ]
    assert all("Not enough privileges" in error for error in run("writer", refused))


def test_the_reader_runs_every_panel_and_every_variable(run: Run) -> None:
    statements = ["USE ioc"]
    for dashboard in Shipped.read().dashboards.values():
        queries = [target["rawSql"] for panel in dashboard["panels"] for target in panel["targets"]]
        queries += [variable["query"] for variable in dashboard["templating"]["list"]]
        for query in queries:
            for name, chosen in CHOSEN.items():
                query = query.replace(f"${{{name}:sqlstring}}", f"'{chosen}'")
            statements.append(expand(query, Period(0, 1_000_000)))
    errors = run("reader", statements)
    assert not any(errors), next(filter(None, errors))


def test_the_reader_may_only_look_and_cannot_lift_its_limits(run: Run) -> None:
    refused = [
        "INSERT INTO ioc.units (code) VALUES ('x')",
        "DROP TABLE ioc.events",
        "ALTER TABLE ioc.events DELETE WHERE 1",
        "CREATE TABLE ioc.mine (x Int8) ENGINE = Memory",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM remote('127.0.0.1', system.one)",
        "SET readonly = 0",
        "SELECT 1 SETTINGS max_execution_time = 3600",
        "SELECT 1 SETTINGS max_memory_usage = 0",
        "SYSTEM SHUTDOWN",
    ]
    errors = run("reader", refused)
    assert all("Not enough privileges" in error or "readonly mode" in error for error in errors), errors
    assert run("reader", ["SELECT throwIf(getSetting('max_execution_time') != 30)"]) == [""]
