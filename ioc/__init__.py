"""The ioc command, its settings, and the supervisor that runs everything on one machine."""
