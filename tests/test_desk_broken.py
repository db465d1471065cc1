"""The desk when something breaks under a form: a plain page, and what was typed is still there."""

import pytest
from support.desk_visits import desk_on_copy, said
from werkzeug.exceptions import ServiceUnavailable

TYPED = {"text": "# an hour's work\n", "csrf_token": "", "password": "hidden words", "base": "as it was"}
YAML = "/admin/national/yaml"


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        desk.person("Dana")
        yield desk


def breaks(error):
    def broken(*_args, **_kwargs):
        raise error

    return broken


BROKEN = RuntimeError("a secret of the program")
FAULTS = {
    "a bug in the page": BROKEN,
    "who is signed in is not known": BROKEN,
    "the store is gone": ServiceUnavailable(),
}


@pytest.fixture(params=FAULTS)
def broken(request, desk, monkeypatch):
    """A browser with somebody in it, whose next form meets this; its token, and the status that it gets."""
    visitor, fault = desk.visitor("Dana"), FAULTS[request.param]
    token = visitor.token()
    if request.param == "who is signed in is not known":
        monkeypatch.setattr("estimator.accounts.sign_ins.SignIns.see", breaks(fault))
    else:
        monkeypatch.setitem(desk.app.view_functions, "desk_yaml.save", breaks(fault))
        monkeypatch.setitem(desk.app.view_functions, "desk_yaml.check", breaks(fault))
    return visitor, token, 503 if isinstance(fault, ServiceUnavailable) else 500


def test_what_was_typed_comes_back(broken):
    visitor, token, status = broken
    response = visitor.client.post(YAML, data={**TYPED, "csrf_token": token})
    assert response.status_code == status
    page = visitor.inspected(response)
    assert [one.text.strip() for one in page.root.all("textarea")] == [TYPED["text"].strip()]
    assert "not sure whether this was saved" in page.text
    for hidden in ("hidden words", "a secret of the program", "Traceback"):
        assert hidden not in said(response)


def test_another_sites_form_puts_no_words_on_the_page(broken):
    visitor, token, status = broken
    sent = {**TYPED, "csrf_token": token}
    response = visitor.client.post(YAML, data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == status
    assert "hour" not in said(response)


def test_a_script_is_told_in_json(broken):
    visitor, token, status = broken
    response = visitor.client.post(f"{YAML}/check", json={"text": "x"}, headers={"X-CSRFToken": token})
    assert response.status_code == status
    assert response.get_json()["error"].startswith(("Something went wrong here", "Not just now"))
