"""From vendors' types of credentials to the words for how a connection proves itself. What is not listed is unknown."""

from __future__ import annotations

import re

# n8n credential types (n8n-nodes-base and langchain packages) that carry no "OAuth2" in their name.
_N8N: dict[str, str] = {
    "httpHeaderAuth": "header", "httpBasicAuth": "basic", "httpDigestAuth": "basic", "httpBearerAuth": "bearer",
    "httpQueryAuth": "api_key", "jwtAuth": "bearer", "httpCustomAuth": "unknown",
    "postgres": "basic", "mySql": "basic", "microsoftSql": "basic", "mongoDb": "basic", "redis": "basic",
    "smtp": "basic", "imap": "basic", "ftp": "basic", "sftp": "basic", "rabbitmq": "basic", "crateDb": "basic",
    "wordpressApi": "basic", "jiraSoftwareCloudApi": "basic", "zendeskApi": "basic", "twilioApi": "basic",
    "googleApi": "service_account", "aws": "api_key", "s3": "api_key",
    "airtableTokenApi": "personal_token", "githubApi": "personal_token", "gitlabApi": "personal_token",
    "asanaApi": "personal_token", "baserowTokenApi": "personal_token", "clickUpApi": "personal_token",
    "slackApi": "bearer", "notionApi": "bearer", "telegramApi": "bearer", "discordBotApi": "bearer",
    "hubspotAppToken": "bearer", "hubspotApi": "api_key", "airtableApi": "api_key", "stripeApi": "api_key",
    "openAiApi": "api_key", "anthropicApi": "api_key", "mistralCloudApi": "api_key", "cohereApi": "api_key",
    "groqApi": "api_key", "openRouterApi": "api_key", "deepSeekApi": "api_key", "xAiApi": "api_key",
    "googlePalmApi": "api_key", "azureOpenAiApi": "api_key", "perplexityApi": "api_key", "huggingFaceApi": "api_key",
    "supabaseApi": "api_key", "pineconeApi": "api_key", "qdrantApi": "api_key", "sendGridApi": "api_key",
    "mailgunApi": "api_key", "mailchimpApi": "api_key", "sendInBlueApi": "api_key", "pipedriveApi": "api_key",
    "serpApi": "api_key", "braveSearchApi": "api_key", "calendlyApi": "api_key", "typeformApi": "personal_token",
    "todoistApi": "api_key", "trelloApi": "api_key", "linearApi": "api_key", "n8nApi": "api_key",
    "activeCampaignApi": "api_key", "apolloApi": "api_key", "tavilyApi": "api_key", "apifyApi": "api_key",
    "shopifyAccessTokenApi": "bearer", "shopifyApi": "basic", "wooCommerceApi": "basic", "jotFormApi": "api_key",
}  # fmt: skip

# Make connection types, and Zapier apps and Power Automate connectors whose only way in is OAuth.
_MAKE: dict[str, str] = {
    "smtp": "basic", "imap": "basic", "basicauth": "basic", "apikeyauth": "api_key", "openai-gpt-3": "api_key",
    "anthropic-claude": "api_key", "mistral-ai": "api_key", "cohere": "api_key", "groq": "api_key",
    "pdf-co": "api_key", "mysql": "basic", "postgres": "basic", "mssql": "basic", "mongodb": "basic",
    "sendgrid": "api_key", "stripe": "api_key", "todoist": "oauth2", "xero": "oauth2", "zoom": "oauth2",
}  # fmt: skip
_MAKE_OAUTH = re.compile(
    r"(?i)oauth|^google|^gmail|^slack\d?$|^microsoft|^azure$|^salesforce|^hubspotcrm\d?$|^dropbox"
)
_ZAPIER_OAUTH = re.compile(
    r"(?i)^(?:google|gmail|slack|hubspot|microsoft|salesforce|xero|dropbox|zoom|linkedin|facebook)"
)
_MICROSOFT_OAUTH = frozenset(
    {
        "office365", "office365users", "office365groups", "sharepointonline", "onedriveforbusiness", "onedrive",
        "excelonlinebusiness", "teams", "planner", "todo", "outlook", "outlooktasks", "commondataserviceforapps",
        "commondataservice", "microsoftforms", "onenote", "wordonlinebusiness", "powerbi", "approvals",
        "dynamicscrmonline", "googledrive", "gmail", "googlesheet", "googlecalendar", "slack", "dropbox",
    }
)  # fmt: skip


def n8n_auth(credential_type: str) -> str:
    """Return the kind of an n8n credential type."""
    if credential_type.endswith(("OAuth2Api", "OAuth2")) or credential_type == "oAuth2Api":
        return "oauth2"
    return _N8N.get(credential_type, "unknown")


def make_auth(connection_type: str) -> str:
    """Return the kind of a Make connection type such as `google-restricted`."""
    kind = connection_type.removeprefix("account:")
    return "oauth2" if _MAKE_OAUTH.search(kind) else _MAKE.get(kind, "unknown")


def zapier_auth(app: str) -> str:
    """Return the kind of connection of a Zapier app."""
    return "oauth2" if _ZAPIER_OAUTH.match(app) else "unknown"


def connector_auth(connector: str) -> str:
    """Return the kind of connection of a Power Automate connector such as `office365`."""
    return "oauth2" if connector in _MICROSOFT_OAUTH else "unknown"


def header_auth(headers: dict[str, str]) -> str:
    """Return the kind that HTTP headers, name to value, show; "none" where no header authenticates."""
    for name, value in headers.items():
        plain = name.lower()
        if plain == "authorization":
            return next((kind for kind in ("bearer", "basic") if kind in value.lower()), "header")
        if plain in {"x-api-key", "api-key", "apikey", "x-functions-key", "ocp-apim-subscription-key"}:
            return "api_key"
        if plain in {"cookie", "x-auth-token", "x-access-token"} or plain.endswith(("-token", "-signature")):
            return "header"
    return "none"
