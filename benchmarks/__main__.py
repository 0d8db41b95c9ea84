"""Run every benchmark in turn: `python -m benchmarks`. Each also runs alone: `python -m benchmarks.NAME`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_NO_BENCHMARK = ("__init__", "__main__", "alarms", "filled", "peers", "workers", "core")


def main() -> int:
    """Returns how many benchmarks failed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NO_BENCHMARK)
    return sum(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode != 0 for name in names)


if __name__ == "__main__":
    sys.exit(main())
