"""The targets of the configuration, by which a figure is judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Targets: TypeAlias = Mapping[str, float | None]
"""By indicator id; a ratio's target is a ratio (0.9), None or absent where there is no target."""
