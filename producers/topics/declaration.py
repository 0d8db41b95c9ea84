"""The block `topic` of a source: which topic, where, and how its values are to be understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from config.documents import Document, Location
from config.problems import Problem

Change: TypeAlias = Literal["read", "create", "update", "delete"]
"""What happened to a row; `read`: it was there when Debezium looked at the table for the first time."""

_OWN = "ioc."


class SourceTopic(msgspec.Struct, frozen=True):
    """A topic that others write.

    `brokers` is where it is, empty: the monitor's own Kafka. `start` says where the very first reading begins.
    `changes` are those of Debezium's that become rows.
    """

    name: str
    brokers: str = ""
    format: Literal["json", "debezium"] = "json"
    start: Literal["beginning", "end"] = "beginning"
    changes: tuple[Change, ...] = ("read", "create", "update")

    def problems(self, document: Document, where: Location) -> Iterator[Problem]:
        """What the JSON Schema cannot see."""
        if not self.brokers and self.name.startswith(_OWN):
            message = f"'{self.name}' is a topic of the monitor itself"
            hint = "Name the topic that others write; with 'brokers' it is another Kafka's."
            yield document.problem((*where, "name"), message, hint)
        if self.format != "debezium" and "changes" in document.value["topic"]:
            message = f"'changes' means nothing for the format {self.format}"
            yield document.problem((*where, "changes"), message, "Remove it.")
