"""From vendors' names of apps, connectors and hosts to the ids of the platform list; unknown apps keep their own."""

from __future__ import annotations

import re

from clients.workflows.readers.hosts import own_name

# What an app's name begins with, as whole words run together in lower case → the id in the platform list.
_BEGINNINGS: dict[str, str] = {
    "azureopenai": "azure_openai", "openaigpt3": "openai", "openai": "openai", "chatgpt": "openai", "dalle": "openai",
    "anthropic": "anthropic", "claude": "anthropic", "mistral": "mistral", "awsbedrock": "aws_bedrock",
    "amazonbedrock": "aws_bedrock", "aws": "aws", "amazon": "aws",
    "googlesheets": "google_workspace", "googledrive": "google_workspace", "googledocs": "google_workspace",
    "googlecalendar": "google_workspace", "googleforms": "google_workspace", "googleslides": "google_workspace",
    "googlechat": "google_workspace", "googlecontacts": "google_workspace", "googletasks": "google_workspace",
    "googlemeet": "google_workspace", "googlemail": "google_workspace", "googlerestricted": "google_workspace",
    "gsuite": "google_workspace", "googleworkspace": "google_workspace", "gmail": "google_workspace",
    "googlebigquery": "gcp", "googlecloud": "gcp", "googlefirebase": "gcp", "googlepubsub": "gcp",
    "googlevertex": "google_vertex", "bigquery": "gcp", "vertexai": "google_vertex",
    "googlegemini": "google_gemini", "gemini": "google_gemini", "googlepalm": "google_gemini",
    "microsoftdynamics": "microsoft_dynamics", "microsoftsql": "microsoft_sql",
    "microsoftentra": "microsoft_365", "microsoftgraph": "microsoft_365", "microsoftoutlook": "microsoft_365",
    "microsoftteams": "microsoft_365", "microsoftonedrive": "microsoft_365", "microsoftexcel": "microsoft_365",
    "microsofttodo": "microsoft_365", "microsoftsharepoint": "microsoft_365", "microsoftforms": "microsoft_365",
    "microsoft365": "microsoft_365", "microsoftsmtp": "microsoft_365", "microsoftemail": "microsoft_365",
    "office365": "microsoft_365", "outlook": "microsoft_365", "sharepoint": "microsoft_365",
    "onedrive": "microsoft_365", "excelonline": "microsoft_365", "teams": "microsoft_365",
    "planner": "microsoft_365", "todo": "microsoft_365", "wordonline": "microsoft_365", "onenote": "microsoft_365",
    "azuread": "microsoft_365", "graphapi": "microsoft_365",
    "commondataservice": "dataverse", "microsoftdataverse": "dataverse", "dynamicscrm": "microsoft_dynamics",
    "azure": "azure", "keyvault": "azure", "servicebus": "azure",
    "hubspot": "hubspot", "salesforce": "salesforce", "slack": "slack", "xero": "xero", "stripe": "stripe",
    "shopify": "shopify", "airtable": "airtable", "notion": "notion", "supabase": "supabase", "neon": "neon",
    "vercel": "vercel", "twilio": "twilio", "sendgrid": "sendgrid", "sentry": "sentry", "github": "github",
    "axiom": "axiom", "zapier": "zapier", "n8n": "n8n", "integromat": "make", "makecom": "make",
    "ollama": "ollama", "cohere": "cohere", "groq": "groq", "openrouter": "openrouter", "deepseek": "deepseek",
    "xai": "xai", "perplexity": "perplexity", "huggingface": "hugging_face",
    "youtube": "youtube", "mysql": "mysql", "mongodb": "mongodb", "clickup": "clickup", "linkedin": "linkedin",
    "whatsapp": "whatsapp", "wordpress": "wordpress", "woocommerce": "woocommerce", "rabbitmq": "rabbitmq",
    "mailchimp": "mailchimp", "pipedrive": "pipedrive", "quickbooks": "quickbooks", "facebook": "facebook",
    "postgres": "postgres", "pgvector": "postgres", "redis": "redis", "pinecone": "pinecone", "qdrant": "qdrant",
    "weaviate": "weaviate", "zendesk": "zendesk", "powerautomate": "power_automate",
    "aibuilder": "microsoft_ai_builder",
}  # fmt: skip

