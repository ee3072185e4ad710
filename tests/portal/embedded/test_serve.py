"""The serve command's own part: it refuses an old schema and collects static files when they have changed."""

import pytest
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command

from portal.shell.management.commands import serve


@pytest.fixture
def static(tmp_path, settings):
    """A product with one static file, collected without manifest."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "one.css").write_text("body {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    finders.get_finder.cache_clear()
    yield source
    finders.get_finder.cache_clear()


def test_static_files_are_collected_once_and_again_after_a_change(static, tmp_path):
    assert serve.collect_changed_static_files()
    assert not serve.collect_changed_static_files()
    (static / "two.css").write_text("p {}")
    assert serve.collect_changed_static_files()
    assert (tmp_path / "collected" / "two.css").exists()


@pytest.mark.django_db
def test_an_old_schema_is_not_served(monkeypatch):
    monkeypatch.setattr(serve.MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])
    monkeypatch.setattr(serve.supervisor, "run", lambda host, port: pytest.fail("it was served"))
    with pytest.raises(CommandError, match=r"manage\.py migrate"):
        call_command("serve")


@pytest.mark.django_db
def test_host_and_port_reach_the_supervisor(monkeypatch):
    asked = []
    monkeypatch.setattr(serve.MigrationExecutor, "migration_plan", lambda self, targets: [])
    monkeypatch.setattr(serve, "collect_changed_static_files", lambda: False)
    monkeypatch.setattr(serve.supervisor, "run", lambda host, port: asked.append((host, port)))
    monkeypatch.setattr(serve, "pending_link", lambda: None)
    monkeypatch.setattr(serve, "close_pools", lambda: None)
    call_command("serve", "--host", "0.0.0.0", "--port", "8001")
    assert asked == [("0.0.0.0", 8001)]
