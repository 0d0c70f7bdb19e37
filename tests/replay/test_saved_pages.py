"""A saved page is found again, whatever it was saved in, with its picture and its style; and no other file is."""

import gzip
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from searchsvc.errors import UsageError
from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.replay import ReplayError, SavedPages, kind_of_page
from searchsvc.sources import read_sources
from tests.narrowing import all_of_type
from tests.replay.conftest import Shower
from tests.replay.saved_archives import PAGE, PNG, STORY, URL, WAYS, gzip_warc, in_folder, png, records


def article_in(place: Path | str) -> Article:
    """The story, as `reindex` reads it."""
    found = [parse(source) for source in all_of_type(Source, read_sources([str(place)]))]
    return next(article for article in found if article.head.title == "Harbour wall holds")


def picture_keys(pages: SavedPages, article: Article) -> list[str]:
    return re.findall(r'src="r/([0-9a-f]{24})"', "".join(pages.page(article).parts))


def why(pages: SavedPages, article: Article) -> str:
    with pytest.raises(ReplayError) as refused:
        pages.page(article)
    return refused.value.failure


@pytest.mark.parametrize("way", WAYS, ids=list(WAYS))
def test_a_page_is_shown_with_picture_and_style_whatever_it_was_saved_in(
    way: str, tmp_path: Path, showing: Shower
) -> None:
    article = article_in(WAYS[way](tmp_path))
    pages = showing(tmp_path)
    pages.look(article)
    shown = pages.page(article)
    text = "".join(shown.parts)
    assert shown.title == "Harbour wall holds"
    assert "<p>The council closed the harbour wall on Monday" in text
    (key,) = picture_keys(pages, article)
    assert pages.picture(article, key) == ("image/png", PNG)
    assert "color: rgb(1, 2, 3)" in shown.head
    assert re.search(rf'background: url\("r/{key}"\)', shown.head)


def test_links_are_those_of_the_live_page(tmp_path: Path, showing: Shower) -> None:
    article = article_in(gzip_warc(tmp_path))
    shown = showing(tmp_path).page(article)
    assert shown.links == ("https://post.example/2024/gate.html", "https://other.example/")
    assert len(shown.parts) == len(shown.links) + 1


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("folder", "page"),
        ("packed page", "page"),
        ("WARC, gzip", "crawl"),
        ("ARC", "crawl"),
        ("WACZ", "collection"),
        ("MHTML", "single file"),
        ("web archive", "single file"),
    ],
)
def test_the_kind_of_file_is_told(way: str, kind: str, tmp_path: Path) -> None:
    assert kind_of_page(article_in(WAYS[way](tmp_path))) == kind


def test_a_folder_that_was_moved_is_found_by_the_end_of_the_path(tmp_path: Path, showing: Shower) -> None:
    article = article_in(in_folder(tmp_path / "old"))
    shutil.move(tmp_path / "old", tmp_path / "new")
    assert showing(tmp_path / "new").page(article).title == "Harbour wall holds"


def test_a_path_relative_to_another_folder_is_found(
    tmp_path: Path, showing: Shower, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder(tmp_path / "pages")
    monkeypatch.chdir(tmp_path)
    article = article_in("pages/2024")
    assert article.provenance.path == "pages/2024/wall.html"
    monkeypatch.chdir("/")
    assert showing(tmp_path / "pages").page(article).title == "Harbour wall holds"


def test_a_name_that_is_no_utf_8_is_found(tmp_path: Path, showing: Shower) -> None:
    name = os.fsdecode(b"w\xe4ll.html")
    (tmp_path / name).write_bytes(PAGE)
    assert showing(tmp_path).page(article_in(tmp_path)).title == "Harbour wall holds"


def test_a_page_that_has_changed_is_not_shown(tmp_path: Path, showing: Shower) -> None:
    path = in_folder(tmp_path)
    article, pages = article_in(path), showing(tmp_path)
    pages.look(article)
    path.write_bytes(PAGE.replace(b"Monday", b"Sunday"))
    assert why(pages, article) == "changed"
    path.unlink()
    assert why(pages, article) == "missing"


def test_a_crawl_that_was_written_anew_is_searched_for_the_page(tmp_path: Path, showing: Shower) -> None:
    path = gzip_warc(tmp_path)
    article = article_in(path)
    path.write_bytes(b"".join(map(gzip.compress, reversed(records()))))
    assert showing(tmp_path).page(article).title == "Harbour wall holds"
    path.write_bytes(b"".join(map(gzip.compress, records(PAGE.replace(b"Monday", b"Sunday")))))
    assert why(showing(tmp_path), article) == "changed"


def test_no_link_leads_out_of_the_folder(tmp_path: Path, showing: Shower) -> None:
    shown = tmp_path / "shown"
    path = in_folder(shown)
    article, secret = article_in(path), tmp_path / "secret"
    secret.mkdir()
    (secret / "wall.html").write_bytes(PAGE)
    (secret / "dot.png").write_bytes(png(3))
    path.unlink()
    path.symlink_to(secret / "wall.html")
    assert why(showing(shown), article) == "missing"
    path.unlink()
    text = STORY.format(style="../../secret/x.css", picture="../../secret/dot.png")
    (shown / "2024" / "link.png").symlink_to(secret / "dot.png")
    path.write_text(text.replace("</body>", '<img src="link.png"><img src="/../secret/dot.png"></body>'))
    assert picture_keys(showing(shown), article_in(path)) == []


def test_only_the_folders_that_are_named_are_read(tmp_path: Path, showing: Shower) -> None:
    article = article_in(in_folder(tmp_path / "one"))
    (tmp_path / "two").mkdir()
    pages = showing(tmp_path / "two")
    for path in (article.provenance.path, "../one/2024/wall.html", "a/../../one/2024/wall.html", "", "#", "/", "\0"):
        assert why(pages, replace(article, provenance=replace(article.provenance, path=path))) == "missing"


def test_beside_a_page_only_pictures_and_styles_are_read(tmp_path: Path, showing: Shower) -> None:
    path = in_folder(tmp_path)
    (tmp_path / "2024" / "notes.txt").write_bytes(b"h1 { color: red } NOT FOR READERS")
    (tmp_path / "2024" / "notes.png").write_bytes(b"NOT FOR READERS")
    page = STORY.format(style="notes.txt", picture="notes.png")
    path.write_text(page)
    pages, article = showing(tmp_path), article_in(path)
    assert "NOT FOR READERS" not in str(pages.page(article))
    for key in picture_keys(pages, article):
        with pytest.raises(ReplayError, match="no-picture"):
            pages.picture(article, key)


def test_a_key_of_another_page_shows_no_picture(tmp_path: Path, showing: Shower) -> None:
    first = article_in(in_folder(tmp_path / "a"))
    second_page = in_folder(tmp_path / "b")
    second_page.write_bytes(PAGE + b"<!-- another -->")
    second, pages = article_in(second_page), showing(tmp_path)
    (key,) = picture_keys(pages, first)
    with pytest.raises(ReplayError, match="no-picture"):
        pages.picture(second, key)


def test_a_record_has_no_page_and_without_folders_nothing_has(tmp_path: Path, showing: Shower) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps({"title": "Harbour wall holds", "body": "The council closed it.", "url": URL}))
    record = article_in(path)
    assert kind_of_page(record) == "record"
    assert why(showing(tmp_path), record) == "record"
    assert why(SavedPages([]), article_in(in_folder(tmp_path / "x"))) == "off"


