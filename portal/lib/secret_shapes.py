"""The table of texts that are only ever secrets: a row a form. How it is applied is in secret_search.py.

Every repetition is bounded and every pattern starts behind a guard or a literal, so that a hostile text
costs time in proportion to its length. Sources: the providers' own documentation of their token formats
and the public rules of gitleaks.
"""

import re
from dataclasses import dataclass, replace

# A token with a fixed prefix begins a word.
_GUARD = r"(?<![A-Za-z0-9_])"


@dataclass(frozen=True)
class Shape:
    """One form of secret: a text is tried against `pattern` only when it holds one of the lower-case `hints`.

    A group named `secret` marks the part to cut out; without it the whole match and the rest of its
    token go. `closes` is the literal that ends a secret of many lines. `token` is the pattern without its
    guard, for a shape that has a place in ANY_TOKEN.
    """

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    closes: str = ""
    token: str = ""


def _shape(kind: str, hints: str, pattern: str, closes: str = "") -> Shape:
    return Shape(kind, tuple(hints.split("  ")), re.compile(pattern), closes)


def _token(kind: str, hints: str, pattern: str) -> Shape:
    """Make a shape for a token with a fixed prefix, which stands at the start of a word."""
    return replace(_shape(kind, hints, rf"{_GUARD}(?:{pattern})"), token=pattern)


