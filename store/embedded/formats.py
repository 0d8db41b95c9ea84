"""What a result is for HTTP: ClickHouse's content type of each output format."""

from __future__ import annotations

_OTHER = "text/plain; charset=UTF-8"
_BINARY = "application/octet-stream"
_BY_BEGINNING = (
    ("TabSeparated", "text/tab-separated-values; charset=UTF-8"),
    ("TSV", "text/tab-separated-values; charset=UTF-8"),
    ("CSV", "text/csv; charset=UTF-8; header=absent"),
    ("JSONEachRow", "application/x-ndjson; charset=UTF-8"),
    ("JSONCompactEachRow", "application/x-ndjson; charset=UTF-8"),
    ("JSONStringsEachRow", "application/x-ndjson; charset=UTF-8"),
    ("JSONLines", "application/x-ndjson; charset=UTF-8"),
    ("NDJSON", "application/x-ndjson; charset=UTF-8"),
    ("JSON", "application/json; charset=UTF-8"),
    ("XML", "application/xml; charset=UTF-8"),
    ("Native", _BINARY),
    ("RowBinary", _BINARY),
    ("Arrow", _BINARY),
    ("Parquet", _BINARY),
    ("ORC", _BINARY),
    ("Avro", _BINARY),
    ("MsgPack", _BINARY),
    ("Protobuf", _BINARY),
    ("RawBLOB", _BINARY),
)


def content_type(output_format: str | None) -> str:
    """The Content-Type of a result in this format, or of no result."""
    for beginning, kind in _BY_BEGINNING:
        if output_format and output_format.startswith(beginning):
            if "header=absent" in kind and "WithNames" in output_format:
                return kind.replace("absent", "present")
            return kind
    return _OTHER
