"""Whether anything listens at an address: asked first, since it is quick and its answer is plain."""

from __future__ import annotations

import socket
from collections.abc import Iterable

_TIMEOUT_SECONDS = 3.0


def unreachable(addresses: Iterable[tuple[str, int]]) -> str:
    """Why none of the addresses can be connected to; empty when one can."""
    reason = "no address"
    for address in addresses:
        try:
            with socket.create_connection(address, timeout=_TIMEOUT_SECONDS):
                return ""
        except OSError as error:
            reason = error.strerror or str(error)
    return reason
