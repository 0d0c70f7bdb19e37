"""What goes over the wire: compressed where the client says so, and validated in each coding."""

import gzip
import re
import socket
import sys
from pathlib import Path

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.test import TestResponse

from searchsvc.reindex import reindex_places
from searchsvc.web.compression import chosen_coding
from tests.servers import free_port, running

ROOT = Path(__file__).parent.parent.parent
#: Bytes of a first visit, heads and bodies of the page and all that it loads.
FIRST_VISIT = 20_000

TEXTS = {
    "a page": "/?q=station",
    "an article": "/a/mill",
    "a missing page": "/nothing",
    "a refused page": "/?page=x",
    "json": "/api/search?q=station",
    "a problem": f"/api/search?q={'x' * 3000}",
    "a feed": "/search.atom?q=station",
    "the description": "/openapi.json",
    "a style sheet": "/static/site.css",
    "a script": "/static/site.js",
}
DECODE = {"br": brotli.decompress, "gzip": gzip.decompress}


def read(client: FlaskClient, path: str, coding: str = "", **headers: str) -> TestResponse:
    sent = {"Accept-Encoding": coding} if coding else {}
    return client.get(path, headers={**sent, **{name.replace("_", "-"): value for name, value in headers.items()}})


def without_time(text: bytes) -> bytes:
    return re.sub(rb"<[^>]*time[^>]*>[^<]*", b"", text)


