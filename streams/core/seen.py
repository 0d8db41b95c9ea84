"""Event ids seen before, within a bounded horizon.

Two generations of digests: when the younger is full, the older is forgotten. So at least `generation` and at most twice
as many of the newest ids are known. Beyond the horizon a repeat is caught where it matters most: folding an event into
its dossier again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from xxhash import xxh3_128_digest

DIGEST_BYTES = 16
"""Of a 128-bit hash: among ten million ids two meet by chance with a probability of 10^-25."""

GENERATION = 500_000


def digest(kind: str, unit: str, source: str, event_id: str) -> bytes:
    """Stands for the identity of an event; the table `events` has the same key."""
    return xxh3_128_digest(f"{event_id}\0{source}\0{unit}\0{kind}".encode())


class SeenIds:
    """The ids of one partition."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._older: set[bytes] = set()
        self._younger: set[bytes] = set()
        self._new: list[bytes] = []

    def first(self, identity: bytes) -> bool:
        """Whether this is the first time; remembers it."""
        if identity in self._older:
            return False
        known = len(self._younger)
        self._younger.add(identity)
        if len(self._younger) == known:
            return False
        self._new.append(identity)
        if known + 1 >= self._generation:
            self._older, self._younger = self._younger, set()
        return True

    def drain(self) -> bytes:
        """The digests that are new since the last call, joined."""
        joined = b"".join(self._new)
        self._new.clear()
        return joined

    def restore(self, joined: bytes) -> None:
        """Take in digests read from the state's log, oldest first; they do not count as new."""
        for at in range(0, len(joined), DIGEST_BYTES):
            self.first(joined[at : at + DIGEST_BYTES])
        self._new.clear()

    def all(self) -> Iterable[bytes]:
        """Every digest, older generation first."""
        yield from self._older
        yield from self._younger
