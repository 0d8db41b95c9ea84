"""`ioc alerts`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(help="Alerts: list.", no_args_is_help=True)

_LIST = """
SELECT alertname, severity, unit, if(has_ended, 'resolved', 'firing') AS state, starts_at,
       if(has_ended, ended_at, NULL) AS ends_at, value, threshold, summary_vi, summary_en, fingerprint
FROM
(
    SELECT fingerprint, starts_at, max(t.state = 'resolved') AS has_ended, max(t.ends_at) AS ended_at,
           argMax(alertname, at) AS alertname, argMax(severity, at) AS severity, argMax(unit, at) AS unit,
           argMax(t.value, at) AS value, argMax(threshold, at) AS threshold,
           argMax(summary_vi, at) AS summary_vi, argMax(summary_en, at) AS summary_en
    FROM alert_transitions AS t FINAL
    GROUP BY fingerprint, starts_at
)
WHERE NOT has_ended OR {all:Bool}
ORDER BY has_ended, starts_at DESC
LIMIT {limit:UInt32}
"""


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Resolved ones as well.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many, firing and newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """List the alerts that fire now.

    Example: ioc alerts list --all
    """
    from ioc.commands.database import client, rows, table

    with client() as connection:
        alerts = rows(connection, _LIST, {"all": every, "limit": limit})
    if as_json:
        for alert in alerts:
            typer.echo(json.dumps(alert, ensure_ascii=False))
        return
    if not alerts:
        typer.echo("No alerts." if every else "No alert fires. --all lists the resolved ones.")
        return
    header = ("STATE", "SEVERITY", "SINCE", "ALERT", "UNIT", "SUMMARY")
    lines = [
        (a["state"], a["severity"], a["starts_at"], a["alertname"], a["unit"], a["summary_en"])
        for a in alerts
    ]
    typer.echo(table(header, lines))
