"""The shape of a file against its JSON Schema, every deviation in plain words.

A schema may help the words: `description` says what a value is, `examples` shows one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from config.documents import Document, Location
from config.problems import Problem, did_you_mean

FORMATS = Path(__file__).resolve().parent / "formats"
"""The schemas of the configuration's files; editors with a YAML language server use them too."""


@dataclass(frozen=True)
class Entry:
    """A mapping in a document; only a `sound` one, which fits its schema, can be relied on."""

    document: Document
    location: Location
    value: dict[str, Any]
    sound: bool

    def problem(self, message: str, hint: str = "", at: Location = ()) -> Problem:
        """A problem of this entry, or of what stands `at` a location inside it."""
        return self.document.problem((*self.location, *at), message, hint)


@dataclass(frozen=True)
class Sheet:
    """A document whose shape was looked at."""

    document: Document
    flaws: tuple[tuple[Location, Problem], ...]

    @property
    def problems(self) -> list[Problem]:
        """What does not fit the schema."""
        return [problem for _, problem in self.flaws]

    def entries(self, key: str) -> list[Entry]:
        """The mappings listed under a key of the document, the unsound ones too."""
        top = self.document.value
        listed = top.get(key) if isinstance(top, dict) else None
        items = enumerate(listed) if isinstance(listed, list) else ()
        return [self._entry((key, index), item) for index, item in items if isinstance(item, dict)]

    def entry(self, key: str) -> Entry | None:
        """The mapping under a key of the document."""
        top = self.document.value
        value = top.get(key) if isinstance(top, dict) else None
        return self._entry((key,), value) if isinstance(value, dict) else None

    def _entry(self, location: Location, value: dict[str, Any]) -> Entry:
        flawed = any(at[: len(location)] == location for at, _ in self.flaws)
        return Entry(self.document, location, value, not flawed)


@dataclass(frozen=True)
class Sheets:
    """The files of one part; `complete` unless some could not be read at all, and may hold what others name."""

    sheets: tuple[Sheet, ...]
    complete: bool = True

    def entries(self, key: str) -> list[Entry]:
        """The mappings listed under a key, of all files."""
        return [entry for sheet in self.sheets for entry in sheet.entries(key)]


def shape(document: Document, schema: str) -> Sheet:
    """Compare a document with a schema of `FORMATS`, named without `.schema.json`."""
    flaws = [
        flaw for error in _validator(schema).iter_errors(document.value) for flaw in _flaws(document, error)
    ]
    return Sheet(document, tuple(flaws))


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """JSON Schema's, but `$` is the end of the text and not also the place before a last line break."""
    if isinstance(instance, str) and (instance.endswith("\n") or not re.search(pattern, instance)):
        yield ValidationError(f"{instance!r} does not match {pattern}")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # jsonschema's stubs


@cache
def _validator(schema: str) -> Any:
    return _Validator(json.loads((FORMATS / f"{schema}.schema.json").read_text(encoding="utf-8")))


class _Misfit(NamedTuple):
    """What jsonschema says about one place."""

    name: str
    rule: str
    wanted: Any
    found: Any
    schema: Mapping[str, Any]
    message: str


def _flaws(document: Document, error: ValidationError) -> Iterator[tuple[Location, Problem]]:
    if error.validator in ("anyOf", "oneOf") and (nearest := best_match(error.context or [])):
        yield from _flaws(document, nearest)
        return
    location: Location = tuple(error.absolute_path)
    schema = cast("Mapping[str, Any]", error.schema)
    misfit = _Misfit(
        _name(location), str(error.validator), error.validator_value, error.instance, schema, error.message
    )
    if misfit.rule == "additionalProperties":
        known = schema.get("properties", {})
        for key in misfit.found.keys() - known.keys():
            flaw = document.problem((*location, key), f"unknown key '{key}'", did_you_mean(key, known))
            yield (*location, key), flaw
        return
    if misfit.rule == "required":
        for key in misfit.wanted:
            if misfit.message.startswith(f"{key!r} "):  # jsonschema reports each missing key by itself
                yield location, document.problem(location, *_missing(misfit, key))
        return
    message, hint = _WORDS[misfit.rule](misfit) if misfit.rule in _WORDS else (misfit.message, _help(schema))
    yield location, document.problem(location, message, hint)


def _name(location: Location) -> str:
    """What a person would call the place: its last key, or its position in a list."""
    if not location:
        return "the file"
    if isinstance(location[-1], str):
        return f"'{location[-1]}'"
    keys = [part for part in location if isinstance(part, str)]
    return f"entry {location[-1] + 1}" + (f" of '{keys[-1]}'" if keys else "")


def _help(schema: Mapping[str, Any]) -> str:
    """What the schema itself says about the value."""
    description, examples = schema.get("description", ""), schema.get("examples", ())
    example = f"Example: {_shown(examples[0])}." if examples else ""
    return " ".join(filter(None, (_sentence(description), example)))


def _sentence(words: str) -> str:
    return words and f"{words[0].upper()}{words[1:].removesuffix('.')}."


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
}


def _found(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return _shown(value)
        case str():
            return f"the text '{_shortened(value)}'"
        case int() | float():
            return f"the number {_shown(value)}"
        case list():
            return "a list"
    return "a mapping"


def _shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _wrong_type(misfit: _Misfit) -> tuple[str, str]:
    wanted = [misfit.wanted] if isinstance(misfit.wanted, str) else misfit.wanted
    message = (
        f"{misfit.name} must be {' or '.join(map(_TYPES.__getitem__, wanted))}, not {_found(misfit.found)}"
    )
    if "string" in wanted and isinstance(misfit.found, bool | int | float):
        return message, f'Put it in quotes: "{_shown(misfit.found)}".'
    return message, _help(misfit.schema)


def _missing(misfit: _Misfit, key: str) -> tuple[str, str]:
    described = misfit.schema.get("properties", {}).get(key, {}).get("description", "")
    place = f" in {misfit.name}" if misfit.name.startswith("'") else ""
    return f"the key '{key}' is missing{place}", f"Add it. {_sentence(described)}".strip()


def _not_among(misfit: _Misfit) -> tuple[str, str]:
    found = _shown(misfit.found)
    if not found:
        return f"{misfit.name} is empty", _help(misfit.schema)
    return f"{misfit.name} cannot be '{_shortened(found)}'", did_you_mean(found, map(_shown, misfit.wanted))


def _out_of_bounds(words: str) -> Callable[[_Misfit], tuple[str, str]]:
    def say(misfit: _Misfit) -> tuple[str, str]:
        message = f"{misfit.name} must be {words} {misfit.wanted}, not {_shown(misfit.found)}"
        return message, _help(misfit.schema)

    return say


def _too_few(misfit: _Misfit) -> tuple[str, str]:
    return f"{misfit.name} is {'too short' if misfit.found else 'empty'}", _help(misfit.schema)


_WORDS: dict[str, Callable[[_Misfit], tuple[str, str]]] = {
    "type": _wrong_type,
    "enum": _not_among,
    "pattern": lambda misfit: (f"{misfit.name} cannot be '{_shortened(misfit.found)}'", _help(misfit.schema)),
    "minLength": _too_few,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxLength": lambda misfit: (f"{misfit.name} is longer than {misfit.wanted} characters", "Shorten it."),
    "uniqueItems": lambda misfit: (f"{misfit.name} names something twice", "Remove the repetition."),
    "minimum": _out_of_bounds("at least"),
    "maximum": _out_of_bounds("at most"),
    "exclusiveMinimum": _out_of_bounds("more than"),
    "exclusiveMaximum": _out_of_bounds("less than"),
}
