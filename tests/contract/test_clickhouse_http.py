"""ClickHouse's HTTP interface, as plain HTTP and curl use it.

Every test here would pass on a ClickHouse server too: set IOC_CLICKHOUSE_URL (http://user:password@host:8123) to
run them against one, as a user who may create databases. test_clickhouse_connect.py does the same with the client.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import threading
import uuid
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import lz4.frame
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.http_client import PlainHttp

pytestmark = pytest.mark.clickhouse

TABLE = "CREATE TABLE t (x UInt64, s String DEFAULT 'none') ENGINE = MergeTree ORDER BY x"
CODECS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (gzip.compress, gzip.decompress),
    "deflate": (zlib.compress, zlib.decompress),
    "zstd": (zstd.compress, zstd.decompress),
    "lz4": (lz4.frame.compress, lz4.frame.decompress),
}


@pytest.fixture
def ask(clickhouse_url: str, clickhouse_database: str) -> PlainHttp:
    """Asks in the test's own database."""
    return PlainHttp(clickhouse_url, clickhouse_database)


@pytest.fixture
def table(ask: PlainHttp) -> PlainHttp:
    """The same, with an empty table `t`."""
    assert ask(TABLE).status == 200
    return ask


# Asking


@pytest.mark.parametrize("path", ["/ping", "/replicas_status", "/"])
def test_health_checks_need_no_user(clickhouse_url: str, path: str) -> None:
    answer = PlainHttp(clickhouse_url)(method="GET", path=path, authenticate=False)
    assert (answer.status, answer.text) == (200, "Ok.\n")


def test_an_unknown_path_is_not_found(ask: PlainHttp) -> None:
    answer = ask(method="GET", path="/nowhere")
    assert answer.status == 404
    assert answer.text.startswith("There is no handle /nowhere")


def test_a_statement_comes_in_the_body_in_the_address_or_in_both(ask: PlainHttp) -> None:
    assert ask("SELECT 1, 'a\tb'").text == "1\ta\\tb\n"
    assert ask(method="GET", query="SELECT 1").text == "1\n"
    assert ask("+ 1", query="SELECT 1").text == "2\n"
    assert ask(iter([b"SELECT ", b"'chunked'"])).text == "chunked\n"
    assert ask(" SELECT 1 ; -- one statement ;\n").text == "1\n"
    assert ask("SELECT ';'; ").text == ";\n"


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "SELECT 1;;SELECT 2", "SELECT 1; DROP TABLE t", "SELECT 1; selekt 2 3"]
)
def test_several_statements_are_refused_and_none_is_run(table: PlainHttp, sql: str) -> None:
    answer = table(sql)
    assert (answer.status, answer.code) == (400, 62)
    assert table("SELECT count() FROM t").text == "0\n"


@pytest.mark.parametrize(
    ("output", "content_type", "body"),
    [
        ("TabSeparated", "text/tab-separated-values; charset=UTF-8", "1\tmột\n2\thai\n"),
        ("CSV", "text/csv; charset=UTF-8; header=absent", '1,"một"\n2,"hai"\n'),
        ("CSVWithNames", "text/csv; charset=UTF-8; header=present", '"x","s"\n1,"một"\n2,"hai"\n'),
        (
            "TSVWithNamesAndTypes",
            "text/tab-separated-values; charset=UTF-8",
            "x\ts\nUInt64\tString\n1\tmột\n2\thai\n",
        ),
        ("JSONEachRow", "application/x-ndjson; charset=UTF-8", '{"x":1,"s":"một"}\n{"x":2,"s":"hai"}\n'),
        ("JSONCompactEachRow", "application/x-ndjson; charset=UTF-8", '[1, "một"]\n[2, "hai"]\n'),
        ("Values", "text/plain; charset=UTF-8", "(1,'một'),(2,'hai')"),
        ("Null", "text/plain; charset=UTF-8", ""),
    ],
)
def test_results_come_in_the_wanted_format(
    table: PlainHttp, output: str, content_type: str, body: str
) -> None:
    table("INSERT INTO t VALUES (1, 'một'), (2, 'hai')")
    sql = "SELECT x, s FROM t ORDER BY x"
    for answer in (
        table(f"{sql} FORMAT {output}"),
        table(f"{sql} FORMAT {output} SETTINGS max_threads = 1;"),
        table(sql, default_format=output),
        table(sql, headers={"X-ClickHouse-Format": output}, wait_end_of_query=1),
    ):
        assert answer.status == 200
        assert answer.text == body
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["X-ClickHouse-Format"] in (output, output.replace("TSV", "TabSeparated"))


