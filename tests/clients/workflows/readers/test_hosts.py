"""Hosts in addresses: which are found, which are no host, and who owns them."""

import pytest

from clients.workflows.readers.hosts import hosts_in, is_internal, own_name, walk_hosts


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("https://API.Vendor.IO:8443/x?y=1", ["api.vendor.io"]),
        ("=https://api.vendor.io/{{ $json.id }}", ["api.vendor.io"]),
        ("https://bob@api.vendor.io/x", ["api.vendor.io"]),
        ("see https://a.io, https://b.io and https://a.io.", ["a.io", "b.io"]),
        ("https://{{ $json.host }}/x", []),
        ("https://{{1.sub}}.vendor.io/x", []),
        ("https://@{variables('h')}/x", []),
        ("https://your-domain.com/x", []),
        ("https://api.example.com", []),
        ("http://localhost:5678", ["localhost"]),
        ("http://[::1]:8080/", ["::1"]),
        ("http://10.0.0.8/x", ["10.0.0.8"]),
        ("wss://stream.vendor.io", ["stream.vendor.io"]),
        ("ftp://files.vendor.io mailto:a@b.io", []),
        ("https://-bad-/ https://a..b/ https:///x", []),
        ("[x](https://docs.vendor.io)", ["docs.vendor.io"]),
    ],
)
def test_hosts_are_found_in_text(text, hosts):
    assert hosts_in(text) == hosts


def test_what_the_editor_keeps_is_not_called():
    value = {"cachedResultUrl": "https://a.io", "b": [{"url": "https://b.io"}], "c": "https://c.io", "n": 1}
    assert list(walk_hosts(value)) == ["b.io", "c.io"]


def test_private_networks_are_told():
    assert all(
        map(is_internal, ["localhost", "erp", "x.local", "10.1.1.1", "127.0.0.1", "::1", "db.internal"])
    )
    assert not any(map(is_internal, ["vendor.io", "8.8.8.8"]))


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.search.brave.com", "brave"),
        ("www.bbc.co.uk", "bbc"),
        ("a.io", "a"),
        ("10.0.0.1", "internal_service"),
    ],
)
def test_a_host_is_named_by_its_owner(host, name):
    assert own_name(host) == name


def test_a_hostile_text_takes_no_longer_than_its_length():
    assert hosts_in("https://" * 50_000 + "{{" * 50_000) == []
