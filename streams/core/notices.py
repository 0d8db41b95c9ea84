"""One alert as a person reads it: words in the reader's language, figures written out, local time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from streams.core.alert_rules import AlertRule
from streams.core.indicators import Indicator
from streams.core.lifecycle import AlertTransition
from streams.core.units import Text, Units
from streams.core.windows import Window
from streams.core.wording import number

Language = Literal["vi", "en"]

_HEADINGS: Mapping[str, tuple[str, Text]] = {
    "critical": ("🔴", Text("KHẨN CẤP", "URGENT")),
    "warning": ("🟠", Text("CẢNH BÁO", "WARNING")),
    "info": ("🔵", Text("LƯU Ý", "NOTE")),
    "resolved": ("✅", Text("HẾT CẢNH BÁO", "RESOLVED")),
}
_WINDOWS: Mapping[Window, Text] = {
    "15m": Text("15 phút qua", "in the last 15 minutes"),
    "1h": Text("1 giờ qua", "in the last hour"),
    "today": Text("hôm nay", "today"),
    "7d": Text("7 ngày qua", "in the last 7 days"),
    "month": Text("tháng này", "this month"),
    "quarter": Text("quý này", "this quarter"),
    "year": Text("năm nay", "this year"),
    "now": Text("hiện nay", "now"),
}
_COMPARISONS: Mapping[str, Text] = {
    "<": Text("dưới {0}", "below {0}"),
    "<=": Text("từ {0} trở xuống", "{0} or less"),
    ">": Text("trên {0}", "above {0}"),
    ">=": Text("từ {0} trở lên", "{0} or more"),
}
_TOO_FEW = Text("chưa đủ số liệu để đánh giá", "too few cases to tell")
_MEDIAN = Text("trung vị", "median")
_OF_CASES = Text("{0}/{1} hồ sơ {2}", "{0} of {1} cases {2}")
_MEAN_OF = Text("trung bình của {0} hồ sơ", "mean of {0} cases")
_NOTHING_TO_DO = Text("Không cần làm gì thêm.", "Nothing more to do.")
_DAYS, _HOURS = Text("{0} ngày {1} giờ", "{0} d {1} h"), Text("{0} giờ {1} phút", "{0} h {1} min")
_MINUTES = Text("{0} phút", "{0} min")


@dataclass(frozen=True)
class Context:
    """What an alert is about: the configuration as it is now; an alert may be older and name what is gone."""

    units: Units
    indicators: Mapping[str, Indicator]
    rules: Mapping[str, AlertRule]
    """By their names."""
    wall_url: str

    def wall_link(self, alert: AlertTransition, language: Language) -> str:
        """The wall's page of the alert's province."""
        parameters = [f"var-province={alert.labels.get('province', '')}"]
        parameters += ["lang=en"] if language == "en" else []
        return f"{self.wall_url}/?{'&'.join(parameters)}"


@dataclass(frozen=True)
class Notice:
    """The words for one alert."""

    firing: bool
    severity: str
    symbol: str
    heading: str
    summary: str
    """One line that stands for itself."""
    unit: str
    place: str
    """The unit and its province."""
    in_charge: str
    """The office or function that answers for the unit; may be empty."""
    condition: str
    """What is watched, and what of it is bad, without the unit."""
    figure: str
    threshold: str
    since: str
    until: str
    """Empty while it fires."""
    advice: str
    fingerprint: str


def notice(alert: AlertTransition, language: Language, context: Context) -> Notice:
    """Put a transition in words; what the configuration no longer knows is shown by its code."""
    return _Writer(alert, language, context).notice()


class _Writer:
    def __init__(self, alert: AlertTransition, language: Language, context: Context) -> None:
        self._alert = alert
        self._language = language
        self._context = context
        self._firing = alert.state == "firing"
        self._severity = alert.labels.get("severity", "warning")
        self._indicator = context.indicators.get(alert.labels.get("indicator", ""))
        self._rule = context.rules.get(alert.alertname)

    def notice(self) -> Notice:
        symbol, heading = _HEADINGS.get(self._severity if self._firing else "resolved", _HEADINGS["warning"])
        said = self._alert.annotations.en if self._language == "en" else self._alert.annotations.vi
        unit, threshold = self._unit(), self._threshold()
        return Notice(
            firing=self._firing,
            severity=self._severity,
            symbol=symbol,
            heading=self._say(heading),
            summary=self._firing_summary(said.summary, unit)
            if self._firing
            else self._resolved_summary(unit),
            unit=unit,
            place=self._place(unit),
            in_charge=self._in_charge(),
            condition=f"{self._watched()} {threshold}",
            figure=f"{self._value()}{self._cases()}",
            threshold=threshold,
            since=self._local(self._alert.starts_at),
            until=self._until(),
            advice=said.description if self._firing else self._say(_NOTHING_TO_DO),
            fingerprint=self._alert.fingerprint,
        )

    def _say(self, text: Text) -> str:
        return text.in_language(self._language)

    def _unit(self) -> str:
        code = self._alert.labels.get("unit", "")
        units = self._context.units
        return self._say(units[code].name) if code in units else code or "?"

    def _in_charge(self) -> str:
        code, units = self._alert.labels.get("unit", ""), self._context.units
        return self._say(units[code].in_charge) if code in units else ""

    def _place(self, unit: str) -> str:
        province = self._alert.labels.get("province", "")
        known = self._context.units.provinces.get(province)
        return (
            f"{unit}, {self._say(known.name)}"
            if known and self._alert.labels.get("unit") != province
            else unit
        )

    def _firing_summary(self, summary: str, unit: str) -> str:
        """The rule's own words; whoever reads them learns which unit it is, whatever the rule says."""
        return summary if unit in summary else f"{unit}: {summary}"

    def _resolved_summary(self, unit: str) -> str:
        colon = ":" if self._alert.value is None else ""
        return f"{unit}: {self._watched()}{colon} {self._value()}"

    def _watched(self) -> str:
        """The indicator, of a histogram the quantile, and the window."""
        name = self._say(self._indicator.name) if self._indicator else self._alert.alertname
        if not self._rule:
            return name
        if self._rule.quantile is not None:
            share = self._rule.quantile * 100
            name += f" ({self._say(_MEDIAN) if share == 50 else f'P{number(share, self._language)}'})"
        return f"{name} {self._say(_WINDOWS[self._rule.window])}"

    def _threshold(self) -> str:
        threshold = self._quantity(self._alert.threshold)
        return self._say(_COMPARISONS[self._rule.op]).format(threshold) if self._rule else threshold

    def _value(self) -> str:
        return self._say(_TOO_FEW) if self._alert.value is None else self._quantity(self._alert.value)

    def _quantity(self, value: float) -> str:
        kind = self._indicator.format if self._indicator else "count"
        text = number(value, self._language, percent=kind == "percent")
        unit = {"vnd": Text("đồng", "VND"), "days": Text("ngày", "days")}.get(kind)
        return f"{text} {self._say(unit)}" if unit else text

    def _until(self) -> str:
        ends_at = self._alert.ends_at
        if ends_at is None:
            return ""
        return f"{self._local(ends_at)} ({_duration(ends_at - self._alert.starts_at, self._language)})"

    def _cases(self) -> str:
        """What the figure is made of."""
        if not self._indicator or not (self._indicator.denominator or self._indicator.is_histogram):
            return ""
        numerator, denominator = (
            number(cases, self._language) for cases in (self._alert.numerator, self._alert.denominator)
        )
        if self._rule and self._rule.quantile is not None:
            return f" ({self._say(_OF_CASES).format(numerator, denominator, self._threshold())})"
        if self._indicator.format == "days" and not self._indicator.is_histogram:
            return f" ({self._say(_MEAN_OF).format(denominator)})"
        return f" ({numerator}/{denominator})"

    def _local(self, at_ms: int) -> str:
        province = self._context.units.provinces.get(self._alert.labels.get("province", ""))
        zone = ZoneInfo(province.time_zone) if province else dt.UTC
        return dt.datetime.fromtimestamp(at_ms // 1000, zone).strftime("%d/%m/%Y %H:%M")


def _duration(duration_ms: int, language: Language) -> str:
    """To the minute, in the two largest units."""
    minutes = max(duration_ms, 0) // 60_000
    hours, days = minutes // 60, minutes // 1440
    if days:
        return _DAYS.in_language(language).format(days, hours % 24)
    if hours:
        return _HOURS.in_language(language).format(hours, minutes % 60)
    return _MINUTES.in_language(language).format(minutes)
