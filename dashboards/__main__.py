"""`python -m dashboards build` writes dashboards/json/; `check` says what there is out of step."""

from __future__ import annotations

import sys

from dashboards.build import drift, write

_TARGETS = {"online_filing_rate": 0.7, "on_time_settlement": 0.9, "online_payment_rate": 0.55}


def main(arguments: list[str]) -> int:
    """Build or check; the exit status is 1 where the committed files are out of step."""
    match arguments:
        case ["build"]:
            for path in write(_TARGETS):
                print(f"changed {path}")
            return 0
        case ["check"]:
            stale = drift(_TARGETS)
            for path in stale:
                print(f"{path}: out of step with its source; run python -m dashboards build", file=sys.stderr)
            return 1 if stale else 0
        case _:
            print("usage: python -m dashboards build|check", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
