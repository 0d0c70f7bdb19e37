"""What every response carries."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

EVERYWHERE = [
    "/", "/?q=otters", "/a/mill", "/a/nobody", "/quotes", "/speakers", "/api/quotes",
    "/api/search", "/api/search?size=x", "/healthz", "/robots.txt", "/favicon.svg",
    "/static/site.css", "/nothing", "/openapi.json",
]  # fmt: skip


@pytest.mark.parametrize("path", EVERYWHERE)
def test_security_headers_are_everywhere(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        headers = response.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers
    assert headers.getlist("Content-Security-Policy") == [headers["Content-Security-Policy"]]


@pytest.mark.parametrize(
    "path", ["/", "/?q=otters", "/?q=zzqqx", "/a/mill?q=mill", "/nothing", "/?page=x", "/quotes", "/speakers"]
)
def test_pages_hold_nothing_inline_that_the_policy_would_stop(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert " style=" not in html
    assert "<style" not in html
    assert "<script>" not in html
    assert not BeautifulSoup(html, "lxml").select("[onclick]")


def test_errors_are_not_kept_and_answers_are_revalidated(client: FlaskClient) -> None:
    assert client.get("/api/search?size=x").headers["Cache-Control"] == "no-store"
    assert client.get("/api/search").headers["Cache-Control"] == "no-cache"
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_styles_are_asked_for_by_their_digest_and_kept(client: FlaskClient) -> None:
    html = client.get("/").text
    path = html.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "site.css?v=" in path
    with client.get(path) as response:
        assert "max-age=31536000" in response.headers["Cache-Control"]


def test_head_has_no_body_and_the_same_headers(client: FlaskClient) -> None:
    head = client.head("/api/search?q=otters")
    assert head.data == b""
    assert head.headers["ETag"] == client.get("/api/search?q=otters").headers["ETag"]
