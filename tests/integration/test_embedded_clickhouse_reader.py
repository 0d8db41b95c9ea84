"""The embedded ClickHouse's `reader` can look at tables, and at nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from store.embedded import EmbeddedClickHouse
from tests.contract.http_client import Answer, PlainHttp

pytestmark = pytest.mark.clickhouse


class Reader:
    """Asks as the reader."""

    def __init__(self, url: str, database: str) -> None:
        self._ask = PlainHttp(url, database)

    def __call__(self, sql: str, **query: Any) -> Answer:
        return self._ask(sql, headers={"X-ClickHouse-User": "reader"}, authenticate=False, **query)


@pytest.fixture
def reader(clickhouse: EmbeddedClickHouse, clickhouse_database: str) -> Reader:
    ask = PlainHttp(clickhouse.url, clickhouse_database)
    ask("CREATE TABLE t (x UInt64, s String) ENGINE = MergeTree ORDER BY x")
    ask("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    ask("CREATE VIEW v AS SELECT sum(x) AS total FROM t")
    ask("CREATE VIEW index_v AS SELECT sum(x) AS total FROM t WHERE x > {least:UInt64}")
    return Reader(clickhouse.url, clickhouse_database)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM t",
        "SELECT * FROM v",
        "SELECT * FROM index_v(least = 1)",
        "WITH 1 AS one SELECT x + one FROM t WHERE s = {s:String} ORDER BY x FORMAT JSON",
        "SELECT x, sum(x) OVER (ORDER BY x) FROM t UNION ALL SELECT number, 0 FROM numbers(3)",
        "SELECT format('{}-{}', s, 'file'), 'x.file' FROM t",
        "(SELECT 1) INTERSECT (SELECT 1)",
        "SHOW TABLES",
        "SHOW CREATE TABLE t",
        "DESCRIBE TABLE t",
        "EXISTS TABLE t",
        "EXPLAIN SELECT * FROM t",
        "SELECT name FROM system.tables WHERE database = currentDatabase()",
    ],
)
def test_a_reader_looks(reader: Reader, sql: str) -> None:
    for _ in range(2):
        assert reader(sql, param_s="a").status == 200


def test_what_a_reader_may_call_like_a_view_is_no_function(reader: Reader) -> None:
    functions = reader("SELECT count() FROM system.table_functions WHERE startsWith(name, 'index_')")
    assert functions.body == b"0\n"


WRITES = [
    "INSERT INTO t VALUES (3, 'c')",
    "INSERT INTO t FORMAT CSV 3,c",
    "INSERT INTO t SELECT 3, 'c'",
    "INSERT INTO FUNCTION file('{out}') SELECT 1",
    "CREATE TABLE u (x Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE u (x Int8)",
    "CREATE DATABASE u",
    "CREATE FUNCTION f AS x -> x",
    "DROP TABLE t",
    "TRUNCATE TABLE t",
    "ALTER TABLE t DELETE WHERE 1",
    "DELETE FROM t WHERE 1",
    "RENAME TABLE t TO u",
    "OPTIMIZE TABLE t FINAL",
    "DETACH TABLE t",
    "SELECT 1 INTO OUTFILE '{out}'",
    "SELECT * FROM t INTO OUTFILE '{out}' FORMAT CSV",
    "SYSTEM STOP MERGES",
    "SYSTEM SHUTDOWN",
    "KILL QUERY WHERE 1",
    "GRANT ALL ON *.* TO reader",
    "BACKUP DATABASE default TO Null",
    "SELECT 1; DROP TABLE t",
]


@pytest.mark.parametrize("sql", WRITES)
def test_a_reader_changes_nothing(
    reader: Reader, clickhouse: EmbeddedClickHouse, clickhouse_database: str, tmp_path: Path, sql: str
) -> None:
    answer = reader(sql.replace("{out}", str(tmp_path / "out")))
    assert answer.code in (62, 164, 358, 497)
    assert not (tmp_path / "out").exists()
    ask = PlainHttp(clickhouse.url, clickhouse_database)
    assert ask("SELECT count() FROM t").text == "2\n"
    assert ask("SHOW TABLES").text == "index_v\nt\nv\n"


READS = [
    "SELECT file('{secret}')",
    "SELECT `file`('{secret}') FORMAT Null",
    "SELECT file /* */ ('{secret}') FORMAT JSON",
    "SELECT arrayMap(file, ['{secret}'])",
    "SELECT arrayMap(f -> file(f), ['{secret}'])",
    "WITH file('{secret}') AS f SELECT f",
    "SELECT x FROM t WHERE s = (SELECT file('{secret}'))",
    "SELECT * FROM file('{secret}', 'LineAsString')",
    "SELECT count() FROM (SELECT * FROM view(SELECT * FROM file('{secret}', 'LineAsString')))",
    "DESCRIBE TABLE file('{secret}')",
    "DESCRIBE file('{secret}', 'CSVWithNames')",
    "EXPLAIN SELECT * FROM file('{secret}', 'LineAsString')",
    "EXPLAIN SYNTAX SELECT file('{secret}')",
    "SELECT * FROM default.`{secret}`",
    "DESCRIBE TABLE default.`{secret}`",
    "SELECT * FROM filesystem('/')",
    "SELECT * FROM sqlite('{secret}', 't')",
    "SELECT * FROM executable('cat {secret}', 'CSV', 's String')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 's String')",
    "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'CSV', 's String')",
    "SELECT * FROM iceberg('http://127.0.0.1:1/bucket/key')",
    "SELECT * FROM remote('127.0.0.1:1', 'system', 'one')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM mongodb('127.0.0.1:1', 'a', 'b', 'c', 'd', 's String')",
    "EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:1', 'd', 'u', 'p') COLUMNS (x Int8)",
    "SELECT * FROM python(self)",
    "SELECT * FROM eval('SELECT file(''{secret}'')')",
    "SELECT aiGenerate('hello')",
]


@pytest.mark.parametrize("sql", READS)
def test_a_reader_reaches_no_file_and_no_network(reader: Reader, tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("top secret\n1\n")
    answer = reader(sql.replace("{secret}", str(secret)))
    assert answer.code in (60, 164, 497), answer.text
    assert "top secret" not in answer.text


@pytest.mark.parametrize(
    "sql",
    [
        "SET max_execution_time = 0",
        "SET readonly = 0",
        "SELECT 1 SETTINGS max_execution_time = 0",
        "SELECT 1 SETTINGS readonly = 0",
    ],
)
def test_a_reader_changes_no_setting(reader: Reader, sql: str) -> None:
    assert reader(sql).code == 164


def test_settings_of_a_subquery_are_in_vain(reader: Reader, tmp_path: Path) -> None:
    assert reader("SELECT * FROM (SELECT getSetting('readonly') SETTINGS readonly = 0)").text == "1\n"
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    assert reader(f"SELECT * FROM (SELECT * FROM default.`{secret}` SETTINGS readonly = 0)").code == 164


def test_a_reader_changes_no_setting_in_the_address_either(reader: Reader) -> None:
    for name in ("readonly", "max_execution_time", "max_result_rows", "max_threads"):
        assert reader("SELECT 1", **{name: 3}).code == 164
    assert reader("SELECT getSetting('readonly')", session_id="mine").text == "1\n"


def test_a_readers_results_are_limited(reader: Reader) -> None:
    assert reader("SELECT number FROM numbers(1000001)", wait_end_of_query=1).code == 396
    assert (
        reader("SELECT getSetting('max_execution_time'), getSetting('max_memory_usage') > 0").text
        == "30\t1\n"
    )


def test_clickhouse_connect_works_for_a_reader(
    reader: Reader, clickhouse: EmbeddedClickHouse, clickhouse_database: str
) -> None:
    client: Client = clickhouse_connect.get_client(
        host="127.0.0.1", port=clickhouse.port, username="reader", database=clickhouse_database
    )
    with client:
        assert client.query("SELECT s FROM t WHERE x = {x:UInt8}", parameters={"x": 2}).result_rows == [
            ("b",)
        ]
        assert client.query_arrow("SELECT * FROM t ORDER BY x").to_pydict() == {"x": [1, 2], "s": ["a", "b"]}
        with pytest.raises(Exception, match="READONLY"):
            client.insert("t", [[3, "c"]])
