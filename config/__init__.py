"""The province's configuration: units, indicators, alert rules, recipients, sources."""
