"""ClickHouse's HTTP interface, as clickhouse-connect uses it, blocking and asynchronous.

Runs against a ClickHouse server too, see test_clickhouse_http.py.
"""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import io
import ipaddress
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import clickhouse_connect
import lz4.frame
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError
from clickhouse_connect.driver.external import ExternalData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.clickhouse import connect

pytestmark = pytest.mark.clickhouse

UTC = dt.UTC
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@pytest.fixture
async def asynchronous(clickhouse_url: str, clickhouse_database: str) -> AsyncIterator[AsyncClient]:
    """An asynchronous client of the test's database."""
    address = urlsplit(clickhouse_url)
    client = await clickhouse_connect.get_async_client(
        host=address.hostname or "",
        port=address.port or 8123,
        username=address.username or "default",
        password=address.password or "",
        database=clickhouse_database,
    )
    yield client
    await client.close()


@pytest.fixture
def table(clickhouse_client: Client) -> Iterator[Client]:
    """A client, with an empty table `t`."""
    clickhouse_client.command("CREATE TABLE t (x UInt64, s String) ENGINE = MergeTree ORDER BY x")
    yield clickhouse_client


def rows(client: Client) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in client.query("SELECT * FROM t ORDER BY x").result_rows]


def test_the_handshake_tells_version_and_time_zone(clickhouse_client: Client) -> None:
    assert clickhouse_client.server_version == clickhouse_client.command("SELECT version()")
    assert str(clickhouse_client.server_tz) == clickhouse_client.command("SELECT timezone()")
    assert clickhouse_client.ping()


def test_commands_answer_with_a_value_a_list_or_a_summary(clickhouse_client: Client) -> None:
    command = clickhouse_client.command
    assert command("SELECT 1") == 1
    assert command("SELECT 'a', 'b'") == ["a", "b"]
    summary = command("CREATE TABLE t (x UInt64) ENGINE = MergeTree ORDER BY x")
    assert not isinstance(summary, str | int)
    assert command("EXISTS TABLE t") == 1
    command("INSERT INTO t FORMAT CSV", data="1\n2\n")
    command("ALTER TABLE t ADD COLUMN y Nullable(String)")
    assert command("SELECT count(), any(y) IS NULL FROM t") == ["2", "1"]
    command("RENAME TABLE t TO u")
    assert command("SHOW TABLES") == "u"
    command("DROP TABLE u")


# Inserting


def test_rows_and_columns(table: Client) -> None:
    assert table.insert("t", [[1, "một"], [2, ""]]).written_rows == 2
    table.insert("t", [[3, 4], ["ba", "bốn"]], column_names=["x", "s"], column_oriented=True)
    assert rows(table) == [(1, "một"), (2, ""), (3, "ba"), (4, "bốn")]


def test_arrow_tables_and_frames(table: Client) -> None:
    table.insert_arrow("t", pa.table({"x": pa.array([1], pa.uint64()), "s": ["một"]}))
    table.insert_df("t", pandas.DataFrame({"x": [2], "s": ["hai"]}))
    sql = "SELECT * FROM t ORDER BY x"
    assert table.query_arrow(sql).to_pydict() == {"x": [1, 2], "s": ["một", "hai"]}
    assert table.query_df(sql)["s"].tolist() == ["một", "hai"]
    assert table.query_np(sql)["x"].tolist() == [1, 2]
    with table.query_arrow_stream(sql) as batches:
        assert sum(batch.num_rows for batch in batches) == 2


@pytest.mark.parametrize("compression", [None, "gzip", "lz4"])
def test_raw_inserts(table: Client, compression: str | None) -> None:
    compress = {None: bytes, "gzip": gzip.compress, "lz4": lz4.frame.compress}[compression]
    table.raw_insert("t", insert_block=compress(b"1,a\n2,b\n"), fmt="CSV", compression=compression)
    table.raw_insert(
        "t",
        ["x"],
        insert_block=io.BytesIO(compress(b'{"x":3}\n')),
        fmt="JSONEachRow",
        compression=compression,
    )
    assert rows(table) == [(1, "a"), (2, "b"), (3, "")]


def test_a_parquet_file(table: Client) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"x": pa.array([1, 2], pa.uint64()), "s": ["a", "b"]}), file)
    table.raw_insert("t", insert_block=file.getvalue(), fmt="Parquet")
    assert rows(table) == [(1, "a"), (2, "b")]
    assert pq.read_table(io.BytesIO(table.raw_query("SELECT * FROM t", fmt="Parquet"))).num_rows == 2


