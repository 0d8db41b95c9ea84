"""The built page, kept in memory as it is and gzipped."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"

_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_NAMED_BY_CONTENT = "assets/"


@dataclass(frozen=True)
class Asset:
    """A file of the page."""

    content: bytes
    zipped: bytes | None
    content_type: str
    etag: str
    cache_control: str

    def answer(self, request: web.Request) -> web.Response:
        """The file in the shape that the browser takes, or that it has it already."""
        headers = {"Cache-Control": self.cache_control, "ETag": f'"{self.etag}"', "Vary": "Accept-Encoding"}
        if any(known.value == self.etag for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        body = self.content
        if self.zipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = self.zipped
            headers["Content-Encoding"] = "gzip"
        charset = "utf-8" if self.content_type.startswith(_COMPRESSIBLE) else None
        return web.Response(body=body, content_type=self.content_type, charset=charset, headers=headers)


class Assets:
    """The files below a folder by their address; files under assets/ carry a hash in their name and never change."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): _asset(path, path.relative_to(folder).as_posix())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def get(self, address: str) -> Asset | None:
        """The file at an address without its leading slash."""
        return self._assets.get(address)


def _asset(path: Path, address: str) -> Asset:
    content = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type == "text/javascript":
        content_type = "application/javascript"
    zipped = gzip.compress(content, 6, mtime=0) if content_type.startswith(_COMPRESSIBLE) else None
    forever = address.startswith(_NAMED_BY_CONTENT)
    return Asset(
        content=content,
        zipped=zipped,
        content_type=content_type,
        etag=hashlib.sha256(content).hexdigest()[:16],
        cache_control="public, max-age=31536000, immutable" if forever else "no-cache",
    )
