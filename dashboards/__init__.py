"""Grafana dashboards as code, built into committed JSON."""
