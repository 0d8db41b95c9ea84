"""`python -m domain build` and `python -m domain check`: docs/coverage.md, for those who change what it is made of."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from config.loader import load
from dashboards.shipped import Shipped
from domain.coverage import Coverage
from domain.page import PAGE, page
from domain.rows import read_rows
from ioc.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or 1 when the page is out of step, which is said."""
    parser = argparse.ArgumentParser(prog="python -m domain", description=__doc__)
    parser.add_argument("action", choices=("build", "check"), help="build writes the page")
    action = parser.parse_args(arguments).action
    configuration = load(Settings.from_environment().config)
    text = page(read_rows(), Coverage(configuration, Shipped.read().in_language("en")))
    if action == "build":
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print(f"{PAGE}: out of step with its sources. Run `python -m domain build`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
