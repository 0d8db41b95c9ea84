"""Matching codes against the patterns of schemas, fast enough for every event.

msgspec's own `pattern` costs 320 ns a string (it is measured in benchmarks/decode.py); the compiled pattern called
directly costs 130 ns, and a code that was seen before 20 ns.
"""

from __future__ import annotations

import re
from collections.abc import Callable

REMEMBERED = 10_000
"""How many codes of one field are remembered; then remembering starts anew."""


MOSTLY_NEW = frozenset({"dossier"})
"""Fields whose codes seldom come twice: remembering them would only cost."""


class FieldError(ValueError):
    """The value of a field is not what it must be."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def matcher(pattern: str) -> Callable[[str], object]:
    """The test of a text against a pattern of JSON Schema.

    There `$` is the end of the text; in Python it also stands before a last line feed.
    """
    return re.compile(re.sub(r"\$(?=\)|\||$)", r"\\Z", pattern)).search


class KnownCodes(dict["str | None", None]):
    """The codes of one field that matched its pattern: `known[code]` passes or raises.

    None, the value of an absent optional field, always passes.

    Raises:
        FieldError: on look-up of a code that does not match.
    """

    def __init__(self, field: str, pattern: str) -> None:
        super().__init__({None: None})
        self._field = field
        self._matches = matcher(pattern)

    def passes(self, code: str | None) -> bool:
        """Whether a code matches, or is absent."""
        try:
            self[code]
        except FieldError:
            return False
        return True

    def __missing__(self, code: str | None) -> None:
        if code is None or not self._matches(code):
            raise FieldError(self._field)
        if len(self) > REMEMBERED:
            self.clear()
            self[None] = None
        self[code] = None