@pytest.mark.parametrize("path", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("coding", DECODE)
def test_text_is_compressed_as_the_client_says(client: FlaskClient, path: str, coding: str) -> None:
    plain, coded = read(client, path), read(client, path, coding)
    assert "Content-Encoding" not in plain.headers
    assert coded.headers["Content-Encoding"] == coding
    assert without_time(DECODE[coding](coded.data)) == without_time(plain.data)
    assert len(coded.data) < len(plain.data) * 0.6
    assert coded.status_code == plain.status_code
    for answer in (plain, coded):
        by_language = "Accept-Language, " if answer.mimetype == "text/html" else ""
        assert answer.headers.getlist("Vary") == [f"{by_language}Accept-Encoding"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_short_answer_is_sent_as_it_is_and_says_that_it_may_vary(client: FlaskClient) -> None:
    answer = read(client, "/healthz", "br, gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


ACCEPTED = {
    "": None,
    "gzip, deflate, br, zstd": "br",
    "gzip, deflate": "gzip",
    "gzip;q=1.0, br;q=0.5": "gzip",
    "br;q=0": None,
    "br; q=0, gzip; q=0.1": "gzip",
    "*": "br",
    "br;q=0, *": "gzip",
    "*;q=0": None,
    "identity": None,
    "identity, br;q=0.5": None,
    "identity;q=0.5, br": "br",
    "GZIP": "gzip",
    "zstd, deflate": None,
    "nonsense;;q=x,,": None,
}


@pytest.mark.parametrize(("accepted", "coding"), ACCEPTED.items())
def test_the_coding_is_one_that_the_client_accepts(client: FlaskClient, accepted: str, coding: str | None) -> None:
    assert chosen_coding(parse_accept_header(accepted, Accept)) == coding
    for path in ("/api/search?q=station", "/static/site.css"):
        assert read(client, path, accepted).headers.get("Content-Encoding") == coding


@pytest.mark.parametrize("path", ["/api/search?q=station", "/search.atom?q=station", "/static/site.css"])
def test_a_copy_is_still_good_in_the_coding_that_it_has(client: FlaskClient, path: str) -> None:
    tags = {coding: read(client, path, coding).headers["ETag"] for coding in ("br", "gzip", "identity")}
    assert len(set(tags.values())) == 3, "bytes that differ have tags that differ"
    for coding in tags:
        for tag in tags.values():
            for sent in (tag, f'"other", {tag}', f"W/{tag}"):
                answer = read(client, path, coding, If_None_Match=sent)
                assert (answer.status_code, answer.headers["ETag"], answer.data) == (304, tag, b"")
                assert answer.headers["Vary"] == "Accept-Encoding"
    every = ", ".join(tags.values())
    assert read(client, path, "gzip", If_None_Match=every).headers["ETag"] == tags["gzip"]
    assert read(client, path, "br", If_None_Match='"other:br"').status_code == 200


def test_a_page_has_one_weak_tag_in_all_codings(client: FlaskClient) -> None:
    plain, coded = read(client, "/?q=station"), read(client, "/?q=station", "br")
    assert plain.headers["ETag"] == coded.headers["ETag"]
    again = read(client, "/?q=station", "gzip", If_None_Match=coded.headers["ETag"])
    assert (again.status_code, again.headers["ETag"]) == (304, coded.headers["ETag"])


@pytest.mark.parametrize("path", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("coding", ["br", "identity"])
def test_head_has_the_headers_of_get(client: FlaskClient, path: str, coding: str) -> None:
    got, head = read(client, path, coding), client.head(path, headers={"Accept-Encoding": coding})
    changing = {"Server-Timing"} | ({"Content-Length"} if path.startswith("/?q") else set())
    assert head.data == b""
    assert {*head.headers.items()} - {*got.headers.items()} <= {
        (name, value) for name, value in head.headers.items() if name in changing
    }


def test_a_style_sheet_of_this_build_never_changes(client: FlaskClient) -> None:
    (path,) = re.findall(r'href="(/static/site\.css\?v=[^"]+)"', client.get("/").text)
    kept = "public, max-age=31536000, immutable"
    answer = read(client, path, "br")
    assert answer.headers["Cache-Control"] == kept
    assert answer.content_type == "text/css; charset=utf-8"
    assert read(client, path, "br", If_None_Match=answer.headers["ETag"]).headers["Cache-Control"] == kept
    for other in ("/static/site.css", f"{path}0", "/static/site.css?v="):
        assert read(client, other).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["none.css", "", "..%2Fopenapi.json", "%2e%2e/openapi.json", "site.css/", "/site.css"])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def whole(port: int, path: str, method: str = "GET") -> tuple[bytes, bytes]:
    """Ask as a browser does on its first visit; return the head and the body as they come."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
        client.sendall(f"{head}Connection: close\r\n\r\n".encode())
        found = b""
        while piece := client.recv(65_536):
            found += piece
    head_, _, body = found.partition(b"\r\n\r\n")
    return head_, body


def test_a_first_visit_is_small(tmp_path: Path) -> None:
    reindex_places([str(ROOT / "seeds")], index=str(tmp_path / "index"))
    port = free_port()
    command: list[str | Path] = [Path(sys.executable).with_name("searchsvc"), "serve", "--port", str(port)]
    with running([*command, "--index", tmp_path / "index"], {}, port):
        for page in ("/", "/?q=ferry", "/quotes", "/speakers", "/verify"):
            head, body = whole(port, page)
            assert b"Content-Encoding: br" in head
            html = brotli.decompress(body).decode()
            loaded = set(re.findall(r'<(?:link rel="(?:stylesheet|icon)"|script|img)[^>]+(?:href|src)="([^"]+)"', html))
            assert len(loaded) >= 3
            sizes = {page: len(head) + len(body)}
            for path in loaded:
                head, body = whole(port, path.replace("&amp;", "&"))
                assert head.startswith(b"HTTP/1.1 200"), path
                sizes[path] = len(head) + len(body)
            assert sum(sizes.values()) <= FIRST_VISIT, sizes
        for path in ("/api/search?q=ferry", "/static/site.css", "/nothing"):
            (got, body), (head, nothing) = whole(port, path), whole(port, path, "HEAD")
            assert nothing == b""
            assert f"Content-Length: {len(body)}".encode() in head
            assert [line for line in head.split(b"\r\n") if not line.startswith((b"Date", b"Server-Timing"))] == [
                line for line in got.split(b"\r\n") if not line.startswith((b"Date", b"Server-Timing"))
            ]
