"""What cannot be started in a test is at least read: the compose file, the image, the example environment."""

import re
from typing import Any

import pytest
import yaml

from backend.embedded import ROOT, commands

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
PROGRAMS = ("api", "relay", "worker", "webhook-worker", "urgent-mail-worker", "mail-worker", "clock")


def test_compose_has_the_production_shape() -> None:
    assert set(SERVICES) == {"db", "redis", "migrate", "mail", *PROGRAMS}
    assert SERVICES["mail"]["profiles"] == ["catcher"]
    assert set(COMPOSE["volumes"]) == {"db", "files"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_watched_and_writes_only_where_it_may(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service.get("tmpfs")
    if name != "migrate":
        assert service["healthcheck"]["test"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run_what_the_procfile_says_without_privileges_after_the_migration(name: str) -> None:
    service = SERVICES[name]
    assert service["command"] == ["run", name]
    assert name in commands()
    assert service["cap_drop"] == ["ALL"]
    assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_stands_in_the_compose_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|AUTH|_URL", name):
                assert re.search(r"\$\{\w+:\?set \w+ in \.env\}", value), name
                assert not re.search(r"://\w*:(?!\$\{)", value), name


def test_every_variable_compose_needs_stands_in_the_example_without_a_value_that_works() -> None:
    example = dict(re.findall(r"^#?(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    needed = set(re.findall(r"\$\{(\w+):[?-]", (ROOT / "docker-compose.yml").read_text()))
    assert needed <= set(example)
    assert not any(example[name] for name in example if re.search("PASSWORD|SECRET|TOKEN|KEY", name))


def test_every_variable_the_settings_read_stands_in_the_example() -> None:
    source = "".join((ROOT / path).read_text() for path in ("backend/settings.py", "Procfile"))
    read = set(re.findall(r"\"((?:PLENUM|DATABASE|REDIS|EMAIL)_\w+)\"|\$\{(PLENUM_\w+)", source))
    known = (ROOT / ".env.example").read_text()
    missing = {name for pair in read for name in pair if name and not re.search(rf"^#?{name}=", known, re.MULTILINE)}
    assert missing <= {"PLENUM_DEBUG", "PLENUM_TEST_DATABASE", "PLENUM_DATA_DIR"}


def test_the_image_installs_by_hash_runs_as_nobody_special_and_is_watched() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements.prod.lock" in image
    assert re.search(r"^USER plenum$", image, re.MULTILINE)
    assert "HEALTHCHECK" in image


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements.prod.lock"])
def test_lock_files_pin_by_hash_and_carry_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|^--|\.venv|/work|find-links", text, re.MULTILINE)
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in requirement, requirement
