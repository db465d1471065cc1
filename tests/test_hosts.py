"""Which site a request means: its own names only, its own address in every absolute link."""

import re

import pytest
from support.desk_visits import desk_on_copy
from support.pages import FOUR, Visitor

from estimator.web.app import create_app
from estimator.web.hosts import BadAddress, Hosts, hosts_in

PUBLIC = {"ESTIMATOR_ADDRESS": "https://Prices.example.org/", "ESTIMATOR_HOSTS": "old.example.org, www.example.org"}


@pytest.fixture(scope="module")
def visitor():
    visitor = Visitor()
    visitor.client.application.extensions["hosts"] = hosts_in(PUBLIC, "0.0.0.0")
    return visitor


@pytest.fixture(scope="module")
def new_app():
    """As it is put together in code: nobody has said what it is called."""
    return create_app()


@pytest.fixture
def desk(_migrated_sqlite, tmp_path):
    with desk_on_copy(_migrated_sqlite, tmp_path) as desk:
        desk.app.extensions["hosts"] = hosts_in(PUBLIC, "127.0.0.1")
        yield desk


OURS = ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "prices.example.org", "PRICES.example.org:443"]


@pytest.mark.parametrize("host", [*OURS, "old.example.org", "www.example.org"])
def test_its_own_names_and_this_machines_are_answered(visitor, host):
    assert visitor.client.get("/", headers={"Host": host}).status_code == 200


OTHERS = [
    "evil.example",
    "prices.example.org.evil.example",
    "sub.prices.example.org",
    "10.0.0.1",
    "[::2]",
    "prices.example.org.",
]
NONSENSE = [
    "a" * 64 + ".example",
    ".".join(["a" * 63] * 5),
    "a..b",
    "-a.example",
    "prices.example.org:port",
    "prices.example.org:80:80",
    "prices.example.org/x",
    "user@prices.example.org",
    "prices.example.org, evil.example",
    "<script>",
    "[::1",
    "[zz]",
    " ",
    "é.example",
    "x" * 5000,
    "%0d%0a",
]


@pytest.mark.parametrize("host", [*OTHERS, *NONSENSE])
@pytest.mark.parametrize("path", ["/", "/nowhere", "/estimate.csv", "/healthz"])
def test_any_other_name_is_refused_in_words(visitor, host, path):
    """No traceback, no bare page, and the name that was sent stands nowhere in the answer."""
    response = visitor.client.get(path, headers={"Host": host})
    assert response.status_code == 400
    text = response.get_data(as_text=True)
    assert "This site has another name" in text
    assert "https://prices.example.org" in text
    assert not host.strip() or host not in text.replace("https://prices.example.org", "").replace(
        "prices.example.org", ""
    )
    if path != "/healthz":
        visitor.inspected(response)


@pytest.mark.parametrize("host", NONSENSE)
def test_a_name_that_is_none_is_refused_whatever_is_allowed(new_app, host):
    """A label of 64 letters was a bare 500 with a traceback."""
    new_app.extensions.pop("hosts", None)
    response = new_app.test_client().get("/", headers={"Host": host})
    assert response.status_code == 400
    assert "This site has another name" in response.get_data(as_text=True)


def test_the_desk_refuses_another_name_too(desk):
    for path in ("/admin/sign-in", "/admin", "/admin/nowhere"):
        response = desk.visitor().client.get(path, headers={"Host": "evil.example"})
        assert response.status_code == 400
        assert "https://prices.example.org" in response.get_data(as_text=True)
    assert desk.visitor().client.get("/admin/sign-in", headers={"Host": "127.0.0.1:80"}).status_code == 200
    desk.app.extensions["hosts"] = hosts_in({}, "127.0.0.1")
    response = desk.visitor().client.get("/admin/sign-in", headers={"Host": "evil.example"})
    assert "ESTIMATOR_HOSTS" in response.get_data(as_text=True)