def test_a_large_insert_is_one_part(table: Client) -> None:
    data = pa.table({"x": pa.array(range(300_000), pa.uint64()), "s": pa.array(["a"] * 300_000)})
    table.insert_arrow("t", data)
    assert (
        table.command("SELECT count() FROM system.parts WHERE table = 't' AND database = currentDatabase()")
        == 1
    )
    assert table.command("SELECT count() FROM t") == 300_000


def test_rows_that_cannot_be_sent_leave_nothing(table: Client) -> None:
    with pytest.raises(Exception, match="x"):
        table.insert("t", [[1, "a"], ["x", "b"]])
    assert rows(table) == []


# Asking


def test_types_come_back_as_they_went(clickhouse_client: Client) -> None:
    types = {
        "i8 Int8": -8,
        "u64 UInt64": 2**64 - 1,
        "i256 Int256": -(2**200),
        "f Float64": 0.1,
        "dec Decimal(18, 4)": decimal.Decimal("-1.2345"),
        "b Bool": True,
        "s String": "Thừa Thiên Huế",
        "fs FixedString(3)": b"abc",
        "low LowCardinality(String)": "online",
        "n Nullable(Int32)": None,
        "d Date": dt.date(2026, 1, 31),
        "t DateTime('UTC')": dt.datetime(2026, 1, 31, 12, 0, tzinfo=UTC),
        "t3 DateTime64(3, 'Asia/Ho_Chi_Minh')": dt.datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC),
        "u UUID": uuid.UUID(int=7),
        "ip IPv4": ipaddress.IPv4Address("10.0.0.1"),
        "e Enum8('a' = 1, 'b' = 2)": "b",
        "arr Array(Array(Int8))": [[1], [2, 3]],
        "tup Tuple(Int8, String)": (1, "x"),
        "m Map(String, UInt8)": {"k": 1},
        "j JSON": {"a": {"b": [1, 2]}, "c": "d"},
    }
    clickhouse_client.command(f"CREATE TABLE all_types ({', '.join(types)}) ENGINE = MergeTree ORDER BY u64")
    clickhouse_client.insert("all_types", [list(types.values())])
    (row,) = clickhouse_client.query("SELECT * FROM all_types", query_tz="UTC", tz_mode="aware").result_rows
    assert dict(zip(types, row, strict=True)) == types


def test_results_without_rows_have_columns(table: Client) -> None:
    assert table.query("SELECT * FROM t").result_rows == []
    assert table.query("SELECT x, s FROM t LIMIT 0").column_names == ("x", "s")
    assert table.query_arrow("SELECT * FROM t").column_names == ["x", "s"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, max_size=5), number=st.integers(-(2**63), 2**63 - 1), text=TEXT)
def test_any_value_is_a_parameter(
    clickhouse_client: Client, texts: list[str], number: int, text: str
) -> None:
    sql = "SELECT {texts:Array(String)}, {number:Int64}, {text:String}"
    parameters = {"texts": texts, "number": number, "text": text}
    assert clickhouse_client.query(sql, parameters=parameters).first_row == (texts, number, text)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), TEXT), min_size=1, max_size=20))
def test_any_rows_come_back(table: Client, data: list[tuple[int, str]]) -> None:
    table.command("TRUNCATE TABLE t")
    table.insert("t", data)
    assert sorted(rows(table)) == sorted(data)


def test_parameters_of_time_and_name(clickhouse_client: Client) -> None:
    moment = dt.datetime(2026, 1, 31, 12, tzinfo=UTC)
    query = "SELECT {t:DateTime64(3, 'UTC')}, dummy FROM system.{name:Identifier}"
    result = clickhouse_client.query(query, {"t": moment, "name": "one"}, query_tz="UTC", tz_mode="aware")
    assert result.result_rows == [(moment, 0)]


def test_very_long_parameters(clickhouse_client: Client) -> None:
    text = "đ" * 100_000
    assert clickhouse_client.command("SELECT lengthUTF8({text:String})", parameters={"text": text}) == 100_000


