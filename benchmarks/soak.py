"""The storm of tests/integration/test_faults.py for as long as one likes, on a monitor of its own.

    python -m benchmarks.soak --minutes 60 [--seed N] [--rate EVENTS_PER_SECOND]

Workers are killed with SIGKILL, stand still, join and leave all the time; every ten minutes ClickHouse is away for a
minute and the broker is killed. Every five minutes, and at the end, the storm pauses until the ledger is exact. A seed
makes the same choices again.
"""

from __future__ import annotations

import argparse
import secrets
import tempfile
import time
from pathlib import Path

from tests.fixtures.faults import Feed, Storm, configuration, wait_until_exact
from tests.fixtures.monitor import Monitor

_SERVERS_SECONDS, _EXACT_SECONDS = 600.0, 300.0


def soak(monitor: Monitor, minutes: float, seed: int, per_second: float) -> str:
    """Weather the storm; returns a line of results.

    Raises:
        Exception: pytest's `Failed`, with the workers' last words, when the ledger did not become exact.
    """
    begun = time.monotonic()
    storm = Storm(monitor, seed, lambda what: print(what, flush=True))
    fresh = bad = sent = rounds = buckets = 0
    servers_at = begun + _SERVERS_SECONDS / 4
    while time.monotonic() < begun + minutes * 60:
        # A feed of its own for each round: its last event is known.
        feed = Feed(monitor, seed + rounds, per_second, earlier=(fresh, bad))
        until = min(time.monotonic() + _EXACT_SECONDS, begun + minutes * 60)
        while time.monotonic() < until:
            storm.wait(3, 15)
            storm.strike()
            if time.monotonic() > servers_at:
                servers_at += _SERVERS_SECONDS
                storm.take_clickhouse_away(60)
                storm.wait(5, 30)
                storm.kill_broker()
        feed.stop()
        storm.end()
        buckets = wait_until_exact(monitor, feed, 600)
        fresh, bad, sent, rounds = feed.fresh, feed.bad, sent + feed.sent, rounds + 1
        print(
            f"round {rounds}: {fresh:,} events, {bad:,} dead letters, {buckets:,} buckets: exact", flush=True
        )
    servers = {name: storm.count[f"killed {name}"] for name in ("clickhouse", "kafka")}
    return (
        f"seed {seed}, {(time.monotonic() - begun) / 60:.0f} min: {sent:,} records sent ({fresh:,} events, {bad:,} bad,"
        f" the others repeats), {storm.kills} workers killed, ClickHouse {servers['clickhouse']} and the broker"
        f" {servers['kafka']} times; {rounds} audits of up to {buckets:,} day buckets, no difference"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    arguments.add_argument("--rate", type=float, default=1_000)
    options = arguments.parse_args()
    print(f"--seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        monitor = Monitor(Path(folder), configuration(Path(folder, "config")))
        try:
            monitor.start()
            print(soak(monitor, options.minutes, options.seed, options.rate))
        finally:
            monitor.stop()


if __name__ == "__main__":
    main()
