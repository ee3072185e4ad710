"""What changed between two versions of one workflow, in words. Positions, ids and other editor data are no change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clients.workflows.facts import ExportFacts
from clients.workflows.readers.parsing import dig, mapping, mappings

_LONGEST = 120

# Editor data: changes with every save and says nothing about what the workflow does.
_NOISE = frozenset(
    {
        "position", "designer", "versionId", "webhookId", "updatedAt", "createdAt", "operationMetadataId", "expect",
        "restore", "interface", "advanced", "meta", "triple_stores", "cachedResultName", "cachedResultUrl",
        "contentVersion", "clientLastModifiedTime", "last_changed", "created_at", "metadata", "root_id", "parent_id",
    }
)  # fmt: skip
_NESTED = frozenset({"actions", "else", "cases", "default", "routes", "branches", "onerror", "flow"})
_NAMED_APART = frozenset({"id", "name", "type", "module", "credentials", "title"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `what` is added, removed, renamed, moved or changed; `where` names the part; texts are short."""

    what: str
    where: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if self.what in {"changed", "renamed"}:
            return f"{self.where} {self.what} from {self.before or 'nothing'} to {self.after or 'nothing'}"
        detail = self.after or self.before
        return f"{self.where} {self.what}{f': {detail}' if detail else ''}"


@dataclass(frozen=True, slots=True)
class _Step:
    key: str
    name: str
    kind: str
    body: dict[str, Any]


def differences(old: ExportFacts, new: ExportFacts) -> list[Change]:
    """Return what changed between two versions: the workflow itself, its steps, then what follows from them."""
    changes = list(_own_changes(old, new))
    changes += _step_changes(_steps(old.content), _steps(new.content))
    for title, before, after in (
        ("Credential", _credentials(old), _credentials(new)),
        ("Host", old.hosts, new.hosts),
        ("Model", _models(old), _models(new)),
        ("Schedule", old.schedules, new.schedules),
        ("Trigger", old.triggers, new.triggers),
        ("Error handling", old.error_handling, new.error_handling),
    ):
        changes += _set_changes(title, before, after)
    return changes


def _own_changes(old: ExportFacts, new: ExportFacts) -> Iterator[Change]:
    if old.name != new.name:
        yield Change("renamed", "Workflow", f"“{old.name}”", f"“{new.name}”")
    if old.active != new.active and None not in (old.active, new.active):
        yield Change("changed", "Workflow: active", _words(old.active), _words(new.active))
    before, after = _settings(old.content), _settings(new.content)
    yield from _value_changes("Settings", before, after)


def _settings(content: dict[str, Any]) -> dict[str, Any]:
    metadata = content.get("metadata")
    scenario = metadata.get("scenario") if isinstance(metadata, dict) else None
    return {
        key: value for key, value in (("settings", content.get("settings")), ("scenario", scenario)) if value
    }


def _credentials(facts: ExportFacts) -> list[str]:
    return [f"“{credential.name}” ({credential.type})" for credential in facts.credentials]


def _models(facts: ExportFacts) -> list[str]:
    return [f"{ai.provider} {ai.model}".strip() for ai in facts.ai]


def _set_changes(title: str, before: Sequence[str], after: Sequence[str]) -> list[Change]:
    gone, come = [b for b in before if b not in after], [a for a in after if a not in before]
    if title == "Schedule" and len(gone) == len(come) == 1:
        return [Change("changed", title, gone[0], come[0])]
    return [Change("removed", title, before=b) for b in gone] + [
        Change("added", title, after=a) for a in come
    ]


def _step_changes(old: list[_Step], new: list[_Step]) -> list[Change]:
    changes: list[Change] = []
    pairs, gone, come = _paired(old, new)
    changes += [Change("removed", f"Step “{step.name}”", before=step.kind) for step in gone]
    changes += [Change("added", f"Step “{step.name}”", after=step.kind) for step in come]
    for before, after in pairs:
        if before.name != after.name:
            changes.append(Change("renamed", f"Step “{before.name}”", f"“{before.name}”", f"“{after.name}”"))
        if before.kind != after.kind:
            changes.append(Change("changed", f"{after.name}: type", before.kind, after.kind))
        left, right = _own_body(before.body), _own_body(after.body)
        changes += _value_changes(after.name, left, right)
        changes += _credential_changes(
            after.name, before.body.get("credentials"), after.body.get("credentials")
        )
    return changes


