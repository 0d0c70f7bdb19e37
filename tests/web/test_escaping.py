"""What stands in stored pages or comes from readers is text, wherever it is shown."""

import json
import xml.etree.ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.web_articles import HOSTILE_TEXT, HOSTILE_TITLE

ATTACK = """"><script>alert(8)</script><img src=x onerror=alert(9)>' {{7*7}} javascript:alert(1)"""
LINKS = ("href", "src", "action", "formaction", "data")


def assert_inert(html: str) -> None:
    soup = BeautifulSoup(html, "lxml")
    for script in soup.select("script"):
        if script.get("type") == "application/ld+json":
            # Data, which no browser runs; it must be whole, and end where it seems to.
            assert json.loads(script.text)["@type"] == "NewsArticle"
            continue
        assert script["src"]
        assert not script.get_text()
    assert not soup.select("img, iframe, object, embed, style, base, i, b, body h1[style]")
    for element in soup.find_all(True):
        for name, value in element.attrs.items():
            assert not name.startswith("on"), (name, value)
            assert name != "style"
            if name in LINKS:
                assert str(value).startswith(("/", "#", "http://", "https://")), value


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", {}),
        ("/", {"q": "lantern"}),
        ("/", {"q": ATTACK}),
        ("/", {"q": "lantern", "section": ATTACK, "outlet": ATTACK, "author": ATTACK, "lang": ATTACK}),
        ("/", {"q": ATTACK, "from": ATTACK}),
        ("/", {"outlet": "<b>Tarn</b>"}),
        ("/quotes", {"q": "lantern"}),
        ("/quotes", {"q": ATTACK, "speaker": ATTACK, "section": ATTACK}),
        ("/speakers", {"q": ATTACK, "speaker": ATTACK}),
        ("/speakers/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E", {}),
        ("/a/hostile", {}),
        ("/a/hostile", {"q": "lantern script"}),
        ("/a/hostile", {"q": ATTACK}),
        ("/a/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E", {}),
        ("/problems/%3Cscript%3E", {}),
        ("/%3Cscript%3Ealert(1)%3C/script%3E", {}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_pages_never_run_what_they_show(client: FlaskClient, path: str, query: dict[str, str]) -> None:
    response = client.get(path, query_string=query)
    assert response.status_code < 500
    assert_inert(response.text)
    assert "49" not in BeautifulSoup(response.text, "lxml").get_text().replace("149", "").split()


def test_article_page_shows_hostile_text_letter_by_letter(client: FlaskClient) -> None:
    soup = BeautifulSoup(client.get("/a/hostile?q=lantern").text, "lxml")
    assert soup.select_one(".story h1").get_text() == HOSTILE_TITLE  # type: ignore[union-attr]
    assert soup.select_one("#b0 > p").get_text() == HOSTILE_TEXT  # type: ignore[union-attr]
    assert soup.select("#b0 mark")
    assert not soup.select(".byline a[rel]")


def test_api_html_holds_nothing_but_marks(client: FlaskClient) -> None:
    (hit,) = client.get("/api/search?q=lantern").get_json()["hits"]
    for snippet in hit["snippets"]:
        soup = BeautifulSoup(snippet["html"], "lxml")
        assert {element.name for element in soup.find_all(True)} <= {"html", "body", "p", "mark"}
        assert soup.get_text() == snippet["text"]


def test_feed_stays_well_formed_whatever_is_in_it(client: FlaskClient) -> None:
    for query in ({"q": "lantern"}, {"q": ATTACK}, {"section": '"><script>alert(4)</script>'}, {"q": "\x00\x08\ufffe"}):
        response = client.get("/search.atom", query_string=query)
        if response.status_code == 200:
            ET.fromstring(response.data)  # noqa: S314  our own output
