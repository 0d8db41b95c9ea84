"""Which patterns a schema may have.

They read alike in JSON Schema (ECMA-262) and in Python, repeat nothing within a repetition, and leave no room for a
name, an address or a person's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from schemas.patterns import matcher

CODE_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:-")
"""What a code may consist of: no space, no letter with marks, no at sign."""

_RANGES = re.compile("A-Z|a-z|0-9")
_TOKEN = re.compile(
    r"(?P<look>\(\?[!=])"
    r"|(?P<group>\(\?:)"
    r"|(?P<close>\))(?P<times>\{[0-9]+\}|\?)?"
    r"|(?:\[(?P<set>[^\]\[^\\]+)\]|\\(?P<escaped>[.+/])|(?P<plain>[A-Za-z0-9_/:@-]))(?:\{[0-9]+(?:,[0-9]+)?\}|\?)?"
    r"|(?P<or>\|)"
    r"|\$(?=\)|$)"
)
_FORM = (
    "Write ^...$ of letters, digits, _ / : - and \\., sets of them such as [A-Z0-9._-], groups (?:...) with | in them,"
    " and look-aheads (?!...$); repeat characters and sets with {n}, {n,m} or ?, groups with {n} or ?."
)


@cache
def pattern_mistakes(pattern: str) -> tuple[tuple[str, str], ...]:
    """What is wrong with a pattern, and what to do; nothing if it may be used."""
    return tuple(_mistakes(pattern))


def _mistakes(pattern: str) -> Iterator[tuple[str, str]]:
    characters = _characters(pattern)
    if characters is None or not _compiles(pattern):
        yield "the pattern has not the form that all readers take alike", _FORM
        return
    if others := sorted(characters - CODE_CHARACTERS):
        yield f"the pattern allows more than codes: {' '.join(others)!r}", _FORM
    matches = matcher(pattern)
    if number := next(filter(matches, _person_numbers()), None):
        hint = r"Begin it with ^(?!\+?[0-9]{9,12}$), or allow fewer digits."
        yield f"the pattern allows a number such as people have, of {len(number)} characters", hint


def _characters(pattern: str) -> set[str] | None:
    """Every character that texts of the pattern can have; None if it has not the form."""
    if not pattern.startswith("^") or not pattern.endswith("$"):
        return None
    characters: set[str] = set()
    groups: list[bool] = []  # those open, and whether each is a look-ahead
    position = 1
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            return None
        position = token.end()
        if token["look"] or token["group"]:
            groups.append(bool(token["look"]))
        elif token["close"]:
            if not groups or (groups.pop() and token["times"]):
                return None
        elif token["or"]:
            if not groups:
                return None
        elif (consumed := _consumed(token)) is None:
            return None
        elif not any(groups):
            characters |= consumed
    return None if groups else characters


def _consumed(token: re.Match[str]) -> set[str] | None:
    """The characters that a token stands for; None for a set with other ranges than those of all letters or digits."""
    text = token["set"]
    if not text:
        return set(token["escaped"] or token["plain"] or "")
    characters = set(_RANGES.sub("", text))
    if "-" in _RANGES.sub("", text.removesuffix("-")):
        return None
    for span in _RANGES.findall(text):
        characters.update(map(chr, range(ord(span[0]), ord(span[2]) + 1)))
    return characters


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _person_numbers() -> Iterator[str]:
    """Samples: citizen cards of all provinces, both centuries and sexes; identity cards before them; phones."""
    for province, sex in product(range(1, 97), range(4)):
        yield f"{province:03}{sex}85001234"
    for start in ("186", "012", "264", "371"):
        yield f"{start}123456"
    for prefix in ("03", "05", "07", "08", "09", "843", "849", "+849"):
        yield f"{prefix}12345678"
    for digit, length in product("0123456789", range(9, 13)):
        yield digit * length
