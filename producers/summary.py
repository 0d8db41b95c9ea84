"""What came of reading a source: counts, and for each reason of refusal the first examples with their places."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from producers.event import Refused

State = Literal["finished", "interrupted", "done before"]

_EXAMPLES = 3


class Example(msgspec.Struct, frozen=True):
    """One refused event: where its row is, the field, and why."""

    place: str
    path: str
    message: str


class OfReason(msgspec.Struct):
    """All refusals for one reason."""

    count: int = 0
    examples: list[Example] = []


class Tally(msgspec.Struct):
    """Counts so far: rows read, events sent, events refused by reason."""

    read: int = 0
    sent: int = 0
    refused: dict[str, OfReason] = {}

    def refuse(self, place: str, refused: Refused) -> None:
        """Count a refusal; the first ones of a reason are kept as examples."""
        of_reason = self.refused.setdefault(refused.reason, OfReason())
        of_reason.count += 1
        if len(of_reason.examples) < _EXAMPLES:
            of_reason.examples.append(Example(place, refused.path, refused.message))


class Summary(msgspec.Struct, frozen=True):
    """The end of an import, for people (`str`) and programs (fields)."""

    path: Path
    source: str
    state: State
    tally: Tally

    @property
    def exit_status(self) -> int:
        """0 when events are in, 1 when none could be sent, 130 (as shells say for Ctrl-C) when interrupted."""
        if self.state == "interrupted":
            return 130
        return 0 if self.tally.sent else 1

    def __str__(self) -> str:
        tally = self.tally
        refused = sum(reason.count for reason in tally.refused.values())
        lines = [f"{self.path}: {tally.read:,} rows read, {tally.sent:,} events sent, {refused:,} refused"]
        for reason, of_reason in sorted(tally.refused.items(), key=lambda item: -item[1].count):
            lines.append(f"  {reason}: {of_reason.count:,}")
            lines += [f"    {e.place}: {e.path}: {e.message}" for e in of_reason.examples]
        lines.append(self._next_step)
        return "\n".join(lines)

    @property
    def _next_step(self) -> str:
        if self.state == "interrupted":
            return "Interrupted: run the same command again and it goes on from here."
        if self.state == "done before":
            return "Imported before: nothing is sent now. --again sends it anew, which counts nothing twice."
        if not self.tally.sent:
            return "Nothing was sent: mend the source or the file, then run this again."
        return "Finished."
