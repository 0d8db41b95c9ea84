"""How a published schema may change: every event that was good must stay good.

A compatible change (a new optional field, one more enum value, a wider bound) needs a new minor version, any other a
new type version beside the old one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_MEANING = ("type", "enum", "format", "pattern", "maxLength", "minimum", "maximum")


class Change(NamedTuple):
    """One difference between two versions of a schema; `location` is the way to it in the new one."""

    location: tuple[str, ...]
    message: str
    breaking: bool


def normalise(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The version of a schema and what decides which events are good, in an order that is not the file's."""
    properties = {
        name: {key: field[key] for key in _MEANING if key in field}
        for name, field in sorted(schema["properties"].items())
    }
    return {
        "version": schema["version"],
        "required": sorted(schema.get("required", ())),
        "properties": properties,
    }


def breaking_changes(published: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """The changes after which some event that was good is not any more."""
    return [change for change in changes(published, now) if change.breaking]


def changes(published: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Every difference that decides about an event."""
    return [*_fields(published, now), *_required(published, now)]


def _fields(published: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    was, is_ = published["properties"], now["properties"]
    for name in was:
        if name not in is_:
            yield Change(("properties",), f"the published field {name} is gone", breaking=True)
        else:
            yield from _field(name, was[name], is_[name])
    for name in is_:
        if name not in was:
            yield Change(("properties", name), f"the field {name} is new", breaking=False)


def _required(published: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    was, is_ = set(published.get("required", ())), set(now.get("required", ()))
    for name in sorted(is_ - was):
        yield Change(("required",), f"{name} is now required", breaking=True)
    for name in sorted(was - is_):
        yield Change(("required",), f"{name} is no longer required", breaking=False)


def _field(name: str, was: Mapping[str, Any], is_: Mapping[str, Any]) -> Iterator[Change]:
    at = ("properties", name)
    for key in ("type", "format", "pattern"):
        if was.get(key) != is_.get(key):
            yield Change(at, f"{name} has another {key}", breaking=True)
    if ("enum" in was) != ("enum" in is_):
        yield Change(at, f"{name} was, or became, an enum", breaking=True)
        return
    yield from _values(at, name, was.get("enum", ()), is_.get("enum", ()))
    for key, wider in (("minimum", -1), ("maximum", 1), ("maxLength", 1)):
        if key in was and key in is_ and was[key] != is_[key]:
            narrower = (is_[key] - was[key]) * wider < 0
            yield Change((*at, key), f"{key} of {name} is {is_[key]} and was {was[key]}", breaking=narrower)


def _values(at: tuple[str, ...], name: str, was: list[str], is_: list[str]) -> Iterator[Change]:
    for value in sorted(set(was) - set(is_)):
        yield Change((*at, "enum"), f"{name} can no longer be {value}", breaking=True)
    for value in sorted(set(is_) - set(was)):
        yield Change((*at, "enum"), f"{name} can be {value}", breaking=False)
