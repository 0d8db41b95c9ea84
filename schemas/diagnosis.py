"""The precise cause why an event cannot be decoded, in words. Only bad events come here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec

from schemas.event import ID_PATTERN
from schemas.fields import Field
from schemas.patterns import FieldError, matcher
from schemas.personal_data import find_personal, is_identity
from schemas.refusal import Reason, Refusal
from schemas.registry import EventType

_IDENTIFIER = (
    "1 to 128 visible ASCII characters that are neither an e-mail address nor a bare number of 9 to 12 digits"
)
_ENVELOPE = {
    "specversion": 'the text "1.0"',
    "id": _IDENTIFIER,
    "source": _IDENTIFIER,
    "type": "an event type such as vn.ioc.filings.received.v1",
    "time": Field("time", "instant", required=True).expected,
    "subject": "a unit's code: 1 to 64 of A-Z a-z 0-9 . _ - but not a bare number of 9 to 12 digits",
    "data": "an object with the fields of the event's type",
    "datacontenttype": 'the text "application/json", or nothing',
}
_is_identifier = matcher(ID_PATTERN)
_MISFIT = re.compile(r"Object (?P<how>missing required|contains unknown) field `(?P<name>.*)`")
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


class _Cause(NamedTuple):
    reason: Reason
    path: str
    message: str


def diagnose(value: bytes, error: Exception, types: Mapping[str, EventType]) -> Refusal:
    """Why msgspec refused these bytes with this error."""
    try:
        document = msgspec.json.decode(value)
    except UnicodeDecodeError:
        return Refusal("not_json", "$", "expected JSON in UTF-8, got bytes of another encoding")
    except msgspec.DecodeError as malformed:
        return Refusal(
            "not_json", "$", f"expected JSON: {str(malformed).removeprefix('JSON is malformed: ')}"
        )
    except RecursionError:
        return Refusal("not_json", "$", "expected JSON of few levels, got one nested too deep to be read")
    if not isinstance(document, dict):
        cause = _personal(document) or _Cause(
            "bad_envelope", "$", "expected a CloudEvent, which is an object"
        )
        return Refusal(*cause)
    event_type = types.get(str(document.get("type")))
    cause = _personal(document) or _unknown_type(document, types) or _broken_rule(document, event_type, error)
    return Refusal(
        *cause,
        type=_presentable(document.get("type")),
        source=_presentable(document.get("source")),
        event_id=_presentable(document.get("id")),
        schema_version=event_type.version if event_type else "",
    )


def _personal(document: object) -> _Cause | None:
    """Personal data goes before every other cause: it must not come again."""
    found = find_personal(document)
    if found is None:
        return None
    name = found.path.rpartition(".")[2]
    if found.by == "name":
        message = f"the field {name} may hold personal data: its source must not send it"
    else:
        message = f"the value of {name} looks like a person's number or address: its source must not send it"
    return _Cause("personal_data", found.path, message)


def _unknown_type(document: Mapping[str, Any], types: Mapping[str, EventType]) -> _Cause | None:
    name = document.get("type")
    if not isinstance(name, str) or name in types:
        return None
    message = f"there is no schema of this type. {_suggestion(name, types)}".rstrip()
    return _Cause("unknown_type", "$.type", message)


def _broken_rule(document: Mapping[str, Any], event_type: EventType | None, error: Exception) -> _Cause:
    """What msgspec's error says: its text ends with the place, its cause may be a finding of our own."""
    text, _, place = str(error).partition(" - at `$")
    parts = tuple(place.removesuffix("`").split(".")[1:])
    how = ""
    if isinstance(error.__cause__, FieldError):
        parts += (error.__cause__.field,)
    elif misfit := _MISFIT.match(text):
        how = misfit["how"]
        parts += (misfit["name"],)
    return _cause(document, event_type, parts, how)


def _cause(
    document: Mapping[str, Any], event_type: EventType | None, parts: tuple[str, ...], how: str
) -> _Cause:
    name = parts[-1] if parts else ""
    path = ".".join(("$", *(part for part in parts if _FIELD_NAME.match(part))))
    in_data = parts[:1] == ("data",) and (len(parts) > 1 or "data" in document)
    reason: Reason = "bad_data" if in_data else "bad_envelope"
    fields = event_type.fields if event_type else {}
    if how == "contains unknown":
        known = fields if in_data else _ENVELOPE
        owner = event_type.type if event_type and in_data else "the envelope"
        return _Cause(reason, path, f"{owner} has no such field. {_suggestion(name, known)}".rstrip())
    expected = (
        fields[name].expected if len(parts) > 1 and name in fields else _ENVELOPE.get(name, "an object")
    )
    return _Cause(reason, path, f"{'required: ' if how else ''}expected {expected}")


def _suggestion(word: str, known: Iterable[str]) -> str:
    alike = get_close_matches(word, known, n=1)
    return f"Did you mean {alike[0]}?" if alike else ""


def _presentable(value: object) -> str:
    """A text of the envelope if it may be shown: no free text, and nobody's number."""
    return value if isinstance(value, str) and _is_identifier(value) and not is_identity(value) else ""
