"""The life of one alert, as Prometheus has it: inactive, pending, firing, inactive again. Pure; instants are epoch ms.

An alert is pending from the first evaluation that finds its condition true, fires when it has been true for `for`, and
is resolved when it has been false for `keep_firing_for`. A pending one whose condition is found false is forgotten.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from streams.core.alert_rules import Annotations

State = Literal["firing", "resolved"]


class AlertTransition(msgspec.Struct, frozen=True):
    """A record of ioc.alerts: an alert began to fire or was resolved."""

    fingerprint: str
    alertname: str
    state: State
    labels: dict[str, str]
    annotations: Annotations
    starts_at: int
    ends_at: int | None
    at: int
    value: float | None
    numerator: int
    denominator: int
    threshold: float


class Status(msgspec.Struct, array_like=True, frozen=True):
    """Where an alert stands; absent means inactive. `fired` is what was told of it while it fires."""

    pending_since: int
    firing_since: int | None = None
    false_since: int | None = None
    fired: AlertTransition | None = None


class Step(NamedTuple):
    """The outcome of an evaluation; `told` is what people must hear of."""

    status: Status | None
    told: State | None


def step(status: Status | None, bad: bool, for_ms: int, keep_firing_for_ms: int, now_ms: int) -> Step:
    """Where an alert stands after an evaluation.

    If the clock went back, what seems to begin in the future begins now, so that no alert waits for the old time.
    """
    if bad:
        pending_since = now_ms if status is None else min(status.pending_since, now_ms)
        firing_since = status.firing_since if status else None
        fires = firing_since is None and now_ms - pending_since >= for_ms
        after = Status(
            pending_since, now_ms if fires else firing_since, None, status.fired if status else None
        )
        return Step(after, "firing" if fires else None)
    if status is None or status.firing_since is None:
        return Step(None, None)
    false_since = now_ms if status.false_since is None else min(status.false_since, now_ms)
    if now_ms - false_since >= keep_firing_for_ms:
        return Step(None, "resolved")
    return Step(msgspec.structs.replace(status, false_since=false_since), None)