# The end of a host name → the id in the platform list.
_HOST_ENDINGS: dict[str, str] = {
    "api.openai.com": "openai", "openai.azure.com": "azure_openai", "api.anthropic.com": "anthropic",
    "api.mistral.ai": "mistral", "generativelanguage.googleapis.com": "google_gemini", "openrouter.ai": "openrouter",
    "api.groq.com": "groq", "api.cohere.com": "cohere", "api.cohere.ai": "cohere", "api.perplexity.ai": "perplexity",
    "api.deepseek.com": "deepseek", "api.x.ai": "xai", "huggingface.co": "hugging_face",
    "sheets.googleapis.com": "google_workspace", "gmail.googleapis.com": "google_workspace",
    "drive.google.com": "google_workspace", "docs.google.com": "google_workspace",
    "script.google.com": "google_workspace", "aiplatform.googleapis.com": "google_vertex",
    "storage.googleapis.com": "gcp",
    "bigquery.googleapis.com": "gcp", "googleapis.com": "google",
    "graph.microsoft.com": "microsoft_365", "sharepoint.com": "microsoft_365", "office.com": "microsoft_365",
    "login.microsoftonline.com": "microsoft_365", "outlook.com": "microsoft_365",
    "dynamics.com": "microsoft_dynamics", "vault.azure.net": "azure", "azurewebsites.net": "azure",
    "windows.net": "azure", "management.azure.com": "azure", "logic.azure.com": "azure",
    "hubapi.com": "hubspot", "hubspot.com": "hubspot", "force.com": "salesforce", "salesforce.com": "salesforce",
    "zendesk.com": "zendesk",
    "slack.com": "slack", "xero.com": "xero", "stripe.com": "stripe", "myshopify.com": "shopify",
    "shopify.com": "shopify", "airtable.com": "airtable", "notion.com": "notion", "supabase.co": "supabase",
    "supabase.com": "supabase", "neon.tech": "neon", "vercel.com": "vercel", "vercel.app": "vercel",
    "twilio.com": "twilio", "sendgrid.com": "sendgrid", "sentry.io": "sentry", "github.com": "github",
    "githubusercontent.com": "github", "axiom.co": "axiom", "amazonaws.com": "aws", "n8n.cloud": "n8n",
    "make.com": "make", "integromat.com": "make", "zapier.com": "zapier",
}  # fmt: skip

# n8n puts the part that an app plays before its name: lmChatOpenAi, memoryPostgresChat.
_PART = re.compile(r"^(?:lmChat|lm(?!Open[^A])|lmOpen|embeddings|memory|vectorStore|reranker)(?=[A-Z])")
# Vendors also run words together ("sharepointonline"); a short beginning would then catch others ("todoist").
_LONG_BEGINNINGS = sorted((word for word in _BEGINNINGS if len(word) >= 7), key=len, reverse=True)


def platform_of_app(name: str) -> str:
    """Return the platform id for a vendor's app name such as `googleSheetsTrigger`, `google-drive` or `SlackCLIAPI`."""
    name = _PART.sub("", name)
    words = slug(name).split("_")
    for count in range(len(words), 0, -1):
        if platform := _BEGINNINGS.get("".join(words[:count])):
            return platform
    plain = "".join(words)
    for beginning in _LONG_BEGINNINGS:
        if plain.startswith(beginning):
            return _BEGINNINGS[beginning]
    return slug(re.sub(r"(?:Trigger|Tool)$", "", name))


def platform_of_host(host: str) -> str:
    """Return the platform id for a host; an unknown one gives the label that names its owner."""
    for ending, platform in _HOST_ENDINGS.items():
        if host == ending or host.endswith("." + ending):
            return platform
    return slug(own_name(host))


def slug(name: str) -> str:
    """Write a name as lower-case words joined by underscores; "unknown" where nothing is left."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:100])
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_") or "unknown"


# Models: what a model's name begins with → who runs it. Only for steps that don't name their provider.
_MODEL_MAKERS = {
    "gpt-": "openai",
    "o1": "openai",
    "o3": "openai",
    "claude": "anthropic",
    "gemini": "google_gemini",
}
_AI_PLATFORMS = frozenset(
    {
        "openai", "anthropic", "mistral", "google_gemini", "ollama", "cohere", "groq", "openrouter", "deepseek",
        "xai", "perplexity", "hugging_face",
    }
)  # fmt: skip
_CLOUD_AI = (
    ("azureopenai", "azure_openai"),
    ("openai.azure", "azure_openai"),
    ("bedrock", "aws_bedrock"),
    ("vertex", "google_vertex"),
    ("aiplatform", "google_vertex"),
    ("aibuilder", "microsoft_ai_builder"),
)


def ai_provider(app_or_host: str) -> str:
    """Return the AI provider that an app or host stands for, or an empty text if it is none."""
    plain = app_or_host.lower().replace("-", "").replace("_", "")
    for part, provider in _CLOUD_AI:
        if part in plain:
            return provider
    platform = platform_of_host(app_or_host) if "." in app_or_host else platform_of_app(app_or_host)
    return platform if platform in _AI_PLATFORMS else ""


def maker_of_model(model: str) -> str:
    """Return the provider that a model's name belongs to without doubt, or an empty text."""
    lower = model.lower()
    return next((maker for start, maker in _MODEL_MAKERS.items() if lower.startswith(start)), "")
