"""The shipped sources of the national portal, against a stand-in: what a record becomes, and what never leaves it."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.loader import load
from ioc.settings import Settings
from producers.delivery import Backlog
from producers.feed import Feed
from producers.gate import Gate
from producers.journal import Journal
from producers.outbox import Outbox
from producers.pull.reader import PullReader
from schemas.decoder import EventDecoder
from schemas.registry import load_registry
from tests.fixtures.portal import ZONE, Portal

REGISTRY = load_registry()
CONFIGURATION = load(Settings().config, REGISTRY)
NOW = dt.datetime(2026, 1, 3, 18, tzinfo=ZONE)

NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường")
RECORD = {
    "MaHoSo": "000.00.12.H41-260101-0001",
    "MaTTHC": "1.004873",
    "MaLinhVuc": "G13-TP02",
    "KenhThucHien": "2",
    "NoiNopHoSo": "1",
    "LoaiDoiTuong": "1",
    "ChuHoSo": NAMES[0],
    "SoGiayToChuHoSo": "040090012345",
    "Email": "an@example.vn",
    "SoDienThoai": "0912345678",
    "TrichYeuHoSo": f"{NAMES[0]} xin cấp bản sao",
    "NgayNopHoSo": "20260101080000",
    "NgayTiepNhan": "20260101090000",
    "NgayHenTra": "20260120170000",
    "TrangThaiHoSo": "10",
    "NgayKetThucXuLy": "20260102100000",
    "NgayTra": "20260102150000",
    "HinhThuc": "1",
    "NgayTuChoi": "",
    "DonViXuLy": "H41.12",
    "HoSoCoThanhPhanSoHoa": "1",
    "TaiKhoanDuocXacThucVoiVNeID": "1",
    "DuocThanhToanTrucTuyen": "2",
    "TaiLieuNop": [
        {"TenTepDinhKem": f"Đơn của {NAMES[0]}", "DuocSoHoa": "1", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "1"},
        {"TenTepDinhKem": "Giấy khai sinh", "DuocSoHoa": "1", "DuocTaiSuDung": "2", "DuocLayTuKhoDMQG": "0"},
        {"TenTepDinhKem": "Ảnh", "DuocSoHoa": "0", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"},
    ],
    "DanhSachLePhi": [
        {"TenPhiLePhi": "Lệ phí", "HinhThucThu": "1", "Gia": "50000", "LoaiPhiLePhi": "2"},
        {"TenPhiLePhi": "Phí", "HinhThucThu": "1", "Gia": "8000", "LoaiPhiLePhi": "1"},
    ],
    "DanhSachHoSoBoSung": [
        {
            "HoSoBoSungId": "77",
            "NguoiYeuCauBoSung": NAMES[1],
            "NoiDungBoSung": f"Ông {NAMES[0]} bổ sung giấy tờ",
            "NgayBoSung": "20260101100000",
            "NguoiTiepNhanBoSung": NAMES[2],
            "NgayTiepNhanBoSung": "20260101150000",
            "NgayHenTraTruoc": "20260115170000",
            "NgayHenTraMoi": "20260120170000",
        }
    ],
    "DanhSachGiayToKetQua": [{"TenGiayTo": "Trích lục", "DuongDanTepTinKetQua": "https://portal.example/1"}],
    "DSKetNoiCSDL": [{"MaCSDL": "1"}],
    "updated": "20260102150000",
}  # fmt: skip


def sent(name: str, portal: Portal, folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]], Feed]:
    """The events by id and the dead letters that a source makes of what the portal has."""
    source = CONFIGURATION.sources[name]
    with closing(Journal(folder / "journal.sqlite")) as journal:
        gate = Gate(EventDecoder(REGISTRY), CONFIGURATION.units)
        feed = Feed(source, REGISTRY, gate, journal, Backlog(10**9), letters=True)
        environment = {"IOC_PORTAL_URL": portal.url, "IOC_PORTAL_TOKEN": "s3cret"}
        with closing(PullReader(source, environment, lambda: NOW)) as reader:
            feed.take(list(reader.read(journal)))
        with closing(Outbox(journal.path)) as outbox:
            records = [record for _, record in outbox.oldest(1000)]
    events = [msgspec.json.decode(one.payload) for one in records if one.topic.startswith("ioc.events.")]
    letters = [msgspec.json.decode(one.payload) for one in records if one.topic == "ioc.dead-letters"]
    return {event["id"]: event for event in events}, letters, feed


def test_a_dossier_of_the_portal_becomes_its_life(tmp_path: Path) -> None:
    with Portal() as portal:
        portal.add(RECORD)
        events, letters, feed = sent("portal-dossiers", portal, tmp_path)
        assert {asked.headers["Authorization"] for asked in portal.asked} == {"Bearer s3cret"}
        assert portal.asked[0].parameters == {
            "MaTinh": "H41",
            "SoLuong": "200",
            "Trang": "1",
            "TuNgay": "20260101000000",
            "DenNgay": "20260102000000",
        }
    assert letters == []
    assert not feed.tally.refused
    code = RECORD["MaHoSo"]
    happened = {id_.removesuffix(f"/{code}"): event["time"][:19] for id_, event in events.items()}
    assert happened == {
        "filings.received": "2026-01-01T09:00:00",
        f"filings.supplement_asked/{code}/77": "2026-01-01T10:00:00",
        f"filings.supplement_given/{code}/77": "2026-01-01T15:00:00",
        "filings.settled": "2026-01-02T10:00:00",
        "filings.returned": "2026-01-02T15:00:00",
        "payments.requested": "2026-01-01T09:00:00",
        "payments.paid": "2026-01-01T09:00:00",
    }
    assert events[f"filings.received/{code}"]["data"] == {
        "dossier": code,
        "channel": "online",
        "portal": "national",
        "procedure": "1.004873",
        "sector": "G13-TP02",
        "applicant": "citizen",
        "filed_at": "2026-01-01T08:00:00+07:00",
        "due_at": "2026-01-15T17:00:00+07:00",
        "fee_obligation": True,
        "vneid_authenticated": True,
        "population_data_used": True,
        "components": 3,
        "components_digitised": 2,
        "components_reused": 1,
        "components_from_store": 1,
        "national_portal_synced": True,
    }
    paid = events[f"payments.paid/{code}"]["data"]
    assert (paid["method"], paid["amount_vnd"]) == ("online_ministry", 58_000)
    assert {event["subject"] for event in events.values()} == {"40.so-tu-phap"}
    assert not any(name in str(events) for name in NAMES)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"TrangThaiHoSo": "1", "NgayTiepNhan": ""}, set()),
        ({"TrangThaiHoSo": "4", "NgayKetThucXuLy": ""}, {"filings.received"}),
        ({"TrangThaiHoSo": "3", "NgayTuChoi": "20260102100000"}, {"filings.received", "filings.refused"}),
        ({"TrangThaiHoSo": "7"}, {"filings.received", "filings.withdrawn"}),
        ({"TrangThaiHoSo": "8"}, {"filings.received", "filings.paused"}),
        ({"TrangThaiHoSo": 9}, {"filings.received", "filings.settled"}),
    ],
)
def test_the_state_of_a_record_says_what_has_happened(
    tmp_path: Path, changes: dict[str, Any], kinds: set[str]
) -> None:
    without: dict[str, Any] = {"DanhSachHoSoBoSung": [], "DanhSachLePhi": None, "DuocThanhToanTrucTuyen": "0"}
    with Portal() as portal:
        portal.add(RECORD | without | changes)
        events, letters, _ = sent("portal-dossiers", portal, tmp_path)
    assert letters == []
    assert {id_.partition("/")[0] for id_ in events} == kinds


def test_a_record_that_cannot_be_mapped_is_kept_without_people(tmp_path: Path) -> None:
    with Portal() as portal:
        portal.add(RECORD | {"DonViXuLy": "H41.999"})
        events, letters, _ = sent("portal-dossiers", portal, tmp_path)
    assert not events
    assert {letter["reason"] for letter in letters} == {"unmapped_code"}
    text = str(letters)
    for personal in (*NAMES, "040090012345", "an@example.vn", "0912345678", "bổ sung giấy tờ", "xin cấp"):
        assert personal not in text
    assert "20260115170000" in text  # what an expression looks at is there, to be mapped again


def test_the_report_of_payments_becomes_payments_by_kind(tmp_path: Path) -> None:
    row = {"MaDonVi": "H41.06", "Ngay": "20260101", "HinhThuc": "DVCQG", "SoLuot": 12, "SoTien": 3_600_000}
    with Portal(page=1) as portal:
        portal.add(row | {"LoaiKhoan": "HOCPHI"}, row | {"LoaiKhoan": "LEPHI"}, row | {"Ngay": "20260103"})
        events, letters, _ = sent("portal-report", portal, tmp_path)
    assert letters == []
    [event] = events.values()
    assert event["subject"] == "40.so-giao-duc-va-dao-tao"
    assert event["time"] == "2026-01-01T00:00:00+07:00"
    assert event["data"] == {
        "kind": "tuition",
        "method": "online_national",
        "amount_vnd": 3_600_000,
        "payments": 12,
    }
