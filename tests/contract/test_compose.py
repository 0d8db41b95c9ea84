"""docker-compose.yml, Dockerfile and what they mount, tied to the code that they run."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from dashboards.model import DATASOURCE
from dashboards.push import FOLDER_UID
from dashboards.shipped import FOLDER, PLAYLIST
from ioc.commands.run import Role
from ioc.doctor.clickhouse import audit_finding
from ioc.doctor.finding import Finding
from ioc.embedded.kafka import _PROPERTIES as EMBEDDED_KAFKA
from ioc.settings import Settings
from store.embedded.users import Credentials, Users
from wall.reader import READER

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DEFAULTS = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
COMPOSE: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", TEXT))
SERVICES: dict[str, Any] = COMPOSE["services"]
ROLES = {name: service for name, service in SERVICES.items() if service.get("build")}
OTHERS = {"kafka", "clickhouse", "grafana"}


def environment(service: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[service].get("environment", {})
    return found


def version(service: str) -> str:
    return str(SERVICES[service]["image"]).rpartition(":")[2]


def mounts(service: str) -> dict[str, str]:
    """Source by target, of bind mounts and named volumes."""
    parts = [volume.split(":") for volume in SERVICES[service].get("volumes", [])]
    return {part[1]: part[0] for part in parts}


def test_it_is_what_the_compose_specification_describes() -> None:
    parsed = compose_spec.PyCompose.from_json(json.dumps(COMPOSE))
    assert parsed.to_spec().name == "ioc"


def test_a_misspelt_key_would_be_noticed() -> None:
    wrong = {**COMPOSE, "services": {"kafka": {**SERVICES["kafka"], "healthchek": {}}}}
    with pytest.raises(ValueError, match="healthchek"):
        compose_spec.PyCompose.from_json(json.dumps(wrong))


class TestRoles:
    def test_every_role_of_the_command_has_a_service(self) -> None:
        assert SERVICES.keys() == {"compute", "store", "notify", "wall", "audit"} | OTHERS
        assert {role.value for role in Role} <= ROLES.keys()

    @pytest.mark.parametrize("role", ROLES)
    def test_it_runs_the_role_of_its_name(self, role: str) -> None:
        assert ROLES[role]["command"] == ["up", "--role", role]
        assert 'ENTRYPOINT ["ioc"]' in DOCKERFILE

    @pytest.mark.parametrize("role", ["compute", "store", "notify"])
    def test_its_health_is_the_doctor_s_line_on_it(self, role: str) -> None:
        (_, command) = ROLES[role]["healthcheck"]["test"]
        _, wanted, unwanted = re.findall(r"'([^']*)'", f"'ioc doctor' {command}")
        assert wanted in json.dumps(Finding("ok", role, "")._asdict())
        assert unwanted in json.dumps(Finding("fail", role, "")._asdict())

    def test_the_audit_s_health_is_the_doctor_s_line_on_it(self) -> None:
        (_, command) = ROLES["audit"]["healthcheck"]["test"]
        assert re.findall(r"'([^']*)'", command) == ['"part": "audit"', '"level": "ok"']
        assert '"part": "audit"' in json.dumps(audit_finding(60.0)._asdict())
        assert [audit_finding(age).level for age in (3600.0, 3 * 3600.0, None)] == ["ok", "warn", "off"]
        assert environment("audit")["IOC_CLICKHOUSE"] == "http://writer@clickhouse:8123"

    @pytest.mark.parametrize("role", ROLES)
    def test_every_variable_is_one_of_the_settings_or_of_the_recipients(
        self, role: str, tmp_path: Path
    ) -> None:
        source = (ROOT / "ioc" / "settings.py").read_text(encoding="utf-8")
        recipients = (ROOT / "config" / "recipients.yaml").read_text(encoding="utf-8")
        given = environment(role)
        for name in given:
            plain = name.removesuffix("_FILE")
            assert f'"{plain}"' in source or f"${{{plain}}}" in recipients, name
        files = {name: str(tmp_path / "secret") for name in given if name.endswith("_FILE")}
        (tmp_path / "secret").write_text("hidden\n")
        settings = Settings.from_environment(given | files)
        assert settings.kafka == "kafka:9092"
        assert "hidden" not in repr(settings)

    def test_roles_reach_the_servers_where_they_listen(self) -> None:
        assert "INTERNAL://kafka:9092" in environment("kafka")["KAFKA_ADVERTISED_LISTENERS"]
        assert environment("store")["IOC_CLICKHOUSE"] == "http://writer@clickhouse:8123"
        assert environment("wall")["IOC_CLICKHOUSE"] == f"http://{READER}@clickhouse:8123"
        assert SERVICES["wall"]["ports"] == [
            f"127.0.0.1:{Settings().wall_port}:{environment('wall')['IOC_WALL_PORT']}"
        ]

    def test_nothing_but_kafka_is_needed_to_keep_alerting(self) -> None:
        for role in ("compute", "notify"):
            assert ROLES[role]["depends_on"].keys() == {"kafka"}
            assert "IOC_CLICKHOUSE" not in environment(role)


class TestVersions:
    def test_kafka_is_the_embedded_one(self) -> None:
        lock = tomllib.loads((ROOT / "ioc/embedded/kafka.lock.toml").read_text(encoding="utf-8"))
        (kafka,) = {one["version"] for one in lock["dependencies"] if one["artifactId"].startswith("kafka_")}
        assert version("kafka") == kafka

    def test_clickhouse_is_of_the_embedded_engine_s_release(self) -> None:
        lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
        (engine,) = [one["version"] for one in lock["package"] if one["name"] == "chdb-core"]
        assert version("clickhouse").split(".")[:2] == engine.split(".")[:2]

    def test_grafana_is_the_one_whose_packages_the_wall_draws_with(self) -> None:
        package = json.loads((ROOT / "wall/web/package.json").read_text(encoding="utf-8"))
        assert version("grafana") == package["dependencies"]["@grafana/data"]

    def test_the_plugin_is_pinned_and_its_version_said_once(self) -> None:
        name, _, pinned = environment("grafana")["GF_PLUGINS_PREINSTALL_SYNC"].partition("@")
        assert name == DATASOURCE["type"]
        assert datasource()["jsonData"]["version"] == pinned

    def test_every_image_names_an_exact_version(self) -> None:
        for name, service in SERVICES.items():
            assert re.search(r":\d+\.\d+\.\d+", service["image"]), name
        assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.M) == ["python:3.11.15-slim-bookworm"] * 2

    def test_the_image_is_built_by_the_uv_of_the_makefile_and_tagged_with_our_version(self) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        (uv,) = re.findall(r"UV_VERSION := (\S+)", makefile)
        assert f"uv=={uv}" in DOCKERFILE
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert {version(role) for role in ROLES} == {project["version"]}


class TestBrokers:
    def test_what_exactness_rests_on_is_set_as_in_the_embedded_broker(self) -> None:
        for name, value in environment("kafka").items():
            dotted = name.removeprefix("KAFKA_").lower().replace("_", ".")
            if dotted in EMBEDDED_KAFKA and dotted != "log.dirs":
                assert value == EMBEDDED_KAFKA[dotted], name
        assert environment("kafka")["KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE"] == "LogAppendTime"
        assert environment("kafka")["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"

    def test_data_is_on_named_volumes(self) -> None:
        assert mounts("kafka")[environment("kafka")["KAFKA_LOG_DIRS"]] == "kafka"
        assert mounts("clickhouse")["/var/lib/clickhouse"] == "clickhouse"
        assert mounts("grafana")["/var/lib/grafana"] == "grafana"
        assert COMPOSE["volumes"].keys() == {"kafka", "clickhouse", "grafana"}


class TestHardening:
    @pytest.mark.parametrize("name", SERVICES)
    def test_no_container_is_root_writes_its_image_or_gains_rights(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        # Kafka's image has a user of its own; ours sets one.
        assert name == "kafka" or str(service.get("user", "10001:10001")).split(":")[0] != "0"
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]

    def test_our_image_is_not_root(self) -> None:
        assert DOCKERFILE.rindex("USER 10001:10001") > DOCKERFILE.rindex("FROM")
        for role in ROLES.values():
            assert "/var/lib/ioc:uid=10001,gid=10001,mode=0700" in role["tmpfs"]

    def test_every_port_is_on_loopback(self) -> None:
        for service in SERVICES.values():
            for port in service.get("ports", []):
                assert port.startswith("127.0.0.1:"), port

    def test_secrets_are_files_that_git_does_not_take(self) -> None:
        ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
        assert {"/secrets/", "/.env"} <= set(ignored)
        for name, secret in COMPOSE["secrets"].items():
            assert secret == {"file": f"./secrets/{name}.txt"}
        asked_for = {name for service in SERVICES.values() for name in service.get("secrets", [])}
        assert asked_for == COMPOSE["secrets"].keys()

    def test_no_password_stands_in_the_files(self) -> None:
        for service in SERVICES.values():
            for name, value in service.get("environment", {}).items():
                if re.search(r"PASSWORD|TOKEN|SECRET|SMTP", name):
                    assert value.startswith("/run/secrets/"), name
                    assert value.removeprefix("/run/secrets/") in service["secrets"]
        for path in [ROOT / ".env.example", *(ROOT / "dashboards/provisioning").rglob("*.yaml")]:
            for line in path.read_text(encoding="utf-8").splitlines():
                assert not re.search(r"(password|token|secret)\s*[:=]\s*(?!\$__file\{)\S", line, re.I), line

    def test_the_example_of_the_environment_has_every_variable_with_its_default(self) -> None:
        lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
        assert dict(line.split("=", 1) for line in lines if line and not line.startswith("#")) == DEFAULTS


class TestMounts:
    @pytest.mark.parametrize("name", SERVICES)
    def test_what_is_mounted_is_there(self, name: str) -> None:
        for source in mounts(name).values():
            assert source in COMPOSE["volumes"] or (ROOT / source).exists(), source

    def test_the_image_is_made_of_what_the_context_lets_through(self) -> None:
        context = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        copied = {
            source
            for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M)
            for source in line.split()[:-1]
        }
        assert copied == {line.removeprefix("!") for line in context if line.startswith("!")}
        packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
            "build"
        ]
        assert set(packages["targets"]["wheel"]["packages"]) <= copied
        assert all((ROOT / one).exists() for one in copied)


def datasource() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / "dashboards/provisioning/datasources/clickhouse.yaml").read_text())[
        "datasources"
    ]
    return dict(found)


class TestGrafana:
    def test_the_data_source_is_the_one_that_the_dashboards_name(self) -> None:
        found = datasource()
        assert {"type": found["type"], "uid": found["uid"]} == DATASOURCE
        assert found["jsonData"]["username"] == READER
        assert found["jsonData"]["host"] in SERVICES
        assert found["jsonData"]["defaultDatabase"] == Settings().clickhouse_database
        secret = re.fullmatch(r"\$__file\{/run/secrets/(\w+)\}", found["secureJsonData"]["password"])
        assert secret
        assert secret[1] in SERVICES["grafana"]["secrets"]

    def test_the_dashboards_are_where_the_provider_looks(self) -> None:
        (provider,) = yaml.safe_load((ROOT / "dashboards/provisioning/dashboards/ioc.yaml").read_text())[
            "providers"
        ]
        folder = provider["options"]["path"]
        assert (ROOT / mounts("grafana")[folder]).resolve() == FOLDER.resolve()
        assert provider["folderUid"] == FOLDER_UID
        assert mounts("grafana")["/etc/grafana/provisioning"] == "./dashboards/provisioning"

    def test_home_is_the_first_of_the_playlist_and_the_wall_never_logs_in(self) -> None:
        home = environment("grafana")["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
        assert Path(home).name == f"{PLAYLIST[0]}.json"
        assert Path(home).parent.as_posix() in mounts("grafana")
        assert environment("grafana")["GF_AUTH_ANONYMOUS_ENABLED"] == "true"
        assert environment("grafana")["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"


def test_the_embedded_server_knows_the_same_reader() -> None:
    assert Users().authenticate(Credentials(READER, "")).reads_only
