"""Personal data at the door: which fields may hold it, and what is cut from a refused event before it is kept."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

REMOVED = "[removed]"
"""What stands where personal data stood."""


class _Names(msgspec.Struct, frozen=True):
    whole: frozenset[str]
    word: frozenset[str]
    thing: frozenset[str]


_NAMES = msgspec.yaml.decode(Path(__file__).with_name("personal_names.yaml").read_bytes(), type=_Names)
_NAMES_OF_THINGS = frozenset({"name", "names", "ten"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ALONE = r"(?<![A-Za-z0-9_.\-/]){}(?![A-Za-z0-9_\-/])"
_CITIZEN_NUMBER = _ALONE.format("(?:[0-9]{12}|[0-9]{9})")
_PHONE_NUMBER = _ALONE.format(r"(?:\+?84|0)(?:[ .\-]?[0-9]){9,10}")
_E_MAIL = r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}"
_IDENTITY = re.compile("|".join((_CITIZEN_NUMBER, _PHONE_NUMBER, _E_MAIL)))
_KEY = r"""(?P<key>["']?(?P<name>[^\W\d][\w\- ]{0,63}?)["']?\s*[:=]\s*)"""
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^,;&}\]\n\r]*)"""
_PAIR = re.compile(_KEY + _VALUE)
_LONGEST_NAME = 64
_DEEPEST = 64


@lru_cache(maxsize=10_000)
def is_personal(name: str) -> bool:
    """Whether a field of this name may hold personal data, in any case and with any separators."""
    words = [word.lower() for word in _WORD.findall(_without_marks(name))]
    if "".join(words) in _NAMES.whole:
        return True
    found = _NAMES.word.intersection((*words, *map("".join, pairwise(words))))
    if found <= _NAMES_OF_THINGS:
        return bool(found) and _NAMES.thing.isdisjoint(words)
    return True


def is_identity(text: str) -> bool:
    """Whether a text contains what looks like a citizen's number, a phone number or an e-mail address."""
    return _IDENTITY.search(text) is not None


class Finding(NamedTuple):
    """A place in a document: its path, and whether the field's name tells of personal data or its value does."""

    path: str
    by: Literal["name", "value"]


def find_personal(document: object) -> Finding | None:
    """A field in a decoded JSON document that holds personal data, by its name or by what its text looks like.

    In the path, `*` stands for a name that is not one word: it could itself be a person's.
    """
    stack: list[tuple[str, object]] = [("$", document)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            for name in node:
                if is_personal(name):
                    return Finding(f"{path}.{_shown(name)}", "name")
            stack.extend((f"{path}.{_shown(name)}", value) for name, value in node.items())
        elif isinstance(node, list):
            stack.extend((f"{path}[{index}]", value) for index, value in enumerate(node))
        elif isinstance(node, str) and is_identity(node):
            return Finding(path, "value")
    return None


def redact(payload: bytes) -> str:
    """The payload as text without what may be personal, for the dead letters.

    Fields of personal names are cut with all that is in them; numbers of citizens and phones and e-mail addresses are
    cut from every text (a JSON number stays: it is an amount or a count). A payload without any comes back as it was.
    What is not a JSON object or list is treated as text, as well as can be done. Never raises.
    """
    try:
        document = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return redact_text(payload.decode("utf-8", "replace"))
    if not isinstance(document, dict | list):
        return redact_text(payload.decode("utf-8", "replace"))
    cleaned = _clean(document, 0)
    if cleaned == document:
        return payload.decode("utf-8", "replace")
    return msgspec.json.encode(cleaned).decode()


def redact_text(text: str) -> str:
    """A text that is not JSON without what may be personal."""
    return _IDENTITY.sub(REMOVED, _PAIR.sub(_clean_pair, text))


def _clean_pair(match: re.Match[str]) -> str:
    return f"{match['key']}{REMOVED}" if is_personal(match["name"]) else match[0]


def _clean(node: Any, depth: int) -> Any:
    if isinstance(node, str):
        return _IDENTITY.sub(REMOVED, node)
    if depth >= _DEEPEST and isinstance(node, dict | list):
        return REMOVED
    if isinstance(node, dict):
        return {
            _IDENTITY.sub(REMOVED, name): _clean(value, depth + 1)
            for name, value in node.items()
            if not is_personal(name)
        }
    if isinstance(node, list):
        return [_clean(item, depth + 1) for item in node]
    return node


def _shown(name: str) -> str:
    return name if name.isidentifier() and len(name) <= _LONGEST_NAME else "*"


def _without_marks(name: str) -> str:
    """`Số điện thoại` as `So dien thoai`."""
    decomposed = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
