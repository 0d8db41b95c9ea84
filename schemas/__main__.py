"""`python -m schemas check` and `python -m schemas publish`, for those who change a schema."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from config.problems import render
from schemas.check import check
from schemas.files import read_schemas
from schemas.publication import LOCK, publish
from schemas.registry import SHIPPED
from schemas.stream_check import declarations


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or 2 when something must be mended, which is printed."""
    parser = argparse.ArgumentParser(prog="python -m schemas", description=__doc__)
    parser.add_argument("action", choices=("check", "publish"), help=f"publish writes {LOCK}")
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=SHIPPED,
        help="default: the shipped schemas; or those of a source, beside which the shipped ones are looked at",
    )
    chosen = parser.parse_args(arguments)
    of_source = chosen.folder.resolve().parent.parent.name == "sources"
    folders = (SHIPPED, chosen.folder) if of_source else (chosen.folder,)
    if chosen.action == "check":
        problems = check(*folders)
    else:
        read = {folder: read_schemas(folder) for folder in folders}
        streams = declarations(folders, [file for files, _ in read.values() for file in files])
        files, problems = read[chosen.folder]
        problems = problems or streams.problems or publish(chosen.folder, files, streams.of(chosen.folder))
    if problems:
        print(render(problems), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
