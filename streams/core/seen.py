"""Event ids seen before, within a bounded horizon.

Two generations of digests: when the younger is full, the older is forgotten. So at least `generation` and at most twice
as many of the newest ids are known. Beyond the horizon a repeat is caught where it matters most: folding an event into
its dossier again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xxhash import xxh3_128_digest

DIGEST_BYTES = 16
"""Of a 128-bit hash: among ten million ids two meet by chance with a probability of 10^-25."""

GENERATION = 500_000


def digests(kind: str, units: Iterable[str], sources: Iterable[str], ids: Iterable[str]) -> list[bytes]:
    """They stand for the identities of events of one kind; the table `events` has the same key."""
    return [
        xxh3_128_digest(f"{event_id}\0{source}\0{unit}\0{kind}".encode())
        for unit, source, event_id in zip(units, sources, ids, strict=True)
    ]


class SeenIds:
    """The ids of one partition."""

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._older: set[bytes] = set()
        self._younger: set[bytes] = set()
        self._new: list[bytes] = []

    def first(self, identities: Sequence[bytes]) -> Sequence[int]:
        """Where those stand that come for the first time; remembers them."""
        room = self._generation - len(self._younger)
        if len(identities) > room:
            begun = self.first(identities[:room])
            return [*begun, *(room + at for at in self.first(identities[room:]))]
        firsts = self._firsts(identities)
        new = identities if len(firsts) == len(identities) else [identities[at] for at in firsts]
        self._younger.update(new)
        self._new += new
        if len(self._younger) >= self._generation:
            self._older, self._younger = self._younger, set()
        return firsts

    def _firsts(self, identities: Sequence[bytes]) -> Sequence[int]:
        older, younger = self._older, self._younger
        are_new = older.isdisjoint(identities) and younger.isdisjoint(identities)
        if are_new and len(set(identities)) == len(identities):
            return range(len(identities))
        distinct = dict(zip(reversed(identities), reversed(range(len(identities))), strict=True))
        return sorted(at for one, at in distinct.items() if one not in older and one not in younger)

    def drain(self) -> bytes:
        """The digests that are new since the last call, joined."""
        joined = b"".join(self._new)
        self._new.clear()
        return joined

    def restore(self, joined: bytes) -> None:
        """Take in digests read from the state's log, oldest first; they do not count as new."""
        self.first([joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)])
        self._new.clear()

    def all(self) -> Iterable[bytes]:
        """Every digest, older generation first."""
        yield from self._older
        yield from self._younger
