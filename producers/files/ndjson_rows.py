"""One JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from producers.files.csv_rows import text_encoding
from producers.files.declaration import File
from producers.files.line import Content, Line, composed


def ndjson_rows(content: Content, file: File, columns: frozenset[str]) -> Iterator[Line]:
    """Every object; a line that is none comes with its fault. Any key may be absent."""
    with content.text(text_encoding(file)) as text:
        for number, line in enumerate(map(composed, text), start=1):
            if not line.strip():
                continue
            try:
                row: Any = msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                yield Line(number, content.position(), {}, f"not JSON: {error}")
                continue
            if isinstance(row, dict):
                yield Line(number, content.position(), row)
            else:
                yield Line(number, content.position(), {}, "not a JSON object")
