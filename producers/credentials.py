"""Keys and addresses that stand in no file of the configuration: `${NAME}` is a variable of the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from config.documents import Document, Location
from config.problems import Problem
from ioc.errors import UserError
from ioc.settings import Secret, read_secret

HIDDEN = "****"
"""What stands where a value stood."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_SECRET_NAME = re.compile(
    r"auth|cookie|token|secret|passw|pwd|api.?key|access.?key|signature|credential", re.I
)
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|key)?\s*", re.I)
_PASSWORD_IN_URL = re.compile(r"//[^/@]*:[^/@]+@")


class MissingCredentialError(UserError):
    """A source needs variables that are not set; the message names them."""

    exit_status = 2


class Credentials:
    """Fills templates from the environment, and takes what it filled in out of texts that people read."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._used: set[str] = set()

    def fill(self, template: str) -> str:
        """The text with the values of its variables; NAME_FILE names a file that holds the value instead.

        Raises:
            MissingCredentialError: one of them is not set.
            SettingsError: its file cannot be read.
        """
        return _VARIABLE.sub(lambda found: self._value(found[1]).reveal(), template)

    def redact(self, text: str) -> str:
        """The text without any value that was filled in."""
        for value in sorted(self._used, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        return text

    def _value(self, name: str) -> Secret:
        value = read_secret(self._environment, name)
        if not value:
            msg = f"{name} is not set: set it, or {name}_FILE to the path of a file that holds it"
            raise MissingCredentialError(msg)
        if not value.reveal().startswith(("http://", "https://")):  # an address may be shown
            self._used.add(value.reveal())
        return value


def template_problems(document: Document, where: Location, template: str) -> Iterator[Problem]:
    """What is wrong with a text that may hold variables: their names, passwords in an address."""
    for name in _VARIABLE.findall(template):
        if not _NAME.fullmatch(name):
            hint = "Write capitals, digits and '_', such as ${IOC_PORTAL_TOKEN}."
            yield document.problem(where, f"'{name}' cannot be the name of an environment variable", hint)
    rest = _VARIABLE.sub("", template)
    if "$" in rest:
        yield document.problem(
            where, "a '$' that begins no variable", "Write for example ${IOC_PORTAL_TOKEN}."
        )
    if _PASSWORD_IN_URL.search(template) and _PASSWORD_IN_URL.search(_VARIABLE.sub("", template)):
        hint = "Send it in a header, as ${NAME} from the environment."
        yield document.problem(where, "a password stands in the address", hint)


def secret_problems(document: Document, where: Location, name: str, template: str) -> Iterator[Problem]:
    """Whether what is secret by its name stands in the file instead of in the environment."""
    yield from template_problems(document, where, template)
    if _SECRET_NAME.search(name) and not _SCHEME.fullmatch(_VARIABLE.sub("", template)):
        hint = (
            "Keep it in the environment and write ${NAME} here, after 'Bearer ' or 'Basic ' if it takes that."
        )
        yield document.problem(where, f"the value of '{name}' stands in the file", hint)
