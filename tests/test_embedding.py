"""A clinic's pages inside its own site: only sites that it lists may, and all that comes out is the frame's height."""

from __future__ import annotations

import contextlib
import http.server
import ipaddress
import shutil
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.pages import FOUR, Visitor
from support.pages import read as tree_of
from support.serving import serving

from estimator.prices.reading import read_books
from estimator.web.app import create_app
from estimator.web.script import _script

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 22)
CLINIC = "example-harbor"
PAGE = f"/c/{CLINIC}"
NOTICE = "Estimate only: not a quote, a bill or a Good Faith Estimate."
FRAMED = {"Sec-Fetch-Dest": "iframe"}


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Iterator[Host]:
    """The clinic's own site, by https on an address that is not ours."""
    with contextlib.closing(Host(tmp_path_factory.mktemp("host"))) as found:
        yield found


@pytest.fixture(scope="module")
def tables(tmp_path_factory, host: Host) -> Path:
    """The shipped tables, whose clinic lists the host."""
    folder = tmp_path_factory.mktemp("pricing")
    for part in ("national", "clinics"):
        shutil.copytree(ROOT / "pricing" / part, folder / part)
    file = folder / "clinics" / f"{CLINIC}.yaml"
    listed = f'  embed: [https://www.example.org, "{host.address}"]\n  city:'
    file.write_text(file.read_text(encoding="utf-8").replace("  city:", listed, 1), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def client(tables: Path):
    return create_app(tables, clock=lambda: TODAY).test_client()


def policy(response) -> str:
    found = response.headers["Content-Security-Policy"]
    return found.partition("frame-ancestors ")[2].partition(";")[0]


@pytest.mark.parametrize(
    "address",
    [
        PAGE,
        f"{PAGE}/price-list",
        f"{PAGE}/price-updates",
        f"/prices?clinic={CLINIC}",
        "/compare?" + urlencode({**FOUR, "clinic": CLINIC}),
    ],
)
def test_every_page_about_the_clinic_names_the_sites_that_it_lists(client, host, address):
    response = client.get(address)
    assert policy(response) == f"https://www.example.org {host.address}"
    assert "X-Frame-Options" not in response.headers
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "address", ["/", "/prices", "/method", "/glossary", "/nowhere", "/api/v1/estimate", "/c/nowhere"]
)
def test_no_other_page_can_be_framed(client, address):
    response = client.get(address, headers=FRAMED)
    assert policy(response) == "'none'"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_a_clinic_that_lists_nobody_is_framed_by_nobody():
    response = create_app(clock=lambda: TODAY).test_client().get(PAGE, headers=FRAMED)
    assert policy(response) == "'none'"
    assert "framed" not in response.text


def test_a_page_that_is_not_in_a_frame_is_the_same_as_without_a_list(client):
    """No script more, no link changed: who opens the clinic's page itself sees nothing of it."""
    plain = create_app(clock=lambda: TODAY).test_client().get(PAGE).text
    listed = client.get(PAGE, headers={"Sec-Fetch-Dest": "document"})
    assert listed.text == plain
    assert "Sec-Fetch-Dest" in listed.headers["Vary"]


def test_in_a_frame_links_stay_inside_or_open_a_tab(client):
    """Those about the clinic's prices stay; whatever no site may frame gets a tab of its own."""
    address = f"/estimate?treatment=iv&insurance=none&sessions=6&psychotherapy=none&start=2027-01-11&clinic={CLINIC}"
    for where in (PAGE, address):
        page = tree_of(client.get(where, headers=FRAMED).text)
        links = page.all("a")
        inside = [one for one in links if "target" not in one.attributes]
        outside = [one for one in links if one.attributes.get("target") == "_blank"]
        assert len(inside) + len(outside) == len(links)
        assert any(one.text == "How it works" for one in outside)
        assert any(one.attributes["href"].startswith(PAGE) for one in inside)
        for one in inside:
            href = one.attributes["href"]
            assert href.startswith(("#", "tel:", "sms:", PAGE)) or f"clinic={CLINIC}" in href, href
        for one in outside:
            assert not one.attributes["href"].startswith("#")
        assert NOTICE in page.one("main").text


def test_in_a_frame_the_form_offers_no_other_prices(client):
    """Another clinic's pages, and the nation's, would be refused there."""
    choices = [
        one.attributes["value"]
        for one in tree_of(client.get(PAGE, headers=FRAMED).text).one("select", name="clinic").all("option")
    ]
    assert choices == [CLINIC]


def test_the_script_for_other_sites_is_small_and_may_be_loaded_there(client):
    response = client.get("/embed.js")
    assert len(response.data) <= 3000
    assert response.mimetype == "text/javascript"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=3600" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert b"cookie" not in response.data
    assert b"localStorage" not in response.data
    assert client.get(f"/static/{_script('framed')[0]}").headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("written", "fix"),
    [
        ("http://example.org", "write https://example.org"),
        ("https://example.org/", "write https://example.org"),
        ("https://Example.org/prices", "write https://example.org"),
        ("www.example.org", "write https://www.example.org"),
        ("https://*.example.org", ""),
        ("'*'", ""),
        ("https://example.org; script-src *", ""),
    ],
)
def test_what_is_no_site_is_refused_with_what_to_write(tables, tmp_path, written, fix):
    shutil.copytree(tables, tmp_path / "pricing")
    file = tmp_path / "pricing" / "clinics" / f"{CLINIC}.yaml"
    text = file.read_text(encoding="utf-8").replace("https://www.example.org", written, 1)
    file.write_text(text, encoding="utf-8")
    (problem,) = read_books(tmp_path / "pricing").errors
    assert problem.where == "clinic.embed[1]"
    assert "is not the address of a site" in problem.says
    assert problem.fix == fix


