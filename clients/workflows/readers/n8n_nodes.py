"""What is known of single n8n node types: which talk to nobody, which listen, and what they omit when left alone."""

from __future__ import annotations

from typing import Any

from clients.workflows.readers.parsing import dig, mappings, text

CODE_NODES = frozenset(
    {"code", "function", "functionItem", "executeCommand", "toolCode", "aiTransform", "codeTool"}
)

LISTENERS = frozenset({"webhook", "formTrigger", "chatTrigger", "mcpTrigger"})

WEBHOOK_AUTH = {
    "none": "none",
    "basicAuth": "basic",
    "headerAuth": "header",
    "jwtAuth": "bearer",
    "bearerAuth": "bearer",
    "n8nUserAuth": "basic",
}

# Node types that work inside n8n and reach no other platform.
_INTERNAL = frozenset(
    {
        "aggregate", "aiTransform", "code", "compareDatasets", "compression", "convertToFile", "cron", "crypto",
        "dataTable", "dateTime", "debugHelper", "editImage", "errorTrigger", "evaluation", "evaluationTrigger",
        "executeCommand", "executeWorkflow", "executeWorkflowTrigger", "executionData", "extractFromFile", "filter",
        "form", "formTrigger", "function", "functionItem", "html", "htmlExtract", "iCal", "if", "interval",
        "itemLists", "jwt", "limit", "localFileTrigger", "manualTrigger", "markdown", "merge", "moveBinaryData",
        "n8nTrigger", "noOp", "readBinaryFile", "readBinaryFiles", "readPdf", "readWriteFile", "removeDuplicates",
        "renameKeys", "respondToWebhook", "scheduleTrigger", "set", "simulate", "sort", "splitInBatches", "splitOut",
        "spreadsheetFile", "start", "stickyNote", "stopAndError", "summarize", "switch", "totp", "wait", "webhook",
        "workflowTrigger", "writeBinaryFile", "xml", "activationTrigger",
    }
)  # fmt: skip
# Langchain nodes that reach a platform by themselves; agents, chains, parsers and tools go through others.
_LANGCHAIN_OUTSIDE = (
    "lm", "embeddings", "openAi", "anthropic", "googleGemini", "ollama", "perplexity", "vectorStore", "toolSerp",
    "toolWikipedia", "toolWolfram", "memoryPostgres", "memoryRedis", "memoryMongo", "memoryZep", "memoryXata",
    "memoryMotorhead", "rerankerCohere", "mcpClient",
)  # fmt: skip

# (resource, operation) that n8n leaves out of the export while they stand at their defaults.
OPERATION_DEFAULTS = {
    "slack": ("message", "post"),
    "gmail": ("message", "send"),
    "googleSheets": ("sheet", "read"),
    "googleDrive": ("file", "upload"),
    "supabase": ("row", "create"),
    "telegram": ("message", "sendMessage"),
    "postgres": ("", "insert"),
}


def is_internal_node(node_type: str) -> bool:
    """Tell whether a node of this type, without credentials, talks to no other platform."""
    package, _, kind = node_type.rpartition(".")
    if "langchain" in package:
        return not kind.startswith(_LANGCHAIN_OUTSIDE) or kind == "vectorStoreInMemory"
    return kind in _INTERNAL


def schedule_words(kind: str, parameters: dict[str, Any]) -> list[str]:
    """Return the times at which a schedule or polling node starts, in words."""
    if kind == "scheduleTrigger":
        rules = mappings(dig(parameters, "rule", "interval"))
        return [_rule(rule) for rule in rules] or ["every day"]
    if kind == "cron":
        return [_times(item) for item in mappings(dig(parameters, "triggerTimes", "item"))]
    if kind == "interval":
        return [
            f"every {text(parameters.get('interval')) or '1'} {text(parameters.get('unit')) or 'seconds'}"
        ]
    return [f"polls {_times(item)}" for item in mappings(dig(parameters, "pollTimes", "item"))]


def _rule(rule: dict[str, Any]) -> str:
    field = text(rule.get("field")) or "days"
    if field == "cronExpression":
        return f"cron {text(rule.get('expression'))}"
    count = text(rule.get(f"{field}Interval")) or "1"
    words = f"every {field.removesuffix('s')}" if count == "1" else f"every {count} {field}"
    return words + _at(rule.get("triggerAtHour"), rule.get("triggerAtMinute"))


def _times(item: dict[str, Any]) -> str:
    mode = text(item.get("mode")) or "everyDay"
    if mode == "custom":
        return f"cron {text(item.get('cronExpression'))}"
    if mode == "everyX":
        return f"every {text(item.get('value'))} {text(item.get('unit'))}".strip()
    words = {"everyMinute": "every minute", "everyHour": "every hour", "everyDay": "every day"}
    words |= {"everyWeek": "every week", "everyMonth": "every month"}
    at = _at(item.get("hour", 14 if mode == "everyDay" else None), item.get("minute"))
    return words.get(mode, mode) + (at if mode not in {"everyMinute", "everyHour"} else "")


def _at(hour: Any, minute: Any) -> str:
    try:
        return f" at {int(text(hour)):02d}:{int(text(minute) or 0):02d}"
    except ValueError:
        return ""
