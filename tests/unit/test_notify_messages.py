"""What a reader sees: one line that says it all, figures, times of the province, and nothing that breaks the page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.alert_rules import Annotation, Annotations
from streams.core.lifecycle import AlertTransition
from streams.core.messages import SHOWN, message
from streams.core.notices import Context, notice
from streams.core.recipients import Recipient
from streams.core.units import Text
from tests.unit.alert_samples import INDICATORS, UNITS, rule, transition

CONTEXT = Context(UNITS, INDICATORS, {"TooLow": rule()}, "http://wall.example:8088")
DUTY = Recipient("duty", Text("Tổ trực", "Duty desk"), ("${IOC_SMTP_URL}",))
LEADER = msgspec.structs.replace(DUTY, id="leader", language="en")


def resolved(**fields: Any) -> AlertTransition:
    fired = transition()
    ends_at = fired.starts_at + 8_100_000
    return transition(**{"state": "resolved", "ends_at": ends_at, "at": ends_at, "value": 0.75} | fields)


def test_a_firing_alert_in_both_languages() -> None:
    vi, en = message([transition()], DUTY, CONTEXT), message([transition()], LEADER, CONTEXT)
    assert vi.subject == "🟠 CẢNH BÁO · Sở Tư pháp: mới đạt 45%"
    assert (
        vi.text
        == (
            "🟠 CẢNH BÁO · Sở Tư pháp: mới đạt 45%\n\n"
            "Đơn vị: Sở Tư pháp, Tỉnh Nghệ An\n"
            "Số liệu: 45,24% (38/84)\n"
            "Ngưỡng cảnh báo: dưới 70%\n"
            "Từ lúc: 05/11/2026 09:12\n"
            "Việc cần làm: 38/84. Hướng dẫn tại quầy.\n\n"
            "Xem trên màn hình giám sát: http://wall.example:8088/?var-province=40\n"
            "Mã cảnh báo: 0f3c9a77d1e2b345\n\n"
        ).rstrip("\n")
        + "\n"
    )
    assert en.subject == "🟠 WARNING · Department of Justice: only 45%"
    for line in ("Figure: 45.24% (38/84)", "Alert when: below 70%", "Since: 05/11/2026 09:12", "lang=en"):
        assert line in en.text


def test_a_resolved_alert_says_how_long_it_was() -> None:
    told = message([resolved()], DUTY, CONTEXT)
    assert told.subject == "✅ HẾT CẢNH BÁO · Sở Tư pháp: Chỉ số rate hôm nay 75%"
    assert "Đến lúc: 05/11/2026 11:27 (2 giờ 15 phút)" in told.text
    assert "Hướng dẫn" not in told.text


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "(0 min)"), (59_000, "(0 min)"), (3_600_000, "(1 h 0 min)"), (90_000_000, "(1 d 1 h)"), (-5, "(0 min)")],
)  # fmt: skip
def test_durations(ms: int, words: str) -> None:
    alert = resolved(ends_at=transition().starts_at + ms)
    assert notice(alert, "en", CONTEXT).until.endswith(words)


def test_a_share_of_too_few_cases_is_no_figure() -> None:
    told = message([resolved(value=None, numerator=2, denominator=3)], LEADER, CONTEXT)
    assert told.subject == "✅ RESOLVED · Department of Justice: Indicator rate today: too few cases to tell"
    assert "Figure: too few cases to tell (2/3)" in told.text


@pytest.mark.parametrize(
    ("indicator", "value", "numerator", "denominator", "figure"),
    [
        ("cleaned", 1234, 1234, 0, "1.234"),
        ("fees", 1_250_000, 1_250_000, 0, "1.250.000 đồng"),
        ("days", 2.5, 216_000_000, 1, "2,5 ngày (trung bình của 1 hồ sơ)"),
        ("rate", 0.5, 2000, 4000, "50% (2.000/4.000)"),
    ],
)
def test_figures_by_format(
    indicator: str, value: float, numerator: int, denominator: int, figure: str
) -> None:
    alert = transition(
        labels={"indicator": indicator}, value=value, numerator=numerator, denominator=denominator
    )
    assert notice(alert, "vi", CONTEXT).figure == figure


@pytest.mark.parametrize(("share", "watched"), [(0.5, "(trung vị)"), (0.9, "(P90)"), (0.995, "(P99,5)")])
def test_a_quantile_comes_with_the_cases_beyond(share: float, watched: str) -> None:
    slow = rule("spread", quantile=share, window="7d", op=">", threshold=15.0)
    context = Context(UNITS, INDICATORS, {slow.alert: slow}, CONTEXT.wall_url)
    labels = {"indicator": "spread"}
    alert = transition(labels=labels, value=17.25, numerator=140, denominator=1000, threshold=15.0)
    told = notice(alert, "vi", context)
    assert told.figure == "17,25 ngày (140/1.000 hồ sơ trên 15 ngày)"
    assert told.condition == f"Chỉ số spread {watched} 7 ngày qua trên 15 ngày"
    assert notice(alert, "en", context).figure == "17.25 days (140 of 1,000 cases above 15 days)"
    assert notice(alert, "en", CONTEXT).figure == "17.25 days (140/1,000)"


def test_a_summary_without_its_unit_gets_it_and_stays_one_line() -> None:
    words = Annotation("chỉ đạt\n  45%", "")
    alert = transition(annotations=Annotations(vi=words, en=words))
    assert message([alert], DUTY, CONTEXT).subject == "🟠 CẢNH BÁO · Sở Tư pháp: chỉ đạt 45%"


def test_what_the_configuration_no_longer_knows_is_shown_by_its_code() -> None:
    nothing = Context(type(UNITS)([], []), {}, {}, "http://wall.example:8088")
    told = message([transition(), resolved(fingerprint="other")], DUTY, nothing)
    assert "justice" in told.text
    assert "TooLow" in told.text
    assert "05/11/2026 02:12" in told.text  # UTC, as nobody knows the zone


def many(count: int, **fields: Any) -> list[AlertTransition]:
    return [
        transition(fingerprint=f"{n:016x}", labels={"unit": unit}, value=n / 1000, **fields)
        for n, unit in ((n, ("justice", "16681", f"u{n}")[min(n, 2)]) for n in range(count))
    ]


def test_several_alerts_are_one_message_the_worst_first() -> None:
    told = message([*many(4), resolved(fingerprint="r")], DUTY, CONTEXT)
    assert told.subject == (
        "🟠 4 CẢNH BÁO, 1 ĐÃ HẾT · Chỉ số rate hôm nay dưới 70%: Sở Tư pháp, Phường Thành Vinh và 2 đơn vị khác"
    )
    assert told.text.index("0%") < told.text.index("0,1%") < told.text.index("0,3%") < told.text.index("75%")
    assert told.thread == ""
    assert len(told.fingerprints) == 5


def test_the_most_urgent_gives_its_symbol() -> None:
    told = message([*many(2), transition(labels={"severity": "critical"})], LEADER, CONTEXT)
    assert told.subject.startswith("🔴 3 ALERTS · ")


def test_a_flood_is_cut_and_counted() -> None:
    told = message(many(500), LEADER, CONTEXT)
    assert f"{500 - SHOWN} more: u{SHOWN}" in told.text
    assert len(told.html) < 60_000


def test_what_fired_and_was_resolved_is_only_said_to_be_over() -> None:
    told = message([transition(), resolved()], DUTY, CONTEXT)
    assert told == message([resolved()], DUTY, CONTEXT)


def test_identity_is_that_of_what_is_told_and_to_whom() -> None:
    pair = many(2)
    first = message(pair, DUTY, CONTEXT)
    assert first.id == message(pair[::-1], DUTY, CONTEXT).id
    others = [
        message(pair[:1], DUTY, CONTEXT),
        message(pair, LEADER, CONTEXT),
        message([transition(starts_at=1)], DUTY, CONTEXT),
        message([resolved()], DUTY, CONTEXT),
    ]
    assert len({first.id, *(other.id for other in others)}) == 5
    assert message([transition()], DUTY, CONTEXT).thread == message([resolved()], DUTY, CONTEXT).thread


class Page(HTMLParser):
    """Reads a page strictly: every tag that opens must close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


