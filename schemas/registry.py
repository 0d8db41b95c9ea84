"""All event types: read from the schemas' folders once, then looked up by everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from schemas.event import Event
from schemas.fields import Field
from schemas.streams import FILE, SchemaError, load_streams
from schemas.structs import data_struct, event_struct
from schemas.subset import check_schema
from streams.core.stream import Stream

EventStruct = type[Event]

SHIPPED = Path(__file__).resolve().parent
"""The folder of the shipped schemas."""


@dataclass(frozen=True)
class EventType:
    """One type of event in one version of it.

    `kind` is short and without version (`filings.received`), `type` is CloudEvents' (`vn.ioc.filings.received.v1`),
    `version` is the minor version of the schema (`1.0`), `struct` the class of decoded whole events.
    """

    kind: str
    stream: str
    type: str
    version: str
    title: str
    title_vi: str
    description: str
    fields: Mapping[str, Field]
    status_code: int | None
    struct: EventStruct


class Registry(Mapping[str, EventType]):
    """Every event type by kind (of several type versions the newest); `types` has all of them by CloudEvents type.

    `streams` are those that the types belong to, by name, in the order of their numbers.
    """

    def __init__(self, types: Iterable[EventType], streams: Mapping[str, Stream]) -> None:
        self.streams = streams
        self.types: Mapping[str, EventType] = {event_type.type: event_type for event_type in types}
        self._newest = {event_type.kind: event_type for event_type in self.types.values()}

    def __getitem__(self, kind: str) -> EventType:
        return self._newest[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._newest)

    def __len__(self) -> int:
        return len(self._newest)


def load_registry(*folders: Path) -> Registry:
    """Read and compile every schema below some folders, by default the shipped one, and what their streams declare.

    Raises:
        SchemaError: a schema cannot be compiled, or there is none, or a stream of theirs is not declared;
            `schemas.check` lists every problem with its line.
    """
    folders = folders or (SHIPPED,)
    shown = ", ".join(map(str, folders))
    paths = [path for folder in folders for path in schema_files(folder)]
    if not paths:
        msg = f"there is no schema in {shown}: they lie in <stream>/<what_happened>/v<n>/schema.json"
        raise SchemaError(msg)
    types = [_event_type(path) for path in paths]
    streams = load_streams(*folders)
    if undeclared := {event_type.stream for event_type in types} - streams.keys():
        msg = f"{shown}: there is no {FILE} in {', '.join(sorted(undeclared))}; schemas/README.md shows one"
        raise SchemaError(msg)
    return Registry(types, streams)


def schema_files(folder: Path) -> list[Path]:
    """The schemas below a folder, `<stream>/<what_happened>/v<n>/schema.json`, older type versions first."""
    return sorted(
        folder.glob("*/*/v*/schema.json"), key=lambda path: (*path.parts[-4:-2], type_version(path))
    )


def type_version(path: Path) -> int:
    """The number n of the folder v<n> that a schema lies in; 0 if it is none."""
    digits = path.parent.name.removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _schema(path: Path) -> Mapping[str, Any]:
    try:
        schema: Mapping[str, Any] = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: {error}"
        raise SchemaError(msg) from None
    if mistakes := check_schema(schema):
        raise SchemaError("\n".join(f"{path}: {mistake.pointer}: {mistake.message}" for mistake in mistakes))
    return schema


def _event_type(path: Path) -> EventType:
    schema = _schema(path)
    stream, what = path.parts[-4:-2]
    required = schema.get("required", ())
    fields = {
        name: Field.from_schema(name, property_, name in required)
        for name, property_ in schema["properties"].items()
    }
    kind, type_name = f"{stream}.{what}", f"vn.ioc.{stream}.{what}.v{type_version(path)}"
    class_name = f"{stream}_{what}_v{type_version(path)}".title().replace("_", "")
    return EventType(
        kind=kind,
        stream=stream,
        type=type_name,
        version=schema["version"],
        title=schema["title"],
        title_vi=schema["x-title-vi"],
        description=schema["description"],
        fields=fields,
        status_code=schema.get("x-status-code"),
        struct=event_struct(
            class_name,
            type_name,
            data_struct(f"{class_name}Data", fields.values()),
            kind=kind,
            stream=stream,
            schema_version=schema["version"],
        ),
    )