# Hints are separated by two spaces, because some of them hold one.
SHAPES: tuple[Shape, ...] = (
    # Keys and strings that name themselves
    _shape(
        "private key",
        "private key  age-secret-key-1  putty-user-key-file",
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1[0-9A-Z]{50,100}"
        r"|PuTTY-User-Key-File",
        closes="-----END",
    ),
    _shape(
        "connection string",
        "accountkey  sharedaccesskey  sharedsecretkey",
        r"(?i)(?:AccountKey|SharedAccessKey|SharedSecretKey)\s{0,5}=\s{0,5}(?P<secret>[\w+/=]{30,200})",
    ),
    _shape(
        "connection string with a password",
        "password=  pwd=  password =  pwd =",
        r"(?i)(?:server|data source|host|user id|uid)\s{0,3}=[^;\n]{1,100};(?:[^;\n]{0,100};){0,8}?"
        r"\s{0,3}(?:password|pwd)\s{0,3}=\s{0,3}(?P<secret>(?![{$<*\[])[^;\s'\"]{4,200})",
    ),
    _shape(
        "signed link",
        "signature=  sig=",
        r"(?i)[?&](?:X-Amz-Signature|X-Goog-Signature|sig|signature)=(?P<secret>[\w%+/=-]{20,1000})",
    ),
    _shape(
        "credentials in a link",
        "://",
        r"(?i)(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://"
        r"(?P<secret>[^\s/:@{}$<>\[\]'\"]{0,100}:(?!\$|\{|<|\*{3}|x{3}|pass(?:word)?@)[^\s/@{}$<>\[\]'\"]{3,200})@[\w.-]",
    ),
    _shape(
        "seed of one-time passwords",
        "otpauth://",
        r"(?i)otpauth://\w{1,10}/\S{0,300}?secret=(?P<secret>[A-Z2-7]{12,200})",
    ),
    _shape(
        "authorization header",
        "bearer  basic",
        r"(?i)\b(?:bearer|basic)\s{1,5}(?P<secret>(?=[a-z+/=._~-]{0,400}\d)[\w+/=.~-]{20,4000})",
    ),
    _shape(
        "signed token (JWT)",
        ".ey",
        r"(?<![\w=-])ey[\w=-]{8,8000}+\.ey[\w=-]{8,8000}+\.[\w=-]{10,2000}",
    ),
    # Addresses that let anybody in who knows them
    _shape(
        "webhook address",
        "hooks.slack.com",
        r"(?i)https://hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/]{20,200})",
    ),
    _shape(
        "webhook address",
        "/api/webhooks/",
        r"(?i)https://(?:\w{1,20}\.)?discord(?:app)?\.com/api/webhooks/(?P<secret>\d{5,25}/[\w-]{20,200})",
    ),
    _shape(
        "webhook address",
        "webhook.office.com",
        r"(?i)webhook\.office\.com/webhookb2/(?P<secret>[^\s'\"]{40,400})",
    ),
    _shape(
        "webhook address",
        "hooks.zapier.com",
        r"(?i)https://hooks\.zapier\.com/hooks/catch/(?P<secret>\d{1,20}/\w{5,60})",
    ),
    _shape(
        "webhook address",
        "make.com/  integromat.com/",
        r"(?i)https://hook\.(?:[a-z0-9-]{1,20}\.)?(?:make|integromat)\.com/(?P<secret>[a-z0-9]{20,60})",
    ),
    _shape(
        "webhook address",
        "chat.googleapis.com",
        r"(?i)https://chat\.googleapis\.com/v1/spaces/(?P<secret>[^\s'\"]{1,300}?token=[^\s'\"]{1,300})",
    ),
    # Clouds
    _token("AWS access key", "akia  asia  abia  acca", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
    _token("AWS Bedrock key", "absk  bedrock-api-key-", r"ABSK[\w+/=]{100,400}|bedrock-api-key-\w{20,400}"),
    _shape("Azure client secret", "q~", r"(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31,34}"),
    _token("Google key", "aiza  ya29.  gocspx-", r"AIza[\w-]{35}|ya29\.[\w-]{20,400}|GOCSPX-[\w-]{20,60}"),
    _token("Alibaba Cloud key", "ltai", r"LTAI[A-Za-z0-9]{20}\b"),
    _token("DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{40,80}"),
    _token("Fly.io token", "fo1_  fm1  fm2", r"fo1_[\w-]{40,200}|fm[12]r?_[\w+/=-]{80,2000}"),
    _token("Heroku key", "hrku-", r"HRKU-[\w-]{30,100}"),
    _token("Netlify token", "nfp_", r"nfp_[A-Za-z0-9]{30,60}"),
    _token("PlanetScale token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{30,80}"),
    _token("Supabase key", "sbp_  sb_secret_", r"sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,80}"),
    _token("Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?\b"),
    _token("Terraform token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{50,100}"),
    _token("Pulumi token", "pul-", r"pul-[0-9a-f]{40}\b"),
    _token(
        "vault token", "hvs.  hvb.  hvr.  s.", r"hv[sbr]\.[\w-]{20,300}|s\.[A-Za-z0-9]{24}(?![A-Za-z0-9.])"
    ),
    _token("Doppler token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,80}"),
    _token("1Password key", "ops_eyj  a3-", r"ops_eyJ[\w+/=-]{50,4000}|A3-[A-Z0-9]{6}-[A-Z0-9-]{20,40}"),
    # Code and its delivery
    _token(
        "GitHub token",
        "ghp_  gho_  ghu_  ghs_  ghr_  github_pat_",
        r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{40,255}",
    ),
    _token(
        "GitLab token",
        "gl",
        r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent|ffct|oas)-[\w.-]{16,120}",
    ),
    _token("Bitbucket or Atlassian token", "atatt3  atctt3  atbb", r"AT[AC]TT3[\w=-]{50,400}|ATBB\w{24,60}"),
    _token("npm token", "npm_", r"npm_[A-Za-z0-9]{30,60}"),
    _token("PyPI token", "pypi-", r"pypi-[\w-]{50,400}"),
    _token("RubyGems key", "rubygems_", r"rubygems_[0-9a-f]{40,60}"),
    _token("Clojars token", "clojars_", r"CLOJARS_\w{50,80}"),
    _token("Artifactory key", "akcp  cmvmd", r"AKCp[A-Za-z0-9]{60,100}|cmVmd[A-Za-z0-9]{55,80}"),
    _token("Sentry token", "sntry", r"sntry[su]_[\w+/=-]{40,400}"),
    _token("Grafana token", "glsa_  glc_", r"glsa_\w{30,60}|glc_[\w+/=]{30,400}"),
    _token(
        "New Relic key",
        "nrak-  nrii-  nrjk-  nral-  nrra-",
        r"NRAK-[A-Z0-9]{20,40}|nr(?:ii|jk|al|ra)-[\w-]{20,60}",
    ),
    _token("Postman key", "pmak-", r"PMAK-[0-9a-f-]{50,80}"),
    _token("ReadMe key", "rdme_", r"rdme_\w{60,90}"),
    _token("Figma token", "figd_", r"figd_[\w-]{30,80}"),
    _token("Linear key", "lin_", r"lin_(?:api|oauth)_\w{30,80}"),
    # Messages and mail
    _token("Slack token", "xox  xapp-", r"xox[abeoprs][.-][\w-]{8,300}|xapp-\d-[\w-]{20,200}"),
    _token("Telegram bot token", ":aa", r"\d{8,10}:AA[\w-]{32,40}"),
    _token("Discord bot token", ".", r"[MNO][A-Za-z\d_-]{23,26}\.[\w-]{6}\.[\w-]{27,45}"),
    _token("SendGrid key", "sg.", r"SG\.[\w-]{16,40}\.[\w-]{32,60}"),
    _token("Mailgun key", "key-", r"key-[0-9a-f]{32}\b"),
    _token("Mailchimp key", "-us", r"[0-9a-f]{32}-us\d{1,2}\b"),
    _token("Brevo key", "xkeysib-  xsmtpsib-", r"x(?:key|smtp)sib-[0-9a-f]{40,80}"),
    _token("Resend key", "re_", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,40}"),
    _token("Twilio key", "sk", r"SK[0-9a-f]{32}\b"),
    _token("Intercom key", "ico-", r"ico-\w{32}\b"),
    # Business platforms
    _token("HubSpot token", "pat-", r"pat-(?:na|eu|ap)\d?-[0-9a-fA-F-]{36}"),
    _token("Airtable token", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _token("Notion token", "secret_  ntn_", r"secret_[A-Za-z0-9]{43}\b|ntn_[A-Za-z0-9]{40,60}"),
    _token("ClickUp token", "pk_", r"pk_\d{4,12}_[A-Z0-9]{32}\b"),
    _token("Asana token", "/", r"\d/\d{14,18}:[0-9a-f]{32}\b"),
    _token("Typeform token", "tfp_", r"tfp_\w{40,80}"),
    _token("Meta token", "eaa", r"EAA[A-Za-z0-9]{60,400}"),
    _token("Dropbox token", "sl.", r"sl\.[\w=-]{120,2000}"),
    _token("Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _token("Apify token", "apify_api_", r"apify_api_[A-Za-z0-9]{30,60}"),
    # Money
    _token("Stripe key", "_live_  _test_  _prod_", r"(?:sk|rk|whsec)_(?:live|test|prod)_[A-Za-z0-9]{10,255}"),
    _token("webhook signing secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,100}"),
    _token("Square token", "sq0  eaaa", r"sq0(?:atp|csp|idp)-[\w-]{20,60}|EAAA[\w-]{60}"),
    _token("Flutterwave key", "flw", r"FLW(?:PUB|SEC)K?_?(?:TEST|LIVE)?-[\w-]{20,80}"),
    _token("Shippo token", "shippo_", r"shippo_(?:live|test)_[0-9a-f]{40}"),
    _token("Duffel token", "duffel_", r"duffel_(?:test|live)_[\w-]{40,60}"),
    # Models
    _token("Anthropic key", "sk-ant", r"sk-ant-[\w-]{20,300}"),
    _token("OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin|or|lf)[\w-]{24,300}|sk-[A-Za-z0-9]{32,100}"),
    _token("ElevenLabs key", "sk_", r"sk_[0-9a-f]{48}\b"),
    _token("Hugging Face token", "hf_  api_org_", r"hf_[A-Za-z]{30,60}|api_org_[A-Za-z]{30,60}"),
    _token("Replicate token", "r8_", r"r8_\w{30,60}"),
    _token("Groq key", "gsk_", r"gsk_\w{40,80}"),
    _token("xAI key", "xai-", r"xai-\w{60,120}"),
    _token("Perplexity key", "pplx-", r"pplx-\w{40,80}"),
    _token("Pinecone key", "pcsk_", r"pcsk_\w{40,100}"),
    _token("Tavily key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,60}"),
    _token("Firecrawl key", "fc-", r"fc-[0-9a-f]{32}\b"),
)

# One search for all tokens: where it finds nothing, none of their shapes does. They stand in runs of at least
# SHORTEST_TOKEN characters without a space, a quote, a bracket or a comma (secret_search.py finds the runs).
ANY_TOKEN = re.compile(_GUARD + "(?:" + "|".join(shape.token for shape in SHAPES if shape.token) + ")")
SHORTEST_TOKEN = 13
OTHER_SHAPES = tuple(shape for shape in SHAPES if not shape.token)
