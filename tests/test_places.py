"""Where the app keeps its own data."""

import contextlib
from pathlib import Path

import pytest

from estimator import places
from estimator.store.opening import open_store


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    for name in ("ESTIMATOR_DATA", "ESTIMATOR_DATABASE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_a_checkout_keeps_its_data_in_var():
    assert places.data_folder() == places.CHECKOUT / "var"


def test_the_environment_may_name_another_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ESTIMATOR_DATA", str(tmp_path))
    assert places.data_folder() == tmp_path


@pytest.mark.parametrize(
    ("state", "expected"), [("/srv/state", Path("/srv/state")), ("relative", Path("/home/x/.local/state"))]
)
def test_an_installed_package_keeps_it_where_the_user_keeps_state(monkeypatch, tmp_path, state, expected):
    monkeypatch.setattr(places, "CHECKOUT", tmp_path)
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("XDG_STATE_HOME", state)
    assert places.data_folder() == expected / "ketamine-estimator"


def test_the_store_is_in_the_data_folder_unless_a_url_names_another(monkeypatch, tmp_path):
    monkeypatch.setenv("ESTIMATOR_DATA", str(tmp_path / "a folder %20"))
    with contextlib.closing(open_store()):
        assert (tmp_path / "a folder %20" / "estimator.db").is_file()
    monkeypatch.setenv("ESTIMATOR_DATABASE", f"sqlite:///{tmp_path}/other.db")
    with contextlib.closing(open_store()):
        assert (tmp_path / "other.db").is_file()