def _paired(old: list[_Step], new: list[_Step]) -> tuple[list[tuple[_Step, _Step]], list[_Step], list[_Step]]:
    """Match steps by id, then by name and type, then by equal content (a renamed step)."""
    pairs: list[tuple[_Step, _Step]] = []
    left, right = list(old), list(new)
    for identity in (
        lambda step: step.key and (step.key, step.kind),
        lambda step: (step.name, step.kind),
        lambda step: step.name,
        lambda step: (step.kind, repr(_own_body(step.body))),
    ):
        waiting: dict[Any, list[_Step]] = {}
        for step in right:
            waiting.setdefault(identity(step), []).append(step)
        rest, taken = [], set()
        for step in left:
            matches = waiting.get(identity(step)) if identity(step) else None
            if matches:
                partner = matches.pop(0)
                pairs.append((step, partner))
                taken.add(id(partner))
            else:
                rest.append(step)
        left, right = rest, [step for step in right if id(step) not in taken]
    order = {id(step): number for number, step in enumerate(new)}
    return sorted(pairs, key=lambda pair: order[id(pair[1])]), left, right


def _own_body(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in _NAMED_APART | _NESTED | _NOISE}


def _credential_changes(name: str, before: Any, after: Any) -> list[Change]:
    def named(value: Any) -> dict[str, str]:
        return {
            kind: _words(each.get("name") if isinstance(each, dict) else each)
            for kind, each in mapping(value).items()
        }

    left, right = named(before), named(after)
    return [
        Change("changed", f"{name}: credential {kind}", left.get(kind, ""), right.get(kind, ""))
        for kind in [*left, *(kind for kind in right if kind not in left)]
        if left.get(kind) != right.get(kind)
    ]


def _value_changes(where: str, before: Any, after: Any, path: str = "") -> list[Change]:
    """Compare two JSON values leaf by leaf."""
    if before == after and type(before) is type(after):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        changes: list[Change] = []
        for key in [*before, *(key for key in after if key not in before)]:
            if key not in _NOISE:
                inner = (
                    f"{path}.{key}"
                    if path and key not in {"parameters", "mapper", "inputs", "params"}
                    else key
                )
                changes += _value_changes(where, before.get(key), after.get(key), _short_path(inner))
        return changes
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            change
            for number, (left, right) in enumerate(zip(before, after, strict=True))
            for change in _value_changes(where, left, right, f"{path}[{_item_name(right, number)}]")
        ]
    return [Change("changed", f"{where}: {path}" if path else where, _words(before), _words(after))]


def _short_path(path: str) -> str:
    for prefix in ("parameters.", "mapper.", "inputs.", "params.", "settings."):
        path = path.removeprefix(prefix)
    return path


def _item_name(item: Any, number: int) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return name[:40] if isinstance(name, str) and name else str(number + 1)


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        size = len(value)
        return f"{size} {'entry' if size == 1 else 'entries'}" if size else "nothing"
    words = " ".join(str(value).split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _steps(content: dict[str, Any]) -> list[_Step]:
    """Return the steps of a stripped export of any of the platforms."""
    if isinstance(content.get("flow"), list):
        return list(_make_steps(content["flow"]))
    nodes = content.get("nodes", content.get("steps"))
    if isinstance(nodes, dict):
        return [_zap_step(key, node) for key, node in nodes.items() if isinstance(node, dict)]
    if isinstance(nodes, list):
        return [_node_step(number, node) for number, node in enumerate(mappings(nodes))]
    return list(_flow_steps(content))


def _node_step(number: int, node: dict[str, Any]) -> _Step:
    if "selected_api" in node or "app" in node:
        return _zap_step(str(number), node)
    kind = str(node.get("type", ""))
    return _Step(str(node.get("id", "")), str(node.get("name") or kind), kind, node)


def _zap_step(key: str, node: dict[str, Any]) -> _Step:
    app = str(node.get("selected_api") or node.get("app") or "").partition("@")[0]
    kind = f"{app} {node.get('action', '')}".strip()
    body = {inner: value for inner, value in node.items() if inner not in {"selected_api", "app", "action"}}
    return _Step(key, str(node.get("title") or kind), kind, body)


def _make_steps(flow: Any) -> Iterator[_Step]:
    for module in mappings(flow):
        kind = str(module.get("module", ""))
        yield _Step(str(module.get("id", "")), _make_name(module, kind), kind, module)
        for branch in ("routes", "branches"):
            for route in mappings(module.get(branch)):
                yield from _make_steps(route.get("flow"))
        yield from _make_steps(module.get("onerror"))


def _make_name(module: dict[str, Any], kind: str) -> str:
    name = dig(module, "metadata", "designer", "name")
    return name if isinstance(name, str) and name else f"{kind} ({module.get('id', '?')})"


def _flow_steps(content: dict[str, Any]) -> Iterator[_Step]:
    definition = dig(content, "properties", "definition") or content.get("definition") or content
    for part in ("triggers", "actions"):
        yield from _action_steps(dig(definition, part))


def _action_steps(actions: Any) -> Iterator[_Step]:
    for name, value in mapping(actions).items():
        action = mapping(value)
        yield _Step("", name.replace("_", " "), str(action.get("type", "")), action)
        yield from _action_steps(action.get("actions"))
        for inner in (action.get("else"), action.get("default"), *mapping(action.get("cases")).values()):
            yield from _action_steps(mapping(inner).get("actions"))
