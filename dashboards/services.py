"""Public services: which are provided, how people come to them, what they are spared, what they get back."""

from __future__ import annotations

from dashboards import figures, shares
from dashboards.figures import Figure
from dashboards.frame import of_unit
from dashboards.language import Say
from dashboards.model import Dashboard, Grid, Panel
from dashboards.steps import on_time_by_step
from dashboards.targets import Targets

UID = "ioc-services"


def services(say: Say, targets: Targets) -> Dashboard:
    """The dashboard in one language, judged by these targets."""
    return of_unit(
        say,
        UID,
        say("Dịch vụ công", "Public services"),
        say(
            "Dịch vụ công thiết yếu, thủ tục liên thông, miễn giảm phí, giấy tờ đã bãi bỏ, kết quả điện tử.",
            "Essential services, interconnected procedures, fees waived, abolished papers, electronic results.",
        ),
        (*_rates(say, targets), *_figures(say), *_breakdowns(say)),
    )


def _rates(say: Say, targets: Targets) -> tuple[Panel, ...]:
    live = say("Thiết yếu đã cung cấp", "Essential provided")
    online = say("Thiết yếu nộp trực tuyến", "Essential services online")
    steps = say("Liên thông đúng hạn", "Interconnected on time")
    vneid = say("Lý lịch tư pháp qua VNeID", "Criminal records by VNeID")
    results = say("Kết quả điện tử", "Electronic results")
    papers = say("Đòi giấy tờ đã bãi bỏ", "Abolished papers asked")
    return (
        shares.rate(1, "essential_services_live", live, Grid(0, 0, 4, 6), say, targets, stock=True),
        shares.rate(2, "essential_online_rate", online, Grid(4, 0, 4, 6), say, targets),
        shares.rate(3, "interconnected_on_time", steps, Grid(8, 0, 4, 6), say, targets),
        shares.rate(4, "criminal_records_by_vneid", vneid, Grid(12, 0, 4, 6), say, targets),
        shares.rate(5, "electronic_results", results, Grid(16, 0, 4, 6), say, targets),
        shares.rate(6, "abolished_papers_asked", papers, Grid(20, 0, 4, 6), say, targets, lower=True),
    )


_ESSENTIAL = (
    Figure("essential_services_live", "Đã cung cấp", "Provided", stock=True),
    Figure("essential_services_paperless", "Không giấy tờ", "Without paper", stock=True),
    Figure("essential_dossiers", "Có hồ sơ", "In use", part="values"),
    Figure("essential_dossiers", "Hồ sơ", "Dossiers"),
)
_GROUPS = (
    Figure("interconnected_dossiers", "Khai sinh", "Birth", value="interconnected_group=birth"),
    Figure("interconnected_dossiers", "Khai tử", "Death", value="interconnected_group=death"),
)
_EXEMPTION = (
    Figure("fee_exempt_dossiers", "Hồ sơ", "Dossiers"),
    Figure("fees_waived", "Triệu đồng", "VND million", part="millions"),
)


def _figures(say: Say) -> tuple[Panel, ...]:
    return (
        figures.stat(
            7,
            say("Dịch vụ công thiết yếu", "Essential public services"),
            Grid(0, 6, 12, 5),
            say,
            _ESSENTIAL,
            say(
                "Đã cung cấp, không cần giấy tờ tại cuối khoảng thời gian; có hồ sơ: ít nhất một hồ sơ trong kỳ.",
                "Provided and without paper at the end of the period; in use are those with a dossier in the period.",
            ),
        ),
        figures.stat(
            8,
            say("Hồ sơ liên thông", "Interconnected dossiers"),
            Grid(12, 6, 6, 5),
            say,
            _GROUPS,
            say(
                "Tiếp nhận trong khoảng thời gian đã chọn, theo nhóm.",
                "Received in the chosen period, by group.",
            ),
        ),
        figures.stat(
            9,
            say("Miễn, giảm phí, lệ phí", "Fees waived"),
            Grid(18, 6, 6, 5),
            say,
            _EXEMPTION,
            say(
                "Hồ sơ được miễn, giảm và số tiền, trong khoảng thời gian đã chọn.",
                "Dossiers whose fee was waived or reduced, and by how much, in the chosen period.",
            ),
        ),
    )


_UNITS = (
    Figure("electronic_results", "Kết quả điện tử", "Electronic results", part="share", width=130),
    Figure("electronic_results", "Phải trả", "Results due", part="denominator", width=100),
    Figure("essential_online_rate", "Thiết yếu trực tuyến", "Essential online", part="share", width=155),
    Figure("essential_online_rate", "Tiếp nhận", "Received", part="denominator", width=100),
    Figure("abolished_papers_asked", "Đòi giấy tờ", "Papers asked", width=115),
)


def _breakdowns(say: Say) -> tuple[Panel, ...]:
    return (
        on_time_by_step(10, Grid(0, 11, 6, 14), say),
        figures.bars(
            11,
            say("Hồ sơ dịch vụ công thiết yếu", "Dossiers of essential services"),
            Grid(6, 11, 5, 14),
            say,
            Figure("essential_dossiers", "Hồ sơ", "Dossiers"),
            "essential_service",
            say("Tiếp nhận trong khoảng thời gian đã chọn.", "Received in the chosen period."),
        ),
        figures.by_unit(
            12,
            say("Theo đơn vị, kết quả điện tử thấp nhất trước", "By unit, fewest electronic results first"),
            Grid(11, 11, 13, 14),
            say,
            _UNITS,
            say(
                "Trong khoảng thời gian đã chọn; đòi giấy tờ là số hồ sơ bị yêu cầu giấy tờ đã bãi bỏ.",
                "In the chosen period; papers asked are dossiers for which an abolished paper was asked.",
            ),
        ),
    )
