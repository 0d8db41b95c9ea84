"""The wall and Grafana as the doctor sees them."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaAPI, GrafanaException

from ioc.doctor.finding import Finding
from ioc.doctor.reach import unreachable
from ioc.settings import Settings

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
    """Whether Grafana answers and takes our token, if one is configured."""
    url = settings.grafana_url
    if not url:
        return Finding("off", "Grafana", "not configured (IOC_GRAFANA_URL)")
    address = urlsplit(url)
    api = GrafanaAPI(
        settings.grafana_token.reveal(),
        host=address.netloc,
        protocol=address.scheme,
        url_path_prefix=f"{address.path.strip('/')}/".lstrip("/"),
        timeout=_TIMEOUT_SECONDS,
    )
    try:
        version = api.GET("/health").get("version", "unknown")
        organization = api.GET("/org")["name"]
    except GrafanaException as error:
        advice = "Put a service account's token with the role Editor into IOC_GRAFANA_TOKEN."
        return Finding("fail", "Grafana", f"{url} refuses: {error.message}", advice)
    except requests.RequestException as error:
        what = f"{url} does not answer: {type(error).__name__}"
        return Finding("fail", "Grafana", what, "Set IOC_GRAFANA_URL to where it is, or to nothing.")
    return Finding("ok", "Grafana", f"{url}, version {version}, organization {organization}")
