from importlib.metadata import version


def test_the_package_is_installed_with_a_version() -> None:
    assert version("ioc-monitor") == "0.1.0"