# In a real browser


class Host:
    """A site with pages of its own, served by https with a certificate that it made itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        certificate = _certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        handler = type("Handler", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), lambda *given: handler(*given, directory=str(folder))
        )
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def page(self, name: str, content: str) -> str:
        """The address of a page with this content between a heading and a footer, as site builders put it."""
        head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbor</title></head>'
        (self.folder / name).write_text(
            f"{head}<body><h1>Prices</h1>{content}<p id='after'>Call us.</p></body></html>", encoding="utf-8"
        )
        return f"{self.address}/{name}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    file = folder / "host.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture(scope="module")
def ours(tables: Path) -> Iterator[str]:
    with serving(create_app(tables, clock=lambda: TODAY)) as address:
        yield address


@pytest.fixture
def tab(chromium):
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 800, "height": 700})
    tab = context.new_page()
    yield tab
    assert context.cookies() == []
    context.close()


def snippet(ours: str, clinic: str = CLINIC) -> str:
    return f'<script src="{ours}/embed.js" data-clinic="{clinic}" data-title="What it may cost" async></script>'


def heights(tab) -> tuple[float, float]:
    """The frame's height, and that of the page inside."""
    inside = tab.frames[1].evaluate("document.documentElement.getBoundingClientRect().height")
    return tab.locator("iframe").bounding_box()["height"], inside


def fits(tab) -> None:
    tab.wait_for_function("document.querySelector('iframe').style.height !== '60rem'")
    tab.wait_for_timeout(150)
    frame, inside = heights(tab)
    assert abs(frame - inside) <= 1, f"the frame is {frame} px high, the page inside {inside}"


def test_a_listed_site_shows_it_at_its_own_height(tab, host, ours):
    """The form, folds that open and close, the estimate: never a scroll bar inside, and the notice in it."""
    told = []
    tab.expose_function("told", lambda one: told.append(one))
    tab.goto(
        host.page("wordpress.html", "<script>addEventListener('message', (e) => told(e.data))</script>" + snippet(ours))
    )
    fits(tab)
    inside = tab.frames[1]
    assert tab.locator("iframe").get_attribute("title") == "What it may cost"
    assert NOTICE in inside.locator(".notice").inner_text()
    before, _ = heights(tab)
    inside.locator(".more details > summary").last.click()
    fits(tab)
    opened, _ = heights(tab)
    assert opened > before + 200
    inside.locator(".more details > summary").last.click()
    fits(tab)
    assert heights(tab)[0] < opened - 200
    for name, value in FOUR.items():
        if name == "sessions":
            inside.fill("#sessions", value)
        else:
            inside.locator(f"label:has(#{name}-{value})").click()
    inside.get_by_role("button", name="See my estimate").click()
    inside.wait_for_url("**/estimate?**")
    inside.locator("h1").wait_for()
    fits(tab)
    assert NOTICE in inside.locator(".notice").first.inner_text()
    assert tab.locator("#after").is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not tab.get_by_role("link", name="What it may cost").is_visible()
    assert told
    assert all(list(one) == ["estimatorHeight"] and isinstance(one["estimatorHeight"], int) for one in told)


def test_a_site_that_is_not_listed_gets_a_link_and_no_page(tab, host, ours):
    """Neither by the script nor by a frame of its own; the other name of the same machine is another site."""
    stranger = host.page("stranger.html", snippet(ours)).replace("localhost", "127.0.0.1")
    tab.goto(stranger)
    link = tab.get_by_role("link", name="What it may cost")
    link.wait_for(timeout=10_000)
    assert link.get_attribute("href") == f"{ours}{PAGE}"
    assert tab.locator("iframe").bounding_box()["height"] == 0
    tab.goto(
        host.page("frame.html", f'<iframe src="{ours}{PAGE}" title="x"></iframe>').replace("localhost", "127.0.0.1")
    )
    tab.wait_for_timeout(300)
    assert tab.frames[1].locator("main").count() == 0


def test_a_plain_frame_works_without_scripts(chromium, host, ours):
    """As site builders without code blocks take it: the form is answered inside, other pages open outside."""
    context = chromium.new_context(ignore_https_errors=True, java_script_enabled=False)
    tab = context.new_page()
    frame = f'<iframe src="{ours}{PAGE}" title="x" style="width:100%;height:1600px;border:0"></iframe>'
    tab.goto(host.page("squarespace.html", frame))
    inside = tab.frame_locator("iframe")
    for name, value in FOUR.items():
        if name == "sessions":
            inside.locator("#sessions").fill(value)
        else:
            inside.locator(f"label:has(#{name}-{value})").click()
    inside.get_by_role("button", name="See my estimate").click()
    inside.locator("h1", has_text="6").wait_for()
    assert NOTICE in inside.locator(".notice").first.inner_text()
    with context.expect_page() as opened:
        inside.get_by_role("link", name="How it works").click()
    opened.value.wait_for_load_state()
    assert opened.value.url == f"{ours}/method"
    context.close()


def test_a_page_in_a_tab_tells_nobody_anything(client, tab, ours):
    """Opened by another site's window, it has no parent to tell."""
    tab.goto(ours + PAGE)
    assert tab.locator("script[data-by]").count() == 0


def test_visitors_inspect_the_framed_page():
    """Everything else that pages promise holds for it as well."""
    page = Visitor().get(f"{PAGE}/price-list", Sec_Fetch_Dest="iframe")
    assert page.root.one("h1").text == "Price list of Example Harbor (fictional clinic)"
