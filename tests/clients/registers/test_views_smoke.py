import pytest


@pytest.mark.parametrize("register", ["workflows", "integrations", "credentials", "sub-processors"])
def test_every_page_opens(register, make, client_a1, alice, signed_in):
    row = make(register, client_a1)
    browser = signed_in(alice)
    base = f"/c/alder/{register}/"
    for path in [
        base,
        base + "add/",
        base + "import/",
        base + "export/",
        base + "export/?format=xlsx",
        base + "template/",
        base + "hand-over/",
        f"{base}{row.pk}/",
        f"{base}{row.pk}/edit/",
        f"{base}{row.pk}/retire/",
        f"{base}{row.pk}/reassign/",
        f"/records/{register}/",
        "/records/",
        f"/records/{register}/export/",
    ]:
        assert browser.get(path).status_code == 200, path
