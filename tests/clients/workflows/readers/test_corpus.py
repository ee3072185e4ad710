"""Real exports, read exactly. The files stay outside the repository, in ../shared/corpus."""

# ruff: noqa: E501 - one file's truth reads better in long lines
import os
from pathlib import Path

import pytest

from clients.workflows.readers import UnreadableExport, read_export

CORPUS = Path(__file__).parents[4].parent / "shared" / "corpus" / "workflows"

pytestmark = pytest.mark.corpus

OPENAI, POSTGRES, SUPABASE = (
    ("OpenAi account", "openAiApi"),
    ("Prod Postgres account", "postgres"),
    ("Prod Supabase account", "supabaseApi"),
)
HEADER, TEST_HEADER = ("Header Auth account", "httpHeaderAuth"), ("testauth", "httpHeaderAuth")
SIGNATURE = "nodes[Respond to Webhook].parameters.options.responseHeaders.entries[X-n8n-Signature].value"
PINNED = "pinData.Webhook[0].json.headers.authorization"

# name, nodes, {(platform, auth)}, [credentials], [(webhook path, method, auth)], [hosts], [ai], [places of secrets]
TRUTH = {
    "n8n/Advanced_Web_Researcher.json": (
        "Advanced Web Researcher", 14,
        {("postgres", "basic"), ("openai", "api_key"), ("supabase", "api_key"), ("brave", "header")},
        [POSTGRES, OPENAI, SUPABASE, ("Brave API", "httpHeaderAuth"), HEADER],
        [("invoke-advanced-web-researcher", "POST", "header")], ["api.search.brave.com"], [("openai", "")], [SIGNATURE, PINNED],
    ),
    "n8n/Create_Google_Doc.json": (
        "Create Google Doc", 3, {("google_workspace", "oauth2")}, [("Google Drive account", "googleDriveOAuth2Api"), TEST_HEADER],
        [("d8db9fa3-04fe-43c8-9acf-e1912463477f", "POST", "header")], [], [], [],
    ),
    "n8n/Intelligent_Invoice_Agent.json": (
        "Intelligent Invoice Agent", 18, {("postgres", "basic"), ("openai", "api_key"), ("google_workspace", "oauth2")},
        [("Live Agent Studio Test", "postgres"), HEADER, ("Backup OpenAI Account", "openAiApi"), ("Google Drive account", "googleDriveOAuth2Api")],
        [("invoke-invoice-agent", "POST", "header")], [], [("openai", ""), ("openai", "gpt-4o-mini"), ("openai", "gpt-4o")], [],
    ),
    "n8n/Post_Message_to_Slack.json": (
        "Post Message to Slack", 3, {("slack", "oauth2")}, [("Slack account", "slackOAuth2Api"), TEST_HEADER],
        [("f17f77e5-51dc-4589-8b51-4c8adc23c3c0", "POST", "header")], [], [], [],
    ),
    "n8n/Summarize_Slack_Conversation.json": (
        "Summarize Slack Conversation", 6, {("slack", "oauth2"), ("openai", "api_key")},
        [("Slack account", "slackOAuth2Api"), OPENAI, TEST_HEADER],
        [("66a5755c-5030-4a6b-9b5e-2e09a21456d6", "GET", "header")], [], [("openai", "gpt-4o-mini")], [],
    ),
    "n8n/YouTube_Video_Summarizer.json": (
        "YouTube Video Summarizer", 16,
        {("youtube", "oauth2"), ("postgres", "basic"), ("openai", "api_key"), ("supabase", "api_key")},
        [("YouTube account Cole", "youTubeOAuth2Api"), POSTGRES, OPENAI, SUPABASE, HEADER],
        [("invoke-youtube-summarizer", "POST", "header")], ["www.googleapis.com"], [("openai", ""), ("openai", "gpt-4o-mini")], [SIGNATURE, PINNED],
    ),
    "n8n/starter-kit-srOnR8PAY3u4RSwb.json": (
        "Demo workflow", 3, {("ollama", "unknown")}, [("Local Ollama service", "ollamaApi")], [], [], [("ollama", "llama3.2:latest")], [],
    ),
    "make/blueprint-buy-me-a-coffee-slack.json": (
        "buy me a coffee automation", 7, {("slack", "unknown"), ("slack", "oauth2"), ("airtable", "unknown")},
        [("Airtable", "airtable2"), ("Buy me a coffee", "slack3")], [("114984", "POST", "unknown")], ["airtable.com"], [], [],
    ),
    "make/blueprint-convert-csv-xlsx-with-zip.json": (
        "CSV convert", 9, {("google_workspace", "oauth2")}, [("Google", "google-restricted")], [], [], [], [],
    ),
    "make/blueprint-invoice-automation.json": (
        "generate invoice from template", 13,
        {("airtable", "unknown"), ("pdf_co", "api_key"), ("google_workspace", "oauth2"), ("todoist", "oauth2")},
        [("Airtable", "airtable"), ("PDF.co", "pdf-co"), ("Google", "google-restricted"), ("Todoist", "todoist")],
        [], ["ethical.works"], [], ["flow[pdf-co:AddSecurityToPDF].mapper.ownerPassword"],
    ),
    "make/blueprint-rename-files.json": (
        "rename image files at once", 6, {("google_workspace", "oauth2")},
        [("Google", "google-drive"), ("Google", "google-restricted")], [], [], [], [],
    ),
    "make/blueprint-zoom.json": (
        "Zoom Automation", 5, {("google_workspace", "oauth2"), ("zoom", "oauth2"), ("email", "unknown")},
        [("ENTER@YOUR.EMAIL", "google-calendar"), ("Zoom", "zoom"), ("email connection 1763449", "email")], [], [], [], [],
    ),
    "power-automate/project-for-the-web.definition.json": (
        "Project for the web provisioning", 21, {("dataverse", "oauth2")},
        [("shared_commondataserviceforapps", "shared_commondataserviceforapps")], [], [], [], [],
    ),
    "power-automate/try-catch-finally.definition.json": ("Pattern: Try-Catch-Finally", 4, set(), [], [], [], [], []),
}  # fmt: skip


