"""Personal data at the door: which fields may hold it, and what is cut from a refused event before it is kept."""

from __future__ import annotations

import json
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
_E_MAIL = r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]++@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}"
_IDENTITY = re.compile("|".join((_CITIZEN_NUMBER, _PHONE_NUMBER, _E_MAIL)))

_LAST_WORDS = re.compile(r"[^\W\d_][\w\- \\]*\Z")
_SEPARATOR = re.compile("[:=]")
_STRING = r'"(?:[^"\\]|\\.)*+"?'
_VALUE = re.compile(rf"""\s*(?:{_STRING}|'[^'\n]*+'?|[^\s,;&"'][^,;&\n\r]*+)?""")
_OPENING = re.compile(r"\s*[{\[]")
_IN_BRACKETS = re.compile(rf"""{_STRING}|[{{}}\[\]]|[^"{{}}\[\]]++""")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")

_LONGEST_NAME = 64
_LONGEST_JSON = 1024 * 1024
_LONGEST_TEXT = 256 * 1024
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
    What is not a JSON object or list, or longer than a MiB, is treated as text: as well as can be done, and no more
    than its first 256 Ki characters are kept. Never raises.
    """
    text = payload[:_LONGEST_JSON].decode("utf-8", "replace")
    repeated: list[str] = []

    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(known := dict(pairs)) < len(pairs):
            repeated.append(REMOVED)
        return known

    try:
        document = json.loads(text, object_pairs_hook=as_dict) if len(payload) <= _LONGEST_JSON else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict | list):
        return redact_text(text[:_LONGEST_TEXT])
    cleaned = _clean(document, 0)
    if cleaned == document and not repeated:  # of a repeated key only the last value was looked at
        return text
    return json.dumps(cleaned, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()


def redact_text(text: str) -> str:
    """A text that is not JSON, or a piece of it, without what may be personal."""
    text = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    position = 0
    for separator in _SEPARATOR.finditer(text):
        start, end = separator.span()
        if start < position:
            continue
        before = text[max(position, start - _LONGEST_NAME) : start].rstrip(" \t\r\n\"'")
        name = _LAST_WORDS.search(before)
        if name and is_personal(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), name[0])):
            kept += text[position:end], REMOVED
            position = _value_end(text, end)
    return _IDENTITY.sub(REMOVED, "".join((*kept, text[position:])))


def _value_end(text: str, start: int) -> int:
    """Where the value that begins at a place ends; brackets take what they hold along."""
    if not (opening := _OPENING.match(text, start)):
        value = _VALUE.match(text, start)
        return value.end() if value else start
    depth, end = 1, opening.end()
    while depth and (token := _IN_BRACKETS.match(text, end)):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        end = token.end()
    return end


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
