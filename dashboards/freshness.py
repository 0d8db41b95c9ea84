"""When the data of a stream counts as late, and when its source as silent; seconds since the newest arrival."""

from __future__ import annotations

LATE_AFTER_SECONDS = 120
SILENT_AFTER_SECONDS = 600
