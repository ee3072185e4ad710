"""Platform ids, AI providers and the words for authentication."""

from pathlib import Path

import pytest
import yaml

from clients.workflows.facts import AUTH_KINDS
from clients.workflows.readers import auth_kinds, platform_names
from clients.workflows.readers.model_names import model_in_text
from clients.workflows.readers.platform_names import (
    ai_provider,
    maker_of_model,
    platform_of_app,
    platform_of_host,
    slug,
)

PLATFORMS = Path(__file__).parents[4] / "clients" / "registers" / "data" / "platforms.yaml"


@pytest.mark.parametrize(
    ("app", "platform"),
    [
        ("googleSheetsTrigger", "google_workspace"),
        ("google-drive", "google_workspace"),
        ("sharepointonline", "microsoft_365"),
        ("todoist", "todoist"),
        ("teamsnap", "teamsnap"),
        ("slackTool", "slack"),
        ("memoryPostgresChat", "postgres"),
        ("vectorStoreSupabase", "supabase"),
        ("lmChatMistralCloud", "mistral"),
        ("embeddingsOpenAi", "openai"),
        ("awsS3", "aws"),
        ("acmeDeskTrigger", "acme_desk"),
        ("", "unknown"),
    ],
)
def test_an_app_has_a_platform(app, platform):
    assert platform_of_app(app) == platform


@pytest.mark.parametrize(
    ("host", "platform"),
    [
        ("api.hubapi.com", "hubspot"),
        ("northgate.sharepoint.com", "microsoft_365"),
        ("eu.myshopify.com", "shopify"),
        ("notslack.com", "notslack"),
        ("xy.supabase.co", "supabase"),
    ],
)
def test_a_host_has_a_platform(host, platform):
    assert platform_of_host(host) == platform


def test_ids_of_the_platform_list_are_used_as_they_stand():
    known = {each["id"] for each in yaml.safe_load(PLATFORMS.read_text())["platforms"]}
    used = {*platform_names._BEGINNINGS.values(), *platform_names._HOST_ENDINGS.values()}
    assert known - used == {"code"}, "no app or host leads to these platforms"


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("lmChatAzureOpenAi", "azure_openai"),
        ("x.openai.azure.com", "azure_openai"),
        ("lmChatAwsBedrock", "aws_bedrock"),
        ("gemini-ai", "google_gemini"),
        ("anthropic-claude", "anthropic"),
        ("openrouter.ai", "openrouter"),
        ("lmChatXAiGrok", "xai"),
        ("slack", ""),
    ],
)
def test_a_provider_is_told_from_an_app_that_is_none(name, provider):
    assert ai_provider(name) == provider


def test_a_model_names_its_maker_only_where_that_is_sure():
    assert maker_of_model("gpt-4o") == "openai"
    assert maker_of_model("our-own") == ""
    assert model_in_text('{"model": "gpt-4o", "x": 1}') == "gpt-4o"
    assert model_in_text("the model is good") == ""


def test_unknown_ways_to_connect_stay_unknown():
    assert auth_kinds.n8n_auth("acmeApi") == "unknown"
    assert auth_kinds.n8n_auth("acmeOAuth2Api") == "oauth2"
    assert auth_kinds.make_auth("acme") == "unknown"
    assert auth_kinds.zapier_auth("Acme") == "unknown"
    assert auth_kinds.connector_auth("sql") == "unknown"
    assert {*auth_kinds._N8N.values(), *auth_kinds._MAKE.values()} <= AUTH_KINDS


@pytest.mark.parametrize(
    ("headers", "auth"),
    [
        ({}, "none"),
        ({"Accept": "x"}, "none"),
        ({"Authorization": "Bearer {{t}}"}, "bearer"),
        ({"authorization": "=Basic {{t}}"}, "basic"),
        ({"Authorization": "{{t}}"}, "header"),
        ({"X-API-Key": "{{t}}"}, "api_key"),
        ({"X-Acme-Token": "{{t}}"}, "header"),
    ],
)
def test_headers_tell_the_kind(headers, auth):
    assert auth_kinds.header_auth(headers) == auth


def test_a_slug_is_plain():
    assert slug("PDF.co Über!") == "pdf_co_ber"
