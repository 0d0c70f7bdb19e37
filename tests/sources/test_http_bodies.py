"""Responses as servers send them: types and codings of every kind, labels that are none, bodies that are cut."""

import gzip
import random
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

from searchsvc.errors import SourceError
from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.sources import read_sources
from searchsvc.sources.http_responses import without_chunks
from tests.narrowing import of_type

STORY = " ".join(f"word{number}" for number in range(400))
PAGE = f"<!DOCTYPE html><html><h1>Tide over the wall</h1><p>It came at noon. {STORY}</p></html>".encode()
#: More than the blocks of zstd hold.
NOISE = random.Random(7).randbytes(200_000).hex().encode()  # noqa: S311  no secret


def response(file: Path, body: bytes, *headers: str, kind: str = "response") -> Source | SourceError:
    """Return what is read of a crawl of one response."""
    http = "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *headers)).encode()
    block = http + b"\r\n" + body if kind == "response" else body
    typed = "" if kind == "response" else "".join(f"{line}\r\n" for line in headers)
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <http://skerran.example/1>\r\n{typed}"
    file.write_bytes(f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n")
    (item,) = read_sources([str(file)])
    return item


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/html",
        "TEXT/HTML;charset=utf-8",
        "text/html, text/html; charset=utf-8",
        "text/html; charset=utf-8, text/plain",
        "text",
        "html",
        "unknown/unknown",
        "*/*",
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-httpd-php",
        "application/x-unknown-content-type",
        "text/plain",
        "text/x-server-parsed-html",
        "text/xml",
        "application/xml",
        "application/xhtml+xml",
        "httpd/unix-directory",
    ],
)
@pytest.mark.parametrize("kind", ["response", "resource"])
def test_a_page_is_read_whatever_type_it_is_sent_as(tmp_path: Path, content_type: str, kind: str) -> None:
    headers = [f"Content-Type: {content_type}"] if content_type else []
    page = of_type(Source, response(tmp_path / "a.warc", PAGE, *headers, kind=kind))
    assert (page.data, page.url, page.media_type) == (PAGE, "http://skerran.example/1", "text/html")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("text/css", b"p { color: red }"),
        ("application/javascript", b"<!-- hide\nlet a = '<p>'"),
        ("application/json", b'{"html": "<p>"}'),
        ("text/plain", b"User-agent: *"),
        ("application/octet-stream", b"\0\1\2\3"),
        ("", b"\xff\xd8\xff\xe0"),
        ("text/xml", b'<?xml version="1.0"?><rss><channel/></rss>'),
        ("image/svg+xml", b"<svg/>"),
    ],
)
def test_what_is_no_page_is_told_with_its_type(tmp_path: Path, content_type: str, body: bytes) -> None:
    headers = [f"Content-Type: {content_type}"] if content_type else []
    error = of_type(SourceError, response(tmp_path / "a.warc", body, *headers))
    assert error.reason == f"no page in it: 1 × {f'type {content_type}' if content_type else 'no type, and no HTML'}"


def test_two_headers_of_one_name_are_both_heard(tmp_path: Path) -> None:
    body = zlib.compress(gzip.compress(PAGE))
    headers = ("Content-Type: text/html", "Content-Encoding: gzip", "Content-Encoding: deflate")
    assert of_type(Source, response(tmp_path / "a.warc", body, *headers)).data == PAGE


@pytest.mark.parametrize(
    ("label", "body"),
    [
        *[(label, gzip.compress(PAGE)) for label in ("gzip", "x-gzip", "GZIP", '"gzip"', "gzip, identity", "gz")],
        *[(label, brotli.compress(PAGE)) for label in ("br", "BR", "brotli")],
        *[(label, zstandard.compress(PAGE)) for label in ("zstd", "zst")],
        *[(label, zlib.compress(PAGE)) for label in ("deflate", "x-deflate", "zlib")],
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(PAGE))),
        ("br, gzip", gzip.compress(brotli.compress(PAGE))),
        ("gzip", gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:])),
        ("zstd", zstandard.compress(PAGE[:99]) + zstandard.compress(PAGE[99:])),
        ("gzip", gzip.compress(gzip.compress(PAGE))),
        ("gzip", gzip.compress(PAGE) + b"\0\0\0\0tail"),
        ("gzip", zstandard.compress(PAGE)),
        ("zstd", gzip.compress(PAGE)),
        ("utf-8", gzip.compress(PAGE)),
        ("", gzip.compress(PAGE)),
        ("", zstandard.compress(PAGE)),
        *[
            (label, PAGE)
            for label in ("utf-8", "UTF-8", "none", "binary", "8bit", "text/html", "iso-8859-1", "identity", "gzip")
        ],
        *[(label, PAGE) for label in ("br", "zstd", "deflate", "compress", "gzip, br")],
    ],
)
def test_every_coding_is_undone_and_what_is_none_is_none(tmp_path: Path, label: str, body: bytes) -> None:
    headers = ["Content-Type: text/html", *([f"Content-Encoding: {label}"] if label else [])]
    page = of_type(Source, response(tmp_path / "a.warc", body, *headers))
    assert (page.data, page.warnings) == (PAGE, ())


@pytest.mark.parametrize("label", ["compress", "exi", "dcb", "dcz", "aes128gcm", "xz"])
def test_a_coding_that_is_not_read_is_named(tmp_path: Path, label: str) -> None:
    item = response(tmp_path / "a.warc", b"\x1f\x9d\x90\0\1", "Content-Type: text/html", f"Content-Encoding: {label}")
    assert of_type(SourceError, item).reason == f"its content encoding is {label}; gzip, deflate, br and zstd are read"


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("br", brotli.compress(PAGE * 40, lgwin=10)),
        ("zstd", zstandard.compress(PAGE + NOISE)),
    ],
)
def test_of_a_body_that_is_cut_the_beginning_is_read_with_a_warning(tmp_path: Path, label: str, body: bytes) -> None:
    headers = ("Content-Type: text/html", f"Content-Encoding: {label}")
    page = of_type(Source, response(tmp_path / "a.warc", body[: len(body) * 3 // 4], *headers))
    assert PAGE.startswith(page.data[:300])
    assert page.warnings == (f"its {label} content ends early: the end of the page is missing",)
    assert page.warnings[0] in parse(page).provenance.warnings


def test_chunks_are_joined_and_a_missing_end_is_told(tmp_path: Path) -> None:
    chunked = b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in (PAGE[:100], PAGE[100:])) + b"0\r\n\r\n"
    assert without_chunks(chunked) == (PAGE, True)
    assert without_chunks(PAGE) == (PAGE, True)
    assert without_chunks(chunked[:-200]) == (PAGE[: len(PAGE) - 193], False)
    headers = ("Content-Type: text/html", "Transfer-Encoding: chunked")
    assert of_type(Source, response(tmp_path / "a.warc", chunked, *headers)).data == PAGE
    page = of_type(Source, response(tmp_path / "b.warc", chunked[:-5], *headers))
    assert page.warnings == ("the response ends early: the end of the page is missing",)
