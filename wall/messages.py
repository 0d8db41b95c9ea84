"""What the server says to a viewer when it cannot answer: a code for programs, words for people."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dashboards.language import Language
from streams.core.units import Text


class Code(StrEnum):
    """What went wrong, for programs."""

    NOT_FOUND = "not-found"
    NO_DASHBOARD = "no-dashboard"
    NO_PANEL = "no-panel"
    BAD_REQUEST = "bad-request"
    BAD_VARIABLE = "bad-variable"
    NOTHING_CONFIGURED = "nothing-configured"
    STORE_UNAVAILABLE = "store-unavailable"
    QUERY_FAILED = "query-failed"
    INTERNAL = "internal"


_MESSAGES: dict[Code, tuple[int, Text, Text]] = {
    Code.NOT_FOUND: (
        404,
        Text("Không có địa chỉ này.", "There is nothing at this address."),
        Text("Mở trang chủ để chọn bảng theo dõi.", "Open the home page and choose a dashboard."),
    ),
    Code.NO_DASHBOARD: (
        404,
        Text("Không có bảng theo dõi này.", "There is no such dashboard."),
        Text("Chọn một bảng trong danh sách.", "Choose one from the list."),
    ),
    Code.NO_PANEL: (
        404,
        Text("Bảng theo dõi không có khối này.", "The dashboard has no such panel."),
        Text(
            "Tải lại trang: bảng có thể vừa được cập nhật.",
            "Reload the page: the dashboard may have been updated.",
        ),
    ),
    Code.BAD_REQUEST: (
        400,
        Text("Yêu cầu không đọc được.", "The request cannot be read."),
        Text("Tải lại trang.", "Reload the page."),
    ),
    Code.BAD_VARIABLE: (
        400,
        Text("Giá trị bộ lọc không có trong danh sách.", "A filter's value is not among its options."),
        Text("Chọn lại bộ lọc ở đầu trang.", "Choose the filter again at the top of the page."),
    ),
    Code.NOTHING_CONFIGURED: (
        503,
        Text("Kho dữ liệu chưa có tỉnh hay đơn vị nào.", "The data store has no province and no units yet."),
        Text("Báo quản trị hệ thống chạy: ioc up", "Tell the administrator to run: ioc up"),
    ),
    Code.STORE_UNAVAILABLE: (
        503,
        Text("Kho dữ liệu không trả lời.", "The data store does not answer."),
        Text(
            "Hệ thống tự đọc lại khi kho hoạt động trở lại.",
            "The wall reads again as soon as the store is back.",
        ),
    ),
    Code.QUERY_FAILED: (
        502,
        Text("Kho dữ liệu không tính được số liệu này.", "The data store could not compute this figure."),
        Text(
            "Chọn khoảng thời gian ngắn hơn; nếu vẫn lỗi, báo quản trị hệ thống.",
            "Choose a shorter period; if it fails again, tell the administrator.",
        ),
    ),
    Code.INTERNAL: (
        500,
        Text("Máy chủ gặp lỗi.", "The server failed."),
        Text(
            "Báo quản trị hệ thống; chi tiết có trong nhật ký.",
            "Tell the administrator; the log has the details.",
        ),
    ),
}


class Fault(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _MESSAGES[self.code][0]

    def json(self, language: Language) -> dict[str, Any]:
        """The body of the answer."""
        _, message, hint = _MESSAGES[self.code]
        return {
            "error": {
                "code": self.code,
                "message": message.in_language(language),
                "hint": hint.in_language(language),
            }
        }
