"""Ends the programs of a supervisor that was itself killed; run as a script, so that it costs little memory.

The supervisor holds the other end of our standard input for as long as it lives, and writes a line per event:
`+PGID` when a program's process group begins, `-PGID` when it has ended. End of input means that the
supervisor is gone, whatever ended it: what is left gets SIGTERM, and SIGKILL when the grace is over. Signals
of the terminal and of service managers are not for us; we end with our input.

We also inherit the lock of the data folder, so that nobody starts on it before the last program is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 8.0


def groups_left(lines: Iterable[str]) -> list[int]:
    """The process groups that began and did not end, the newest first."""
    groups: dict[int, None] = {}
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            groups[group] = None
        else:
            groups.pop(group, None)
    return list(reversed(groups))


def end(groups: list[int], grace_seconds: float) -> None:
    """SIGTERM to every group, SIGKILL to those that are still there after the grace."""
    groups = [group for group in groups if _signal(group, signal.SIGTERM)]
    deadline = time.monotonic() + grace_seconds
    while groups and time.monotonic() < deadline:
        time.sleep(0.05)
        groups = [group for group in groups if _signal(group, 0)]
    for group in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether the group was there to get it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(groups_left(sys.stdin), GRACE_SECONDS)
