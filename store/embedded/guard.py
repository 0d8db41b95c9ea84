"""What a reader may not ask although the engine's read-only mode lets it: files, the network, other people's queries.

The engine refuses a reader's writes and changes of settings. It was made for the command line, though, and there
file() reads what its user can read, and SYSTEM and KILL work. So a reader's statement must be one that only reads,
and every function in it is looked up in the engine's own syntax tree, whatever the statement is spelt like.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping

from store.embedded.engine import Connection
from store.embedded.errors import ErrorCode, QueryError
from store.embedded.statement import Statement

_REMEMBERED = 1_000

# Of the functions that return a table those that touch nothing but tables and numbers.
_TABLE_FUNCTIONS = frozenset(
    {
        *(
            "numbers",
            "numbers_mt",
            "zeros",
            "zeros_mt",
            "generateSeries",
            "generate_series",
            "generateRandom",
        ),
        *("primes", "values", "null", "view", "merge"),
    }
)
# Views with parameters are called like functions. Ours begin with this, and no function of ClickHouse does.
_VIEW_PREFIX = "index_"
_STATEMENTS = re.compile(
    r"(SelectWithUnionQuery|SelectIntersectExceptQuery|DescribeQuery|Explain (?!EXPLAIN TABLE OVERRIDE)"
    r"|Show|Exists)"
)
_TABLE_FUNCTION = re.compile(r"TableExpression \([^\n]*\n\s*Function (\w+)")
# A function can also be named without being called: arrayMap(file, [...]).
_OUTWARD = re.compile(r"(?:Function|Identifier) (file|ai[A-Z]\w*|AI[A-Z]\w*)\b")


class Guard:
    """Says which statements a reader may run; remembers those it has allowed."""

    def __init__(self) -> None:
        self._allowed: OrderedDict[bytes, None] = OrderedDict()

    def check(self, connection: Connection, statement: Statement, parameters: Mapping[str, str]) -> None:
        """Let the statement pass.

        Raises:
            QueryError: it does more than read tables.
        """
        sql = statement.unformatted
        if sql in self._allowed:
            return
        found = connection.classify(statement.sql)
        if statement.data or (found.statements and not found.reads_only):
            raise QueryError.of(ErrorCode.READONLY, "reader: Cannot execute query in readonly mode")
        tree, _ = connection.query(b"EXPLAIN AST " + sql, "TabSeparatedRaw", parameters)
        _refuse_outward(tree.decode(errors="replace"))
        self._allowed[sql] = None
        while len(self._allowed) > _REMEMBERED:
            self._allowed.popitem(last=False)


def _refuse_outward(tree: str) -> None:
    if not _STATEMENTS.match(tree):
        raise QueryError.of(ErrorCode.ACCESS_DENIED, "reader: this kind of statement is not for readers")
    called = _TABLE_FUNCTION.findall(tree)
    outward = [name for name in called if name not in _TABLE_FUNCTIONS and not name.startswith(_VIEW_PREFIX)]
    outward += _OUTWARD.findall(tree)
    if outward:
        msg = f"reader: {outward[0]} reaches out of the database, which a reader may not"
        raise QueryError.of(ErrorCode.ACCESS_DENIED, msg)
