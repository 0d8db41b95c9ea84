"""What the embedded ClickHouse knows of a statement before the engine sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.embedded.engine import quote
from store.embedded.errors import QueryError
from store.embedded.statement import Statement

GAP = st.sampled_from([b" ", b"\n", b"\t", b" -- ; c\n", b"/* ; 'c */", b" # ; c\n", b"#! ;\n"])
FORMATS = st.sampled_from(["CSV", "JSONEachRow", "Native", "ArrowStream"])


@given(text=st.text(), gap=GAP)
def test_what_stands_in_quotes_or_comments_is_not_read(text: str, gap: bytes) -> None:
    literal = quote(text).encode()
    for quoted in (
        literal,
        b'"' + literal[1:-1].replace(b'"', b'\\"') + b'"',
        b"$tag$ ; ' INTO OUTFILE $tag$",
    ):
        sql = b"SELECT" + gap + quoted + gap + b"FORMAT" + gap + b"JSON" + gap + b";" + gap
        statement = Statement.parse(sql)
        assert (statement.keyword, statement.format, statement.data) == ("SELECT", "JSON", None)
        assert statement.sql == sql


@given(first=GAP, second=GAP)
def test_a_second_statement_is_refused(first: bytes, second: bytes) -> None:
    with pytest.raises(QueryError, match="Multi-statements are not allowed") as caught:
        Statement.parse(b"SELECT 1" + first + b";" + second + b"SELECT ';'")
    assert caught.value.code == 62


@given(data=st.binary(), output=FORMATS, gap=GAP)
def test_the_rows_of_an_insert_are_left_alone(data: bytes, output: str, gap: bytes) -> None:
    head = b"INSERT INTO db.`format` (x, `values`)" + gap + b"SETTINGS a = 'values', b = 1" + gap
    text = head + b"FORMAT" + gap + output.encode() + b"\n" + data
    statement = Statement.parse(text)
    assert statement.data is not None
    assert statement.data.format == output
    assert text[statement.data.offset :] == data
    assert statement.sql == head


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (b"INSERT INTO t VALUES (1); (2)", b" (1); (2)"),
        (b"insert into t (a) values(1)", b"(1)"),
        (b"INSERT INTO TABLE values VALUES (1)", b" (1)"),
        (b"INSERT INTO FUNCTION null('x Int8') VALUES (1)", b" (1)"),
        (b"INSERT INTO t FORMAT CSV 1,2", b"1,2"),
        (b"INSERT INTO t FORMAT CSV;\r\n1,2", b"1,2"),
        (b"INSERT INTO t FORMAT CSV\n\n1,2", b"\n1,2"),
        (b"INSERT INTO t FORMAT Values (1)", b"(1)"),
    ],
)
def test_rows_begin_where_clickhouse_begins_them(sql: bytes, rows: bytes) -> None:
    data = Statement.parse(sql).data
    assert data is not None
    assert sql[data.offset :] == rows


@pytest.mark.parametrize(
    "sql",
    [
        b"INSERT INTO t SELECT * FROM values('x Int8', 1)",
        b"INSERT INTO t WITH 1 AS values SELECT values",
        b"INSERT INTO t SELECT 1 FORMAT Null",
        b"INSERT INTO t",
        b"INSERT",
        b"SELECT values, format FROM t",
        b"CREATE TABLE values (format String) ENGINE = Memory",
    ],
)
def test_statements_without_rows(sql: bytes) -> None:
    statement = Statement.parse(sql)
    assert statement.data is None
    assert statement.sql == sql


@pytest.mark.parametrize(
    ("sql", "output"),
    [
        (b"SELECT 1 FORMAT JSON", "JSON"),
        (b"select 1 format CSV settings max_threads = 1", "CSV"),
        (b"SELECT 1 AS format", None),
        (b"SELECT 1 format FROM t", None),
        (b"SELECT format(x, y)", None),
        (b"SELECT * FROM (SELECT 1 AS format)", None),
    ],
)
def test_the_format_clause(sql: bytes, output: str | None) -> None:
    statement = Statement.parse(sql)
    assert statement.format == output
    assert (b"FORMAT" in statement.unformatted.upper()) == (output is None)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (b"", 62),
        (b" -- nothing\n", 62),
        (b"\xff\xfe", 62),
        (b"SELECT 1 INTO OUTFILE 'x'", 358),
        (b"SELECT 1 INTO -- c\n OUTFILE 'x' FORMAT CSV", 358),
        (b"INSERT INTO t FROM INFILE 'x' FORMAT CSV", 78),
        (b"INSERT INTO t SELECT x FROM input('x Int8') FORMAT CSV 1", 48),
    ],
)
def test_what_the_interface_does_not_take(sql: bytes, code: int) -> None:
    with pytest.raises(QueryError) as caught:
        Statement.parse(sql)
    assert caught.value.code == code


@given(st.binary(max_size=60))
def test_any_bytes_are_a_statement_or_refused(text: bytes) -> None:
    try:
        statement = Statement.parse(text)
    except QueryError:
        return
    assert text.startswith(statement.unformatted)


@given(code=st.integers(1, 999), message=st.text(st.characters(exclude_characters="()"), max_size=20))
def test_errors_of_the_engine_keep_code_and_text(code: int, message: str) -> None:
    text = f"Code: {code}. DB::Exception: {message}. (SOME_NAME)"
    error = QueryError.from_engine(f"{text} (version 26.9.2.1 (official build))")
    assert (error.code, str(error)) == (code, text)
    assert QueryError.from_engine("out of luck").code == 1002