TEXTS = st.text(max_size=30)
ALERTS = st.builds(
    lambda words, unit, state, value, ends, severity, n: transition(
        fingerprint=str(n),
        state=state,
        labels={"unit": unit, "severity": severity},
        annotations=Annotations(vi=words, en=words),
        value=value,
        ends_at=ends,
    ),
    st.builds(Annotation, TEXTS, TEXTS),
    st.sampled_from(["justice", "16681", "40"]) | TEXTS,
    st.sampled_from(["firing", "resolved"]),
    st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.none() | st.integers(0, 4_000_000_000_000),
    st.sampled_from(["critical", "warning", "info", "unheard of"]),
    st.integers(0, 5),
)


@given(st.lists(ALERTS, min_size=1, max_size=6), st.sampled_from([DUTY, LEADER]))
def test_any_alert_can_be_told_and_no_word_becomes_a_tag(
    alerts: list[AlertTransition], recipient: Recipient
) -> None:
    told = message(alerts, recipient, CONTEXT)
    assert told.subject.splitlines() == [told.subject]
    page = Page(told.html)
    assert page.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "table",
        "tr",
        "td",
        "div",
        "strong",
        "a",
        "p",
    }


def test_words_from_outside_are_escaped() -> None:
    words = Annotation("<b>45%</b>", "<script>alert(1)</script>")
    told = message([transition(annotations=Annotations(vi=words, en=words))], DUTY, CONTEXT)
    assert "<script>" in "".join(Page(told.html).words)
    assert "<script>" not in told.html