@pytest.mark.parametrize("output", ["JSON", "JSONCompact"])
def test_json_tells_columns_and_rows(ask: PlainHttp, output: str) -> None:
    answer = ask(f"SELECT number AS n, 'đ' AS d FROM numbers(3) FORMAT {output}")
    result = json.loads(answer.body)
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert result["meta"] == [{"name": "n", "type": "UInt64"}, {"name": "d", "type": "String"}]
    assert result["rows"] == 3


def test_a_large_result_is_whole(ask: PlainHttp) -> None:
    for wait in (0, 1):
        answer = ask("SELECT number FROM numbers(1000000)", wait_end_of_query=wait)
        assert answer.body == b"".join(b"%d\n" % number for number in range(1_000_000))


@pytest.mark.parametrize(
    "output",
    [
        *(
            "Native",
            "RowBinary",
            "TSV",
            "TSVRaw",
            "TSVWithNames",
            "CSV",
            "CSVWithNames",
            "Values",
            "JSONEachRow",
        ),
        *(
            "JSONCompactEachRow",
            "JSONCompactEachRowWithNames",
            "TSKV",
            "LineAsString",
            "JSONColumns",
            "Vertical",
        ),
    ],
)
def test_a_result_is_the_same_at_once_and_bit_by_bit(ask: PlainHttp, output: str) -> None:
    columns = "number" if output != "LineAsString" else "toString(number)"
    for sql in (
        f"SELECT {columns} FROM numbers(200000) ORDER BY number SETTINGS max_threads = 1, max_block_size = 65409",
        "SELECT toString(number % 3) AS k FROM numbers(9) GROUP BY k WITH TOTALS ORDER BY k",
        "SELECT toString(number) AS k FROM numbers(9) SETTINGS extremes = 1",
        "SELECT '' WHERE 0",
    ):
        whole = ask(sql, default_format=output, wait_end_of_query=1)
        assert ask(sql, default_format=output, wait_end_of_query=0).body == whole.body


def test_headers_tell_of_the_query(table: PlainHttp) -> None:
    identity = f"query-{uuid.uuid4().hex}"
    answer = table("INSERT INTO t (x) SELECT number FROM numbers(7)", query_id=identity, wait_end_of_query=1)
    summary = json.loads(answer.headers["X-ClickHouse-Summary"])
    assert answer.headers["X-ClickHouse-Query-Id"] == identity
    assert (summary["written_rows"], answer.body) == ("7", b"")
    assert "X-ClickHouse-Format" not in answer.headers
    answer = table("SELECT x FROM t", wait_end_of_query=1)
    assert json.loads(answer.headers["X-ClickHouse-Summary"])["read_rows"] == "7"
    assert answer.headers["X-ClickHouse-Timezone"] == table("SELECT timezone()").text.strip()
    assert len(answer.headers["X-ClickHouse-Query-Id"]) == 36


# Inserting


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (None, "INSERT INTO t VALUES (1, 'a;b'), (2, 'c')"),
        (None, "INSERT INTO t (x, s) FORMAT CSV\n1,a;b\n2,c\n"),
        (None, "/* a; comment */ INSERT INTO t FORMAT TSV 1\ta;b\n2\tc\n"),
        ("INSERT INTO t FORMAT JSONEachRow", '{"x":1,"s":"a;b"}\n{"x":2,"s":"c"}\n'),
        ("INSERT INTO t (x, s) VALUES", "(1, 'a;b'), (1 + 1, lower('C'))"),
        ("INSERT INTO TABLE t SETTINGS max_insert_threads = 1 FORMAT CSV", "1,a;b\r\n2,c\r\n"),
        ("INSERT INTO t SELECT 1, 'a;b' UNION ALL SELECT * FROM values('x UInt64, s String', (2, 'c'))", ""),
    ],
)
def test_rows_come_with_the_statement_or_in_the_body(table: PlainHttp, query: str | None, body: str) -> None:
    answer = table(body, query=query) if query else table(body)
    assert (answer.status, answer.text) == (200, "")
    assert table("SELECT * FROM t ORDER BY x").text == "1\ta;b\n2\tc\n"


