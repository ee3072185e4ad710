"""Which services and which role a manage.py command gets."""

import os

import pytest

from portal.embedded import commands, services
from portal.embedded.errors import ServiceError


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ([], ()),
        (["help"], ()),
        (["--version"], ()),
        (["migrate", "--help"], ()),
        (["pack", "-h"], ()),
        (["collectstatic", "--noinput"], ()),
        (["compilemessages"], ()),
        (["check", "--deploy"], ()),
        (["check", "--database", "default"], ("postgres",)),
        (["migrate"], ("postgres",)),
        (["makemigrations", "--check"], ("postgres",)),
        (["audit", "verify"], ("postgres", "valkey")),
        (["incidents", "clocks", "--role", "processor"], ()),
        (["incidents", "open"], ("postgres", "valkey")),
        (["serve"], ("postgres", "valkey")),
    ],
)
def test_a_command_gets_the_services_that_it_needs(words, needed):
    assert commands.services_of(["manage.py", *words]) == needed


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (["migrate"], "owner"),
        (["makemigrations", "--check"], "owner"),
        (["sqlmigrate", "tenancy", "0001"], "owner"),
        (["serve"], "app"),
        (["shell"], "app"),
        (["audit", "verify"], "app"),
        ([], "app"),
    ],
)
def test_only_commands_of_the_schema_connect_as_the_owner(words, role):
    assert commands.role_of(["manage.py", *words]) == role


def test_a_role_inherited_from_an_outer_command_does_not_stay(monkeypatch):
    monkeypatch.setenv("PLUMBLINE_DATABASE_ROLE", "owner")
    commands.prepare(["manage.py", "help"])
    assert os.environ["PLUMBLINE_DATABASE_ROLE"] == "app"


@pytest.mark.parametrize(
    ("words", "address"),
    [
        (["serve", "--port", "8001"], "http://localhost:8001"),
        (["demo", "--port=8002"], "http://localhost:8002"),
        (["serve"], None),
        (["serve", "--port"], None),
        (["pack", "--port", "8001"], None),
    ],
)
def test_links_name_the_port_that_is_served(monkeypatch, words, address):
    monkeypatch.setenv("PLUMBLINE_DATABASE_ROLE", "app")
    monkeypatch.setenv("SITE_URL", "")  # so that what is set is undone at the end
    monkeypatch.delenv("SITE_URL")
    monkeypatch.setattr(services, "ensure", lambda names: None)
    commands.prepare(["manage.py", *words])
    assert os.environ.get("SITE_URL") == address


def test_an_address_that_is_set_stays(monkeypatch):
    monkeypatch.setenv("PLUMBLINE_DATABASE_ROLE", "app")
    monkeypatch.setenv("SITE_URL", "https://portal.example.com")
    monkeypatch.setattr(services, "ensure", lambda names: None)
    commands.prepare(["manage.py", "serve", "--port", "8001"])
    assert os.environ["SITE_URL"] == "https://portal.example.com"


def test_a_service_set_from_outside_is_not_asked_for(monkeypatch):
    asked = []
    monkeypatch.setenv("PLUMBLINE_DATABASE_ROLE", "app")
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal_app@db.invalid/plumbline")
    monkeypatch.setattr(services, "ensure", asked.append)
    commands.prepare(["manage.py", "shell"])
    commands.prepare(["manage.py", "migrate"])
    assert asked == [["valkey"]]


def test_a_service_that_cannot_start_ends_the_command_with_its_sentence(monkeypatch):
    def fail(names):
        raise ServiceError("No PostgreSQL was found. Install it.")

    monkeypatch.setenv("PLUMBLINE_DATABASE_ROLE", "app")
    monkeypatch.setattr(services, "ensure", fail)
    with pytest.raises(SystemExit, match="No PostgreSQL was found"):
        commands.prepare(["manage.py", "shell"])
