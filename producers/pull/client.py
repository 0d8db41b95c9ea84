"""One request to an API, and what its failures mean: try again, when, or call a person."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Generator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import msgspec

from config.quantities import seconds
from ioc.errors import UserError
from producers.credentials import Credentials
from producers.pace import Pace, per_second
from producers.pull.declaration import HttpPull, Scalar
from producers.reading import Reading, SourceAwayError

_LOOK_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 3600.0
_SHOWN = 200
_CHUNK = 64 * 1024
_AGENT = "ioc-monitor"


class PullRefusedError(UserError):
    """The API does not take the request, and would not take it a second time."""


class Client:
    """Asks one API, never faster than declared; its errors hold no value of the environment.

    Raises:
        MissingCredentialError: a variable of the address, the headers or the parameters is not set.
    """

    def __init__(self, pull: HttpPull, credentials: Credentials) -> None:
        self._method = pull.method
        self._url = credentials.fill(pull.url)
        self._headers = {"User-Agent": _AGENT, "Accept": "application/json"} | {
            name: credentials.fill(value) for name, value in pull.headers.items()
        }
        self._parameters: dict[str, Scalar] = {
            name: credentials.fill(value) if isinstance(value, str) else value
            for name, value in pull.parameters.items()
        }
        self._timeout = aiohttp.ClientTimeout(total=seconds(pull.timeout))
        self._largest = pull.largest_mb * 1_000_000
        self._pace = Pace(per_second(pull.requests))
        self._credentials = credentials
        self._loop = asyncio.new_event_loop()
        self._session: aiohttp.ClientSession | None = None

    def ask(self, parameters: Mapping[str, Scalar], waiting: Reading) -> Generator[Reading, None, Any]:
        """The decoded answer; yields `waiting` every half second until it is there.

        Raises:
            SourceAwayError: nobody answers, or not now.
            PullRefusedError: the answer is a refusal, or can be no page.
        """
        task = self._loop.create_task(self._ask({**self._parameters, **parameters}))
        try:
            while not task.done():
                self._loop.run_until_complete(asyncio.wait({task}, timeout=_LOOK_SECONDS))
                if not task.done():
                    yield waiting
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                self._loop.run_until_complete(asyncio.wait({task}))

    def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            self._loop.run_until_complete(self._session.close())
        self._loop.close()

    async def _ask(self, parameters: Mapping[str, Scalar]) -> Any:
        await asyncio.sleep(self._pace.after(1, time.monotonic()))
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=self._timeout,
                trust_env=True,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        as_text = {name: str(value) for name, value in parameters.items()}
        sent = {"params": as_text} if self._method == "GET" else {"json": dict(parameters)}
        try:
            async with self._session.request(
                self._method, self._url, allow_redirects=False, **sent
            ) as response:
                self._check(response)
                return self._decode(await self._body(response))
        except TimeoutError as error:
            msg = f"no whole answer in {self._timeout.total:.0f} s"
            raise self._away(msg) from error
        except aiohttp.InvalidURL as error:
            msg = "this is no address: mend http_pull.url"
            raise self._refused(msg) from error
        except aiohttp.ClientError as error:
            raise self._away(str(error) or type(error).__name__) from error

    def _check(self, response: aiohttp.ClientResponse) -> None:
        status = f"it answers {response.status} {response.reason or ''}".rstrip()
        if response.status in (408, 425, 429) or response.status >= 500:
            raise self._away(status, _retry_after(response.headers.get("Retry-After", "")))
        if response.status in (401, 403):
            msg = f"{status}: look at the key that http_pull.headers sends, and what it may read"
            raise self._refused(msg)
        if 300 <= response.status < 400:
            place = response.headers.get("Location", "elsewhere")
            msg = f"it has moved to {place}: mend http_pull.url"
            raise self._refused(msg)
        if response.status != 200:
            msg = f"{status}: mend http_pull in the source"
            raise self._refused(msg)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._largest:
                limit = f"{self._largest // 1_000_000} MB"
                msg = f"a page of more than {limit}: ask for fewer rows, or raise largest_mb"
                raise self._refused(msg)
        return bytes(body)

    def _decode(self, body: bytes) -> Any:
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            msg = f"the answer is not JSON ({error})"
            raise self._away(msg) from error

    def unusable(self, reason: str, answer: Any) -> SourceAwayError:
        """The error for an answer that holds no rows: some APIs say so that they are out of order."""
        shown = msgspec.json.encode(answer)[:_SHOWN].decode("utf-8", "replace")
        return self._away(f"{reason}: {shown}")

    def _away(self, reason: str, after_seconds: float = 0.0) -> SourceAwayError:
        return SourceAwayError(self._credentials.redact(f"{self._url}: {reason}"), after_seconds)

    def _refused(self, reason: str) -> PullRefusedError:
        return PullRefusedError(self._credentials.redact(f"{self._url}: {reason}"))


def _retry_after(value: str) -> float:
    """Seconds, or a date (RFC 9110); 0 if it says neither. More than an hour is not believed."""
    try:
        if value.strip().isdecimal():
            wait = float(value)
        else:
            moment = parsedate_to_datetime(value)
            wait = (moment.astimezone(dt.UTC) - dt.datetime.now(dt.UTC)).total_seconds()
    except ValueError:
        return 0.0
    return min(max(wait, 0.0), _LONGEST_WAIT_SECONDS)
