"""Tells a reference to a secret (vault path, ARN, variable name) from a value, and names the vault. No Django."""

from __future__ import annotations

import re

_LONGEST = 300
_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+._-]{1,30})://[^\s/][^\n]{0,280}")
_ARN = re.compile(r"arn:aws[a-z-]{0,10}:(?:secretsmanager|ssm|iam|sts|kms):[\w.:/@+=,-]{3,250}")
_GOOGLE = re.compile(r"projects/[\w.:-]{1,60}/secrets/[\w-]{1,120}(?:/versions/\w{1,20})?")
_VAULT_PATH = re.compile(
    r"(?:vault:)?/?[\w.&@-][\w .&@-]{0,60}(?:/[\w.&@-][\w .&@-]{0,60}){1,10}(?:#[\w.-]{1,60})?"
)
_VARIABLE = re.compile(r"\$?\{?[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,10}\}?")
# Links of these kinds lead to the thing itself, usually with its login inside.
_NOT_VAULTS = frozenset(
    {"postgres", "postgresql", "mysql", "mariadb", "mongodb", "mongodb+srv", "redis", "rediss", "amqp", "amqps",
     "smtp", "smtps", "ftp", "ftps", "sftp", "ssh", "ldap", "ldaps", "mssql", "oracle", "jdbc", "data",
     "javascript", "file", "http"}
)  # fmt: skip
_NAMES = (
    ("op://", "1Password"),
    ("arn:aws:secretsmanager:", "AWS Secrets Manager"),
    ("arn:aws:ssm:", "AWS Parameter Store"),
    ("arn:aws:iam:", "AWS IAM"),
    ("arn:", "AWS"),
    ("projects/", "Google Secret Manager"),
    ("vault:", "HashiCorp Vault"),
    ("secret/", "HashiCorp Vault"),
    ("kv/", "HashiCorp Vault"),
    ("akv://", "Azure Key Vault"),
    ("bw://", "Bitwarden"),
    ("bitwarden://", "Bitwarden"),
    ("infisical://", "Infisical"),
    ("doppler://", "Doppler"),
    ("keepass://", "KeePass"),
    ("n8n://", "n8n"),
    ("make://", "Make"),
    ("zapier://", "Zapier"),
    ("vercel://", "Vercel environment"),
    ("github://", "GitHub Actions secrets"),
    ("gitlab://", "GitLab variables"),
)  # fmt: skip


def is_reference(text: str) -> bool:
    """Tell whether the text says where a secret is, in a form that could not be the secret itself.

    Accepted: op://… and links of other vaults, https:// links, AWS ARNs, Google secret names, paths of at least
    two parts, names of environment variables such as HUBSPOT_API_KEY.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return False
    scheme = _SCHEME.fullmatch(text)
    if scheme:
        return scheme["scheme"] not in _NOT_VAULTS
    return any(shape.fullmatch(text) for shape in (_ARN, _GOOGLE, _VARIABLE, _VAULT_PATH))


def vault_name(text: str) -> str:
    """Name the vault that a reference points into, for example "1Password"; empty when its form does not say."""
    text = text.strip()
    if ".vault.azure.net/" in text:
        return "Azure Key Vault"
    for start, name in _NAMES:
        if text.startswith(start):
            return name
    if _VARIABLE.fullmatch(text):
        return "environment variable"
    return ""
