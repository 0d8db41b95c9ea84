"""Plain HTTP to ClickHouse, without any client library between."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> int:
        return int(self.headers.get("X-ClickHouse-Exception-Code", "0"))


class PlainHttp:
    """Asks the server at `url`, as the user that it names; each request on a connection of its own."""

    def __init__(self, url: str, database: str = "") -> None:
        self._address = urlsplit(url)
        self._database = database

    def __call__(
        self,
        sql: str | bytes | Iterable[bytes] | None = None,
        *,
        method: str = "POST",
        path: str = "/",
        headers: Mapping[str, str] | None = None,
        authenticate: bool = True,
        **query: object,
    ) -> Answer:
        """POST `sql` as the body, with `query` in the address."""
        address = self._address
        if self._database:
            query = {"database": self._database} | query
        sent = dict(headers or {})
        if authenticate and address.username:
            secret = base64.b64encode(f"{address.username}:{address.password or ''}".encode()).decode()
            sent["Authorization"] = f"Basic {secret}"
        connection = http.client.HTTPConnection(address.hostname or "", address.port or 8123, timeout=60)
        try:
            body = sql.encode() if isinstance(sql, str) else sql
            target = f"{path}?{urlencode(query)}" if query else path
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