def test_a_program_is_refused_in_json(visitor):
    response = visitor.client.get("/api/v1/estimate", query_string=FOUR, headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "another name" in response.get_json()["errors"][0]["message"]


def test_a_request_without_a_name_is_answered(visitor):
    """HTTP/1.0 has none; whoever asks whether the server is alive may speak it."""
    assert visitor.client.get("/healthz", headers={"Host": ""}).status_code == 200


ABSOLUTE = re.compile(r'https?://[^\s"<>&]*')


@pytest.mark.parametrize("path", ["/", "/prices", "/before-you-decide", "/price-updates.atom", "/nowhere"])
@pytest.mark.parametrize("host", ["localhost:8000", "old.example.org"])
def test_absolute_links_begin_with_the_sites_own_address(visitor, path, host):
    text = visitor.client.get(path, headers={"Host": host}).get_data(as_text=True)
    assert host not in text
    heads = [one for one in ABSOLUTE.findall(text.partition("</head>")[0]) if "w3.org" not in one]
    if path == "/":
        assert len(heads) >= 4
    assert all(one.startswith("https://prices.example.org/") for one in heads), heads


def test_links_to_share_and_to_start_with_begin_with_it_too(desk):
    desk.person("Olga")
    form = {"name": "Bo", "email": "", "role": "editor", "scope": "*"}
    page = desk.visitor("Olga").post("/admin/accounts/add", form, status=200)
    assert "https://prices.example.org/admin/start?code=" in page.text
    shared = desk.app.test_client().get("/estimate", query_string=FOUR).get_data(as_text=True)
    assert "https://prices.example.org/estimate?" in shared
    assert "http://localhost" not in shared


def test_redirects_never_lead_to_a_name_that_was_sent(visitor):
    client = visitor.client
    for path in ("/admin/", "/prices/", "/estimate/", "//evil.example/"):
        response = client.get(path, headers={"Host": "localhost:8000", "X-Forwarded-Host": "evil.example"})
        assert not response.location or response.location.startswith(("/", "http://localhost:8000/"))


# Settings


def test_without_settings_only_this_machine_is_meant():
    hosts = hosts_in({}, "127.0.0.1")
    assert (hosts.address, hosts.https) == (None, False)
    assert [hosts.takes(one) for one in ("localhost", "127.0.0.1:8000", "[::1]", "example.org", "192.168.1.2")] == [
        *[True] * 3,
        *[False] * 2,
    ]


@pytest.mark.parametrize("listening", ["192.168.1.2", "fe80::1", "prices.lan"])
def test_the_host_that_it_listens_on_is_its_name(listening):
    named = f"[{listening}]" if ":" in listening else listening
    assert hosts_in({}, listening).takes(f"{named}:8000")
    assert not hosts_in({}, "0.0.0.0").takes(f"{named}:8000")


def test_a_star_takes_every_name_that_is_one():
    hosts = hosts_in({"ESTIMATOR_HOSTS": "*"}, "0.0.0.0")
    assert hosts.takes("whatever.example:1")
    assert not hosts.takes("a" * 64)
    assert hosts == Hosts()


@pytest.mark.parametrize(
    "address",
    ["prices.example.org", "ftp://x.org", "https://x.org/path", "https://u:p@x.org", "https://", "https://x.org?a=1"],
)
def test_an_address_that_is_none_is_refused_at_the_start(address):
    with pytest.raises(BadAddress, match="ESTIMATOR_ADDRESS"):
        hosts_in({"ESTIMATOR_ADDRESS": address}, "127.0.0.1")
    with pytest.raises(BadAddress, match="ESTIMATOR_HOSTS"):
        hosts_in({"ESTIMATOR_HOSTS": "http://x.org"}, "127.0.0.1")


# https


@pytest.mark.parametrize(
    ("settings", "base", "strict"),
    [
        ({}, "http://localhost", False),
        ({}, "https://localhost", True),
        (PUBLIC, "http://prices.example.org", True),
        ({"ESTIMATOR_ADDRESS": "http://prices.lan"}, "http://prices.lan", False),
    ],
)
def test_browsers_are_told_to_stay_with_https_where_the_site_is_reached_so(new_app, settings, base, strict):
    new_app.extensions["hosts"] = hosts_in(settings, "127.0.0.1")
    client = new_app.test_client()
    for path in ("/", "/nowhere", "/healthz", "/robots.txt"):
        found = client.get(path, base_url=base).headers.get("Strict-Transport-Security")
        assert found == ("max-age=31536000; includeSubDomains" if strict else None)
