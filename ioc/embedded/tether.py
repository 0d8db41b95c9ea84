"""Run as a script: become another program that dies with the process that started it.

    python -I -S tether.py PARENT_PID PROGRAM [ARGUMENT ...]

The kernel is asked for SIGKILL at the parent's death, then the program takes this process over. That is why
nothing is left behind when the parent is killed in a way it cannot answer. Only Linux has this; elsewhere the
program is just run.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the request was made
            sys.exit("the process that wanted this program is gone")
    os.execv(program[0], program)  # noqa: S606  # no shell is wanted
