"""Every good and bad example beside a schema, through the decoder."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from schemas.decoder import EventDecoder, Refusal
from schemas.registry import SHIPPED, load_registry

REGISTRY = load_registry()
DECODER = EventDecoder(REGISTRY)
GOOD = sorted(SHIPPED.glob("*/*/v*/good/*.json"))
BAD = sorted(path for path in SHIPPED.glob("*/*/v*/bad/*.json") if not path.name.endswith(".expect.json"))


def _id(path: Path) -> str:
    return "/".join(path.relative_to(SHIPPED).parts)


@pytest.mark.parametrize("path", GOOD, ids=_id)
def test_a_good_example_is_an_event_of_its_type(path: Path) -> None:
    event = DECODER.decode(path.read_bytes())
    stream, what, version = path.parts[-5:-2]
    assert isinstance(event, REGISTRY.types[f"vn.ioc.{stream}.{what}.{version}"].struct)


def test_good_examples_are_decoded_together() -> None:
    values = [path.read_bytes() for path in GOOD]
    blocks, others = DECODER.decode_all(values)
    assert others == []
    for block in blocks:
        for place, event in zip(block.places, block.events, strict=True):
            assert msgspec.to_builtins(event) == msgspec.to_builtins(DECODER.decode(values[place]))


def test_bad_examples_among_good_ones_are_found() -> None:
    good, bad = GOOD[0].read_bytes(), [path.read_bytes() for path in BAD]
    blocks, others = DECODER.decode_all([good, *(value for one in bad for value in (one, good))])
    assert others == [2 * number + 1 for number in range(len(bad))]
    assert [len(block.events) for block in blocks] == [len(bad) + 1]


@pytest.mark.parametrize("path", BAD, ids=_id)
def test_a_bad_example_is_refused_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expect.json").read_text())
    with pytest.raises(Refusal) as caught:
        DECODER.decode(path.read_bytes())
    assert (caught.value.reason, caught.value.path) == (expected["reason"], expected["path"])
