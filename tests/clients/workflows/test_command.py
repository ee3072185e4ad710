"""manage.py workflows import: what it prints, what it saves, how it ends."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from clients.workflows.models import Proposal, WorkflowExport
from portal.audit.models import AuditEvent
from portal.embedded import services
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope
from tests.clients.workflows.exports import AI, BROKEN, HOOK, HUBSPOT, LEAK, SECRET, n8n

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lead-router.json"
    path.write_text(json.dumps(n8n(HOOK, HUBSPOT, AI, LEAK)))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "half.json"
    path.write_bytes(BROKEN)
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    call_command("workflows", "import", *map(str, arguments))
    return capsys.readouterr().out


def test_json_has_exactly_the_promised_shape(
    client_a1: Client, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [said] = json.loads(printed(capsys, file, "--client", "alder", "--json", "--dry-run"))
    assert said == {
        "file": str(file),
        "platform": "n8n",
        "name": "Lead router",
        "nodes": 4,
        "integrations": [
            {"platform": "hubspot", "operation": "hubspot company", "auth": "oauth2"},
            {"platform": "anthropic", "operation": "lmChatAnthropic", "auth": "api_key"},
            {"platform": "anthropic", "operation": "HTTP POST api.anthropic.com", "auth": "api_key"},
        ],
        "credentials": [
            {"name": "HubSpot – sales", "type": "hubspotOAuth2Api"},
            {"name": "Anthropic – sales", "type": "anthropicApi"},
        ],
        "webhooks": [{"name": "New lead", "path": "new-lead", "method": "POST", "auth": "none"}],
        "hosts": ["api.anthropic.com"],
        "ai": [
            {"provider": "anthropic", "model": "claude-sonnet-4-5"},
            {"provider": "anthropic", "model": ""},
        ],
        "secrets_refused": [
            {
                "kind": "Anthropic key",
                "where": "nodes[Call model].parameters.headerParameters.parameters[x-api-key].value",
            }
        ],
        "warnings": ["The webhook “New lead” accepts calls without authentication."],
    }


def test_a_dry_run_saves_nothing(
    client_a1: Client, in_a: Scope, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = AuditEvent.objects.count()
    said = printed(capsys, file, "--client", "alder", "--dry-run")
    assert "Would become version 1" in said
    assert "Proposals: 6 new, 0 changed, 0 gone" in said
    assert (WorkflowExport.objects.count(), Proposal.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == events


def test_without_it_versions_and_proposals_are_saved(
    client_a1: Client, in_a: Scope, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = printed(capsys, file, "--client", "alder")
    assert "Lead router (n8n), 4 nodes" in said
    assert "Saved as version 1" in said
    assert "Secret refused: Anthropic key at nodes[Call model]" in said
    assert SECRET not in said
    assert (WorkflowExport.objects.count(), Proposal.objects.count()) == (1, 6)
    assert "Unchanged since version 1" in printed(capsys, file, "--client", "alder")
    assert WorkflowExport.objects.count() == 1


def test_the_trail_says_that_the_operator_did_it(
    client_a1: Client, in_a: Scope, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, file, "--client", "alder")
    event = AuditEvent.objects.filter(action="workflow_export.add").latest("id")
    assert (event.actor, event.payload["why"]) == (None, "Workflow exports read by the operator")


def test_one_broken_file_fails_the_command_and_the_others_are_saved(
    client_a1: Client, in_a: Scope, file: Path, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = broken.with_name("missing.json")
    with pytest.raises(CommandError, match="2 of 3 files could not be read"):
        call_command(
            "workflows", "import", str(broken), str(file), str(missing), "--client", "alder", "--json"
        )
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert [each["file"] for each in said] == [str(broken), str(file), str(missing)]
    assert "cut off" in said[0]["error"]
    assert said[1]["name"] == "Lead router"
    assert "no such file" in said[2]["error"]
    assert f"{broken}: " in shown.err
    assert WorkflowExport.objects.count() == 1


def test_several_workflows_of_one_file_are_all_read(
    client_a1: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "backup.json"
    path.write_text(json.dumps([n8n(HOOK), n8n(HUBSPOT, id="w2", name="Second")]))
    said = json.loads(printed(capsys, path, "--client", "alder", "--json"))
    assert [(each["file"], each["name"]) for each in said] == [
        (str(path), "Lead router"),
        (str(path), "Second"),
    ]


def test_an_unknown_client_is_named(client_a1: Client, file: Path) -> None:
    with pytest.raises(CommandError, match="no client with the short name “elder”"):
        call_command("workflows", "import", str(file), "--client", "elder")


def test_a_folder_is_refused_in_words(
    client_a1: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError):
        call_command("workflows", "import", str(tmp_path), "--client", "alder")
    assert "could not be read: is a directory" in capsys.readouterr().err


def outside(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as an operator does, in a process of its own, on the database of this test."""
    served = services.endpoints()
    name = connection.settings_dict["NAME"]
    key = base64.b64encode(bytes(32)).decode()
    settings = {
        "DATABASE_URL": served.app_url.replace("/plumbline?", f"/{name}?"),
        "DATABASE_SYSTEM_URL": served.system_url.replace("/plumbline?", f"/{name}?"),
        "CELERY_BROKER_URL": served.broker_url,
        "CACHE_URL": served.cache_url,
        "SECRET_KEY": "x" * 25 + "y" * 25,
        "FIELD_KEYS": f"k1:{key}",
        "ANCHOR_KEY": key,
        "DEFAULT_FROM_EMAIL": "portal@northlight.test",
    }
    command = [sys.executable, "manage.py", "workflows", "import", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_real_command_prints_json_alone_and_ends_with_one_when_a_file_failed(
    client_a1: Client, in_a: Scope, file: Path, broken: Path
) -> None:
    done = outside(str(file), str(broken), "--client", "alder", "--json")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert [each["file"] for each in json.loads(done.stdout)] == [str(file), str(broken)]
    assert "1 of 2 files could not be read" in done.stderr
    assert WorkflowExport.objects.count() == 1
    again = outside(str(file), "--client", "alder")
    assert (again.returncode, "Unchanged since version 1" in again.stdout) == (0, True), again.stderr
