"""A reference has a form that no secret has."""

import pytest

from clients.registers.rules.vault_references import is_reference, vault_name


@pytest.mark.parametrize(
    ("text", "vault"),
    [
        ("op://Automation/Xero/api-key", "1Password"),
        ("op://Harbour & Finch/Xero token/credential", "1Password"),
        ("arn:aws:secretsmanager:eu-west-2:123456789012:secret:xero-a1b2c3", "AWS Secrets Manager"),
        ("arn:aws:iam::123456789012:role/deploy", "AWS IAM"),
        ("projects/acme/secrets/xero/versions/3", "Google Secret Manager"),
        ("https://acme.vault.azure.net/secrets/xero", "Azure Key Vault"),
        ("secret/data/xero/token", "HashiCorp Vault"),
        ("vault:kv/xero#token", "HashiCorp Vault"),
        ("XERO_API_KEY", "environment variable"),
        ("${XERO_API_KEY}", "environment variable"),
        ("n8n://credential/Xero account", "n8n"),
        ("Team folder/Finance/Xero", ""),
    ],
)
def test_references_are_taken_and_their_vault_is_named(text, vault):
    assert is_reference(text)
    assert vault_name(text) == vault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hunter2",
        "correct horse battery staple",
        "S3cr3t!value",
        "postgres://user@host/db",
        "smtp://mail.example.com",
        "ftp://files.example.com/x",
        "ABCDEF",
        "a" * 301,
        "op://",
        "line one\nline/two",
    ],
)
def test_what_might_be_the_secret_is_not_a_reference(text):
    assert not is_reference(text)
