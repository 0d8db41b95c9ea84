"""The links at the top of a dashboard in Grafana: the other dashboards, and the same one in the other language."""

from __future__ import annotations

from dashboards.language import LANGUAGES, Say
from dashboards.model import Json


def links(say: Say, uid: str) -> tuple[Json, ...]:
    """Keep the viewer's choices on the way; the period only on the way to the other language."""
    other = Say(next(language for language in LANGUAGES if language != say.language))
    return (
        _link(
            type="dashboards",
            title=say("Bảng theo dõi", "Dashboards"),
            tags=["ioc", say.language],
            asDropdown=True,
        ),
        _link(
            type="link",
            title=say("English", "Tiếng Việt"),
            url=f"/d/{other.uid(uid)}",
            icon="external link",
            keepTime=True,
        ),
    )


def _link(**said: object) -> Json:
    return {
        "asDropdown": False,
        "icon": "dashboard",
        "includeVars": True,
        "keepTime": False,
        "tags": [],
        "targetBlank": False,
        "tooltip": "",
        "url": "",
        **said,
    }
