"""Invented secrets, put together at run time so that repository scanners stay quiet, and ordinary texts."""

import random
import string

_random = random.Random(20261117)
ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
HEX = "0123456789abcdef"


def made_up(length: int, alphabet: str = ALNUM) -> str:
    """Return random characters; of letters and digits there is a digit and a capital among them."""
    while True:
        text = "".join(_random.choice(alphabet) for _ in range(length))
        if alphabet is not ALNUM or all(
            any(c in kind for c in text) for kind in (string.digits, string.ascii_uppercase)
        ):
            return text


UUID = "-".join(made_up(n, HEX) for n in (8, 4, 4, 4, 12))
DASHES = "-" * 5

SECRETS = {
    "private key": f"{DASHES}BEGIN RSA PRIVATE"
    + f" KEY{DASHES}\n{made_up(64)}\n{DASHES}END RSA PRIVATE KEY{DASHES}",
    "OpenSSH key": f"{DASHES}BEGIN OPENSSH PRIVATE" + f" KEY{DASHES}\n{made_up(64)}",
    "age key": "AGE-SECRET-" + "KEY-1" + made_up(58, string.ascii_uppercase + string.digits),
    "storage account": "DefaultEndpointsProtocol=https;AccountName=x;Account" + "Key=" + made_up(86) + "==",
    "SQL server": "Server=db.example.com;Database=crm;User Id=sa;Pass" + "word=" + made_up(5, LOWER),
    "signed S3 link": "https://b.s3.amazonaws.com/a.pdf?X-Amz-" + "Signature=" + made_up(64, HEX),
    "database link": "postgres://app:" + made_up(12) + "@db.example.com:5432/crm",
    "proxy link": "https://user:" + made_up(9) + "@example.com/x",
    "otpauth": "otpauth://totp/Acme:al?" + "secret=" + made_up(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "bearer": "Authorization: " + "Bearer " + made_up(40),
    "basic": "use Basic " + made_up(30) + "==",
    "JWT": "ey" + made_up(30) + ".ey" + made_up(80) + "." + made_up(43),
    "Slack webhook": "https://hooks.slack"
    + ".com/services/T"
    + made_up(9)
    + "/B"
    + made_up(9)
    + "/"
    + made_up(24),
    "Discord webhook": "https://discord" + ".com/api/webhooks/1234567890123/" + made_up(68),
    "Zapier hook": "https://hooks.zapier" + ".com/hooks/catch/123456/" + made_up(7, LOWER) + "/",
    "Make hook": "https://hook.eu1.make" + ".com/" + made_up(32, LOWER),
    "Teams webhook": "https://acme.webhook.office"
    + f".com/webhookb2/{UUID}@{UUID}/IncomingWebhook/"
    + made_up(32, HEX),
    "Logic Apps": "https://prod-1.westeurope.logic.azure.com:443/workflows/a/triggers/b?sp=x&"
    + "sig="
    + made_up(43),
    "AWS id": "AK" + "IA" + made_up(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "AWS secret": "aws_secret_access_key = " + made_up(40),
    "Azure secret": made_up(3) + "8Q~" + made_up(34),
    "Google key": "AI" + "za" + made_up(35),
    "Google client secret": "GOC" + "SPX-" + made_up(28),
    "GitHub": "gh" + "p_" + made_up(36),
    "GitHub fine-grained": "github" + "_pat_" + made_up(22) + "_" + made_up(59),
    "GitLab": "gl" + "pat-" + made_up(20),
    "npm": "np" + "m_" + made_up(36),
    "PyPI": "py" + "pi-" + made_up(80),
    "Slack bot": "xo" + "xb-123456789012-" + made_up(24),
    "Telegram": "123456789:" + "AA" + made_up(33),
    "SendGrid": "S" + "G." + made_up(22) + "." + made_up(43),
    "Mailgun": "ke" + "y-" + made_up(32, HEX),
    "Mailchimp": made_up(32, HEX) + "-u" + "s14",
    "Twilio": "S" + "K" + made_up(32, HEX),
    "HubSpot": "pa" + "t-na1-" + UUID,
    "Airtable": "pa" + "t" + made_up(14) + "." + made_up(64, HEX),
    "Notion": "nt" + "n_" + made_up(46),
    "Shopify": "shp" + "at_" + made_up(32, HEX),
    "Stripe": "sk" + "_live_" + made_up(24),
    "Stripe webhook": "wh" + "sec_" + made_up(32),
    "Anthropic": "sk-" + "ant-api03-" + made_up(90),
    "OpenAI": "sk-" + "proj-" + made_up(48),
    "Hugging Face": "h" + "f_" + made_up(34, string.ascii_letters),
    "Groq": "gs" + "k_" + made_up(52),
    "Vault": "hv" + "s." + made_up(24),
    "1Password service account": "ops_" + "eyJ" + made_up(80),
    "Sentry": "sn" + "trys_" + made_up(60),
    "label": "password: hunter2" + "Blue!",
    "Dutch label": "het wachtwoord is Zomer" + "2026!x",
    "JSON label": '{"apiKey": "' + made_up(20) + '"}',
    "escaped JSON label": '{\\"client_secret\\": \\"' + made_up(24) + '\\"}',
    "login": "login: info@acme.nl / Lente" + "2026#",
    "key in a link": "https://api.example.com/v1/items?api_" + "key=" + made_up(24),
    "bare token": made_up(48),
    "bare hex": made_up(32, HEX),
}

ORDINARY = (
    "",
    "none",
    "op://Automation/HubSpot/api-key",
    "op://Automation/HubSpot Production/password",
    "vault:secret/data/crm#password",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/crm/password-AbCdEf",
    "arn:aws:iam::123456789012:role/automation-runner",
    "projects/acme-prod/secrets/hubspot-token/versions/3",
    "https://acme.vault.azure.net/secrets/hubspot-token/0123456789abcdef0123456789abcdef",
    "Azure Key Vault acme-kv, secret name hubspot-api-key",
    "3f2b8c1e-9d4a-4f6b-8a77-1c2d3e4f5a6b",
    "client id: 3f2b8c1e-9d4a-4f6b-8a77-1c2d3e4f5a6b",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
    "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "md5 d41d8cd98f00b204e9800998ecf8427e of the empty file",
    "fingerprint 9A:3F:11:0C:77:5E:21:B0:4D:8F:6A:C2:33:9E:1D:70",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq3o1cXw5v9n0R4sT7uV2bY8dF6gH1jK3lM5nP7qR9s deploy key",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    "certificate serial 04:e1:9b:aa:31:0f",
    "password: stored in 1Password",
    "Password: see the vault",
    "password is kept in Bitwarden, collection Automation",
    "wachtwoord: zie 1Password",
    "wachtwoord staat in de kluis van de klant",
    "Het wachtwoord is gewijzigd op 3 november 2026 door Sanne de Vries",
    "token: rotated 2026-11-17",
    "secret: required",
    "API key: none",
    "api key = ${HUBSPOT_API_KEY}",
    "token={{ $json.token }}",
    "Authorization: Bearer {{ $credentials.token }}",
    "Authorization: Bearer <token>",
    "client_secret: <your client secret>",
    "password=********",
    "postgres://app:${DB_PASSWORD}@db.example.com/crm",
    "postgres://app:***@db.example.com/crm",
    "postgres://db.example.com:5432/crm",
    "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit#gid=0",
    "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
    "https://www.notion.so/acme/Runbook-of-the-invoice-flow-2f1c9b8a7d6e4f3a2b1c0d9e8f7a6b5c",
    "https://app.hubspot.com/private-apps/1234567/987654",
    "https://eu1.make.com/12345/scenarios/678901/edit",
    "https://acme.app.n8n.cloud/workflow/RrIi9mXr8tZ3QvBk",
    "https://github.com/acme/flows/commit/4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "https://example.com/search?key=annual-report-of-the-whole-company&page=2",
    "https://example.com/a?token=see-the-vault-for-the-token",
    "mailto:security@example.com",
    "crm.objects.contacts.read crm.objects.deals.write oauth tickets",
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "scopes: chat:write, channels:read, users:read.email",
    "repo:status read:org workflow",
    "Token is renewed every 90 days by Tom van Dijk",
    "Basic authentication with a service account",
    "Bearer token of the HubSpot private app, read only",
    "The secret to good automation is plain words.",
    "De sleutel ligt bij de receptie van Haven & Vink",
    "De koppeling leest facturen uit Exact Online en schrijft ze naar de boekhouding.",
    "svc-crm-sync@acme.example.com",
    "NL91ABNA0417164300",
    "Invoice 2026-00417, EUR 1.250,00",
    "pin: 1234",
    "Issued 17-11-2026, key rotated 2026/11/17",
    "user: automation@acme.example / owner: Sanne",
    "Perform_unbound_action_-_Call_CreateOperationSetV1",
    "shared_commondataserviceforapps",
    "NodeTypesHttpRequestWithVeryLongDescriptiveName",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "last four characters: x7Qp",
    "password policy: 14 characters, rotated yearly",
    "credential: OAuth2, scopes approved 12 Oct 2026",
)
