"""A dashboard with every panel type that the wall draws, in both languages, and figures for it that move."""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

UID = "mau"
SECOND_UID = "mau-2"
TIME_ZONE = "Asia/Ho_Chi_Minh"

Json: TypeAlias = dict[str, Any]

_WARD_NAMES = (
    "Phường Thành Vinh",
    "Phường Trường Vinh",
    "Xã Quỳnh Lưu",
    "Xã Nghĩa Đàn",
    "Phường Cửa Lò",
    "Xã Con Cuông",
    "Xã Tương Dương",
    "Xã Kỳ Sơn",
    "Xã Đô Lương",
    "Xã Yên Thành",
    "Phường Hoàng Mai",
    "Xã Mường Xén",
)

UNITS = {"40": {"vi": "Tỉnh Nghệ An", "en": "Nghe An province"}} | {
    f"40.{number:02d}": {"vi": name, "en": name} for number, name in enumerate(_WARD_NAMES, 1)
}


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold: from `value` upwards the figure has `color`; None is the lowest step."""

    value: float | None
    color: str


def dashboard(uid: str, lang: str) -> Json:
    """The dashboard JSON in `lang` ("vi" or "en")."""
    vi = lang == "vi"

    def say(vietnamese: str, english: str) -> str:
        return vietnamese if vi else english

    good_above_70 = [Step(None, "red"), Step(50, "orange"), Step(70, "text")]
    overdue = [Step(None, "text"), Step(500, "orange"), Step(900, "red")]
    panels = [
        _panel(
            1, "stat", say("Hồ sơ tiếp nhận hôm nay", "Dossiers received today"), (0, 0, 6, 5), unit="none"
        ),
        _panel(
            2,
            "stat",
            say("Tỷ lệ hồ sơ trực tuyến", "Online filing rate"),
            (6, 0, 6, 5),
            unit="percent",
            decimals=2,
            steps=good_above_70,
            description=say(
                "Hồ sơ nộp trực tuyến / hồ sơ tiếp nhận", "Dossiers filed online / dossiers received"
            ),
        ),
        _panel(
            3, "stat", say("Hồ sơ quá hạn", "Overdue dossiers"), (12, 0, 6, 5), unit="none", steps=overdue
        ),
        _panel(
            4,
            "gauge",
            say("Giải quyết đúng hạn", "Settled on time"),
            (18, 0, 6, 5),
            unit="percent",
            decimals=1,
            minimum=0,
            maximum=100,
            steps=good_above_70,
        ),
        _panel(
            5,
            "timeseries",
            say("Hồ sơ theo kênh nộp", "Dossiers by channel"),
            (0, 5, 12, 9),
            unit="none",
            color={"mode": "palette-classic"},
            custom={"fillOpacity": 15, "lineWidth": 2, "showPoints": "never"},
            options={
                "legend": {
                    "displayMode": "table",
                    "placement": "right",
                    "showLegend": True,
                    "calcs": ["lastNotNull", "max"],
                },
                "tooltip": {"mode": "multi", "sort": "none"},
            },
            overrides=[
                _override("direct", displayName=say("Trực tiếp", "Direct")),
                _override("online", displayName=say("Trực tuyến", "Online")),
                _override("post", displayName=say("Bưu chính công ích", "Public post")),
            ],
        ),
        _panel(
            6,
            "bargauge",
            say("Số hóa hồ sơ theo đơn vị", "Digitisation by unit"),
            (12, 5, 6, 9),
            unit="percent",
            decimals=1,
            minimum=0,
            maximum=100,
            steps=good_above_70,
            options={
                "displayMode": "basic",
                "orientation": "horizontal",
                "showUnfilled": True,
                "valueMode": "text",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": True},
            },
        ),
        _panel(
            7,
            "text",
            say("Ghi chú", "Note"),
            (18, 5, 6, 9),
            options={
                "mode": "markdown",
                "content": say(
                    "**Rõ người, rõ việc, rõ thời gian, rõ trách nhiệm.**\n\nĐơn vị: ${unit:text}\n\n"
                    "- Tỷ lệ luôn kèm mẫu số\n- Ngày làm việc trừ ngày lễ",
                    "**Clear people, clear work, clear time, clear responsibility.**\n\nUnit: ${unit:text}\n\n"
                    "- A ratio comes with its denominator\n- Working days exclude holidays",
                ),
            },
        ),
        {
            "id": 20,
            "type": "row",
            "title": say("Chi tiết theo đơn vị", "By unit"),
            "gridPos": {"x": 0, "y": 14, "w": 24, "h": 1},
            "collapsed": False,
            "panels": [],
        },
        _panel(
            8,
            "table",
            say("Xếp hạng đơn vị", "Ranking of units"),
            (0, 15, 12, 10),
            overrides=[
                _override("rank", displayName=say("Hạng", "Rank"), **{"custom.width": 70}),
                _override(
                    "unit",
                    displayName=say("Đơn vị", "Unit"),
                    links=[
                        {
                            "title": say("Mở đơn vị", "Open unit"),
                            "url": "/d/mau-2?var-unit=${__data.fields.code}",
                        }
                    ],
                ),
                _override("code", **{"custom.hideFrom.viz": True}),
                _override("score", displayName=say("Điểm", "Score"), unit="none", decimals=2),
                _override(
                    "rate",
                    displayName=say("Đúng hạn", "On time"),
                    unit="percent",
                    decimals=1,
                    min=0,
                    max=100,
                    thresholds={"mode": "absolute", "steps": _steps(good_above_70)},
                    **{"custom.cellOptions": {"type": "gauge", "mode": "basic"}},
                ),
                _override("received", displayName=say("Tiếp nhận", "Received"), unit="locale"),
                _override("newest", displayName=say("Mới nhất", "Newest"), **{"custom.width": 170}),
                _override(
                    "state",
                    displayName=say("Tình trạng", "State"),
                    mappings=[
                        {
                            "type": "value",
                            "options": {
                                "ok": {"text": say("● Bình thường", "● Normal"), "color": "text", "index": 0},
                                "late": {"text": say("⚠ Chậm", "⚠ Late"), "color": "orange", "index": 1},
                            },
                        }
                    ],
                    **{"custom.cellOptions": {"type": "color-text"}},
                ),
            ],
        ),
        _panel(
            9,
            "state-timeline",
            say("Tình trạng nguồn dữ liệu", "State of the sources"),
            (12, 15, 12, 5),
            overrides=[
                _override("filings", displayName=say("Hồ sơ", "Filings")),
                _override("payments", displayName=say("Thanh toán", "Payments")),
                _override("records", displayName=say("Cập nhật dữ liệu", "Record updates")),
            ],
            mappings=[
                {
                    "type": "value",
                    "options": {
                        "0": {"text": say("Bình thường", "Normal"), "color": "#6e7078", "index": 0},
                        "1": {"text": say("⚠ Chậm", "⚠ Late"), "color": "orange", "index": 1},
                        "2": {"text": say("■ Im lặng", "■ Silent"), "color": "red", "index": 2},
                    },
                }
            ],
        ),
        _panel(
            10,
            "barchart",
            say("Hồ sơ theo tháng", "Dossiers by month"),
            (12, 20, 12, 5),
            unit="none",
            color={"mode": "palette-classic"},
            options={
                "xField": "month",
                "orientation": "auto",
                "stacking": "none",
                "showValue": "auto",
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            },
            overrides=[
                _override("received", displayName=say("Tiếp nhận", "Received")),
                _override("settled", displayName=say("Giải quyết", "Settled")),
            ],
        ),
        {
            "id": 21,
            "type": "row",
            "title": say("Khối đặc biệt", "Special panels"),
            "gridPos": {"x": 0, "y": 25, "w": 24, "h": 1},
            "collapsed": True,
            "panels": [
                _panel(11, "stat", say("Không có dữ liệu", "Without data"), (0, 26, 12, 5)),
                _panel(12, "timeseries", say("Truy vấn lỗi", "Failing query"), (12, 26, 12, 5)),
            ],
        },
    ]
    return {
        "uid": uid,
        "title": say("Tổng quan toàn tỉnh", "Overview of the province")
        if uid == UID
        else say("Một đơn vị", "One unit"),
        "tags": ["ioc"],
        "schemaVersion": 41,
        "timezone": TIME_ZONE,
        "refresh": "2s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "unit",
                    "type": "query",
                    "label": say("Đơn vị", "Unit"),
                    "current": {"text": UNITS["40"][lang], "value": "40"},
                }
            ]
        },
        "panels": panels if uid == UID else panels[:5],
    }


def _steps(steps: list[Step]) -> list[Json]:
    return [{"value": step.value, "color": step.color} for step in steps]


def _override(field: str, **properties: object) -> Json:
    return {
        "matcher": {"id": "byName", "options": field},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def _panel(
    panel_id: int,
    kind: str,
    title: str,
    place: tuple[int, int, int, int],
    *,
    unit: str | None = None,
    decimals: int | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    steps: list[Step] | None = None,
    color: Json | None = None,
    custom: Json | None = None,
    options: Json | None = None,
    overrides: list[Json] | None = None,
    mappings: list[Json] | None = None,
    description: str = "",
) -> Json:
    defaults: Json = {
        "unit": unit,
        "decimals": decimals,
        "min": minimum,
        "max": maximum,
        "color": color,
        "custom": custom,
        "mappings": mappings,
        "thresholds": {"mode": "absolute", "steps": _steps(steps)} if steps else None,
    }
    x, y, w, h = place
    return {
        "id": panel_id,
        "type": kind,
        "title": title,
        "description": description,
        "gridPos": {"x": x, "y": y, "w": w, "h": h},
        "targets": [] if kind == "text" else [{"refId": "A", "format": 0 if kind == "timeseries" else 1}],
        "fieldConfig": {
            "defaults": {name: value for name, value in defaults.items() if value is not None},
            "overrides": overrides or [],
        },
        "options": options or {},
    }


def frames(panel_id: int, from_ms: int, to_ms: int, unit: str, now_ms: int) -> list[Json]:
    """The frames of a panel as the wall's server answers them; figures move every second."""
    beat = now_ms // 1000
    scale = 1.0 if unit == "40" else 0.05
    if panel_id in {1, 2, 3, 4}:
        base = {1: 12_345, 2: 68.4, 3: 640, 4: 91.2}[panel_id]
        points = [
            base * (scale if panel_id in {1, 3} else 1) + math.sin((beat + n) / 3) * base * 0.02
            for n in range(30)
        ]
        values = [round(point, 0 if panel_id in {1, 3} else 3) for point in points]
        return [_frame(_times(from_ms, to_ms, 30), ("value", "number", values))]
    if panel_id == 5:
        times = _times(from_ms, to_ms, 60)
        series = {"direct": 300.0, "online": 1_200.0, "post": 90.0}
        return [
            _frame(
                times,
                *(
                    (
                        name,
                        "number",
                        [round(scale * level * (1 + math.sin(t / 4e5 + level) / 4)) for t in times],
                    )
                    for name, level in series.items()
                ),
            )
        ]
    if panel_id == 6:
        names = list(_WARD_NAMES[:8])
        values = [round(98 - 9 * n + math.sin(beat / 5 + n), 1) for n in range(8)]
        return [_table(("unit", "string", names), ("rate", "number", values))]
    if panel_id == 8:
        codes = [code for code in UNITS if code != "40"]
        count = len(codes)
        return [
            _table(
                ("rank", "number", list(range(1, count + 1))),
                ("code", "string", codes),
                ("unit", "string", list(_WARD_NAMES)),
                ("score", "number", [round(96.31 - 3.7 * n, 2) for n in range(count)]),
                ("rate", "number", [round(99 - 4.6 * n, 1) for n in range(count)]),
                ("received", "number", [round(24_310 / (n + 1)) + beat % 60 for n in range(count)]),
                ("newest", "time", [now_ms - n * 61_000 for n in range(count)]),
                ("state", "string", ["ok" if n % 5 else "late" for n in range(count)]),
            )
        ]
    if panel_id == 9:
        times = _times(from_ms, to_ms, 24)
        return [
            _frame(
                times,
                ("filings", "number", [0] * 24),
                ("payments", "number", [1 if 8 <= n < 11 else 0 for n in range(24)]),
                ("records", "number", [2 if n > 20 else 0 for n in range(24)]),
            )
        ]
    if panel_id == 10:
        months = [f"{month:02d}/2026" for month in range(1, 13)]
        received = [round(scale * (9_000 + 700 * month + beat % 50)) for month in range(12)]
        return [
            _table(
                ("month", "string", months),
                ("received", "number", received),
                ("settled", "number", [round(value * 0.93) for value in received]),
            )
        ]
    return []


def _times(from_ms: int, to_ms: int, count: int) -> list[int]:
    return [from_ms + (to_ms - from_ms) * n // max(1, count - 1) for n in range(count)]


Column: TypeAlias = tuple[str, str, list[Any]]


def _frame(times: list[int], *columns: Column) -> Json:
    return _table(("time", "time", times), *columns)


def _table(*columns: Column) -> Json:
    return {
        "schema": {"refId": "A", "fields": [{"name": name, "type": kind} for name, kind, _ in columns]},
        "data": {"values": [values for _, _, values in columns]},
    }
