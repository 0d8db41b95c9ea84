from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wall.variables import VariableError, bind, used


def test_a_value_travels_beside_the_sql() -> None:
    sql, parameters = bind("SELECT ${unit:sqlstring}, ${unit:sqlstring}", {"unit": ["40"]})
    assert sql == "SELECT {var_unit_0:String}, {var_unit_0:String}"
    assert parameters == {"var_unit_0": "40"}


def test_several_values_make_a_list() -> None:
    sql, parameters = bind("unit IN (${unit:sqlstring})", {"unit": ["40", "56"]})
    assert sql == "unit IN ({var_unit_0:String}, {var_unit_1:String})"
    assert parameters == {"var_unit_0": "40", "var_unit_1": "56"}


@given(st.text(min_size=1))
def test_no_value_gets_into_the_sql(value: str) -> None:
    sql, parameters = bind("x = ${unit:sqlstring}", {"unit": [value]})
    assert sql == "x = {var_unit_0:String}"
    assert parameters == {"var_unit_0": value}


def test_a_variable_without_a_value_is_an_error() -> None:
    with pytest.raises(VariableError, match="unit"):
        bind("${unit:sqlstring}", {})


def test_the_variables_of_a_query_are_known() -> None:
    assert used("${a:sqlstring} $__fromTime ${b:sqlstring}") == {"a", "b"}
