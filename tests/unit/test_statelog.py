"""The log of a state as it is read, where what is in it cannot be."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from streams.core.compute import Delta
from streams.statelog import StateLog, UnreadableLogError


def test_a_log_of_another_version_is_refused_in_plain_words() -> None:
    log = StateLog(Delta, cast(Any, None))
    written = msgspec.msgpack.encode([{"ioc.events.filings": 7}, b"", [["overdue", "40", 1, 0]], []])
    with pytest.raises(UnreadableLogError) as caught:
        log.overlay({b"writer-1-0": written}, cast(Any, None))
    assert str(caught.value).startswith("the state was written by another version of the monitor (")
    assert "): `ioc rebuild` makes it anew from the stored events" in str(caught.value)
