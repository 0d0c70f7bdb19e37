"""Folders of pages of any name, pages saved whole or as one file, and that what is no page is counted."""

import base64
import gzip
import json
import plistlib
import quopri
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from searchsvc.errors import SourceError
from searchsvc.model.source import PassedOver, Source
from searchsvc.reindex import reindex_places
from searchsvc.sources import read_sources
from searchsvc.sources.container_process import read_changed, read_guarded
from searchsvc.sources.saved_folders import is_companion, page_stems
from tests.narrowing import all_of_type, of_type

SUFFIXES = re.findall(r"\S+", "php shtml aspx asp jsp cfm xhtml do cgi php3 html5 HTM 123 example")
PAGE = b"<!DOCTYPE html><html><head><title>Tide</title></head><body><h1>Tide</h1><p>It came at noon.</p></body></html>"


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.mark.parametrize(
    "name",
    [
        *[f"tide.{suffix}" for suffix in SUFFIXES],
        "story.php?id=12",
        "story.php?id=12.html",
        "index",
        "a story with no suffix",
        "tide.php.gz",
        "tide.gz",
        "tide.aspx.zst",
        "www.skerran.example",
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"\xef\xbb\xbf\n",
        b"<!-- saved from url=(0027)http://skerran.example/tide -->\n",
        b'<?xml version="1.0"?>\n',
    ],
)
def test_a_folder_gives_the_pages_of_any_name(tmp_path: Path, name: str, before: bytes) -> None:
    data = before + PAGE
    data = gzip.compress(data) if name.endswith(".gz") else zstandard.compress(data) if name.endswith("zst") else data
    place = write(tmp_path, {name: data})
    (page,) = all_of_type(Source, read_guarded([str(place)]))
    assert (page.name, page.media_type) == (name, "text/html")


def test_a_page_in_utf_16_is_found_by_its_bytes(tmp_path: Path) -> None:
    write(tmp_path, {"a.php": PAGE.decode().encode("utf-16"), "b.php": PAGE.decode().encode("utf-16-le")})
    assert [page.name for page in all_of_type(Source, read_sources([str(tmp_path)]))] == ["a.php", "b.php"]


def test_what_is_no_page_is_passed_over_and_counted(tmp_path: Path) -> None:
    files = {f"{number}.png": b"\x89PNG" for number in range(3)}
    files |= {
        "s.js": b"<!-- x",
        "feed.xml": b"<?xml version='1.0'?><rss/>",
        "LICENSE": b"Do as you like.",
        "d.sql.gz": b"",
    }
    files |= {"t.css": b"<p>", "p.pdf": b"%PDF", "x.bin": b"\0\1", "a.php": b"<?php echo 1; ?>", "page.html": PAGE}
    place = write(tmp_path, files)
    items = list(read_changed([str(place)], lambda _: b""))
    counts = sorted((item.reason, item.count) for item in items if isinstance(item, PassedOver))
    assert [item.name for item in items if isinstance(item, Source)] == ["page.html"]
    assert counts == [
        *[(reason, 1) for reason in (".bin", ".css", ".js", ".pdf", ".php", ".png", ".png", ".png", ".sql", ".xml")],
        ("file without suffix that is no HTML", 1),
    ]


