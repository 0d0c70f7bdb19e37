"""What programs write into the pages they save: address and time."""

from datetime import UTC, datetime

import pytest

from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.parsing.html.saved_page import saved_note

URL = "https://gazette.example/a/oldest-lock?page=2"
NOON = datetime(2021, 5, 3, 12, tzinfo=UTC)
SCRIPT_DATE = "Mon May 03 2021 14:00:00 GMT+0200 (Central European Summer Time)"
RFC_DATE = "Mon, 03 May 2021 12:00:00 GMT"
PAGE = "<title>Lock</title><h1>The lock closes</h1><p>It is old, the board said.</p>"


@pytest.mark.parametrize(
    ("note", "captured"),
    [
        (f"<!-- saved from url=(0049){URL} --><html>", None),
        (
            f"<html><!--\n Page saved with SingleFile \n url: {URL} \n saved date: {SCRIPT_DATE}\n-->",
            NOON,
        ),
        (f"<html><!--\r\n Page saved with SingleFile\r\n archive url: x\r\n url: {URL}\r\n-->", None),
        (f"<!-- Saved from {URL} at 2021-05-03T12:00:00Z using monolith v2.8.3 --><html>", NOON),
        (
            f"<html><!-- Mirrored from {URL[8:]} by HTTrack Website Copier/3.x [XR&CO'2014], {RFC_DATE} -->",
            NOON,
        ),
        (
            f'<head><meta name="savepage-url" content="{URL}"><meta name="savepage-date" content="{SCRIPT_DATE}">',
            NOON,
        ),
        (f'<html lang="en" data-scrapbook-source="{URL}" data-scrapbook-create="20210503120000123">', NOON),
        (f'<html><head><base href="{URL}">', None),
    ],
)
def test_a_saved_page_says_where_it_is_from_and_when(note: str, captured: datetime | None) -> None:
    found = saved_note(note + PAGE)
    assert found.url in {URL, URL.replace("https", "http")}
    assert found.captured == captured
    article = read(note + PAGE)
    assert article.head.url == found.url
    assert article.provenance.captured == captured
    assert article.provenance.head["url"].rule == "saved page"


def read(markup: str, **container: object) -> Article:
    return parse(Source("a.html", "a.html", markup.encode(), "text/html", "0" * 64, **container))  # type: ignore[arg-type]


def test_a_page_of_the_internet_archive_says_at_its_end_when_it_was_captured() -> None:
    end = "<!--\n FILE ARCHIVED ON 12:00:00 May 03, 2021 AND RETRIEVED FROM THE\n INTERNET ARCHIVE ON …\n-->"
    assert saved_note(PAGE + "<p>x</p>" * 9_000 + end).captured == NOON


@pytest.mark.parametrize(
    "note",
    [
        "<!-- saved from url=(0014)about:internet -->",
        "<!-- saved from url=(0030)file:///C:/pages/lock.html -->",
        "<base href='https://gazette.example/'>",
        "<base href='https://gazette.example/news/'>",
        "<base href='https://gazette.example/index.php'>",
        "<base href='/a/b-c'>",
        "<!-- Page saved with SingleFile -->",
        "<p>Page saved with SingleFile url: https://gazette.example/x-y saved date: …</p>",
        "<!-- Saved from https at never using monolith -->",
    ],
)
def test_what_is_no_address_of_the_page_is_none(note: str) -> None:
    assert saved_note(note + PAGE).url is None


def test_the_page_and_its_container_are_heard_first() -> None:
    note = f"<!-- saved from url=(0049){URL} -->"
    declared = '<link rel="canonical" href="https://gazette.example/own">'
    assert read(note + declared + PAGE).head.url == "https://gazette.example/own"
    article = read(note + PAGE, url="https://gazette.example/crawled", captured=NOON)
    assert (article.head.url, article.provenance.captured) == ("https://gazette.example/crawled", NOON)
    assert article.provenance.head["url"].rule == "container"
