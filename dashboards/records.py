"""Records: citizens' cards and accounts, cleaning and digitisation, certificates, facilities and devices."""

from __future__ import annotations

from dashboards import digitisation, facilities, figures, shares, updates
from dashboards.figures import Figure
from dashboards.frame import of_unit
from dashboards.language import Say
from dashboards.model import Dashboard, Grid, Panel
from dashboards.targets import Targets

UID = "ioc-records"


def records(say: Say, targets: Targets) -> Dashboard:
    """The dashboard in one language, judged by these targets."""
    return of_unit(
        say,
        UID,
        say("Dữ liệu", "Records"),
        say(
            "Căn cước, định danh điện tử; làm sạch, số hóa dữ liệu; giấy tờ y tế; cơ sở và thiết bị kết nối.",
            "Cards and identity, cleaning and digitisation, health certificates, facilities and devices.",
        ),
        (*_rates(say, targets), *_figures(say), *_tables(say)),
    )


def _rates(say: Say, targets: Targets) -> tuple[Panel, ...]:
    cards = say("Công dân có thẻ căn cước", "Citizens with a card")
    accounts = say("Tài khoản định danh", "Identity accounts")
    done = say("Đã số hóa", "Digitised")
    schedule = say("Số hóa so với tiến độ", "Against the schedule")
    sent = say("Giấy y tế đã liên thông", "Health certificates sent")
    lookups = say("Khám bệnh bằng căn cước", "Insurance by citizen card")
    return (
        shares.rate(1, "citizen_cards", cards, Grid(0, 0, 4, 6), say, targets, stock=True),
        shares.rate(2, "identity_accounts", accounts, Grid(4, 0, 4, 6), say, targets, stock=True),
        shares.rate(3, "digitisation_progress", done, Grid(8, 0, 4, 6), say, targets, stock=True),
        shares.rate(4, "digitisation_schedule", schedule, Grid(12, 0, 4, 6), say, targets, stock=True),
        shares.rate(5, "certificates_sent", sent, Grid(16, 0, 4, 6), say, targets),
        shares.rate(6, "insurance_lookups_by_card", lookups, Grid(20, 0, 4, 6), say, targets),
    )


_CLEANING = (
    Figure("records_cleaned", "Đã làm sạch", "Cleaned"),
    Figure("cleaning_error_rate", "Sai lệch", "Wrong", "share"),
    Figure("cleaning_backlog", "Còn lại", "Left", stock=True),
)
_ISSUED = (
    Figure("citizen_cards_issued", "Thẻ căn cước", "Cards"),
    Figure("identity_accounts_activated", "Tài khoản", "Accounts"),
)
_CERTIFICATES = (
    Figure("certificates_rejected", "Bị từ chối", "Rejected"),
    Figure("certificate_delay", "Chậm (ngày)", "Delay (days)", "days"),
)
_STORE = (
    Figure("results_stored", "Lưu kho", "Stored"),
    Figure("results_reused", "Dùng lại", "Reused"),
    Figure("results_linked", "Liên kết", "Linked", "share"),
)


def _figures(say: Say) -> tuple[Panel, ...]:
    in_period = say("Trong khoảng thời gian đã chọn.", "In the chosen period.")
    return (
        figures.stat(
            7,
            say("Làm sạch dữ liệu", "Records cleaned"),
            Grid(0, 6, 7, 5),
            say,
            _CLEANING,
            say(
                "Bản ghi làm sạch, tỷ lệ sai lệch của bản ghi đã rà soát; còn lại tại cuối khoảng thời gian.",
                "Records cleaned, the share of checked ones that were wrong; those left at the end of the period.",
            ),
        ),
        figures.stat(8, say("Cấp trong kỳ", "Issued"), Grid(7, 6, 5, 5), say, _ISSUED, in_period),
        figures.stat(
            9,
            say("Giấy chứng sinh, báo tử, lái xe", "Health certificates"),
            Grid(12, 6, 5, 5),
            say,
            _CERTIFICATES,
            say(
                "Bị cổng bảo hiểm từ chối; thời gian trung bình từ khi cấp đến khi gửi, trong kỳ.",
                "Rejected by the insurance portal; mean time from issue to sending, in the chosen period.",
            ),
        ),
        figures.stat(
            10, say("Kho dữ liệu điện tử", "Electronic data store"), Grid(17, 6, 7, 5), say, _STORE, in_period
        ),
    )


_DEVICES = (
    Figure("devices_alive", "Hoạt động", "Alive", "share", width=100),
    Figure("device_transactions", "Giao dịch", "Transactions", width=110),
    Figure("device_incidents", "Sự cố", "Incidents", width=90),
)


def _tables(say: Say) -> tuple[Panel, ...]:
    return (
        facilities.connected(11, Grid(0, 11, 9, 8), say),
        figures.by_value(
            12,
            say("Thiết bị, điểm dịch vụ", "Devices and service points"),
            Grid(9, 11, 9, 8),
            say,
            _DEVICES,
            "device_kind",
            ("Loại thiết bị", "Kind of device"),
            say(
                "Hoạt động: thiết bị trả lời trên thiết bị lắp đặt, qua các lần báo cáo trong kỳ.",
                "Alive: devices that answered out of those installed, over all reports of the chosen period.",
            ),
        ),
        figures.bars(
            13,
            say("Thông báo lưu trú", "Accommodation notices"),
            Grid(18, 11, 6, 8),
            say,
            Figure("accommodation_notices", "Lượt", "Notices"),
            "facility_kind",
            say(
                "Trong khoảng thời gian đã chọn, theo loại cơ sở.",
                "In the chosen period, by kind of facility.",
            ),
        ),
        digitisation.by_registry(14, Grid(0, 19, 13, 7), say),
        updates.oldest(15, Grid(13, 19, 11, 7), say),
    )
