"""How long a producer waits before it tries again what has failed."""

from __future__ import annotations

import random

from ioc.restarts import Backoff, Deaths

_POLICY = Backoff()


class Retries:
    """Failures in a row, without a healthy time between them; after a success begin with new ones."""

    def __init__(self) -> None:
        self._deaths = Deaths()

    def failed(self, after_seconds: float) -> float:
        """The seconds to wait after one more failure, of a try that had gone well for so long.

        A part of it is drawn by lot, so that many who lost the same server do not come back at the same instant.
        """
        self._deaths = self._deaths.then(after_seconds, _POLICY)
        return self._deaths.delay_seconds(_POLICY) * random.uniform(0.5, 1)  # noqa: S311  # no secret
