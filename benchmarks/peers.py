"""The contestants of benchmarks/contestants: programs that read the same topics, each in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "contestants"
_PYTHON = _FOLDER / ".venv" / "bin" / "python"
"""Of the contestants that bring dependencies of their own; `make bench` makes it."""

_PATIENCE_SECONDS = 120.0


class Peer(NamedTuple):
    """A contestant: it reads all events, or as many as it can in so many seconds."""

    name: str
    program: str
    seconds: float = 60.0
    own_dependencies: bool = True


class Result(NamedTuple):
    """Events per second of a contestant, from its first event to its last (or for a while, where it is slow)."""

    name: str
    rate: float


AIOKAFKA = Peer("aiokafka + orjson.loads, no work", "aiokafka_orjson", own_dependencies=False)
LIBRDKAFKA = Peer("librdkafka + orjson.loads, no work", "librdkafka_orjson", own_dependencies=False)
STOCK = Peer("stock Faust, one event at a time, no work", "stock_faust", 10, own_dependencies=False)
STOCK_WINDOW = Peer("stock Faust, windowed table", "stock_faust_window", 20, own_dependencies=False)
QUIX = Peer("Quix Streams, tumbling window", "quix_window", 20)
BYTEWAX = Peer("Bytewax, tumbling fold", "bytewax_fold", 20)
PATHWAY = Peer("Pathway, group-by", "pathway_groupby")
FLINK = Peer("Flink SQL, tumbling window", "flink_sql")


def run(peers: Sequence[Peer], bootstrap: str, count: int, topics: Sequence[str]) -> Iterator[Result]:
    """One after the other; one that does not run here is left out, with a line that says why."""
    for peer in peers:
        python = str(_PYTHON) if peer.own_dependencies else sys.executable
        if not Path(python).exists():
            print(f"left out: {peer.name}, not installed (make bench does it)")
            continue
        try:
            done = subprocess.run(
                [python, f"{peer.program}.py", bootstrap, str(count), str(peer.seconds), *topics],
                cwd=_FOLDER,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_PATIENCE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"left out: {peer.name} said nothing in {_PATIENCE_SECONDS:.0f} s")
            continue
        rate = re.search(r"^rate ([0-9.]+)$", done.stdout, re.MULTILINE)
        if rate:
            yield Result(peer.name, float(rate[1]))
        else:
            print(f"left out: {peer.name} failed: {done.stdout.strip().splitlines()[-1:]}")
