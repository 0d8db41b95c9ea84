"""An event: the CloudEvents 1.0 envelope around the data of one type."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from schemas.fields import YEARS
from schemas.patterns import FieldError, KnownCodes, matcher

ID_PATTERN = r"^(?!\+?[0-9]{9,12}$)[!-?A-~]{1,128}$"
"""Of `id` and `source`: visible ASCII but the at sign, and not a bare number as long as a citizen's or a phone's."""

SUBJECT_PATTERN = r"^(?!\+?[0-9]{9,12}$)[A-Za-z0-9._-]{1,64}$"
"""Of `subject`, a unit's code."""

_matches_id = matcher(ID_PATTERN)
known_sources = KnownCodes("source", ID_PATTERN)
known_subjects = KnownCodes("subject", SUBJECT_PATTERN)
_FIRST_YEAR, _LAST_YEAR = YEARS


class Event(
    msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"
):
    """An event; the registry makes one subclass per type and version, with its own struct as `data`.

    `subject` is the unit's code, `time` is aware, `data` has the schema's fields as attributes, absent ones None.
    CloudEvents' extension attributes are refused: they would be a place for personal data.
    """

    kind: ClassVar[str]
    stream: ClassVar[str]
    schema_version: ClassVar[str]

    specversion: Literal["1.0"]
    id: str
    source: str
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    subject: str
    data: Any
    datacontenttype: Literal["application/json"] = "application/json"


def check_envelope(event: Event) -> None:
    """What msgspec cannot check of an event's envelope, or not fast enough.

    Raises:
        FieldError: a field is not what it must be.
    """
    if not _matches_id(event.id):
        raise FieldError(field="id")
    known_sources[event.source]
    known_subjects[event.subject]
    if not _FIRST_YEAR <= event.time.year <= _LAST_YEAR:
        raise FieldError(field="time")