def test_settings_of_a_query_and_of_a_client(clickhouse_client: Client, clickhouse_url: str) -> None:
    sql = "SELECT getSetting('max_block_size')"
    before = clickhouse_client.command(sql)
    assert clickhouse_client.command(sql, settings={"max_block_size": 99}) == 99
    assert clickhouse_client.query(sql, settings={"max_block_size": 98}).first_row == (98,)
    assert clickhouse_client.command(sql) == before
    address = urlsplit(clickhouse_url)
    with clickhouse_connect.get_client(
        host=address.hostname or "",
        port=address.port or 8123,
        username=address.username or "default",
        password=address.password or "",
        settings={"max_block_size": 97},
    ) as client:
        assert client.command(sql) == 97
        client.command("CREATE TEMPORARY TABLE mine (x UInt8)")  # this client has a session
        client.insert("mine", [[1]])
        assert client.command("SELECT count() FROM mine") == 1


def test_results_can_be_streamed(clickhouse_client: Client) -> None:
    sql = "SELECT number, toString(number) FROM numbers(500000)"
    with clickhouse_client.query_row_block_stream(sql) as blocks:
        sizes = [len(block) for block in blocks]
    assert sum(sizes) == 500_000
    assert len(sizes) > 1


def test_an_error_in_a_stream_is_raised(clickhouse_client: Client) -> None:
    sql = "SELECT throwIf(number = 3000000, 'too many') FROM numbers(4000000)"
    with (
        pytest.raises(StreamFailureError, match="too many"),
        clickhouse_client.query_row_block_stream(sql) as blocks,
    ):
        for _ in blocks:
            pass


def test_errors_have_their_code_and_name(table: Client) -> None:
    for code, name, call in (
        (60, "UNKNOWN_TABLE", lambda: table.query("SELECT * FROM nope")),
        (62, "SYNTAX_ERROR", lambda: table.command("selekt")),
        (57, "TABLE_ALREADY_EXISTS", lambda: table.command("CREATE TABLE t (x UInt8) ENGINE = Memory")),
        (6, "CANNOT_PARSE_TEXT", lambda: table.query("SELECT toUInt8('x')")),
        (
            27,
            "CANNOT_PARSE_INPUT_ASSERTION_FAILED",
            lambda: table.raw_insert("t", insert_block="x,1\n", fmt="CSV"),
        ),
    ):
        with pytest.raises(DatabaseError) as caught:
            call()
        assert (caught.value.code, caught.value.name) == (code, name)


def test_rows_sent_along_with_a_query(clickhouse_client: Client) -> None:
    sent = ExternalData(
        data=b"1,a\n2,b\n", file_name="sent.csv", fmt="CSV", structure=["x UInt8", "s String"]
    )
    result = clickhouse_client.query("SELECT sum(x), max(s) FROM sent", external_data=sent)
    assert result.first_row == (3, "b")


@pytest.mark.parametrize("compress", [False, "gzip", "zstd", "lz4"])
def test_every_compression(clickhouse_url: str, clickhouse_database: str, compress: str | bool) -> None:
    address = urlsplit(clickhouse_url)
    with clickhouse_connect.get_client(
        host=address.hostname or "",
        port=address.port or 8123,
        username=address.username or "default",
        password=address.password or "",
        database=clickhouse_database,
        compress=compress,
    ) as client:
        client.command("CREATE TABLE t (x UInt64, s String) ENGINE = MergeTree ORDER BY x")
        client.insert("t", [[number, "đ" * 50] for number in range(50_000)])
        assert client.query("SELECT * FROM t ORDER BY x").result_rows[-1] == (49_999, "đ" * 50)


def test_clients_in_many_threads(table: Client, clickhouse_url: str, clickhouse_database: str) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with connect(clickhouse_url, clickhouse_database) as client:
                for step in range(5):
                    client.insert("t", [[number * 10 + step, "a"]])
                    assert client.command(f"SELECT count() FROM t WHERE intDiv(x, 10) = {number}") == step + 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(rows(table)) == 40


async def test_the_asynchronous_client(asynchronous: AsyncClient) -> None:
    await asynchronous.command("CREATE TABLE t (x UInt64, s String) ENGINE = MergeTree ORDER BY x")
    await asynchronous.insert("t", [[1, "một"]])
    await asynchronous.insert_arrow("t", pa.table({"x": pa.array([2], pa.uint64()), "s": ["hai"]}))
    result = await asynchronous.query("SELECT * FROM t WHERE x > {x:UInt64} ORDER BY x", parameters={"x": 0})
    assert result.result_rows == [(1, "một"), (2, "hai")]
    with pytest.raises(DatabaseError) as caught:
        await asynchronous.query("SELECT * FROM nope")
    assert caught.value.code == 60
