"""Which port a server of ours listens on: the preferred one, or the next that is free."""

from __future__ import annotations

import socket

from ioc.errors import UserError


class PortTakenError(UserError):
    """The port that the user asked for is taken; the message names it."""


def free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def any_free(host: str) -> int:
    """A port that nobody uses now, of those that the system gives to whoever asks for none."""
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def choose(host: str, preferred: int, tries: int = 100) -> int:
    """The preferred port, or the first free one after it.

    Raises:
        PortTakenError: none of `tries` ports is free.
    """
    for port in range(preferred, min(preferred + tries, 65536)):
        if free(host, port):
            return port
    msg = f"no free port on {host} from {preferred} on: stop what listens there"
    raise PortTakenError(msg)
