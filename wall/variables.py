"""Variables in a panel's SQL: their values travel beside the SQL, bound by ClickHouse, never as text in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PLACEHOLDER = re.compile(r"\$\{(\w+):sqlstring\}")

Values = Mapping[str, Sequence[str]]
"""By variable: the chosen value, or values."""


class VariableError(ValueError):
    """The SQL uses a variable that the dashboard does not have, or that nothing was chosen for."""


def used(sql: str) -> set[str]:
    """The names of the variables in the SQL."""
    return set(_PLACEHOLDER.findall(sql))


def bind(sql: str, values: Values) -> tuple[str, dict[str, str]]:
    """The SQL with `{var_name_0:String}` for each chosen value, and what these stand for.

    Raises:
        VariableError: a variable has no value.
    """
    parameters: dict[str, str] = {}

    def place(match: re.Match[str]) -> str:
        name = match.group(1)
        chosen = values.get(name, ())
        if not chosen:
            msg = f"nothing is chosen for the variable {name}"
            raise VariableError(msg)
        names = [f"var_{name}_{position}" for position in range(len(chosen))]
        parameters.update(zip(names, chosen, strict=True))
        return ", ".join(f"{{{bound}:String}}" for bound in names)

    return _PLACEHOLDER.sub(place, sql), parameters
