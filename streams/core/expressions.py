"""SQL expressions over a row: the subset on which this evaluator and ClickHouse agree.

Allowed: columns, string, integer and Boolean literals, `= != < <= > >=`, `IN (literals)`, `BETWEEN`,
`IS [NOT] NULL`, `AND OR NOT`, `+ - *`. Logic is three-valued, as in SQL: a comparison with null is null.
A number times a condition is the number where it holds, and 0 where it does not. Everything else is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple, NoReturn, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

Type = Literal["string", "integer", "boolean", "timestamp"]
Value = str | int | bool | None
Row = Sequence[Value]
Evaluate = Callable[[Row], Value]


class ExpressionError(ValueError):
    """The text is not in the subset, or does not fit its columns; the message says where and why."""


class Expression(NamedTuple):
    """A checked expression; `evaluate` takes a row, in which timestamps are epoch ms.

    Of `columns`, those that it uses, `valued` are the ones whose value matters, and not only whether they are null.
    """

    text: str
    type: Type
    columns: tuple[str, ...]
    valued: frozenset[str]
    evaluate: Evaluate


_NUMBERS = ("integer", "timestamp")

_COMPARISONS: dict[type[exp.Expression], Callable[[Any, Any], bool]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
_ARITHMETIC: dict[type[exp.Expression], Callable[[Any, Any], int]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
}


def check(text: str, columns: Mapping[str, str]) -> list[str]:
    """What is wrong with the expression, in words; empty when nothing is."""
    try:
        compile_expression(text, columns)
    except ExpressionError as error:
        return [str(error)]
    return []


def compile_expression(text: str, columns: Mapping[str, str]) -> Expression:
    """Check an expression against its columns and make it ready for rows whose values stand in the columns' order.

    Raises:
        ExpressionError: not in the subset, an unknown column, or types that do not fit.
    """
    try:
        tree: exp.Expression = cast("exp.Expression", sqlglot.parse_one(text, read="clickhouse"))
    except SqlglotError as error:
        msg = f"cannot read the expression {text!r}: it is not complete, or not SQL"
        raise ExpressionError(msg) from error
    found = list(tree.find_all(exp.Column))
    used = tuple(dict.fromkeys(column.name for column in found))
    valued = frozenset(column.name for column in found if not isinstance(column.parent, exp.Is))
    compiler = _Compiler(text, columns)
    kind, evaluate = compiler.compile(tree)
    return Expression(text, kind, used, valued, evaluate)


class Amount(NamedTuple):
    """A column of numbers, and the condition under which it counts."""

    column: str
    condition: str


def amount(text: str, columns: Mapping[str, str]) -> Amount | None:
    """What a checked expression sums: a column of numbers, alone or times a condition; None if it is anything else."""
    tree = sqlglot.parse_one(text, read="clickhouse").unnest()
    sides = (tree.this, tree.expression) if isinstance(tree, exp.Mul) else (tree, exp.true())
    for one, other in (sides, sides[::-1]):
        column, condition = one.unnest(), other.sql(dialect="clickhouse")
        is_number = isinstance(column, exp.Column) and columns.get(column.name) in _NUMBERS
        if is_number and compile_expression(condition, columns).type == "boolean":
            return Amount(column.name, condition)
    return None


def conditions(text: str) -> frozenset[str]:
    """The columns that must be true for the expression to be: those that AND joins, and nothing else is done with."""
    tree = sqlglot.parse_one(text, read="clickhouse")
    parts = tree.flatten() if isinstance(tree, exp.And) else [tree]
    return frozenset(part.name for part in parts if isinstance(part, exp.Column))


class _Compiler:
    """Turns a syntax tree into nested closures, checking types on the way."""

    def __init__(self, text: str, columns: Mapping[str, str]) -> None:
        self._text = text
        self._columns = columns
        self._positions = {name: at for at, name in enumerate(columns)}

    def compile(self, node: exp.Expression) -> tuple[Type, Evaluate]:
        match node:
            case exp.Paren():
                return self.compile(node.this)
            case exp.Column():
                return self._column(node)
            case exp.Literal():
                return self._literal(node)
            case exp.Boolean():
                return "boolean", _constant(bool(node.this))
            case exp.Neg():
                kind, evaluate = self._typed(node.this, "integer")
                return kind, _unary(operator.neg, evaluate)
            case exp.Not():
                kind, evaluate = self._typed(node.this, "boolean")
                return kind, _unary(operator.not_, evaluate)
            case exp.And() | exp.Or():
                _, left = self._typed(node.this, "boolean")
                _, right = self._typed(node.expression, "boolean")
                return "boolean", (_and if isinstance(node, exp.And) else _or)(left, right)
            case exp.Is():
                return self._is_null(node)
            case exp.In():
                return self._in(node)
            case exp.Between():
                return self._between(node)
        if type(node) in _COMPARISONS:
            return self._comparison(node)
        if isinstance(node, exp.Mul):
            return self._product(node)
        if type(node) in _ARITHMETIC:
            _, left = self._typed(node.this, "integer")
            _, right = self._typed(node.expression, "integer")
            return "integer", _binary(_ARITHMETIC[type(node)], left, right)
        return self._fail(f"{node.sql(dialect='clickhouse')!r} is not allowed in an indicator's expression")

    def _product(self, node: exp.Mul) -> tuple[Type, Evaluate]:
        """Of two numbers, or of a number and a condition."""
        factors = [(part, *self.compile(part)) for part in (node.this, node.expression)]
        if [kind for _, kind, _ in factors].count("boolean") != 1:
            for part, _, _ in factors:
                self._typed(part, "integer")
        elif "integer" not in (kind for _, kind, _ in factors):
            self._fail("only a number can be multiplied by a condition")
        return "integer", _binary(operator.mul, *(evaluate for _, _, evaluate in factors))

    def _column(self, node: exp.Column) -> tuple[Type, Evaluate]:
        name = node.name
        if name not in self._columns or node.table:
            near = get_close_matches(name, self._columns, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(self._columns))}"
            self._fail(f"unknown column {node.sql()!r}; {hint}")
        return cast("Type", self._columns[name]), operator.itemgetter(self._positions[name])

    def _literal(self, node: exp.Literal) -> tuple[Type, Evaluate]:
        if node.is_string:
            return "string", _constant(str(node.this))
        if not str(node.this).isdecimal():
            self._fail(f"{node.this} is not a whole number; amounts are whole VND, durations whole ms")
        return "integer", _constant(int(node.this))

    def _typed(self, node: exp.Expression, wanted: Type) -> tuple[Type, Evaluate]:
        kind, evaluate = self.compile(node)
        if kind != wanted:
            self._fail(f"{node.sql(dialect='clickhouse')!r} is of type {kind}, but {wanted} is needed here")
        return kind, evaluate

    def _comparison(self, node: exp.Expression) -> tuple[Type, Evaluate]:
        left_type, left = self.compile(node.this)
        _, right = self._typed(node.expression, left_type)
        if left_type == "boolean":
            self._fail("Booleans are not compared: write x or NOT x")
        if left_type == "string" and not isinstance(node, exp.EQ | exp.NEQ):
            self._fail("strings have no order here: use = or != or IN")
        return "boolean", _binary(_COMPARISONS[type(node)], left, right)

    def _is_null(self, node: exp.Is) -> tuple[Type, Evaluate]:
        if not isinstance(node.expression, exp.Null):
            self._fail("only IS NULL and IS NOT NULL are allowed")
        _, evaluate = self.compile(node.this)
        return "boolean", lambda row: evaluate(row) is None

    def _in(self, node: exp.In) -> tuple[Type, Evaluate]:
        kind, evaluate = self.compile(node.this)
        if not node.expressions:
            self._fail("IN needs a list of literals")
        members = {
            self._typed(member, kind)[1](()) for member in node.expressions if self._is_literal(member)
        }
        return "boolean", _unary(members.__contains__, evaluate)

    def _is_literal(self, node: exp.Expression) -> bool:
        if not isinstance(node, exp.Literal):
            self._fail(f"IN takes literals only, not {node.sql()!r}")
        return True

    def _between(self, node: exp.Between) -> tuple[Type, Evaluate]:
        _, value = self._typed(node.this, "integer")
        _, low = self._typed(node.args["low"], "integer")
        _, high = self._typed(node.args["high"], "integer")
        return "boolean", _and(_binary(operator.ge, value, low), _binary(operator.le, value, high))

    def _fail(self, reason: str) -> NoReturn:
        msg = f"in {self._text!r}: {reason}"
        raise ExpressionError(msg)


def _constant(value: Value) -> Evaluate:
    return lambda row: value


def _unary(function: Callable[[Any], Value], operand: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Value:
        value = operand(row)
        return None if value is None else function(value)

    return evaluate


def _binary(function: Callable[[Any, Any], Value], left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Value:
        a = left(row)
        if a is None:
            return None
        b = right(row)
        return None if b is None else function(a, b)

    return evaluate


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Value:
        a = left(row)
        if a is False:
            return False
        b = right(row)
        return False if b is False else (None if a is None or b is None else True)

    return evaluate


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Value:
        a = left(row)
        if a is True:
            return True
        b = right(row)
        return True if b is True else (None if a is None or b is None else False)

    return evaluate