def test_a_folder_without_a_page_says_why(tmp_path: Path) -> None:
    place = write(tmp_path / "in", {"a.png": b"x", "b.png": b"x", "c.css": b"x"})
    for read in (read_sources, read_guarded):
        (error,) = read([str(place)])
        assert of_type(SourceError, error).reason == "no page in it: 2 × .png, 1 × .css"
    (tmp_path / "empty").mkdir()
    (error,) = read_sources([str(tmp_path / "empty")])
    assert of_type(SourceError, error).reason == "no page in it: it is empty"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7 x", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\xfd7zXZ\0x", "compressed by xz"),
        (b"BZh91AY", "compressed by bzip2"),
        (b"bplist00\xd1", "a property list"),
        (b"\0" * 257 + b"ustar", "a tar archive"),
        (b"\xd0\xcf\x11\xe0\xa1", "an Office document"),
    ],
)
@pytest.mark.parametrize("name", ["page.html", "page.txt", "page"])
def test_a_file_of_another_kind_is_refused_by_its_name(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (error,) = read_sources([str(write(tmp_path, {name: data}) / name)])
    assert of_type(SourceError, error).reason == f"no page: it is {told}; save the page as HTML or text"


@pytest.mark.parametrize(
    ("page", "folder"),
    [
        ("Tide.html", "Tide_files"),
        ("Tide.htm", "Tide.files"),
        ("Tide.html", "tide_FILES"),
        ("Tide.html", "Tide-Dateien"),
        ("Tide.html", "Tide_archivos"),
        ("Tide.html", "Tide_fichiers"),
        ("Tide.xhtml", "Tide_bestanden"),
        ("Tide.shtml", "Tide_файлы"),
        ("Tide.html", "Tide_ファイル"),
        ("Tide.html.gz", "Tide_files"),
        ("Tide", "Tide_files"),
        ("Tide. At noon.html", "Tide. At noon_files"),
        ("files.html", "files_files"),
    ],
)
def test_the_folder_that_a_browser_saves_beside_a_page_holds_no_pages(tmp_path: Path, page: str, folder: str) -> None:
    data = gzip.compress(PAGE) if page.endswith(".gz") else PAGE
    place = write(tmp_path, {f"in/{page}": data, f"in/{folder}/ad.html": PAGE, f"in/{folder}/sub/x.html": PAGE})
    items = list(read_changed([str(place)], lambda _: b""))
    assert [item.name for item in items if isinstance(item, Source)] == [f"in/{page}"]
    assert [item for item in items if isinstance(item, PassedOver)] == [
        PassedOver(f"{place}/in", "saved beside a page", 2)
    ]


@pytest.mark.parametrize(
    "folder", ["Tide_2009", "Tide", "Other_files", "_files", "files", "Tidefiles", "Tide_profiles"]
)
def test_another_folder_is_read(folder: str) -> None:
    assert not is_companion(folder, page_stems(["Tide.html", "Tide.png"]))
    assert not is_companion("Photo_files", page_stems(["Photo.png"]))


def mhtml(body: bytes, encoding: str, head: str = "", charset: str = "utf-8", start: str = "") -> bytes:
    """Return a page as one file; a frame and a picture stand before or behind it."""
    frame = b"Content-Type: text/html\r\nContent-ID: <frame>\r\n\r\n<p>An advertisement</p>\r\n"
    page = (
        f'Content-Type: text/html; charset="{charset}"\r\nContent-ID: <page>\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n"
        "Content-Location: http://skerran.example/tide\r\n\r\n"
    ).encode() + body
    picture = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    parts = [frame, page, picture] if start else [page, frame, picture]
    first = (
        f'{head}MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";{start}\r\n'
        '\tboundary="----=_Part_1"\r\n\r\nThis is a multi-part message.\r\n'
    )
    return first.encode() + b"".join(b"\r\n------=_Part_1\r\n" + part for part in parts) + b"\r\n------=_Part_1--\r\n"


BLINK = "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://skerran.example/tide\r\nSubject: Tide\r\n"
DATE = "Date: Mon, 3 May 2021 14:00:00 +0200\r\n"


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.html", "a.txt", "saved", "a.mhtml.gz", "a.mht.zst"])
@pytest.mark.parametrize(
    "data",
    [
        mhtml(quopri.encodestring(PAGE), "quoted-printable", BLINK + DATE),
        mhtml(base64.encodebytes(PAGE), "base64", 'From: "Saved by Windows Internet Explorer 8"\r\n' + DATE),
        mhtml(PAGE, "8bit", "From: <Saved by UnMHT>\r\n" + DATE),
        mhtml(PAGE, "binary", DATE, start=' start="<page>";'),
        mhtml(PAGE, "7bit", DATE).replace(b"\r\n", b"\n"),
        mhtml(PAGE, "8bit", DATE).rpartition(b"\r\n------=_Part_1--")[0],
        b"From: x\r\n" + DATE.encode() + b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Location: http://skerran.example/tide\r\n\r\n"
        + base64.encodebytes(PAGE),
    ],
    ids=["quoted-printable", "base64", "8bit", "start", "line feeds", "no end", "one part"],
)
def test_a_page_saved_as_one_file_is_read(tmp_path: Path, name: str, data: bytes) -> None:
    data = gzip.compress(data) if name.endswith("gz") else zstandard.compress(data) if name.endswith("zst") else data
    for place in (write(tmp_path, {name: data}), tmp_path / name):
        (page,) = all_of_type(Source, read_guarded([str(place)]))
        assert page.data.strip() == PAGE
        assert (page.url, page.charset, page.media_type) == ("http://skerran.example/tide", "utf-8", "text/html")
        assert page.captured == datetime(2021, 5, 3, 12, tzinfo=UTC)


def test_a_web_archive_of_safari_is_read_and_another_property_list_refused(tmp_path: Path) -> None:
    main_resource = {"WebResourceData": PAGE, "WebResourceURL": "http://skerran.example/tide"}
    main_resource |= {"WebResourceMIMEType": "text/html", "WebResourceTextEncodingName": "utf-8"}
    for form in (plistlib.FMT_BINARY, plistlib.FMT_XML):
        data = plistlib.dumps({"WebMainResource": main_resource, "WebSubresources": []}, fmt=form)
        (page,) = all_of_type(Source, read_guarded([str(write(tmp_path, {"a.webarchive": data}))]))
        assert (page.data, page.url, page.charset) == (PAGE, "http://skerran.example/tide", "utf-8")
    (error,) = read_sources([str(write(tmp_path, {"a.webarchive": data[:200]}))])
    assert "property list is damaged" in of_type(SourceError, error).reason


def test_trailing_bytes_after_a_compressed_page_are_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"a.html.gz": gzip.compress(PAGE[:40]) + gzip.compress(PAGE[40:]) + b"tail"})
    (page,) = all_of_type(Source, read_sources([str(tmp_path)]))
    assert (page.data, page.warnings) == (PAGE, ("bytes after the end of the compressed data were left out",))


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "searchsvc", *args], capture_output=True, text=True, check=False)


