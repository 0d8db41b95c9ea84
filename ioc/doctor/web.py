"""The wall and Grafana as the doctor sees them."""

from __future__ import annotations

import requests

from config.loader import load
from config.problems import ConfigurationError
from dashboards.build import shown
from dashboards.model import DATASOURCE
from dashboards.push import GrafanaError, Report, report
from ioc.doctor.finding import Finding
from ioc.doctor.reach import unreachable
from ioc.settings import Settings
from schemas.registry import load_registry
from schemas.streams import SchemaError

_TIMEOUT_SECONDS = 3.0


def examine_wall(settings: Settings) -> Finding:
    """Whether the wall's page is served."""
    url = f"http://{settings.wall_host}:{settings.wall_port}/"
    try:
        answer = requests.get(url, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
    except requests.HTTPError:
        return Finding(
            "fail", "wall", f"{url} answers with status {answer.status_code}", "Look at log/wall.log."
        )
    except requests.RequestException:
        reason = (
            unreachable([(settings.wall_host, settings.wall_port)]) or "what listens there is no web server"
        )
        what = f"{url} does not answer: {reason}"
        return Finding("fail", "wall", what, "Start it with `ioc up`, or `ioc up --role wall`.")
    return Finding("ok", "wall", url)


def examine_grafana(settings: Settings) -> Finding:
    """Whether Grafana answers, takes our token, and has our dashboards and data source; if one is configured."""
    url = settings.grafana_url
    if not url:
        return Finding("off", "Grafana", "not configured (IOC_GRAFANA_URL)")
    try:
        wanted = shown(load(settings.config, load_registry(*settings.schema_folders)))
        found = report(url, settings.grafana_token.reveal(), wanted.dashboards.values())
    except (GrafanaError, ConfigurationError, SchemaError) as error:
        return Finding("fail", "Grafana", str(error).splitlines()[0])
    return grafana_finding(url, found)


def grafana_finding(url: str, found: Report) -> Finding:
    """What a report of Grafana means."""
    where = f"{url}, version {found.version}"
    if not found.healthy:
        return Finding(
            "fail", "Grafana", f"{where}: its database is in trouble", "Look at Grafana's own log."
        )
    if found.datasource is False:
        advice = f"Add a ClickHouse data source with the uid {DATASOURCE['uid']}."
        return Finding("fail", "Grafana", f"{where}: the dashboards' data source is missing", advice)
    if found.missing or found.different:
        what = f"{len(found.missing)} dashboards missing, {len(found.different)} different from ours"
        return Finding("warn", "Grafana", f"{where}: {what}", "`ioc dashboards push` brings them.")
    return Finding("ok", "Grafana", f"{where}, with our dashboards")
