"""Request bodies, taken in whole before the engine sees a byte: in memory while small, on disk when they grow.

So a slow client holds no connection to the engine, and a body that is cut off changes nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterable
from pathlib import Path
from typing import BinaryIO, cast

from store.embedded.compression import Codec, Decoder

_IN_MEMORY_BYTES = 16 * 2**20


async def receive(chunks: AsyncIterable[bytes], codec: Codec | None, folder: Path) -> BinaryIO:
    """The body, decompressed, as a file at its beginning; it is gone when it is closed.

    Args:
        chunks: the bytes as they come.
        codec: what they are compressed with.
        folder: for bodies that do not fit into memory.

    Raises:
        QueryError: the body is not compressed as it says, or cut off.
    """
    body = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115  # the caller closes it
    try:
        decoder = Decoder(codec) if codec else None
        async for chunk in chunks:
            body.write(decoder.decode(chunk) if decoder else chunk)
        if decoder:
            decoder.finish()
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return cast("BinaryIO", body)
