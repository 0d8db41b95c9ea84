"""HTTP compression, of request bodies and of results: what ClickHouse, clickhouse-connect and curl share.

Brotli is missing: every client that offers it offers one of these too.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import lz4.frame

from store.embedded.errors import ErrorCode, QueryError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP = 31  # zlib's window bits for the gzip container
_ZLIB = 15
_LEVEL = 3  # ClickHouse's http_zlib_compression_level


class Compressor(Protocol):
    """Compresses a stream."""

    def compress(self, data: bytes, /) -> bytes:
        """What can be sent so far."""

    def flush(self) -> bytes:
        """The rest of it."""


class Decompressor(Protocol):
    """Decompresses a stream."""

    def decompress(self, data: bytes, /) -> bytes:
        """What these bytes hold."""

    @property
    def eof(self) -> bool:
        """Whether the stream has come to its end."""

    @property
    def unused_data(self) -> bytes:
        """The bytes after that end."""


class _Lz4Compressor:
    def __init__(self) -> None:
        self._frame = lz4.frame.LZ4FrameCompressor()
        self._header: bytes = self._frame.begin()

    def compress(self, data: bytes, /) -> bytes:
        header, self._header = self._header, b""
        return header + bytes(self._frame.compress(data))

    def flush(self) -> bytes:
        return self._header + bytes(self._frame.flush())


@dataclass(frozen=True, slots=True)
class Codec:
    """One compression by its HTTP name."""

    name: str
    compressor: Callable[[], Compressor]
    decompressor: Callable[[], Decompressor]


# In ClickHouse's order of preference (chooseHTTPCompressionMethod).
CODECS = (
    Codec("zstd", zstd.ZstdCompressor, zstd.ZstdDecompressor),
    Codec("lz4", _Lz4Compressor, lz4.frame.LZ4FrameDecompressor),
    Codec("gzip", lambda: zlib.compressobj(_LEVEL, wbits=_GZIP), lambda: zlib.decompressobj(_GZIP)),
    Codec("deflate", lambda: zlib.compressobj(_LEVEL, wbits=_ZLIB), lambda: zlib.decompressobj(_ZLIB)),
)
_NAMES = ", ".join(codec.name for codec in CODECS)


def codec_of_response(accept_encoding: str) -> Codec | None:
    """The best one that the client takes."""
    return next((codec for codec in CODECS if codec.name in accept_encoding), None)


def codec_of_request(content_encoding: str) -> Codec | None:
    """The one that the body has; None for an uncompressed body.

    Raises:
        QueryError: it has one that is not known here.
    """
    name = content_encoding.strip().lower()
    if name in ("", "identity"):
        return None
    for codec in CODECS:
        if codec.name == name:
            return codec
    msg = f"Unknown compression method '{content_encoding}'. The embedded server takes {_NAMES}"
    raise QueryError.of(ErrorCode.NOT_IMPLEMENTED, msg)


def compress(codec: Codec, data: bytes) -> bytes:
    """A whole result."""
    compressor = codec.compressor()
    return compressor.compress(data) + compressor.flush()


class Decoder:
    """Decompresses a request's body piece by piece; it may be several streams, one after the other."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._stream: Decompressor | None = None

    def decode(self, data: bytes) -> bytes:
        """What this piece holds.

        Raises:
            QueryError: the bytes are not what Content-Encoding says.
        """
        decoded = []
        try:
            while data:
                if self._stream is None or self._stream.eof:
                    self._stream = self._codec.decompressor()
                decoded.append(self._stream.decompress(data))
                data = self._stream.unused_data if self._stream.eof else b""
        except (zlib.error, zstd.ZstdError, RuntimeError, EOFError) as error:
            msg = f"The body is not {self._codec.name}, which Content-Encoding says: {error}"
            raise QueryError.of(ErrorCode.INCORRECT_DATA, msg) from error
        return b"".join(decoded)

    def finish(self) -> None:
        """Say that no more pieces follow; a body of no bytes at all is none.

        Raises:
            QueryError: the body is cut off.
        """
        if self._stream is not None and not self._stream.eof:
            msg = f"The {self._codec.name} body is cut off"
            raise QueryError.of(ErrorCode.INCORRECT_DATA, msg)
