"""What the monitor asks of ClickHouse beyond the HTTP interface works in the embedded engine too."""

from __future__ import annotations

import time

import pytest

from tests.contract.http_client import PlainHttp

pytestmark = pytest.mark.clickhouse


@pytest.fixture
def ask(clickhouse_url: str, clickhouse_database: str) -> PlainHttp:
    return PlainHttp(clickhouse_url, clickhouse_database)


SCRIPTS = {
    "the highest version wins": (
        "CREATE TABLE t (k UInt8, v String, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY k;"
        "INSERT INTO t VALUES (1, 'new', 9), (2, 'two', 1);"
        "INSERT INTO t VALUES (1, 'old', 3);"
        "SELECT k, v FROM t FINAL ORDER BY k",
        "1\tnew\n2\ttwo\n",
    ),
    "an inserted block goes through a materialized view": (
        "CREATE TABLE t (k UInt8, v Int64) ENGINE = MergeTree ORDER BY k;"
        "CREATE TABLE sums (k UInt8, v Int64) ENGINE = SummingMergeTree ORDER BY k;"
        "CREATE MATERIALIZED VIEW mv TO sums AS SELECT k, sum(v) AS v FROM t GROUP BY k;"
        "INSERT INTO t SELECT number % 2, number FROM numbers(10);"
        "INSERT INTO t VALUES (1, 100);"
        "SELECT k, sum(v) FROM sums GROUP BY k ORDER BY k",
        "0\t20\n1\t125\n",
    ),
    "states of aggregates are kept and merged": (
        "CREATE TABLE t (k UInt8, s AggregateFunction(quantilesTDigest(0.5), Float64))"
        " ENGINE = AggregatingMergeTree ORDER BY k;"
        "INSERT INTO t SELECT 1, quantilesTDigestState(0.5)(number::Float64) FROM numbers(101);"
        "SELECT quantilesTDigestMerge(0.5)(s) FROM t",
        "[50]\n",
    ),
    "rows past their time go": (
        "CREATE TABLE t (k UInt8, at DateTime) ENGINE = MergeTree ORDER BY k TTL at + INTERVAL 1 DAY;"
        "INSERT INTO t VALUES (1, now()), (2, now() - INTERVAL 2 DAY);"
        "OPTIMIZE TABLE t FINAL;"
        "SELECT k FROM t",
        "1\n",
    ),
    "windows over rows": (
        "SELECT number, sum(number) OVER (ORDER BY number ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM numbers(3)",
        "0\t0\n1\t1\n2\t3\n",
    ),
    "local days and months": (
        "SELECT toDate(t, 'Asia/Ho_Chi_Minh'), toStartOfMonth(t, 'Asia/Ho_Chi_Minh')"
        " FROM (SELECT toDateTime64('2026-01-31 17:00:00', 3, 'UTC') AS t)",
        "2026-02-01\t2026-02-01\n",
    ),
    "a JSON column and its paths": (
        "CREATE TABLE t (k UInt8, data JSON(channel LowCardinality(String))) ENGINE = MergeTree ORDER BY k;"
        """INSERT INTO t VALUES (1, '{"channel": "online", "fee": 10}'), (2, '{"channel": "post"}');"""
        "SELECT data.channel AS c, sum(data.fee::Nullable(Int64)) FROM t GROUP BY c ORDER BY c",
        "online\t10\npost\t\\N\n",
    ),
    "a dictionary of a table": (
        "CREATE TABLE units (code String, name String) ENGINE = MergeTree ORDER BY code;"
        "INSERT INTO units VALUES ('H46.1', 'Sở Y tế');"
        "CREATE DICTIONARY d (code String, name String) PRIMARY KEY code"
        " SOURCE(CLICKHOUSE(QUERY 'SELECT code, name FROM {database}.units')) LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0);"
        "SELECT dictGet('{database}.d', 'name', 'H46.1')",
        "Sở Y tế\n",
    ),
    "joins": (
        "SELECT number, name FROM numbers(2) AS n"
        " LEFT JOIN values('k UInt64, name String', (1, 'một')) AS v ON n.number = v.k ORDER BY number",
        "0\t\n1\tmột\n",
    ),
    "rows changed and removed": (
        "CREATE TABLE t (k UInt8, v UInt8) ENGINE = MergeTree ORDER BY k;"
        "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);"
        "ALTER TABLE t UPDATE v = 9 WHERE k = 1 SETTINGS mutations_sync = 1;"
        "DELETE FROM t WHERE k = 2;"
        "SELECT * FROM t ORDER BY k",
        "1\t9\n3\t3\n",
    ),
}


@pytest.mark.parametrize("what", SCRIPTS)
def test_the_engine_can(ask: PlainHttp, clickhouse_database: str, what: str) -> None:
    script, expected = SCRIPTS[what]
    *before, last = script.replace("{database}", clickhouse_database).split(";")
    for statement in before:
        answer = ask(statement)
        assert answer.status == 200, answer.text
    assert ask(last).text == expected


def test_parts_merge_in_the_background(ask: PlainHttp) -> None:
    ask("CREATE TABLE t (k UInt8, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY k")
    for version in range(12):
        ask(f"INSERT INTO t VALUES (1, {version})")
    deadline = time.monotonic() + 60
    while ask("SELECT count() FROM t").text == "12\n":
        assert time.monotonic() < deadline, "nothing was merged"
        time.sleep(0.1)
    assert ask("SELECT max(version), count() FROM t FINAL").text == "11\t1\n"


def test_a_materialized_view_refreshes_itself(ask: PlainHttp) -> None:
    ask("CREATE TABLE t (k UInt8) ENGINE = MergeTree ORDER BY k")
    ask("INSERT INTO t VALUES (1), (2)")
    create = "CREATE MATERIALIZED VIEW mv REFRESH EVERY 1 SECOND (n UInt64) ENGINE = MergeTree ORDER BY n"
    assert ask(f"{create} AS SELECT count() AS n FROM t").status == 200
    ask("SYSTEM WAIT VIEW mv")
    assert ask("SELECT n FROM mv").text == "2\n"
