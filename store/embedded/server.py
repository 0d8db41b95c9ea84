"""ClickHouse's HTTP interface over the engine: as much of it as clickhouse-connect, curl and a browser use."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import platform
import re
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple

from aiohttp import BodyPartReader, hdrs, web

from store.embedded.bodies import receive
from store.embedded.compression import Codec, Compressor, codec_of_request, compress
from store.embedded.engine import Engine
from store.embedded.errors import ErrorCode, QueryError
from store.embedded.execution import Execution, Reply, Rest
from store.embedded.formats import content_type
from store.embedded.request import Request
from store.embedded.users import Credentials, User, Users

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

_LOG = logging.getLogger(__name__)
_AT_ONCE = 32  # requests in the engine; more wait for their turn
_KILL_AGAIN_SECONDS = 0.5
_GRACE_SECONDS = 1  # for requests that run when the server is stopped
_LONGEST_LINE = 2**20  # ClickHouse's http_max_uri_size
_HERE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_NOWHERE = (
    "There is no handle {path}\n\nUse / or /ping for health checks.\n"
    "Send queries from your program with POST method or GET /?query=...\n"
)


class Server:
    """Answers requests; `app` is to be served on loopback only."""

    def __init__(self, engine: Engine, execution: Execution, users: Users, folder: Path) -> None:
        """`folder` takes bodies that do not fit into memory."""
        self._engine = engine
        self._execution = execution
        self._users = users
        self._folder = folder
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="query")
        self.app = web.Application()
        for path in ("/ping", "/replicas_status"):
            self.app.router.add_get(path, self._ok)
        self.app.router.add_route("*", "/{path:.*}", self._answer)

    def runner(self) -> web.AppRunner:
        """Serves `app` as ClickHouse would: long addresses, bodies as they come, queries end with their client."""
        return web.AppRunner(
            self.app,
            handler_cancellation=True,
            auto_decompress=False,
            access_log=None,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            shutdown_timeout=_GRACE_SECONDS,
        )

    async def close(self) -> None:
        """End the requests that still run; to be called when no more can come."""
        self._engine.kill_all()
        await asyncio.to_thread(self._threads.shutdown)

    async def _ok(self, _: web.Request) -> web.Response:
        return web.Response(text="Ok.\n", content_type="text/html")

    async def _answer(self, http: web.Request) -> web.StreamResponse:
        if http.path != "/":
            return web.Response(status=404, text=_NOWHERE.format(path=http.path))
        if http.method == hdrs.METH_OPTIONS:
            return web.Response(status=204)
        if http.method not in (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST):
            return web.Response(status=405, headers={"Allow": "GET, HEAD, POST, OPTIONS"})
        if http.method != hdrs.METH_POST and not http.query_string:
            return await self._ok(http)
        with contextlib.ExitStack() as files:
            try:
                return await self._query(http, files)
            except QueryError as error:
                return self._failure(error)
            except Exception as error:
                if isinstance(error, ConnectionError):
                    raise
                _LOG.exception("a request failed in a way that is not its own fault")
                return self._failure(
                    QueryError.of(ErrorCode.UNKNOWN_EXCEPTION, f"{type(error).__name__}: {error}")
                )

    async def _query(self, http: web.Request, files: contextlib.ExitStack) -> web.StreamResponse:
        _refuse_strangers(http)
        user = self._users.authenticate(Credentials.of(http.headers, http.query))
        if http.method == hdrs.METH_POST and not http.body_exists and hdrs.CONTENT_LENGTH not in http.headers:
            msg = (
                "The Transfer-Encoding is not chunked and there is no Content-Length header for POST request"
            )
            raise QueryError.of(ErrorCode.HTTP_LENGTH_REQUIRED, msg)
        form: dict[str, str] = {}
        parts: dict[str, BinaryIO] = {}
        codec = codec_of_request(http.headers.get(hdrs.CONTENT_ENCODING, ""))
        if http.content_type == "multipart/form-data":
            await self._read_form(http, form, parts, files)
            body: BinaryIO = io.BytesIO()
        else:
            body = files.enter_context(await receive(http.content.iter_chunked(2**16), codec, self._folder))
        request = Request.of(http.method, http.headers, http.query, form, parts)
        reply = await self._run(user, request, body)
        return await self._send(http, request, reply)

    async def _read_form(
        self, http: web.Request, form: dict[str, str], parts: dict[str, BinaryIO], files: contextlib.ExitStack
    ) -> None:
        async for part in await http.multipart():
            if not isinstance(part, BodyPartReader) or not part.name:
                continue
            if part.filename is None:
                form[part.name] = await part.text()
            else:
                parts[part.name] = files.enter_context(await receive(_chunks(part), None, self._folder))

    async def _run(self, user: User, request: Request, body: BinaryIO) -> Reply:
        """Run it in a thread; when the client goes, a query is killed and an INSERT goes on to its end."""
        tags: list[str] = []
        running = self._in_thread(self._execution.run, user, request, body, tags.append)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            while not running.done():  # a query can begin just after it was killed
                for tag in tags:
                    await asyncio.to_thread(self._engine.kill, tag)
                await asyncio.wait([running], timeout=_KILL_AGAIN_SECONDS)
            if running.exception() is None and (rest := running.result().rest):
                await asyncio.to_thread(rest.close)
            raise

    async def _send(self, http: web.Request, request: Request, reply: Reply) -> web.StreamResponse:
        headers = {
            hdrs.CONTENT_TYPE: content_type(reply.format),
            "X-ClickHouse-Server-Display-Name": platform.node(),
            "X-ClickHouse-Query-Id": request.query_id,
            "X-ClickHouse-Timezone": self._engine.timezone,
            "X-ClickHouse-Summary": reply.progress.summary(),
        }
        if reply.format:
            headers["X-ClickHouse-Format"] = reply.format
        if request.codec and reply.body:
            headers[hdrs.CONTENT_ENCODING] = request.codec.name
        if reply.rest:
            return await self._stream(http, headers, request.codec, reply.body, reply.rest)
        body = reply.body
        if request.codec and body:
            body = await self._in_thread(compress, request.codec, body)
        return web.Response(body=body, headers=headers)

    async def _stream(
        self, http: web.Request, headers: dict[str, str], codec: Codec | None, block: bytes, rest: Rest
    ) -> web.StreamResponse:
        """Send block after block; an error in the middle is told in the body, which then ends too early."""
        tag = secrets.token_hex(8)
        response = web.StreamResponse(headers=headers | {"X-ClickHouse-Exception-Tag": tag})
        compressor: Compressor = codec.compressor() if codec else _Plain()
        try:
            await response.prepare(http)
            while block:
                data = await self._in_thread(compressor.compress, block)
                if data:
                    await response.write(data)
                block = await self._in_thread(rest.next)
            await response.write(compressor.flush())
        except QueryError as error:
            told = _exception_block(self._told(error), tag)
            await response.write(compressor.compress(told) + compressor.flush())
            if http.transport:
                http.transport.close()
        except ConnectionError:
            pass  # the client has gone
        except asyncio.CancelledError:
            await asyncio.to_thread(self._engine.kill, rest.tag)
            raise
        finally:
            await asyncio.to_thread(rest.close)
        return response

    def _failure(self, error: QueryError) -> web.Response:
        return web.Response(
            status=error.status,
            text=self._told(error) + "\n",
            headers={
                "X-ClickHouse-Exception-Code": str(error.code),
                "X-ClickHouse-Server-Display-Name": platform.node(),
            },
        )

    def _told(self, error: QueryError) -> str:
        return f"{error} (version {self._engine.version})"

    def _in_thread(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


class _Plain:
    """Compresses nothing."""

    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def _exception_block(text: str, tag: str) -> bytes:
    """How ClickHouse tells an error after the first bytes of a result; the number is the text's length."""
    message = text.encode() + b"\n"
    head, foot = f"\r\n__exception__\r\n{tag}\r\n", f"{len(message)} {tag}\r\n__exception__\r\n"
    return head.encode() + message + foot.encode()


def _refuse_strangers(http: web.Request) -> None:
    """Web pages of other sites must not reach the server through a browser on this machine.

    Raises:
        QueryError: the request is one of theirs.
    """
    origin = http.headers.get(hdrs.ORIGIN)
    named = [http.host] if origin is None else [http.host, origin.rpartition("://")[2]]
    if not all(_HERE.fullmatch(name) for name in named):
        msg = f"Requests for {http.host} from {origin or 'elsewhere'} are not answered: use 127.0.0.1"
        raise QueryError.of(ErrorCode.ACCESS_DENIED, msg)


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(2**16):
        yield chunk
