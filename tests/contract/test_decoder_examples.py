"""Every good and bad example beside a schema, through the decoder."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert type(event) is REGISTRY.types[f"vn.ioc.{stream}.{what}.{version}"].struct


@pytest.mark.parametrize("path", BAD, ids=_id)
def test_a_bad_example_is_refused_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expect.json").read_text())
    with pytest.raises(Refusal) as caught:
        DECODER.decode(path.read_bytes())
    assert (caught.value.reason, caught.value.path) == (expected["reason"], expected["path"])