def test_a_body_larger_than_memory_allows_is_taken(table: PlainHttp) -> None:
    row = b'{"x":1,"s":"%s"}\n' % (b"a" * 980)
    answer = table((row * 1000 for _ in range(40)), query="INSERT INTO t FORMAT JSONEachRow")
    assert answer.status == 200
    assert table("SELECT count(), sum(length(s)) FROM t").text == "40000\t39200000\n"


@pytest.mark.parametrize(
    ("data_format", "body"),
    [("CSV", b"1,a\nx,b\n"), ("JSONEachRow", b'{"x":1}\n{"x":'), ("Native", b"\x01\x02\x01x\x06UInt64\0\0")],
)
def test_bad_rows_are_refused_with_a_code_and_none_is_kept(
    table: PlainHttp, data_format: str, body: bytes
) -> None:
    answer = table(body, query=f"INSERT INTO t FORMAT {data_format}")
    assert answer.status >= 400
    assert answer.code > 0
    assert f"Code: {answer.code}. DB::Exception: " in answer.text
    assert table("SELECT count() FROM t").text == "0\n"


def test_parameters_in_inserted_values(table: PlainHttp) -> None:
    answer = table("INSERT INTO t VALUES ({x:UInt64}, {s:String})", param_x=7, param_s="it's")
    assert answer.status == 200
    assert table("SELECT * FROM t").text == "7\tit\\'s\n"


# Parameters, settings, database


