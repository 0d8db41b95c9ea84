"""Receipts of deliveries: who was told what, and whether it worked."""

from __future__ import annotations

from typing import Literal

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """A record of ioc.notifications; recipients are named by their id, never by an address. Instants are epoch ms."""

    fingerprint: str
    starts_at: int
    state: str
    recipient: str
    channel: str
    attempt: int
    at: int
    outcome: Literal["delivered", "failed"]
    detail: str = ""
