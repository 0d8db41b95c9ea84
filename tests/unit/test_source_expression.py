from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.expression import Expression, ExpressionError


@pytest.mark.parametrize(
    ("text", "row", "value", "columns"),
    [
        ("code", {"code": "A"}, "A", {"code"}),
        ('"case:channel"', {"case:channel": "Desk"}, "Desk", {"case:channel"}),
        ("'constant'", {}, "constant", set()),
        ("code", {"code": ""}, None, {"code"}),
        ("code", {}, None, {"code"}),
        ("a || b", {"a": "", "b": "B"}, "B", {"a", "b"}),
        ("join('/', [a, b])", {"a": "A", "b": "B"}, "A/B", {"a", "b"}),
        ("a == 'x' && b != ''", {"a": "x", "b": "y"}, True, {"a", "b"}),
        ("fees[0].amount", {"fees": [{"amount": 5}]}, 5, {"fees"}),
        ("fees[?paid].amount | [0]", {"fees": [{"paid": True, "amount": 7}]}, 7, {"fees"}),
        ("[@][?a == 'x'].b | [0]", {"a": "x", "b": "B"}, "B", {"a", "b"}),
        ("max_by(fees, &amount).kind", {"fees": [{"amount": 1, "kind": "a"}]}, "a", {"fees"}),
    ],
)
def test_expressions(text: str, row: dict[str, Any], value: object, columns: set[str]) -> None:
    expression = Expression(text)
    assert expression(row) == value
    assert expression.columns == columns


@pytest.mark.parametrize("text", ["case:channel", "a ||", "nonsense(", '"open'])
def test_what_is_no_expression_is_said_so(text: str) -> None:
    with pytest.raises(ExpressionError, match="not a JMESPath expression"):
        Expression(text)


def test_a_function_that_does_not_take_the_value_is_named() -> None:
    with pytest.raises(ExpressionError, match=r"length\(n\)"):
        Expression("length(n)")({"n": 3})


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1), st.text(min_size=1)
)
def test_every_column_name_can_be_quoted(name: str, value: str) -> None:
    name = unicodedata.normalize("NFC", name)  # as the columns of every file are
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    expression = Expression(f'"{quoted}"')
    assert expression.columns == {name}
    assert expression({name: value}) == value
