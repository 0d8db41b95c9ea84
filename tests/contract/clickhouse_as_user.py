"""Runs statements on ClickHouse's engine as the engine's own user, in a process of its own.

`python -m tests.contract.clickhouse_as_user DATA` in a folder with the engine's config.xml; statements come as a JSON
list on stdin, and for each one its error goes out, empty when there is none. The engine reads its users from the
working folder when it is imported, so this cannot happen in the tests' own process.
"""

from __future__ import annotations

import json
import sys

import chdb


def main() -> None:
    """Run the statements in order; an error does not end them."""
    connection = chdb.connect(sys.argv[1])
    errors = []
    for statement in json.load(sys.stdin):
        try:
            connection.query(statement)
        except RuntimeError as error:
            errors.append(str(error))
        else:
            errors.append("")
    json.dump(errors, sys.stdout)


if __name__ == "__main__":
    main()
