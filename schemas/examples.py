"""The examples beside each schema, tried on the decoder and on the jsonschema library: all three must agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.documents import read
from config.problems import Problem
from schemas.decoder import EventDecoder, Refusal
from schemas.dialect import envelope_validator, validator
from schemas.files import SchemaFile, shown

_EXPECT = ".expect.json"


def example_problems(file: SchemaFile, decoder: EventDecoder) -> Iterator[Problem]:
    """What is wrong with the examples of one schema, or wrong with the schema by its examples."""
    folder = file.path.parent
    good = sorted(folder.glob("good/*.json"))
    bad = [path for path in sorted(folder.glob("bad/*.json")) if not path.name.endswith(_EXPECT)]
    for name, found in (("good", good), ("bad", bad)):
        if not found:
            yield Problem(
                shown(folder / name), 0, f"there is no {name} example", "Add a whole event as <name>.json."
            )
    for path in good:
        yield from _good(path, file, decoder)
    for path in bad:
        yield from _bad(path, file, decoder)
    for path in sorted(folder.glob(f"bad/*{_EXPECT}")):
        if not path.with_name(path.name.removesuffix(_EXPECT) + ".json").exists():
            yield Problem(shown(path), 0, "its example is missing", "Remove it, or add the event.")


def accepts(file: SchemaFile, event: Any) -> bool:
    """Whether a decoded JSON document is an event of the schema's type, as the jsonschema library sees it."""
    if not envelope_validator().is_valid(event) or event["type"] != file.type:
        return False
    return bool(validator(file.schema).is_valid(event["data"]))


def _good(path: Path, file: SchemaFile, decoder: EventDecoder) -> Iterator[Problem]:
    try:
        event = decoder.decode(path.read_bytes())
    except Refusal as refusal:
        yield _at(
            path, refusal.path, f"a good example is refused, {refusal}", "Mend the example or the schema."
        )
        return
    if event.__struct_config__.tag != file.type:
        yield _at(path, "$.type", f"the example is of another type than {file.type}", "Set its type.")
    elif not accepts(file, json.loads(path.read_bytes())):
        yield Problem(
            shown(path), 0, "jsonschema refuses what the decoder accepts", "Report it: it is a fault of ours."
        )


def _bad(path: Path, file: SchemaFile, decoder: EventDecoder) -> Iterator[Problem]:
    expectation = path.with_name(f"{path.stem}{_EXPECT}")
    try:
        expected = json.loads(expectation.read_bytes())
        wanted = (expected["reason"], expected["path"])
    except (OSError, ValueError, KeyError, TypeError):
        hint = 'Write {"reason": "bad_data", "path": "$.data.<field>"} into it.'
        yield Problem(shown(expectation), 0, "missing, or not an object with reason and path", hint)
        return
    try:
        decoder.decode(path.read_bytes())
    except Refusal as refusal:
        if (refusal.reason, refusal.path) != wanted:
            hint = f"Expected was {wanted[0]} at {wanted[1]}."
            yield Problem(shown(path), 0, f"refused as {refusal.reason} at {refusal.path}", hint)
        elif refusal.reason != "not_json" and accepts(file, json.loads(path.read_bytes())):
            yield Problem(
                shown(path),
                0,
                "jsonschema accepts what the decoder refuses",
                "Report it: it is a fault of ours.",
            )
    else:
        yield Problem(shown(path), 0, "a bad example is accepted", "Mend the example or the schema.")


def _at(path: Path, json_path: str, message: str, hint: str) -> Problem:
    """A problem at a place of an example, such as `$.data.due_at`."""
    document, _ = read(path, shown(path))
    if document is None:
        return Problem(shown(path), 0, message, hint)
    return document.problem(tuple(json_path.split(".")[1:]), message, hint)
