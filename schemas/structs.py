"""Schemas compiled to msgspec structs, so that one pass decodes and validates an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

import msgspec

from schemas.event import Event, check_envelope
from schemas.fields import YEARS, Field
from schemas.patterns import MOSTLY_NEW, FieldError, KnownCodes, matcher

_FORM: dict[str, Any] = {"kw_only": True, "gc": False}


def data_struct(name: str, fields: Iterable[Field]) -> type[msgspec.Struct]:
    """The struct of an event's data: required fields, bounds and enums are msgspec's to check."""
    members = [_member(field) for field in fields]
    return msgspec.defstruct(name, members, **_FORM, forbid_unknown_fields=True, omit_defaults=True)


def event_struct(
    name: str, type_name: str, data: type[msgspec.Struct], **class_attributes: str
) -> type[Event]:
    """The struct of whole events of one type."""
    return _event(name, type_name, data, Event, class_attributes)


def checking(event: type[Event], fields: Iterable[Field]) -> type[Event]:
    """The same struct, which also checks what msgspec does not: its values are valid, or are not made."""
    plain: type[msgspec.Struct] = event.__annotations__["data"]
    data = msgspec.defstruct(
        plain.__name__, [], bases=(plain,), namespace={"__post_init__": _text_checks(fields)}, **_FORM
    )
    tag = str(event.__struct_config__.tag)
    return _event(event.__name__, tag, data, event, {"__post_init__": check_envelope})


def _event(
    name: str, tag: str, data: type[msgspec.Struct], base: type[Event], namespace: dict[str, Any]
) -> type[Event]:
    struct = msgspec.defstruct(name, [("data", data)], bases=(base,), namespace=namespace, tag=tag, **_FORM)
    return cast("type[Event]", struct)


def _member(field: Field) -> tuple[str, Any] | tuple[str, Any, None]:
    """The field for `defstruct`.

    The default of an optional field is None while its type has no None: so null is refused, as by the schema.
    """
    annotation = _annotation(field)
    return (field.name, annotation) if field.required else (field.name, annotation, None)


def _annotation(field: Field) -> Any:
    match field.form:
        case "enum":
            return Literal[field.values]
        case "code":
            return Annotated[str, msgspec.Meta(max_length=field.max_length)]
        case "instant":
            return Annotated[datetime, msgspec.Meta(tz=True)]
        case "date":
            return date
        case "integer":
            return Annotated[int, msgspec.Meta(ge=field.minimum, le=field.maximum)]
        case "boolean":
            return bool


def _text_checks(fields: Iterable[Field]) -> Callable[[msgspec.Struct], None]:
    """What msgspec cannot check, or not fast enough: patterns and years.

    Straight-line code is generated, as dataclasses and attrs do: a loop over the fields made the whole decoder a fifth
    slower. Only field names, which are identifiers by the subset's rules, enter its text.
    """
    names: dict[str, Any] = {"FieldError": FieldError}
    lines = ["def __post_init__(self):"]
    for field in fields:
        if field.form == "code" and field.required and field.name in MOSTLY_NEW:
            names[f"matches_{field.name}"] = matcher(field.pattern)
            lines.append(f" if not matches_{field.name}(self.{field.name}): raise FieldError({field.name!r})")
        elif field.form == "code":
            names[f"known_{field.name}"] = KnownCodes(field.name, field.pattern)
            lines.append(f" known_{field.name}[self.{field.name}]")
        elif field.form in ("instant", "date"):
            lines.append(f" value = self.{field.name}")
            lines.append(
                f" if value is not None and not {YEARS[0]} <= value.year <= {YEARS[1]}:"
                f" raise FieldError({field.name!r})"
            )
    if len(lines) == 1:
        lines.append(" pass")
    # Compiled first: where Ctrl-C comes while a text is executed, Python ends by that signal whoever catches it.
    checks = compile("\n".join(lines), f"<checks of {', '.join(field.name for field in fields)}>", "exec")
    exec(checks, names)  # noqa: S102  the text is made above from checked identifiers only
    return names["__post_init__"]  # type: ignore[no-any-return]