def crawl() -> bytes:
    def record(kind: bytes, block: bytes) -> bytes:
        return b"WARC/1.0\r\nWARC-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (kind, len(block), block)

    def response(status: bytes, kind: bytes, body: bytes) -> bytes:
        return record(b"response", b"HTTP/1.1 %s\r\nContent-Type: %s\r\n\r\n%s" % (status, kind, body))

    return b"".join(
        (
            record(b"warcinfo", b"software: own\r\n"),
            record(b"request", b"GET / HTTP/1.1\r\n\r\n"),
            response(b"404 Not Found", b"text/html", PAGE),
            response(b"200 OK", b"image/png", b"\x89PNG"),
            response(b"200 OK", b"image/png", b"\x89PNG"),
        )
    )


def test_a_run_tells_what_it_passed_over_and_it_is_no_failure(tmp_path: Path) -> None:
    place = write(tmp_path / "in", {"a.warc": crawl(), "b.html": PAGE, "c.png": b"x", "d.jsonl": b"\n"})
    report, index = tmp_path / "report.json", str(tmp_path / "index")
    done = run("reindex", str(place), "--index", index, "--report", str(report))
    assert done.returncode == 0
    told = json.loads(report.read_text())
    assert told["failed"] == 0
    assert told["passed_over"] == [
        {"reason": "file or folder without a page", "count": 2},
        {"reason": "type image/png", "count": 2},
        {"reason": ".png", "count": 1},
        {"reason": "record of type request", "count": 1},
        {"reason": "record of type warcinfo", "count": 1},
        {"reason": "status 404", "count": 1},
    ]
    assert "passed over: 2 × file or folder without a page, 2 × type image/png, 1 × .png" in done.stdout
    again = reindex_places([str(place)], index=index)
    assert (again.unchanged, again.passed_over.by_reason[1]) == (1, ("type image/png", 2))


def test_parse_answers_a_file_without_a_page_with_an_error(tmp_path: Path) -> None:
    place = write(tmp_path, {"a.warc": crawl(), "b.html": PAGE})
    done = run("parse", "--json", str(place / "a.warc"), str(place / "b.html"))
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert first["error"].startswith("no page in it: 2 × type image/png, 1 × ")
    assert second["head"]["title"] == "Tide"
    assert "passed over: 2 × type image/png" in done.stderr


@pytest.mark.parametrize(
    "head",
    [
        b"A: b\r\n",
        b"A: b\r\n c\r\n",
        b"A:\n \n",
        b"<!--",
        b"<!---->",
        b"<?xml ",
        b" <!doctype x>",
        b"<?php ?>",
        b"a:\r",
    ],
)
def test_the_first_bytes_of_any_file_are_looked_at_in_bounded_steps(tmp_path: Path, head: bytes) -> None:
    """Some forms of a header took a pattern with two ways to read each line as many steps as there are ways."""
    (tmp_path / "a").write_bytes(head * 4_000)
    assert list(read_sources([str(tmp_path)]))