def test_a_folder_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="SEARCHSVC_SAVED_PAGES"):
        SavedPages([str(tmp_path / "nowhere")])


def test_plain_text_is_shown_as_it_is(tmp_path: Path, showing: Shower) -> None:
    path = tmp_path / "wall.txt"
    path.write_text("Harbour wall holds\n\nThe council <b>closed</b> the harbour wall on Monday & Tuesday.\n")
    shown = showing(tmp_path).page(article_in(path))
    assert "<b>" not in "".join(shown.parts)
    assert "The council &lt;b&gt;closed&lt;/b&gt;" in "".join(shown.parts)


def _bomb(folder: Path) -> Path:
    path = folder / "wall.html.gz"
    path.write_bytes(gzip.compress(PAGE))
    return path


def test_a_file_that_became_a_bomb_or_a_device_is_refused_and_the_next_page_is_shown(
    tmp_path: Path, showing: Shower
) -> None:
    path = _bomb(tmp_path)
    other = article_in(in_folder(tmp_path / "other"))
    article, pages = article_in(path), showing(tmp_path)
    path.write_bytes(gzip.compress(b"\0" * 100_000_000))
    assert why(pages, article) in {"changed", "missing"}
    path.unlink()
    os.mkfifo(path)
    assert why(pages, article) == "missing"
    assert pages.page(other).title == "Harbour wall holds"


def test_a_process_that_is_killed_is_started_again(tmp_path: Path, showing: Shower) -> None:
    article = article_in(in_folder(tmp_path))
    pages = showing(tmp_path)
    pages.look(article)
    process = pages._process.process
    assert process is not None
    process.kill()
    process.wait()
    assert pages.page(article).title == "Harbour wall holds"


def _nested(count: int) -> bytes:
    return b"<title>Harbour wall holds</title><h1>It held</h1>" + b"<div>" * count + b"<p>Deep." + b"</div>" * 3


@pytest.mark.parametrize(
    "make",
    [
        lambda: _nested(100_000),
        lambda: b"<title>Harbour wall holds</title><p>It held.<style>" + b"\\a" * 600_000 + b"</style>",
        lambda: b"<title>Harbour wall holds</title><p>It held.<style>" + b"url(" * 400_000 + b"</style>",
        lambda: b"<title>Harbour wall holds</title><p>It held.<style>" + b'"\\' * 600_000 + b"</style>",
        lambda: b"<title>Harbour wall holds</title><p>It held.<style>" + b"/*" * 600_000 + b"</style>",
        lambda: b"<title>Harbour wall holds</title><p>It held." + b"<img srcset='a,b,c,d,e' style='x:url(y)'>" * 40_000,
        lambda: b"<title>Harbour wall holds</title><p>It held.<img srcset='" + b"a " * 900_000 + b"'>",
    ],
    ids=["nested", "escapes", "addresses", "strings", "comments", "pictures", "sets"],
)
def test_a_costly_page_is_shown_or_refused_and_the_next_one_is_shown(
    make: Callable[[], bytes], tmp_path: Path, showing: Shower
) -> None:
    (tmp_path / "costly.html").write_bytes(make())
    costly, pages = article_in(tmp_path / "costly.html"), showing(tmp_path)
    shown = pages.page(costly)
    assert sum(map(len, shown.parts)) < 20_000_000
    assert shown.parts[0].count("<div>") <= 400
    assert pages.page(article_in(in_folder(tmp_path))).title == "Harbour wall holds"
