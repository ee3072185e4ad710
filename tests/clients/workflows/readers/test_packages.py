"""ZIP packages of Power Automate, good and hostile. Nothing is unpacked to disk."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from clients.workflows.readers import UnreadableExport, read_export
from clients.workflows.readers.packages import MAX_ENTRIES, MAX_UNPACKED

DEFINITION = (Path(__file__).parents[1] / "fixtures" / "power_automate_invoice.json").read_text()
FLOW = "0b7a2c50-1111-4222-8333-944455556666"
PLACE = f"Microsoft.Flow/flows/{FLOW}/definition.json"


def package(files, compression=zipfile.ZIP_DEFLATED):
    """Return the bytes of a ZIP file with the given entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refusal(data):
    with pytest.raises(UnreadableExport) as error:
        read_export("package.zip", data)
    return str(error.value)


def test_a_package_names_flow_and_connections_by_its_manifest():
    manifest = {
        "resources": {
            FLOW: {"details": {"displayName": "From the manifest"}},
            "conn-1": {"details": {"displayName": "service@northgate.example"}},
        }
    }
    files = {
        "manifest.json": json.dumps(manifest),
        "Microsoft.Flow/flows/manifest.json": "{}",
        PLACE: DEFINITION.replace('"displayName": "Invoice approval",', ""),
        f"Microsoft.Flow/flows/{FLOW}/connectionsMap.json": json.dumps({"shared_office365": "conn-1"}),
        "readme.html": "<b>ignored</b>",
    }
    [facts] = read_export("package.zip", package(files))
    assert facts.name == "From the manifest"
    assert [c.name for c in facts.credentials] == ["service@northgate.example", "ng_teams_bot"]


def test_every_flow_of_a_solution_is_read():
    flows = {
        f"Workflows/{name}-{FLOW.upper()}.json": DEFINITION.replace("Invoice approval", "") for name in "AB"
    }
    assert [facts.name for facts in read_export("s.zip", package(flows))] == ["A", "B"]


def test_a_zip_without_a_flow_says_what_is_missing():
    assert "without a Power Automate flow" in refusal(package({"a.json": "{}"}))


def test_a_broken_flow_in_a_package_is_refused_whole():
    assert "cut off" in refusal(package({PLACE: DEFINITION[:500]}))
    assert "is not a flow" in refusal(package({PLACE: "{}"}))


@pytest.mark.parametrize("name", ["../evil/definition.json", "/etc/x.json", "C:/x.json", "a/..\\..\\b.json"])
def test_a_path_that_leads_out_is_refused(name):
    assert "leads out of the package" in refusal(package({name: "{}", PLACE: DEFINITION}))


def test_a_zip_bomb_is_refused_by_its_declared_size():
    bomb = package({PLACE: b" " * (MAX_UNPACKED + 1)})
    assert len(bomb) < 100_000
    assert "larger than" in refusal(bomb)


def test_a_zip_that_lies_about_its_size_is_refused():
    honest = package({PLACE: b" " * (11 * 1024 * 1024)})
    lying = honest.replace((11 * 1024 * 1024).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert "broken" in refusal(lying) or "cut off" in refusal(lying) or "empty" in refusal(lying)


def test_one_entry_over_the_limit_is_refused():
    assert "at most 10 MB" in refusal(package({PLACE: b" " * (11 * 1024 * 1024)}))


def test_too_many_entries_are_refused():
    files = {f"f{number}": "" for number in range(MAX_ENTRIES + 1)}
    assert f"at most {MAX_ENTRIES}" in refusal(package(files, zipfile.ZIP_STORED))


@pytest.mark.parametrize("cut", [10, 60, -30])
def test_a_truncated_zip_is_refused(cut):
    assert "broken" in refusal(package({PLACE: DEFINITION})[:cut])


def test_other_compression_is_refused():
    assert "does not use" in refusal(package({PLACE: DEFINITION}, zipfile.ZIP_LZMA))


def test_a_package_with_a_password_is_refused():
    data = bytearray(package({PLACE: DEFINITION}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert "password" in refusal(bytes(data))
