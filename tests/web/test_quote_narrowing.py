"""What a link of the quotes' pages promises is what its click shows."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Quote
from searchsvc.model.document import chunk
from searchsvc.web import create_app
from tests.web.web_articles import article
from tests.web.web_forms import submitted, tick

#: More than a page of speakers, all of full name.
CROWD = 60
#: Speakers without a page of their own.
NOBODY = ("the report", "critics", "..", "/Ada Slash")
MARKED = 'Al "Jo" Pike "Jr"'


@pytest.fixture(scope="module")
def crowd() -> FlaskClient:
    """A site where many speak once, and one with marks in his name, thrice."""
    names = [f"Ada {chr(65 + i // 26)}{chr(97 + i % 26)}" for i in range(CROWD)]
    said = [
        *(Quote("weirs", "full", name, name) for name in names),
        *(Quote("reeds", "full", name, name) for name in NOBODY),
        *(Quote("weirs", kind, MARKED, MARKED) for kind in ("full", "full", "partial")),
    ]
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(article("weirs", "Weirs", ("paragraph", "weirs"), quotes=tuple(said))))
    return create_app(engine=engine).test_client()


def soup_of(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "lxml")


def promised(soup: BeautifulSoup, facet: str) -> dict[str, str | None]:
    found = {}
    for line in soup.select(f"#fold-{facet} li"):
        value, count = line.select_one(".value"), line.select_one(".count")
        assert value is not None
        found[value.get_text()] = count.get_text() if count else None
    return found


def test_a_speakers_kinds_are_counted_among_his_own_quotes(client: FlaskClient, crowd: FlaskClient) -> None:
    assert promised(soup_of(client, "/speakers/Greta%20Oldroyd?kind=full"), "kind") == {"whole sentences": "2"}
    path = "/speakers/Al%20%22Jo%22%20Pike%20%22Jr%22?kind=partial"
    assert promised(soup_of(crowd, path), "kind") == {"parts of sentences": "1", "whole sentences": "2"}


def test_a_speaker_asked_for_by_a_word_is_chosen_without_a_count(client: FlaskClient) -> None:
    found = promised(soup_of(client, "/quotes?speaker=oldroyd"), "speaker")
    assert found["oldroyd"] is None, "nobody is called just so, and yet quotes are found"
    assert found["Greta Oldroyd"] == "2"


def test_a_speaker_is_chosen_in_any_spelling(client: FlaskClient) -> None:
    soup = soup_of(client, "/quotes?speaker=%22GRETA-Oldr%C3%B6yd%22")
    chosen = [line.get_text(" ", strip=True) for line in soup.select("#fold-speaker li:has([checked])")]
    assert chosen == ["Greta Oldroyd 2"]


def test_a_name_keeps_the_marks_it_ends_with(crowd: FlaskClient) -> None:
    soup = soup_of(crowd, "/speakers/Al%20%22Jo%22%20Pike%20%22Jr%22")
    assert len(soup.select(".spoken-hit")) == 3
    soup = soup_of(crowd, "/quotes")
    tick(soup, MARKED)
    assert len(soup_of(crowd, submitted(soup, "form.filter")).select(".spoken-hit")) == 3


@pytest.mark.parametrize("size", ["", "?size=10", "?size=50"])
def test_pages_of_speakers_neither_repeat_nor_skip(crowd: FlaskClient, size: str) -> None:
    seen, path = [], f"/speakers{size}"
    while path:
        soup = soup_of(crowd, path)
        seen += [str(link["href"]) for link in soup.select(".people a")]
        following = soup.select_one(".pages a[rel=next]")
        path = str(following["href"]) if following else ""
    assert len(seen) == len(set(seen)) == CROWD


def test_every_speaker_that_is_a_link_has_a_page(crowd: FlaskClient) -> None:
    for path in ("/quotes?size=100", "/a/weirs"):
        soup = soup_of(crowd, path)
        shown = [name for name in NOBODY if any(name in one.get_text() for one in soup.select(".speaker"))]
        assert shown == list(NOBODY), "who has no page is named all the same"
        links = [str(link["href"]) for link in soup.select(".speaker a")]
        assert len(links) == CROWD + 3
        assert {crowd.get(link).status_code for link in set(links)} == {200}
