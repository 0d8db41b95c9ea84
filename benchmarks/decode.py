"""How fast events are decoded and validated, as a ratio to orjson.loads on the same bytes, in one run.

    python -m benchmarks.decode

The variants are the ways to match patterns that were weighed: msgspec's own, and the one that `schemas.structs` takes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

import msgspec
import orjson

from schemas.decoder import EventDecoder
from schemas.event import ID_PATTERN, SUBJECT_PATTERN
from schemas.fields import Field
from schemas.registry import Registry, load_registry
from streams.compute import TOGETHER

EVENTS = 20_000
ROUNDS = 7

INSTANT = Annotated[datetime, msgspec.Meta(tz=True)]


def events() -> list[bytes]:
    """Dossiers received: different ids and dossiers, some hundred procedures and units; about 420 bytes each."""
    made = []
    for number in range(EVENTS):
        dossier = f"000.00.12.H41-261010-{number:06}"
        made.append(
            {
                "specversion": "1.0",
                "id": f"{dossier}/received",
                "source": "/nghe-an/one-stop",
                "type": "vn.ioc.filings.received.v1",
                "time": f"2026-10-10T08:{number // 60 % 60:02}:{number % 60:02}.123+07:00",
                "subject": f"H41.{number % 150}",
                "data": {
                    "dossier": dossier,
                    "procedure": f"1.{number % 300:06}",
                    "channel": ("direct", "online", "post")[number % 3],
                    "due_at": "2026-10-20T17:00:00+07:00",
                    "filed_at": "2026-10-10T08:10:00+07:00",
                    "applicant": "citizen",
                    "fee_obligation": number % 2 == 0,
                    "components": number % 7,
                },
            }
        )
    return [orjson.dumps(event) for event in made]


def typed(registry: Registry, patterns: bool) -> Callable[[bytes], Any]:
    """A decoder of msgspec's own means only, with its patterns or with none."""

    def code(pattern: str, length: int) -> Any:
        return Annotated[str, msgspec.Meta(max_length=length, pattern=pattern if patterns else None)]

    def annotation(field: Field) -> Any:
        if field.form == "enum":
            return Literal[field.values]
        if field.form == "integer":
            return Annotated[int, msgspec.Meta(ge=field.minimum, le=field.maximum)]
        return {"code": code(field.pattern, field.max_length or 1), "instant": INSTANT}.get(
            field.form, field.python_type
        )

    def members(fields: Iterable[Field]) -> Any:
        ordered = sorted(fields, key=lambda field: not field.required)
        return [(field.name, annotation(field), *(() if field.required else (None,))) for field in ordered]

    options: Any = {"gc": False, "forbid_unknown_fields": True}
    structs: list[Any] = [
        msgspec.defstruct(
            f"Event{number}",
            [
                ("specversion", Literal["1.0"]),
                ("id", code(ID_PATTERN, 128)),
                ("source", code(ID_PATTERN, 128)),
                ("time", INSTANT),
                ("subject", code(SUBJECT_PATTERN, 64)),
                ("data", msgspec.defstruct(f"Data{number}", members(event_type.fields.values()), **options)),
                ("datacontenttype", str, ""),
            ],
            tag_field="type",
            tag=event_type.type,
            **options,
        )
        for number, event_type in enumerate(registry.types.values())
    ]
    return msgspec.json.Decoder(reduce(or_, structs)).decode


def rate(decode: Callable[[Any], object], values: Sequence[object]) -> float:
    """Values per second, of all values once."""
    start = time.process_time()
    for value in values:
        decode(value)
    return len(values) / (time.process_time() - start)


def main() -> None:
    registry = load_registry()
    values = events()
    decoder = EventDecoder(registry)
    candidates: dict[str, Callable[[bytes], object]] = {
        "orjson.loads (no validation)": orjson.loads,
        "msgspec.json.decode (no validation)": msgspec.json.decode,
        "structs without patterns": typed(registry, patterns=False),
        "structs with msgspec's patterns": typed(registry, patterns=True),
        "EventDecoder, one by one": decoder.decode,
    }
    best = dict.fromkeys(candidates, 0.0)
    gc.disable()  # as the workers do
    best["EventDecoder, by the batch"] = 0.0
    for _ in range(ROUNDS):  # in turn, so that a busy machine is unfair to all alike
        for name, decode in candidates.items():
            best[name] = max(best[name], rate(decode, values))
        batches = [values[at : at + TOGETHER] for at in range(0, EVENTS, TOGETHER)]
        batched = TOGETHER * rate(decoder.decode_all, batches)
        best["EventDecoder, by the batch"] = max(best["EventDecoder, by the batch"], batched)
    print(f"{EVENTS} events of {sum(map(len, values)) / EVENTS:.0f} bytes, best of {ROUNDS} rounds")
    base = best["orjson.loads (no validation)"]
    for name, per_second in best.items():
        print(f"{name:<38}{per_second:>12,.0f}/s {per_second / base:>6.2f}")


if __name__ == "__main__":
    main()
