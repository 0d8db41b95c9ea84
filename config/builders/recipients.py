"""Recipients from config/recipients.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import msgspec

from config.builders.names import second
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from streams.core.alert_rules import Severity
from streams.core.recipients import Recipient
from streams.core.units import Units

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
_EXAMPLE = "${IOC_SMTP_URL}?to=${IOC_MAIL_DUTY}"


@dataclass(frozen=True)
class RecipientBuilder:
    """Makes recipients, checked against the alerts that they can get."""

    alert_files: Sheets
    units: Units

    def build(self, files: Sheets) -> tuple[tuple[Recipient, ...], list[Problem]]:
        """Recipients in the order of the file, and what its schema cannot see."""
        recipients: list[Recipient] = []
        problems: list[Problem] = []
        places: dict[str, Entry] = {}
        for entry in files.entries("recipients"):
            problems += second(entry, "id", places)
            if entry.sound:
                problems += _channels(entry)
                problems += self._match(entry)
                recipients.append(msgspec.convert(entry.value, Recipient))
        return tuple(recipients), problems

    def _match(self, entry: Entry) -> Iterator[Problem]:
        if not (self.alert_files.complete and self.units.provinces):
            return  # what it names may stand in a file that cannot be read
        known = self._labels()
        for name, values in entry.value.get("match", {}).items():
            if name not in known:
                yield entry.problem(
                    f"no alert has the label '{name}'", did_you_mean(name, known), ("match", name)
                )
                continue
            for index, value in enumerate(values):
                if value not in known[name]:
                    message = f"no alert has '{value}' as its {name}"
                    yield entry.problem(message, did_you_mean(value, known[name]), ("match", name, index))

    def _labels(self) -> dict[str, set[str]]:
        """Every label that an alert can have, with its values."""
        rules = [entry.value for entry in self.alert_files.entries("alerts")]
        known: dict[str, set[str]] = {
            "alertname": {str(rule.get("alert")) for rule in rules},
            "indicator": {str(rule.get("indicator")) for rule in rules},
            "severity": {*get_args(Severity)},
            "unit": {*self.units.units, *self.units.provinces},
            "province": {*self.units.provinces},
        }
        for rule in rules:
            labels = rule.get("labels")
            for name, value in labels.items() if isinstance(labels, dict) else ():
                known.setdefault(name, set()).add(str(value))
        return known


def _channels(entry: Entry) -> Iterator[Problem]:
    for index, url in enumerate(entry.value["channels"]):
        place = ("channels", index)
        for name in _VARIABLE.findall(url):
            if not _NAME.fullmatch(name):
                hint = "Write capitals, digits and '_', such as ${IOC_MAIL_DUTY}."
                yield entry.problem(f"'{name}' cannot be the name of an environment variable", hint, place)
        rest = _VARIABLE.sub("", url)
        if "$" in rest:
            yield entry.problem("a '$' that begins no variable", f"Write for example {_EXAMPLE}.", place)
        elif not _SCHEME.match(url) and not url.startswith("${"):
            hint = f"It begins with a scheme such as ntfy:// or with a variable. Example: {_EXAMPLE}."
            yield entry.problem("this is no Apprise URL", hint, place)
        elif "@" in rest:
            hint = "Keep it in an environment variable and write ${NAME} here."
            yield entry.problem("an address or a password stands in the file", hint, place)
