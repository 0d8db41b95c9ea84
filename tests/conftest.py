"""Fixtures of all tests: the real servers are started on first use, once per run."""

from hypothesis import HealthCheck, settings

settings.register_profile("monitor", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("monitor")  # no timed assertions: a busy machine is not a fault

pytest_plugins = ["tests.fixtures.kafka", "tests.fixtures.clickhouse", "tests.fixtures.monitor"]
