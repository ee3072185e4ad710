"""The example of docs/operations.md sends an alert that is taken: what it signs is what the portal checks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from incidents.response.rules.alerts import read_alert
from incidents.response.rules.signatures import is_signed
from tests.incidents.response.made import NOW

DOCS = Path(__file__).parents[3] / "docs" / "operations.md"
#: Stands in for curl: prints what it was asked to send, an argument a line.
CURL = "curl() { printf '%s\\n' \"$@\"; }\n"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")


def example() -> str:
    blocks = re.findall(r"```\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    [found] = [block for block in blocks if "openssl dgst" in block]
    return str(found)


@needs_openssl
def test_what_the_example_sends_is_signed_and_read() -> None:
    secret = "fUqj3-a_secret that is long"
    script = f"url=https://portal.test/ingest/; secret='{secret}'\n{CURL}{example()}"
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True, timeout=60)
    sent = done.stdout.splitlines()
    headers = dict(line.split(": ", 1) for line in sent if ": " in line and not line.startswith("{"))
    body = sent[sent.index("--data-binary") + 1].encode()
    timestamp, signature = headers["X-Plumbline-Timestamp"], headers["X-Plumbline-Signature"]
    assert is_signed([secret], timestamp, body, signature)
    assert not is_signed([secret], timestamp, body + b" ", signature)
    assert headers["Content-Type"] == "application/json"
    assert len(headers["Idempotency-Key"]) == 32
    assert read_alert(body, NOW).reference == json.loads(body)["reference"]
