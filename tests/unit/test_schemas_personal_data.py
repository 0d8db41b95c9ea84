"""Personal data is recognised by the fields' names and by what values look like, and does not survive redaction."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.personal_data import REMOVED, find_personal, is_identity, is_personal, redact

NAME = "Nguyễn Thị Bưởi"
PERSONAL_NAMES = [
    *(
        "ChuHoSo",
        "SoGiayToChuHoSo",
        "Email",
        "SoDienThoai",
        "HoTen",
        "ho_ten",
        "hoVaTen",
        "Họ và tên",
        "Số điện thoại",
    ),
    *(
        "TenNguoiNop",
        "cccd",
        "SoCCCD",
        "CMND",
        "so-cmnd",
        "DiaChi",
        "dia_chi_thuong_tru",
        "NgaySinh",
        "GhiChu",
    ),
    *(
        "name",
        "fullName",
        "full_name",
        "FULL_NAME",
        "applicantName",
        "phone",
        "phoneNumber",
        "owner_phone",
        "e-mail",
    ),
    *("citizen_id", "nationalID", "passportNumber", "dateOfBirth", "home_address", "comment", "TrichYeuHoSo"),
]
THINGS = [
    *(
        "dossier",
        "channel",
        "procedure",
        "applicant",
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "unit_name",
        "TenCoQuanXuLy",
    ),
    *(
        "citizen_cards",
        "cards",
        "identity_accounts",
        "beneficiary_group",
        "fileName",
        "tenant",
        "contents_digest",
        "",
    ),
]


@pytest.mark.parametrize("name", PERSONAL_NAMES)
def test_fields_that_may_hold_personal_data(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize("name", THINGS)
def test_fields_of_things(name: str) -> None:
    assert not is_personal(name)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "040085001234",
            "số 040085001234.",
            "186123456",
            "0912345678",
            "0912 345 678",
            "+84912345678",
            "84.912.345.678",
        ),
        *("an.nguyen@example.vn", "<a@b.vn>", "CCCD:040085001234;"),
    ],
)
def test_texts_with_a_number_or_address_of_a_person(text: str) -> None:
    assert is_identity(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "000.00.12.H41-261010-0123",
            "H41.12-261010-040085001234",
            "1.004873",
            "2026-10-10T08:15:00+07:00",
            "16681",
        ),
        *("20261010081500", "9b2f7c1e-0000-4000-8000-123456789012", "a@b", "/nghe-an/one-stop", ""),
    ],
)
def test_texts_of_other_things(text: str) -> None:
    assert not is_identity(text)


def test_a_personal_field_is_found_at_any_depth() -> None:
    assert find_personal({"data": {"rows": [{}, {"Email": ""}]}}) == ("$.data.rows[1].Email", "name")
    assert find_personal([{"Họ tên": ""}]) == ("$[0].*", "name")
    assert find_personal({"data": {"rows": ["", "an@b.vn"]}}) == ("$.data.rows[1]", "value")
    assert find_personal({"data": {"dossier": "1", "amount_vnd": 123456789012}}) is None


def test_a_payload_without_personal_data_stays_byte_for_byte() -> None:
    payload = '{ "id":"1", "amount": 123456789012, "when":"2026-10-10T08:15:00+07:00",\n "x": "tiếp nhận"}'
    assert redact(payload.encode()) == payload


def test_fields_are_cut_and_numbers_are_masked() -> None:
    event = {
        "id": "1",
        "data": {"ChuHoSo": {"HoTen": NAME}, "note": "x", "code": "040085001234", "kept": [1, "a"]},
    }
    assert json.loads(redact(json.dumps(event).encode())) == {
        "id": "1",
        "data": {"code": REMOVED, "kept": [1, "a"]},
    }


@pytest.mark.parametrize(
    "payload",
    [
        '{"id": 1, "HoTen": "%s", ',
        '{"HoTen": "%s',
        "{'ho_ten': '%s'}",
        "HoTen=%s&id=1",
        "id: 1\nHọ tên: %s\nkênh: online",
        '"ChuHoSo":"%s","x":',
    ],
)
def test_what_is_not_json_loses_its_personal_fields_too(payload: str) -> None:
    assert NAME not in redact((payload % NAME).encode())


def test_bytes_of_another_encoding_are_redacted() -> None:
    assert "040085001234" not in redact(b"\xff\xfe 040085001234")


def test_what_is_nested_too_deep_to_look_at_is_cut() -> None:
    deep = '{"a":' * 300 + '{"x": "040085001234"}' + "}" * 300
    assert "040085001234" not in redact(deep.encode())
    assert "040085001234" not in redact(("[" * 100_000 + '"040085001234"').encode())


PERSONS = st.one_of(
    st.from_regex(r"0[0-9]{11}", fullmatch=True),
    st.from_regex(r"1[0-9]{8}", fullmatch=True),
    st.from_regex(r"0[35789][0-9]{8}", fullmatch=True),
    st.from_regex(r"[a-z]{1,9}@[a-z]{2,9}\.vn", fullmatch=True),
)
HARMLESS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9))


@st.composite
def documents(draw: st.DrawFn, secret: str) -> Any:
    """A document that holds the secret as a value at some depth."""
    node: Any = secret
    for _ in range(draw(st.integers(0, 5))):
        others = draw(st.dictionaries(st.text(max_size=5), HARMLESS, max_size=2))
        node = draw(st.sampled_from([others | {"key": node}, [node, *others.values()]]))
    return node


@given(st.data())
def test_no_number_or_address_survives_in_json(data: st.DataObject) -> None:
    secret = data.draw(PERSONS)
    assert secret not in redact(json.dumps({"x": data.draw(documents(secret))}).encode())


@given(st.data(), st.sampled_from(PERSONAL_NAMES))
def test_no_personal_field_survives_in_json(data: st.DataObject, name: str) -> None:
    document = {"x": [{name: data.draw(documents("Bưởi")), "kept": 1}]}
    redacted = redact(json.dumps(document, ensure_ascii=data.draw(st.booleans())).encode())
    assert json.loads(redacted) == {"x": [{"kept": 1}]}


@given(st.data(), st.sampled_from(PERSONAL_NAMES), st.booleans(), st.sampled_from([None, 1]))
def test_no_personal_field_survives_in_a_piece_of_json(
    data: st.DataObject, name: str, escaped: bool, indent: int | None
) -> None:
    document = [{"a": data.draw(HARMLESS), name: data.draw(documents("Bưởi")), "z": data.draw(HARMLESS)}]
    text = json.dumps(document, ensure_ascii=escaped, indent=indent)
    redacted = redact(text[: data.draw(st.integers(0, len(text) - 1))].encode())
    assert "Bưởi" not in redacted
    assert json.dumps("Bưởi")[1:-1] not in redacted


def test_of_a_repeated_key_no_value_survives() -> None:
    assert "040085001234" not in redact(b'{"a": "040085001234", "a": "1"}')


def test_marks_may_stand_apart_from_their_letters() -> None:
    assert NAME not in redact(unicodedata.normalize("NFD", "Họ tên: ").encode() + NAME.encode())


def test_what_is_too_long_is_cut() -> None:
    assert len(redact(b'{"a": "' + b"x" * 2_000_000)) <= 256 * 1024
    assert len(redact(b":" * 2_000_000)) <= 256 * 1024


@given(PERSONS, st.binary(max_size=30), st.binary(max_size=30))
def test_no_number_that_stands_alone_survives_in_bytes(secret: str, before: bytes, after: bytes) -> None:
    assert secret not in redact(before + b" " + secret.encode() + b" " + after).replace(
        before.decode("utf-8", "replace"), ""
    )


@given(st.binary() | st.text().map(str.encode))
def test_redaction_never_fails_and_happens_once(payload: bytes) -> None:
    redacted = redact(payload)
    assert redact(redacted.encode("utf-8", "replace")) == redacted
