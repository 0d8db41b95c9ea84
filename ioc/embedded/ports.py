"""Ports on the loopback address."""

from __future__ import annotations

import random
import socket

from ioc.embedded.errors import EmbeddedError

LOOPBACK = "127.0.0.1"
_CHOICE = range(20_000, 32_768)  # below the ports that Linux gives to outgoing connections


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: connections just closed do not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nothing listens on, and that no outgoing connection will be given meanwhile.

    Raises:
        EmbeddedError: a hundred ports tried at random were all taken.
    """
    for port in random.sample(_CHOICE, 100):
        if is_free(port):
            return port
    msg = f"no free port found between {_CHOICE.start} and {_CHOICE.stop} on {LOOPBACK}"
    raise EmbeddedError(msg)
