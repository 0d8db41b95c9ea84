"""Payments: fees paid online, tuition and hospital fees without cash, benefits to accounts, credit."""

from __future__ import annotations

from dataclasses import replace

from dashboards import figures, shares
from dashboards.figures import Figure
from dashboards.frame import of_unit
from dashboards.language import Say
from dashboards.model import Dashboard, Grid, Panel
from dashboards.targets import Targets

UID = "ioc-payments"


def payments(say: Say, targets: Targets) -> Dashboard:
    """The dashboard in one language, judged by these targets."""
    return of_unit(
        say,
        UID,
        say("Thanh toán", "Payments"),
        say(
            "Thanh toán trực tuyến, không dùng tiền mặt; chi trả qua tài khoản; tín dụng trên dữ liệu dân cư.",
            "Payments online and without cash, benefits to accounts, credit on population data.",
        ),
        (*_without_cash(say, targets), *_to_accounts(say, targets), *_breakdowns(say)),
    )


def _without_cash(say: Say, targets: Targets) -> tuple[Panel, ...]:
    online = say("Thanh toán trực tuyến", "Paid online")
    schools = say("Trường thu không tiền mặt", "Schools without cash")
    tuition = say("Học phí không tiền mặt", "Tuition without cash")
    hospitals = say("Cơ sở y tế không tiền mặt", "Hospitals without cash")
    fees = say("Viện phí không tiền mặt", "Hospital fees without cash")
    return (
        shares.rate(1, "online_payment_rate", online, Grid(0, 0, 4, 6), say, targets),
        shares.rate(2, "schools_without_cash", schools, Grid(4, 0, 5, 6), say, targets, stock=True),
        shares.rate(3, "tuition_without_cash", tuition, Grid(9, 0, 5, 6), say, targets),
        shares.rate(4, "hospitals_without_cash", hospitals, Grid(14, 0, 5, 6), say, targets, stock=True),
        shares.rate(5, "hospital_fees_without_cash", fees, Grid(19, 0, 5, 6), say, targets),
    )


_CREDIT = (
    Figure("credit_customers", "Khách hàng", "Customers", stock=True),
    Figure("credit_outstanding", "Dư nợ (triệu đồng)", "Outstanding (VND million)", "millions", stock=True),
)


def _to_accounts(say: Say, targets: Targets) -> tuple[Panel, ...]:
    benefits = say("Trợ cấp đô thị qua tài khoản", "Urban benefits to accounts")
    pensions = say("Lương hưu qua tài khoản", "Pensions to accounts")
    accounts = say("An sinh xã hội có tài khoản", "Beneficiaries with accounts")
    return (
        shares.rate(6, "urban_benefits_to_accounts", benefits, Grid(0, 6, 5, 6), say, targets),
        shares.rate(7, "pensions_to_accounts", pensions, Grid(5, 6, 5, 6), say, targets),
        shares.rate(8, "beneficiaries_with_accounts", accounts, Grid(10, 6, 5, 6), say, targets, stock=True),
        figures.stat(
            9,
            say("Tín dụng trên dữ liệu dân cư", "Credit on population data"),
            Grid(15, 6, 9, 6),
            say,
            _CREDIT,
            say("Tại cuối khoảng thời gian.", "At the end of the period."),
        ),
    )


_UNITS = (
    Figure("online_payment_rate", "Trực tuyến", "Online", "share"),
    Figure("online_payment_rate", "Yêu cầu", "Requested", "denominator"),
    Figure("tuition_without_cash", "Học phí", "Tuition", "share"),
    Figure("hospital_fees_without_cash", "Viện phí", "Hospital fees", "share", width=120),
    Figure("pensions_to_accounts", "Lương hưu", "Pensions", "share"),
    Figure("beneficiaries_with_accounts", "Có tài khoản", "With account", "share", stock=True, width=125),
)


def _breakdowns(say: Say) -> tuple[Panel, ...]:
    return (
        figures.by_unit(
            10,
            say(
                "Theo đơn vị, thanh toán trực tuyến thấp nhất trước", "By unit, fewest online payments first"
            ),
            Grid(0, 12, 15, 12),
            say,
            _UNITS,
            say(
                "Trong khoảng thời gian đã chọn, tài khoản tại cuối khoảng; học phí, viện phí, lương hưu theo số tiền.",
                "In the chosen period, accounts at its end; tuition, hospital fees and pensions by amount.",
            ),
        ),
        figures.by_value(
            11,
            say("Tín dụng theo loại", "Credit by kind"),
            Grid(15, 12, 9, 12),
            say,
            [replace(one, width=190) for one in _CREDIT],
            "credit_kind",
            ("Loại tín dụng", "Kind of credit"),
            say("Tại cuối khoảng thời gian.", "At the end of the period."),
        ),
    )
