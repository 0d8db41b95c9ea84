"""Sends the dashboards to an existing Grafana, and reports what it has of them.

GrafanaError
├── GrafanaUnreachableError   nothing answers there, or it is no Grafana
├── GrafanaRefusedError       the token is missing, wrong, or may not do this
└── GrafanaConflictError      somebody else changed the dashboard, or it comes from provisioning files
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaClientError, GrafanaException
from grafana_api.grafana_face import GrafanaFace

from dashboards.model import DATASOURCE, Json
from ioc.errors import UserError

FOLDER_UID = "ioc"
FOLDER_TITLE = "IOC"

_TIME_LIMIT_SECONDS = 10.0
_COUNTED_BY_GRAFANA = frozenset({"id", "version", "schemaVersion"})


class GrafanaError(UserError):
    """Grafana could not be asked or told something."""


class GrafanaUnreachableError(GrafanaError):
    """Nothing answers at the address, or what answers is no Grafana."""


class GrafanaRefusedError(GrafanaError):
    """Grafana does not let the token do this."""


class GrafanaConflictError(GrafanaError):
    """Grafana has the dashboard in a state that must not be overwritten."""


@dataclass(frozen=True)
class Pushed:
    """What became of one dashboard."""

    uid: str
    outcome: Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Report:
    """What a Grafana has of ours; `datasource` is None where the token may not look."""

    version: str
    healthy: bool
    datasource: bool | None
    missing: tuple[str, ...]
    different: tuple[str, ...]


def push(url: str, token: str, dashboards: Iterable[Json]) -> list[Pushed]:
    """Bring the dashboards, and the folder IOC for them, to this state; pushing again changes nothing.

    Args:
        url: Grafana's address, with its path where it has one.
        token: of a service account with the role Editor.
        dashboards: as `Shipped` reads them.

    Raises:
        GrafanaError: see the module; what was pushed before stays.
    """
    with _grafana(url, token) as grafana:
        _ensure_folder(grafana)
        return [_push_one(grafana, dashboard) for dashboard in dashboards]


def report(url: str, token: str, dashboards: Iterable[Json]) -> Report:
    """Compare what Grafana has with the dashboards.

    Raises:
        GrafanaError: see the module.
    """
    with _grafana(url, token) as grafana:
        health = grafana.api.GET("/health")
        missing, different = [], []
        for dashboard in dashboards:
            stored = _stored(grafana, dashboard["uid"])
            if stored is None:
                missing.append(dashboard["uid"])
            elif not _contains(stored["dashboard"], _comparable(dashboard)):
                different.append(dashboard["uid"])
        return Report(
            version=str(health.get("version", "")),
            healthy=health.get("database") == "ok",
            datasource=_has_datasource(grafana),
            missing=tuple(missing),
            different=tuple(different),
        )


def _push_one(grafana: GrafanaFace, dashboard: Json) -> Pushed:
    uid = dashboard["uid"]
    stored = _stored(grafana, uid)
    version = 0
    if stored is not None:
        if stored["meta"].get("provisioned"):
            msg = (
                f"{uid}: this Grafana reads it from provisioning files, which push cannot change:"
                " update the files under dashboards/json, or remove the provider"
            )
            raise GrafanaConflictError(msg)
        in_place = stored["meta"].get("folderUid") == FOLDER_UID
        if in_place and _contains(stored["dashboard"], _comparable(dashboard)):
            return Pushed(uid, "unchanged")
        version = stored["dashboard"]["version"]
    body = {
        # The version that was read: a change by somebody else in between is refused and not lost.
        "dashboard": dashboard | {"id": None, "version": version},
        "folderUid": FOLDER_UID,
        "message": "ioc dashboards push",
        "overwrite": False,
    }
    try:
        grafana.dashboard.update_dashboard(body)
    except GrafanaClientError as error:
        if error.status_code != requests.codes.precondition_failed:
            raise
        why = error.response.get("message", "") if isinstance(error.response, dict) else ""
        msg = f"{uid}: Grafana has changed it meanwhile or has another one of that name ({why}). Push again"
        raise GrafanaConflictError(msg) from error
    return Pushed(uid, "created" if stored is None else "updated")


def _ensure_folder(grafana: GrafanaFace) -> None:
    try:
        grafana.folder.get_folder(FOLDER_UID)
    except GrafanaClientError as error:
        if error.status_code != requests.codes.not_found:
            raise
        grafana.folder.create_folder(FOLDER_TITLE, FOLDER_UID)


def _stored(grafana: GrafanaFace, uid: str) -> Json | None:
    try:
        found: Json = grafana.dashboard.get_dashboard(uid)
    except GrafanaClientError as error:
        if error.status_code == requests.codes.not_found:
            return None
        raise
    return found


def _has_datasource(grafana: GrafanaFace) -> bool | None:
    try:
        grafana.api.GET(f"/datasources/uid/{DATASOURCE['uid']}")
    except GrafanaClientError as error:
        return False if error.status_code == requests.codes.not_found else None
    return True


def _comparable(dashboard: Json) -> Json:
    return {name: value for name, value in dashboard.items() if name not in _COUNTED_BY_GRAFANA}


def _contains(stored: Any, ours: Any) -> bool:
    """Whether everything we say is stored; a newer Grafana adds properties of its own."""
    if isinstance(ours, dict) and isinstance(stored, dict):
        return all(name in stored and _contains(stored[name], value) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(stored, list):
        return len(stored) == len(ours) and all(map(_contains, stored, ours))
    return bool(stored == ours)


@contextmanager
def _grafana(url: str, token: str) -> Iterator[GrafanaFace]:
    """A connection whose failures are said in words."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        msg = f"IOC_GRAFANA_URL={url!r}: expected an address such as https://grafana.example.vn"
        raise GrafanaUnreachableError(msg)
    grafana = GrafanaFace(
        token,
        host=address.netloc,
        protocol=address.scheme,
        url_path_prefix=f"{address.path.strip('/')}/".lstrip("/"),
        timeout=_TIME_LIMIT_SECONDS,
    )
    try:
        yield grafana
    except GrafanaException as error:
        raise _said(url, error) from error
    except (requests.RequestException, ValueError) as error:
        msg = f"no Grafana answers at {url} (IOC_GRAFANA_URL): {type(error).__name__}. Check the address"
        raise GrafanaUnreachableError(msg) from error
    finally:
        grafana.api.s.close()


def _said(url: str, error: GrafanaException) -> GrafanaError:
    if error.status_code == requests.codes.unauthorized:
        return GrafanaRefusedError(
            f"Grafana at {url} does not accept the token: put a service account's token into IOC_GRAFANA_TOKEN"
        )
    if error.status_code == requests.codes.forbidden:
        return GrafanaRefusedError(
            f"Grafana at {url} does not let this token write ({error.message}):"
            " give its service account the role Editor"
        )
    return GrafanaError(f"Grafana at {url} refuses: {error.message}")
