"""Recipients from config/recipients.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import msgspec

from config.builders import contacts
from config.builders.names import second
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from streams.core.alert_rules import RULE_LABELS, Severity
from streams.core.recipients import Recipient
from streams.core.units import Units

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
_FIXED = ("severity", "unit", "province")
"""Labels whose values do not depend on the rules."""

_EXAMPLE = "${IOC_SMTP_URL}?to=${IOC_MAIL_DUTY}"


@dataclass(frozen=True)
class RecipientBuilder:
    """Makes recipients, checked against the alerts that they can get."""

    alert_files: Sheets
    units: Units
    unit_files: Sheets

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
                problems += self._own_units(entry)
                recipients.append(self._recipient(entry))
        if files.complete:
            problems += contacts.problems(self.unit_files, places)
        return tuple(recipients), problems

    def _recipient(self, entry: Entry) -> Recipient:
        """With the units that name it as the units that it is concerned with, if it wants to hear of those only."""
        match = dict(entry.value.get("match", {}))
        if entry.value.get("own_units"):
            match["unit"] = self._named_by(entry)
        return msgspec.convert({**entry.value, "match": match}, Recipient)

    def _named_by(self, entry: Entry) -> tuple[str, ...]:
        return tuple(one.code for one in self.units.everyone if one.contact == entry.value["id"])

    def _own_units(self, entry: Entry) -> Iterator[Problem]:
        if not entry.value.get("own_units"):
            return
        if "unit" in entry.value.get("match", {}):
            hint = "Leave one of the two away."
            yield entry.problem(
                "'own_units' and a 'match' by unit both say which units", hint, ("own_units",)
            )
        if self.units.units and not self._named_by(entry):
            hint = f"Name it under config/units as 'contact: {entry.value['id']}', or remove it."
            yield entry.problem("no unit has this recipient as its contact", hint, ("own_units",))

    def _match(self, entry: Entry) -> Iterator[Problem]:
        known = self._labels()
        for name, values in entry.value.get("match", {}).items():
            if name not in known:
                if self._all_rules:
                    yield entry.problem(
                        f"no alert has the label '{name}'", did_you_mean(name, known), ("match", name)
                    )
            elif known[name] and (self._all_rules or name in _FIXED):
                for index, value in enumerate(values):
                    if value not in known[name]:
                        message = f"no alert has '{value}' as its {name}"
                        hint = did_you_mean(value, known[name])
                        yield entry.problem(message, hint, ("match", name, index))

    @property
    def _all_rules(self) -> bool:
        """Whether no rule is hidden by its mistakes, with labels of its own."""
        return self.alert_files.complete and all(rule.sound for rule in self.alert_files.entries("alerts"))

    def _labels(self) -> dict[str, set[str]]:
        """Every label that an alert can have, with its values."""
        known: dict[str, set[str]] = {name: set() for name in RULE_LABELS}
        known["severity"].update(get_args(Severity))
        known["unit"].update(self.units.units, self.units.provinces)
        known["province"].update(self.units.provinces)
        for rule in (entry.value for entry in self.alert_files.entries("alerts") if entry.sound):
            own = {"alertname": rule["alert"], "indicator": rule["indicator"]}
            for name, value in {**rule.get("labels", {}), **own}.items():
                known.setdefault(name, set()).add(value)
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
