"""A schema outside the subset is refused, with every mistake, its place and what to do."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.pattern_rules import CODE_CHARACTERS, pattern_mistakes
from schemas.subset import check_schema
from tests import schema_strategies

CODE = r"^(?!\+?[0-9]{9,12}$)[A-Za-z0-9._/-]{1,64}$"
WORDS = {"title": "A field", "x-title-vi": "Một trường", "description": "What it says."}
GOOD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **WORDS,
    "version": "1.0",
    "type": "object",
    "additionalProperties": False,
    "required": ["dossier"],
    "properties": {"dossier": WORDS | {"type": "string", "pattern": CODE, "maxLength": 64}},
}


def with_field(name: str, **field: Any) -> dict[str, Any]:
    schema = deepcopy(GOOD)
    schema["properties"][name] = WORDS | field
    return schema


def pointers(schema: object) -> list[str]:
    return [mistake.pointer for mistake in check_schema(schema)]


@given(schema_strategies.schemas())
def test_schemas_of_the_subset_pass(schema: dict[str, Any]) -> None:
    assert check_schema(schema) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "/$schema"),
        ({"additionalProperties": True}, "/additionalProperties"),
        ({"additionalProperties": 0}, "/additionalProperties"),
        ({"type": "array"}, "/type"),
        ({"version": "1"}, "/version"),
        ({"version": 1.0}, "/version"),
        ({"x-status-code": 11}, "/x-status-code"),
        ({"required": ["nobody"]}, "/required"),
        ({"required": ["dossier", "dossier"]}, "/required"),
        ({"properties": {}}, ""),
        ({"oneOf": []}, "/oneOf"),
        ({"title": " "}, ""),
        ({"properties": {"dossier": True}}, "/properties/dossier"),
    ],
)
def test_a_mistake_at_the_root_is_found(changes: dict[str, Any], pointer: str) -> None:
    assert pointer in pointers(GOOD | changes)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string"},
        {"type": "string", "maxLength": 10},
        {"type": "string", "pattern": CODE},
        {"type": "string", "pattern": CODE, "maxLength": 1000},
        {"type": "string", "pattern": "^[a-z]{3}$", "maxLength": 3, "format": "date"},
        {"type": "string", "enum": []},
        {"type": "string", "enum": ["a", "a"]},
        {"type": "string", "enum": ["Nguyễn Văn A"]},
        {"type": "string", "enum": [1]},
        {"type": "string", "format": "email"},
        {"type": "string", "format": "uri"},
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "integer"},
        {"type": "integer", "minimum": 0},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": "integer", "minimum": 0, "maximum": 2**63},
        {"type": "integer", "minimum": False, "maximum": True},
        {"type": "boolean", "const": True},
        {"type": ["string", "null"], "enum": ["a"]},
        {"type": "array"},
        {"type": "object"},
        {"enum": ["a"]},
        {"$ref": "#/x"},
        {"type": "boolean", "examples": "true"},
        {"type": "boolean", "deprecated": "yes"},
    ],
)
def test_a_field_that_is_no_enum_code_instant_integer_or_boolean_is_refused(field: dict[str, Any]) -> None:
    found = pointers(with_field("thing", **field))
    assert found
    assert all(pointer.startswith("/properties/thing") for pointer in found)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "name",
            "ten",
            "ho_ten",
            "cccd",
            "cmnd",
            "phone",
            "email",
            "address",
            "dia_chi",
            "chu_ho_so",
            "applicant_name",
        ),
        *("father", "ngay_sinh", "passport_number", "note", "ghi_chu", "tax_code", "owner_phone", "e_mail"),
        *("Dossier", "a-b", "tên", "1st", "a__b", "_a", "a_", "class", "x" * 64, ""),
        *("time", "unit", "type", "id", "closed_at", "on_time", "received_at"),
    ],
)
def test_a_field_name_that_is_personal_or_taken_is_refused(name: str) -> None:
    assert pointers(with_field(name, type="boolean")) == [f"/properties/{name}"]


def test_all_mistakes_come_at_once() -> None:
    schema = with_field("phone", type="string") | {"version": "", "more": 1}
    assert sorted(pointers(schema)) == ["/more", "/properties/phone", "/properties/phone", "/version"]
    assert all(mistake.message and mistake.hint for mistake in check_schema(schema))


def test_what_is_no_object_is_refused() -> None:
    assert pointers([]) == [""]


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "abc", "^abc", "abc$", "[a-z]{3}", "^a|b$", "^[a-z]{3}", "^a\\$"),
        *(
            "^.{3}$",
            "^\\d{3}$",
            "^\\w{1,9}$",
            "^\\S{3}$",
            "^[^a]{3}$",
            "^[a-z ]{3}$",
            "^[a-z\u1ea1]{3}$",
            "^[a-z@]{3}$",
        ),
        *(
            "^[--z]{3}$",
            "^[a-f]{3}$",
            "^[A-z]{3}$",
            "^[!-~]{1,9}$",
            "^(a)$",
            "^(?P<a>a)$",
            "^(?i:a)$",
            "^(?<=a)a$",
        ),
        *(
            "^[a-z]+$",
            "^[a-z]*$",
            "^[a-z]{1,}$",
            "^(?:[a-z]{1,9}){1,9}$",
            "^[a-z]{2}{3}$",
            "^(?:a$",
            "^a)$",
            "^[a$",
            "^[]$",
        ),
        *(
            "^[0-9]{12}$",
            "^[0-9]{9}$",
            "^0[0-9]{9}$",
            "^[A-Z0-9]{1,20}$",
            "^(?:[0-9]{3}){4}$",
            "^0[0-9]{11}$",
        ),
        *("^[a-z]{5,2}$", "^(?!a{2,1}$)b$"),
    ],
)
def test_a_pattern_that_is_not_of_codes_is_refused(pattern: str) -> None:
    assert pattern_mistakes(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        CODE,
        "^[A-Z]{1,5}$",
        "^H[0-9]{2}(?:\\.[0-9]{2}){2}$",
        "^(?:a|bc)?[0-9]{3}$",
        "^[A-Z-]{2}$",
        "^(?=[a-z])[a-z0-9]{1,9}$",
    ],
)
def test_a_pattern_of_codes_passes(pattern: str) -> None:
    assert pattern_mistakes(pattern) == ()


PIECES = st.sampled_from(
    [
        *(
            "[A-Z]",
            "[a-z0-9]",
            "[0-9]",
            "[A-Za-z0-9._/-]",
            "[--z]",
            "[^a]",
            "[ -~]",
            "a",
            "/",
            "\\.",
            ".",
            "\\d",
            " ",
            "@",
        ),
        *("{3}", "{1,12}", "?", "+", "(?:", "(?!", "(?=", ")", "|", "$", "é"),
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=6).map(lambda pieces: f"^{''.join(pieces)}$"), st.data())
def test_texts_of_an_accepted_pattern_are_codes(pattern: str, data: st.DataObject) -> None:
    if pattern_mistakes(pattern):
        return
    text = data.draw(
        st.one_of(st.text(max_size=12), st.from_regex(re.sub(r"\$", r"\\Z", pattern), fullmatch=True))
    )
    if re.fullmatch(re.sub(r"\$", r"\\Z", pattern), text):
        assert set(text) <= CODE_CHARACTERS
        assert not re.fullmatch("[0-9]{12}", text) or not text.startswith("0")
