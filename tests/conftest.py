"""Fixtures of all tests: the real servers are started on first use, once per run."""

pytest_plugins = ["tests.fixtures.kafka", "tests.fixtures.clickhouse", "tests.fixtures.monitor"]
