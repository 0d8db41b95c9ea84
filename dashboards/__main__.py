"""`python -m dashboards build` and `check`: the same as `ioc dashboards`."""

from __future__ import annotations

from ioc.commands.dashboards import app

if __name__ == "__main__":
    app(prog_name="python -m dashboards")