@settings(deadline=None, max_examples=40)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_any_text_is_a_parameter(clickhouse_url: str, text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    answer = PlainHttp(clickhouse_url)("SELECT {p:String} FORMAT RawBLOB", param_p=escaped)
    assert answer.body == text.encode()


def test_parameters_have_types(ask: PlainHttp) -> None:
    sql = "SELECT {a:Array(UInt8)}, {d:DateTime}, {n:Nullable(Int8)} IS NULL FROM system.{t:Identifier}"
    answer = ask(sql, param_a="[1,2]", param_d="2026-01-02 03:04:05", param_n="\\N", param_t="one")
    assert answer.text == "[1,2]\t2026-01-02 03:04:05\t1\n"
    assert ask("SELECT {a:UInt8}", param_a="x").code == 457
    assert ask("SELECT {a:UInt8}").code == 456


def test_settings_hold_for_their_request(ask: PlainHttp) -> None:
    sql = "SELECT getSetting('max_block_size')"
    before = ask(sql).text
    assert ask(sql, max_block_size=777).text == "777\n"
    assert ask(sql).text == before
    answer = ask(sql, no_such_setting=1)
    assert (answer.status, answer.code) == (404, 115)


def test_the_database_comes_from_address_or_header(clickhouse_url: str, clickhouse_database: str) -> None:
    ask = PlainHttp(clickhouse_url)
    sql = "SELECT currentDatabase()"
    assert ask(sql).text == "default\n"
    assert ask(sql, database=clickhouse_database).text == f"{clickhouse_database}\n"
    assert ask(sql, headers={"X-ClickHouse-Database": clickhouse_database}).text == f"{clickhouse_database}\n"
    answer = ask(sql, database="no_such_database")
    assert (answer.status, answer.code) == (404, 81)


def test_a_limit_in_time_ends_a_query(ask: PlainHttp) -> None:
    answer = ask("SELECT sum(sipHash64(number)) FROM numbers(1000000000000)", max_execution_time=1)
    assert answer.code == 159


# Errors


@pytest.mark.parametrize(
    ("sql", "code", "status"),
    [
        ("", 62, 400),
        ("selekt", 62, 400),
        ("SELECT * FROM no_such_table", 60, 404),
        ("SELECT no_such_column", 47, 404),
        ("SELECT no_such_function()", 46, 404),
        ("SELECT 1 FORMAT NoSuchFormat", 73, 404),
        ("SELECT toUInt8('x')", 6, 400),
        ("SELECT throwIf(1)", 395, 500),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", 358, 500),
        ("CREATE TABLE t (x NoSuchType) ENGINE = Memory", 50, 404),
    ],
)
def test_errors_have_code_status_and_name(ask: PlainHttp, sql: str, code: int, status: int) -> None:
    answer = ask(sql)
    assert (answer.code, answer.status) == (code, status)
    assert answer.text.startswith(f"Code: {code}. DB::Exception: ")
    assert "(version " in answer.text
    assert answer.text.endswith("\n")


def test_an_error_in_the_middle_of_a_result_is_told_in_its_body(clickhouse_url: str, ask: PlainHttp) -> None:
    sql = "SELECT throwIf(number = 3000000) FROM numbers(4000000) SETTINGS max_block_size = 10000"
    assert ask(sql, wait_end_of_query=1).code == 395
    curl = subprocess.run(
        ["curl", "-sS", clickhouse_url, "--data-binary", sql], capture_output=True, check=False, timeout=60
    )
    assert curl.returncode != 0
    assert b"__exception__" in curl.stdout[-2000:]
    assert b"Code: 395. DB::Exception: " in curl.stdout[-2000:]


def test_get_only_reads(table: PlainHttp) -> None:
    for sql in (
        "INSERT INTO t (x) VALUES (1)",
        "DROP TABLE t",
        "CREATE TABLE u (x Int8) ENGINE = Memory",
        "TRUNCATE t",
    ):
        answer = table(method="GET", query=sql)
        assert (answer.status, answer.code) == (500, 164)
    assert table(method="GET", query="SELECT count() FROM t").text == "0\n"
    assert table(method="GET", query="SHOW TABLES").text == "t\n"


# Compression


@pytest.mark.parametrize("name", CODECS)
def test_results_are_compressed_when_wanted(ask: PlainHttp, name: str) -> None:
    headers = {"Accept-Encoding": name}
    for rows in (10, 300_000):
        answer = ask(f"SELECT number FROM numbers({rows})", headers=headers, enable_http_compression=1)
        assert answer.headers["Content-Encoding"] == name
        assert CODECS[name][1](answer.body) == b"".join(b"%d\n" % number for number in range(rows))
    answer = ask("SELECT 1", headers=headers, enable_http_compression=0)
    assert "Content-Encoding" not in answer.headers
    assert answer.text == "1\n"


@pytest.mark.parametrize("name", CODECS)
def test_bodies_are_decompressed(table: PlainHttp, name: str) -> None:
    rows = b"".join(b"%d,a\n" % number for number in range(100_000))
    headers = {"Content-Encoding": name}
    body = CODECS[name][0](rows)
    assert table(body, headers=headers, query="INSERT INTO t FORMAT CSV").status == 200
    assert table("SELECT count(), max(x) FROM t").text == "100000\t99999\n"
    assert table(CODECS[name][0](b"SELECT") + CODECS[name][0](b" 1"), headers=headers).text == "1\n"


@pytest.mark.parametrize("name", CODECS)
def test_a_body_that_is_cut_off_or_no_such_thing_is_refused(table: PlainHttp, name: str) -> None:
    body = CODECS[name][0](b"".join(b"%d,a\n" % (number * 7919) for number in range(50_000)))
    for bad in (body[: len(body) // 2], b"not compressed at all"):
        answer = table(bad, headers={"Content-Encoding": name}, query="INSERT INTO t FORMAT CSV")
        assert answer.status >= 400
        assert answer.code > 0
    assert table("SELECT count() FROM t").text == "0\n"


def test_an_unknown_compression_is_named(ask: PlainHttp) -> None:
    answer = ask("SELECT 1", headers={"Content-Encoding": "rot13"})
    assert (answer.status, answer.code) == (501, 48)
    assert "rot13" in answer.text


# Sessions


def test_a_session_keeps_settings_and_temporary_tables(ask: PlainHttp) -> None:
    session = uuid.uuid4().hex
    ask("CREATE TEMPORARY TABLE mine (x UInt8)", session_id=session)
    ask("INSERT INTO mine VALUES (1), (2)", session_id=session)
    ask("SET max_block_size = 55", session_id=session)
    assert ask("SELECT sum(x) FROM mine", session_id=session).text == "3\n"
    own = "SELECT getSetting('max_block_size')"
    assert ask(own, session_id=session, max_block_size=44).text == "44\n"
    assert ask(own, session_id=session).text == "55\n"
    assert ask("SELECT sum(x) FROM mine").code == 60
    assert ask("SELECT sum(x) FROM mine", session_id=uuid.uuid4().hex).code == 60


def test_a_session_can_be_asked_for_and_closed(clickhouse_url: str, clickhouse_database: str) -> None:
    ask = PlainHttp(clickhouse_url)
    session = uuid.uuid4().hex
    assert ask("SELECT 1", session_id=session, session_check=1).code == 372
    ask(f"USE {clickhouse_database}", session_id=session)
    assert ask("SELECT currentDatabase()", session_id=session).text == f"{clickhouse_database}\n"
    assert ask("SELECT currentDatabase()", session_id=session, database="system").text == "system\n"
    assert (
        ask("SELECT currentDatabase()", session_id=session, close_session=1).text
        == f"{clickhouse_database}\n"
    )
    assert ask("SELECT 1", session_id=session, session_check=1).code == 372
    assert ask("SELECT 1", session_id=session, session_timeout="soon").code == 374


def test_a_session_does_one_thing_at_a_time(ask: PlainHttp) -> None:
    session = uuid.uuid4().hex
    with running(ask, session_id=session):
        assert ask("SELECT 1", session_id=session).code == 373


# Users


def test_credentials_come_in_three_ways_but_one_at_a_time(clickhouse_url: str) -> None:
    ask = PlainHttp(clickhouse_url)
    right = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": "certainly not"}
    assert (ask("SELECT 1").status, ask("SELECT currentUser()").status) == (200, 200)
    for answer in (
        ask("SELECT 1", headers=right, authenticate=False),
        ask("SELECT 1", user="nobody", authenticate=False),
        ask("SELECT 1", user="default", password="certainly not", authenticate=False),
        ask("SELECT 1", headers={"Authorization": "Basic bm9ib2R5Og=="}, authenticate=False),
    ):
        assert (answer.status, answer.code) == (403, 516)
        assert "Authentication failed" in answer.text
    mixed = ask("SELECT 1", user="default", headers={"X-ClickHouse-User": "default"}, authenticate=False)
    assert mixed.code == 516


# Several at a time


class running:
    """A query that does not end by itself, running while the block does."""

    def __init__(self, ask: PlainHttp, **query: object) -> None:
        self._ask = ask
        self._marker = uuid.uuid4().hex
        sql = f"SELECT sum(sipHash64(number)) FROM numbers(1000000000000) SETTINGS max_threads = 1 -- {self._marker}"
        self._thread = threading.Thread(target=ask, args=(sql,), kwargs=query)

    def __enter__(self) -> None:
        self._thread.start()
        while not self.there():
            assert self._thread.is_alive()

    def __exit__(self, *_: object) -> None:
        self._ask(f"KILL QUERY WHERE query LIKE '%-- {self._marker}%' SYNC")
        self._thread.join()

    def there(self) -> bool:
        mine = f"query LIKE '%-- {self._marker}%' AND query NOT LIKE '%processes%'"
        return self._ask(f"SELECT count() FROM system.processes WHERE {mine}").text == "1\n"


def test_a_long_query_holds_up_nobody(table: PlainHttp) -> None:
    query = running(table)
    with query:
        assert table("INSERT INTO t (x) SELECT number FROM numbers(1000)").status == 200
        assert table("SELECT count() FROM t").text == "1000\n"
        assert query.there()


def test_many_clients_at_once(table: PlainHttp) -> None:
    def work(number: int) -> None:
        assert table(f"{number},a\n", query="INSERT INTO t FORMAT CSV").status == 200
        assert table(f"SELECT count() FROM t WHERE x = {number}").text == "1\n"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table("SELECT count(), sum(x) FROM t").text == f"40\t{sum(range(40))}\n"


# Other clients


@pytest.fixture
def curl(clickhouse_url: str, clickhouse_database: str) -> Iterator[Callable[..., str]]:
    """Runs curl on the test's database; its output."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("there is no curl here")

    def run(*arguments: str, query: str = "", stdin: bytes | None = None) -> str:
        url = f"{clickhouse_url}/?database={clickhouse_database}{query}"
        done = subprocess.run(
            [program, "-sS", "--fail-with-body", *arguments, url],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return (done.stdout + done.stderr).decode()

    yield run


def test_curl_asks_inserts_and_decompresses(curl: Callable[..., str], tmp_path: Path) -> None:
    assert curl("--data-binary", TABLE) == ""
    insert = "&query=INSERT%20INTO%20t%20FORMAT%20CSV"
    file = tmp_path / "rows.csv.gz"
    file.write_bytes(gzip.compress(b"1,a\n2,b\n"))
    assert curl("-H", "Content-Encoding: gzip", "--data-binary", f"@{file}", query=insert) == ""
    assert curl("-T", "-", "-X", "POST", query=insert, stdin=b"3,c\n" * 100_000) == ""
    assert curl("--compressed", "--data-binary", "SELECT count() FROM t FORMAT CSV") == "100002\n"
    assert curl("-G", "--data-urlencode", "query=SELECT s FROM t WHERE x < 3 ORDER BY x") == "a\nb\n"
    assert "Code: 60. DB::Exception" in curl("--data-binary", "SELECT * FROM nope")


async def test_aiohttp_asks_in_parallel(clickhouse_url: str) -> None:
    import asyncio

    async with aiohttp.ClientSession() as session:

        async def one(number: int) -> str:
            async with session.post(clickhouse_url, data=f"SELECT {number}") as response:
                return await response.text()

        assert await asyncio.gather(*map(one, range(50))) == [f"{number}\n" for number in range(50)]


def test_rows_sent_along_are_a_table(ask: PlainHttp) -> None:
    parts = {"query": (None, b"SELECT sum(_1), any(_2) FROM sent"), "sent": ("sent.csv", b"1,a\n2,a\n")}
    body = b""
    for name, (filename, content) in parts.items():
        file = f'; filename="{filename}"' if filename else ""
        body += (
            f'--limit\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
            + content
            + b"\r\n"
        )
    answer = ask(
        body + b"--limit--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=limit"},
        sent_format="CSV",
        sent_types="UInt8,String",
    )
    assert answer.text == "3\ta\n"


@pytest.mark.parametrize(
    ("what", "wait"),
    [
        ("sum(sipHash64(number)) FROM numbers(1000000000000)", 0),
        ("sum(sipHash64(number)) FROM numbers(1000000000000)", 1),
        ("number FROM numbers(1000000000000)", 0),
        ("number FROM numbers(1000000000000) WHERE sipHash64(number) % 1000000 = 0", 0),
    ],
)
def test_a_query_ends_when_its_client_goes(clickhouse_url: str, ask: PlainHttp, what: str, wait: int) -> None:
    marker = uuid.uuid4().hex
    sql = f"SELECT {what} -- {marker}"
    url = f"{clickhouse_url}/?cancel_http_readonly_queries_on_client_close=1&wait_end_of_query={wait}"
    with subprocess.Popen(
        ["curl", "-sS", "-G", url, "--data-urlencode", f"query={sql}"], stdout=subprocess.PIPE
    ) as client:
        mine = f"query LIKE '%{marker}%' AND query NOT LIKE '%processes%'"
        count = f"SELECT count() FROM system.processes WHERE {mine}"
        while ask(count).text != "1\n":
            assert client.poll() is None
        client.kill()
    while ask(count).text != "0\n":
        pass
