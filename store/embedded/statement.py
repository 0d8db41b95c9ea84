"""What must be known of a statement before the engine sees it.

ClickHouse's HTTP interface takes one statement, whose data may follow it in the same bytes. The engine behind us
would run several statements and write into files that a query names, so what the interface does not allow is
refused here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from store.embedded.errors import ErrorCode, QueryError

_TOKEN = re.compile(
    rb"""
      (?P<space> \s+ | --[^\n]* | \#[!\ ][^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<quoted> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`\\]|\\.|``)*` | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
    | (?P<word> [A-Za-z_]\w* )
    | (?P<other> . )
    """,
    re.DOTALL | re.VERBOSE,
)
_BEFORE_ROWS = re.compile(rb"(?:[ \t\f]*;)?[ \t\f]*\r?\n?")
_OPENING, _CLOSING = (b"(", b"[", b"{"), (b")", b"]", b"}")


class _Token(NamedTuple):
    word: str  # upper case; empty for what is not a bare word
    start: int
    end: int
    text: bytes
    depth: int


@dataclass(frozen=True, slots=True)
class Data:
    """Rows that follow an INSERT: their format, where the clause that says so begins, and where they begin."""

    format: str
    clause: int
    offset: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, apart from the rows that follow it.

    Attributes:
        sql: the statement's bytes; for an INSERT with data, up to its VALUES or FORMAT clause.
        keyword: its first word in upper case, empty if there is none.
        format: of the result, if the statement has a FORMAT clause.
        unformatted: the statement without its FORMAT clause and what follows that.
        data: of an INSERT with rows.
        has_footer: whether its result may end with rows apart, totals or extremes.
    """

    sql: bytes
    keyword: str
    format: str | None
    unformatted: bytes
    data: Data | None
    has_footer: bool = False

    @classmethod
    def parse(cls, text: bytes) -> Statement:
        """Read the one statement in `text`, which may go on with rows that an INSERT takes.

        Raises:
            QueryError: there are several statements, or one that names a file of the server.
        """
        tokens = list(_until_data(text))
        keyword = next((token.word for token in tokens if token.word), "")
        if not keyword:
            raise QueryError.of(ErrorCode.SYNTAX_ERROR, "Syntax error: there is no statement in the query")
        _refuse_files(tokens)
        if keyword == "INSERT" and len(tokens) > 1:
            data = _data_of_insert(text, tokens)
            if data is not None:
                head = text[: data.clause]
                return cls(head, keyword, None, head, data)
        _refuse_several(tokens)
        clause_and_name = _format_clause(tokens)
        footer = any(token.word in ("TOTALS", "EXTREMES") for token in tokens)
        if clause_and_name is None:
            return cls(text, keyword, None, text, None, footer)
        clause, name = clause_and_name
        return cls(text, keyword, name.text.decode(), text[: clause.start], None, footer)


def _tokens(text: bytes) -> Iterator[_Token]:
    depth = 0
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "space":
            continue
        if token in _CLOSING:
            depth -= 1
        word = token.decode("ascii", "replace").upper() if kind == "word" else ""
        yield _Token(word, found.start(), found.end(), token, depth)
        if token in _OPENING:
            depth += 1


def _until_data(text: bytes) -> Iterator[_Token]:
    """The tokens of the statement; of an INSERT with rows those up to where the rows begin."""
    insert = select = False
    before = _Token("", 0, 0, b"", 0)
    for token in _tokens(text):
        yield token
        if not before.text:
            insert = token.word == "INSERT"
        elif insert and token.depth == 0 and not _names_table(before):
            select = select or token.word in ("SELECT", "WITH")
            if (token.word == "VALUES" and not select) or (before.word == "FORMAT" and token.word):
                return
        before = token


def _names_table(before: _Token) -> bool:
    """Whether the token after this one belongs to the table's name rather than to a clause."""
    return before.word in ("INSERT", "INTO", "TABLE", "FUNCTION") or before.text == b"."


def _data_of_insert(text: bytes, tokens: list[_Token]) -> Data | None:
    last, before = tokens[-1], tokens[-2]
    select = any(token.word in ("SELECT", "WITH") and token.depth == 0 for token in tokens)
    if before.word != "FORMAT":
        return Data("Values", last.start, last.end) if last.word == "VALUES" and not select else None
    if not last.word:
        return None
    if select:
        if any(token.word == "INPUT" for token in tokens):
            msg = "Rows for input() are not implemented in the embedded server: insert into a table, then select"
            raise QueryError.of(ErrorCode.NOT_IMPLEMENTED, msg)
        return None
    # As ClickHouse's ParserInsertQuery: blanks, then one line end.
    after = _BEFORE_ROWS.match(text, last.end)
    return Data(last.text.decode(), before.start, after.end() if after else last.end)


def _format_clause(tokens: list[_Token]) -> tuple[_Token, _Token] | None:
    """The FORMAT clause that ends the statement, if there is one: the word itself, and the format's name."""
    for index in range(len(tokens) - 2, 0, -1):
        clause, name = tokens[index], tokens[index + 1]
        follows = tokens[index + 2] if index + 2 < len(tokens) else None
        if clause.word == "FORMAT" and clause.depth == 0 and name.word:
            ends = follows is None or follows.text == b";" or follows.word == "SETTINGS"
            return (clause, name) if ends else None
    return None


def _refuse_files(tokens: list[_Token]) -> None:
    for first, second in itertools.pairwise(tokens):
        if (first.word, second.word) == ("INTO", "OUTFILE"):
            raise QueryError.of(ErrorCode.INTO_OUTFILE_NOT_ALLOWED, "INTO OUTFILE is not allowed")
        if (first.word, second.word) == ("FROM", "INFILE"):
            msg = "Query has infile and was send directly to server"
            raise QueryError.of(ErrorCode.UNKNOWN_TYPE_OF_QUERY, msg)


def _refuse_several(tokens: list[_Token]) -> None:
    ends = [token for token in tokens if token.text == b";"]
    if ends and any(token.text != b";" and token.start > ends[0].start for token in tokens):
        msg = f"Syntax error (Multi-statements are not allowed): failed at position {ends[0].start + 1} (end of query)"
        raise QueryError.of(ErrorCode.SYNTAX_ERROR, msg)
