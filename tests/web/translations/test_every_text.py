"""No page says a word that was not given to a catalogue; every page can be in every language, and its links keep it."""

from collections.abc import Iterator
from typing import cast
from urllib.parse import quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.kept_language import is_spoken
from searchsvc.web.ui_languages import UiLanguage, ui_languages
from tests.web.translations.wrapped_words import SPEAKER, WORDS, archive, left_over, wrapped

#: Addresses that lead to every page, and to each of its states.
PATHS = [
    "/",
    "/?page=2",
    "/?q=мост",
    "/?q=мост&explain=1&sort=oldest",
    "/?q=мост&page=3",
    "/?q=мост&page=99",
    "/?q=мост зззз",
    "/?q=зззз ыыыы&from=2020-01-01",
    "/?q=мост&section=Город&match=any&from=2023-01-01&to=2023-12-31",
    "/?section=Нет",
    "/?q=мост -section:%22Город%22",
    "/?q=%22мост закрыт до весны и никто не знает зззз%22",
    "/?q=мосст",
    "/?q=(мост the ^2 us title: мост~3 a~ !мост &size=0&from=x&ui=zz",
    "/?from=2024-01-01&to=2023-01-01&match=all",
    "/?q=" + "мост* " * 40,
    "/?q=*мост",
    "/?q=date:зззз",
    "/a/мост",
    "/a/мост?q=мост&hit=1&of=3",
    "/a/мост?q=зззз",
    "/a/мост?q=замёрзла",
    f"/a/мост?quote={WORDS}",
    "/a/река",
    "/a/погода1",
    "/a/нет",
    "/quotes",
    "/quotes?q=мост&sort=oldest",
    "/quotes?q=зззз&kind=full",
    "/quotes?page=9",
    "/quotes?kind=нет",
    "/facets/section",
    "/facets/section?facet_query=зззз",
    "/facets/нет",
    "/quotes/facets/speaker",
    "/speakers",
    "/speakers?q=мост&order=name&of=people",
    "/speakers?speaker=зззз",
    "/speakers?page=9",
    f"/speakers/{SPEAKER}",
    f"/speakers/{SPEAKER}?q=зззз",
    "/speakers/Волкова",
    "/speakers/Зззз",
    "/verify",
    f"/verify?quote={WORDS}",
    f"/verify?quote={WORDS.replace('весны', 'лета').replace('никто', 'кто')}",
    f"/verify?quote={WORDS.upper()}",
    "/verify?quote=зззз ыыыы зззз ыыыы зззз ыыыы зззз ыыыы",
    "/verify?quote=зззз",
    "/verify?quote=...",
    "/trends",
    "/trends?q=мост&q2=река&share=1&interval=day&section=Город",
    "/trends?q=зззз",
    "/concordance",
    "/concordance?q=мост&order=date&section=Город",
    "/concordance?q=мост&page=9",
    "/concordance?q=зззз",
    "/keywords",
    "/keywords?q=мост&section=Город",
    "/keywords?q=зззз",
    "/a/мост/copies",
    "/a/нет/copies",
    "/?q=мост&dups=show",
    "/headlines",
    "/headlines?q=река&match=all",
    "/headlines?q=зззз&section=Город",
    "/headlines?page=9",
    "/headlines/facets/section",
    "/story/мост",
    "/story/мост?days=9999",
    "/story/погода1?days=60",
    "/story/нет",
    "/versions/мост",
    "/versions/нет",
    "/saved/мост",
    "/saved/нет",
    "/?sort=added&added_after=2020-01-01&added_before=2030-01-01T10:20:00Z",
    "/?added_after=2030-01-01",
    "/help",
    "/advanced",
    "/advanced?none=мост",
    "/hit?q=мост&hit=1",
    "/collection",
    "/docs",
    "/problems/bad-query",
    "/нет",
]


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(Settings(title="Архив", report_to="https://xn--b1a.example/r"), archive())


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setitem(cast("dict[str, UiLanguage]", ui_languages()), "qps", wrapped())
    return app.test_client()


def asked(path: str, tag: str) -> str:
    return f"{quote(path, safe='/?&=%:')}{'&' if '?' in path else '?'}ui={tag}"


@pytest.mark.parametrize("path", PATHS)
def test_every_text_of_a_page_comes_from_a_catalogue(client: FlaskClient, path: str) -> None:
    page = client.get(asked(path.replace("&ui=zz", ""), "qps"), follow_redirects=True)
    assert page.status_code < 500
    assert page.headers["Content-Language"] == "qps"
    assert not left_over(page.text, path)


def test_many_quotations_and_their_refusals_are_told_in_the_language(client: FlaskClient) -> None:
    quotes = "\n".join([WORDS, "зззз", "..."] * 30)
    page = client.post("/verify?ui=qps", data={"quotes": quotes})
    assert not left_over(page.text)


def test_index_trouble_is_told_in_the_language(client: FlaskClient) -> None:
    assert client
    app = create_app(Settings(title="Архив", engine="whoosh:/nowhere/at/all"))
    assert not left_over(app.test_client().get("/?ui=qps").text)


def test_feeds_and_descriptions_for_browsers_are_told_in_the_language(client: FlaskClient) -> None:
    assert "<title>⟦Quotes⟧ - Архив</title>" in client.get("/quotes.atom?ui=qps").text
    assert "<Description>⟦Search Архив⟧</Description>" in client.get("/opensearch.xml?ui=qps").text


def test_the_paths_of_these_tests_lead_to_every_page(client: FlaskClient, app: Flask) -> None:
    urls = app.url_map.bind("")
    visited = {urls.match(urlsplit(path).path)[0] for path in PATHS if path != "/нет"}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and is_spoken(rule) and not rule.rule.endswith(".atom")
    }
    assert client
    assert pages - visited == {"replay.page"}


@pytest.mark.parametrize("tag", [*ui_languages()])
def test_every_page_is_there_in_every_language_and_its_links_and_forms_keep_it(app: Flask, tag: str) -> None:
    client = app.test_client()
    for path in PATHS[:-1]:
        page = client.get(asked(path.replace("&ui=zz", ""), tag), follow_redirects=True)
        assert page.headers["Content-Language"] == tag, path
        soup = BeautifulSoup(page.text, "lxml")
        assert soup.html is not None
        assert (soup.html["lang"], soup.html["dir"]) == (tag, "ltr")
        for form in soup.select("form"):
            kept = [one["value"] for one in form.select("input[name=ui]")]
            assert kept == [tag] if form["method"] == "get" else f"ui={tag}" in str(form["action"]), path
        for href in _addresses(soup, app):
            assert f"ui={tag}" in href, (path, href)


def _addresses(soup: BeautifulSoup, app: Flask) -> Iterator[str]:
    """Yield the addresses of pages that a page links to, but for the switch of languages."""
    urls = app.url_map.bind("")
    for link in soup.select("a[href]:not(.languages a, [download])"):
        href = str(link["href"])
        path = urlsplit(href).path
        if href.startswith("/") and is_spoken(urls.match(path, return_rule=True)[0]):
            yield href