def corpus_file(name: str) -> bytes:
    """Return a file of the corpus; skip where there is none, and fail in CI."""
    path = CORPUS / name
    if not path.is_file():
        if os.environ.get("CI"):
            pytest.fail("The corpus ../shared/corpus is missing, and in CI it must be there.")
        pytest.skip("The corpus ../shared/corpus is not beside this checkout.")
    return path.read_bytes()


@pytest.mark.parametrize("name", TRUTH)
def test_a_real_export_is_read_exactly(name):
    [facts] = read_export(name, corpus_file(name))
    assert (
        facts.name,
        facts.nodes,
        {(i.platform, i.auth) for i in facts.integrations},
        [(c.name, c.type) for c in facts.credentials],
        [(w.path, w.method, w.auth) for w in facts.webhooks],
        list(facts.hosts),
        [(a.provider, a.model) for a in facts.ai],
        [s.where for s in facts.secrets_refused],
    ) == TRUTH[name]
    assert facts.platform == name.partition("/")[0].replace("-", "_")


def test_no_file_of_the_corpus_is_left_out():
    corpus_file("n8n/Create_Google_Doc.json")
    names = {path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*.json")}
    assert names == {*TRUTH, "make/blueprint-push-automation.json"}


def test_the_blueprint_edited_by_hand_is_refused_with_its_line():
    with pytest.raises(UnreadableExport, match="line 9, column 28: a number may not begin with 0"):
        read_export("push.json", corpus_file("make/blueprint-push-automation.json"))


def test_the_secrets_of_real_files_do_not_come_out():
    """The values are cut from the files themselves, so that they stand nowhere in this repository."""
    for name, key in (
        ("n8n/Advanced_Web_Researcher.json", b'"X-n8n-Signature"'),
        ("make/blueprint-invoice-automation.json", b'"ownerPassword"'),
    ):
        data = corpus_file(name)
        rest = data[data.index(key) + len(key) :]
        value = next(part for part in rest.decode().split('"') if len(part) >= 14 and not part.isspace())
        assert value not in repr(read_export(name, data))


def test_error_handling_of_the_try_catch_pattern_is_understood():
    [facts] = read_export("t.json", corpus_file("power-automate/try-catch-finally.definition.json"))
    assert facts.error_handling == (
        "“Catch” runs when “Try” has failed.",
        "“Finally” runs when “Catch” has failed or succeeded.",
    )
