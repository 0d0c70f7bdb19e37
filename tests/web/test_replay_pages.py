"""Saved pages over HTTP: our page, the frame's document, its pictures; and who gets none, with the way out."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import UsageError
from searchsvc.model.article import History
from searchsvc.model.document import chunk, whole_document
from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.reindex import forget, reindex_places
from searchsvc.settings import Settings
from searchsvc.sources import read_sources
from searchsvc.web import create_app
from searchsvc.web.admission import Admission
from searchsvc.web.replay_pages import SAVED
from tests.replay.saved_archives import PAGE, PNG, URL, gzip_warc, in_folder

GATE = b"<!doctype html><title>The gate opens</title><h1>The gate opens</h1><p>It was opened at noon."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page, a crawl and a file of records, and their index beside it."""
    folder = tmp_path_factory.mktemp("archive") / "pages <secret>"
    folder.mkdir()
    gzip_warc(folder)
    gate = GATE.replace(b"<h1>", b'<link rel="canonical" href="https://post.example/2024/gate.html"><h1>')
    (folder / "gate.html").write_bytes(gate)
    in_folder(folder / "forgotten")
    page = folder / "forgotten" / "2024" / "wall.html"
    page.write_bytes(PAGE.replace(b"Harbour wall holds", b"Wall to be forgotten"))
    record = {
        "id": "record-1",
        "title": "A record of the tide",
        "body": "The tide was high on Monday.",
    }
    (folder / "export.jsonl").write_text(json.dumps(record) + "\n")
    reindex_places([str(folder)], index=str(folder.parent / "index"))
    return folder


@pytest.fixture(scope="module")
def served(archive: Path) -> Iterator[Flask]:
    app = create_app(Settings(engine=f"whoosh:{archive.parent / 'index'}", saved_pages=(str(archive),)))
    yield app
    app.extensions[SAVED].close()


Opened = Callable[..., FlaskClient]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """A function that opens a service of its own, which shows the pages of some folders."""
    apps: list[Flask] = []

    def open_service(index: Path | Engine, *folders: Path, **settings: object) -> FlaskClient:
        named = Settings(saved_pages=tuple(map(str, folders)), **settings)  # type: ignore[arg-type]
        is_folder = isinstance(index, Path)
        given = replace(named, engine=f"whoosh:{index}") if is_folder else named
        apps.append(create_app(given, None if isinstance(index, Path) else index))
        return apps[-1].test_client()

    yield open_service
    for app in apps:
        app.extensions[SAVED].close()


@pytest.fixture
def reader(served: Flask) -> FlaskClient:
    return served.test_client()


def id_of(reader: FlaskClient, title: str) -> str:
    hits = reader.get("/api/search", query_string={"q": f'title:"{title}"', "dups": "show"}).get_json()["hits"]
    return str(next(hit["id"] for hit in hits if hit["title"] == title))


def policy_of(headers: object) -> dict[str, str]:
    text: str = headers["Content-Security-Policy"]  # type: ignore[index]
    return {part.split()[0]: " ".join(part.split()[1:]) for part in text.split(";")}


def test_the_article_leads_to_its_saved_page_and_back(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    soup = BeautifulSoup(reader.get(f"/a/{one}").text, "lxml")
    assert soup.find("a", string="Saved page")["href"] == f"/saved/{one}"  # type: ignore[index]
    assert reader.get(f"/api/articles/{one}").get_json()["saved_page"] == f"/saved/{one}"
    page = BeautifulSoup(reader.get(f"/saved/{one}").text, "lxml")
    text = page.find(class_="saved-banner").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert "Harbour wall holds" in text
    assert "Captured 3 May 2024, 10:00 UTC" in text
    assert "web archive (WARC)" in text
    assert "No scripts run in it" in text
    frame = page.find("iframe")
    assert frame["src"] == f"/saved/{one}/page"  # type: ignore[index]
    assert frame["sandbox"] == ["allow-popups", "allow-popups-to-escape-sandbox"]  # type: ignore[index]
    assert page.find("a", href=f"/a/{one}")


def test_our_page_may_frame_ours_and_the_frame_may_do_nothing(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    ours = reader.get(f"/saved/{one}").headers
    assert policy_of(ours)["frame-src"] == "'self'"
    assert policy_of(ours)["script-src"] == "'self'"
    with reader.get(f"/saved/{one}/page") as answer:
        headers = answer.headers
    policy = policy_of(headers)
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert "script-src" not in policy
    assert policy["frame-ancestors"] == "'self'"
    assert headers.getlist("Content-Security-Policy") == [headers["Content-Security-Policy"]]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["X-DNS-Prefetch-Control"] == "off"
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_who_may_frame_ours_frames_the_saved_page_with_it(archive: Path, opened: Opened) -> None:
    client = opened(archive.parent / "index", archive, frame_ancestors=("https://paper.example",))
    one = id_of(client, "Harbour wall holds")
    for path in (f"/saved/{one}", f"/saved/{one}/page"):
        assert "https://paper.example" in policy_of(client.get(path).headers)["frame-ancestors"]


def test_pictures_are_those_of_the_crawl_and_nothing_else(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    soup = BeautifulSoup(reader.get(f"/saved/{one}/page").text, "lxml")
    address = f"/saved/{one}/{soup.find('img')['src']}"  # type: ignore[index]
    with reader.get(address) as answer:
        assert answer.data == PNG
        assert answer.content_type == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "sandbox" in policy_of(answer.headers)
        tag = answer.headers["ETag"]
    assert reader.get(address, headers={"If-None-Match": tag}).status_code == 304
    for key in ("0" * 24, "..%2f..%2fetc", "x"):
        assert reader.get(f"/saved/{one}/r/{key}").status_code == 404


def test_links_lead_to_the_archive_where_it_has_the_article(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    soup = BeautifulSoup(reader.get(f"/saved/{one}/page").text, "lxml")
    gate, others = soup.find_all("a")
    assert gate["href"] == f"/a/{id_of(reader, 'The gate opens')}"
    assert others["href"] == "https://other.example/"
    for link in (gate, others):
        assert link["target"] == "_blank"
        assert link["rel"] == ["noopener", "noreferrer"]


def test_the_frame_is_asked_for_again_and_answered_304(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    first = reader.get(f"/saved/{one}/page")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = reader.get(f"/saved/{one}/page", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "sandbox" in policy_of(again.headers)


def test_a_record_says_that_it_has_no_page(reader: FlaskClient) -> None:
    answer = reader.get("/saved/record-1")
    assert answer.status_code == 404
    assert "came as a record" in answer.text
    assert 'href="/a/record-1"' in answer.text
    assert reader.get("/api/articles/record-1").get_json()["saved_page"] is None
    assert "Saved page" not in reader.get("/a/record-1").text


def test_an_article_that_was_taken_down_is_gone_with_its_page(archive: Path, opened: Opened) -> None:
    client = opened(archive.parent / "index", archive)
    one = id_of(client, "Wall to be forgotten")
    soup = BeautifulSoup(client.get(f"/saved/{one}/page").text, "lxml")
    picture = f"/saved/{one}/{soup.find('img')['src']}"  # type: ignore[index]
    assert client.get(picture).status_code == 200
    forget(one, index=str(archive.parent / "index"))
    for path in (f"/saved/{one}", f"/saved/{one}/page", picture):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "forgotten" not in answer.text.lower()
    assert client.get("/saved/never-there").status_code == 404


def test_a_page_whose_file_has_changed_says_so_and_leads_to_the_article(tmp_path: Path, opened: Opened) -> None:
    page = in_folder(tmp_path / "pages")
    reindex_places([str(page)], index=str(tmp_path / "index"))
    client = opened(tmp_path / "index", tmp_path / "pages")
    one = id_of(client, "Harbour wall holds")
    assert client.get(f"/saved/{one}").status_code == 200
    page.write_bytes(PAGE + b" ")
    changed = client.get(f"/saved/{one}")
    assert (changed.status_code, "has changed" in changed.text) == (404, True)
    assert f'href="/a/{one}"' in changed.text
    page.unlink()
    missing = client.get(f"/saved/{one}", headers={"Accept": "application/json"})
    assert missing.status_code == 406
    framed = client.get(f"/saved/{one}/page")
    assert (framed.status_code, framed.content_type) == (404, "text/plain; charset=utf-8")


def test_no_answer_names_a_path_of_the_server(archive: Path, reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    for path in (f"/saved/{one}", f"/saved/{one}/page", "/saved/record-1", "/saved/record-1/page", f"/saved/{one}/r/x"):
        text = reader.get(path).text
        assert str(archive.parent) not in text
        assert "secret" not in text
        assert "crawl.warc" not in text


def test_without_the_setting_nothing_is_shown(archive: Path) -> None:
    client = create_app(Settings(engine=f"whoosh:{archive.parent / 'index'}")).test_client()
    one = id_of(client, "Harbour wall holds")
    assert client.get(f"/saved/{one}").status_code == 404
    assert client.get(f"/api/articles/{one}").get_json()["saved_page"] is None
    assert "Saved page" not in client.get(f"/a/{one}").text


def test_a_capture_is_named_by_its_time(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    assert reader.get(f"/saved/{one}?captured=2024-05-03T10:00:00Z").status_code == 200
    assert reader.get(f"/saved/{one}?captured=2020-05-03T10:00:00Z").status_code == 404


def test_each_version_shows_the_page_that_it_was_read_from(tmp_path: Path, opened: Opened) -> None:
    source = in_folder(tmp_path / "pages")
    newest = parse(next(one for one in read_sources([str(source)]) if isinstance(one, Source)))
    newest = replace(newest, provenance=replace(newest.provenance, captured=datetime(2024, 5, 4, tzinfo=UTC)))
    older_page = tmp_path / "pages" / "older.html"
    older_page.write_bytes(PAGE.replace(b"Monday", b"Sunday"))
    older = parse(next(one for one in read_sources([str(older_page)]) if isinstance(one, Source)))
    older = replace(
        older,
        head=replace(
            older.head,
            id=f"{newest.head.id}@20240503100000",
            history=History(newest.head.id, datetime(2024, 5, 3, 10, tzinfo=UTC), 1),
        ),
        provenance=replace(older.provenance, captured=datetime(2024, 5, 3, 10, tzinfo=UTC)),
    )
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(newest))
        writer.put_versions(newest.head.id, [whole_document(older)])
    client = opened(engine, tmp_path / "pages")
    assert "Monday" in client.get(f"/saved/{newest.head.id}/page").text
    assert "Sunday" in client.get(f"/saved/{older.head.id}/page").text
    named = BeautifulSoup(client.get(f"/saved/{newest.head.id}?captured=2024-05-03T10:00:00Z").text, "lxml")
    frame, banner = named.find("iframe"), named.find(class_="saved-banner")
    assert frame is not None
    assert frame["src"] == f"/saved/{older.head.id}/page"
    assert banner is not None
    assert "Captured 3 May 2024, 10:00 UTC" in banner.get_text(" ", strip=True)


@pytest.mark.parametrize(
    "path", ["/saved/", "/saved/%00", "/saved/a/r/", "/saved//page", "/saved/a/page/r/b", "/saved/%2e%2e/page"]
)
def test_odd_addresses_are_no_fault(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_readers_at_once_get_the_same(served: Flask) -> None:
    one, got, start = id_of(served.test_client(), "Harbour wall holds"), [], Barrier(6)

    def read() -> None:
        start.wait()
        got.append(served.test_client().get(f"/saved/{one}/page").data)

    threads = [Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert len(set(got)) == 1


def test_saved_pages_wait_in_a_line_of_their_own() -> None:
    admission = Admission(4, "https://news.example/archive/")
    for line in (
        b"GET /saved/a1 HTTP/1.1\r\n",
        b"GET /archive/saved/a1/r/0f HTTP/1.1\r\n",
        b"GET /saved/a/page HTTP/1.1\r\n",
    ):
        assert admission.turn(line).lane is admission.saved_pages
    for line in (
        b"GET /?q=/saved/a HTTP/1.1\r\n",
        b"GET /a/saved/a1 HTTP/1.1\r\n",
        b"GET /archive/story/saved/a1 HTTP/1.1\r\n",
        b"GET /a/search.csv HTTP/1.1\r\n",
    ):
        assert admission.turn(line).lane is admission.usual
    assert admission.turn(b"GET /archive/search.csv?q=a HTTP/1.1\r\n").lane is admission.files


def test_settings_name_folders_and_a_wrong_one_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    named = Settings.from_env({"SEARCHSVC_SAVED_PAGES": f"{tmp_path}/a:{tmp_path}"})
    assert named.saved_pages == (f"{tmp_path}/a", str(tmp_path))
    assert Settings.from_env({"SEARCHSVC_SAVED_PAGES": "none"}).saved_pages == ()
    with pytest.raises(UsageError, match="SEARCHSVC_SAVED_PAGES"):
        create_app(Settings(saved_pages=(str(tmp_path / "b"),)))


def test_the_address_of_a_picture_is_none_that_can_be_guessed(reader: FlaskClient) -> None:
    one = id_of(reader, "Harbour wall holds")
    keys = re.findall(r'"r/([^"]+)"', reader.get(f"/saved/{one}/page").text)
    assert keys
    assert all(re.fullmatch("[0-9a-f]{24}", key) for key in keys)
    assert URL not in keys


def test_an_engine_keeps_what_the_saved_page_is_found_by(archive: Path) -> None:
    engine = open_engine(f"whoosh:{archive.parent / 'index'}")
    found = engine.article(next(one for one in engine.ids() if one != "record-1"))
    assert found is not None
    assert found.provenance.path.startswith(str(archive))
    assert re.fullmatch("[0-9a-f]{64}", found.provenance.sha256)
    engine.close()
