"""The agency that a story comes from: of a byline, a declaration, a dateline, a sign; not of a picture's credit."""

import json

import pytest

from searchsvc.parsing import parse
from searchsvc.parsing.agencies import agency_in, agency_in_story
from tests.parsing.html.page_makers import STORY, page, source


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("By Reuters", "Reuters"),
        ("AFP / Jane Doe", "AFP"),
        ("Von Jane Doe, dpa", "dpa"),
        ("dpa/ks", "dpa"),
        ("By ANA LOW Associated Press", "AP"),
        ("Reuters Staff", "Reuters"),
        ("新华社", "Xinhua"),
        ("Pa Smith", None),
        ("By Ana Low", None),
        ("A reader of the AP", None),
    ],
)
def test_agency_in_reads_bylines(line: str, agency: str | None) -> None:
    assert agency_in(line) == agency


@pytest.mark.parametrize(
    ("first", "last", "agency"),
    [
        ("PARIS (AFP) - The harbour stays open.", "It does.", "AFP"),
        ("LONDON, March 3 (Reuters) — The harbour stays open.", "It does.", "Reuters"),
        ("Berlin (dpa/tmn) – Der Hafen bleibt offen.", "Er bleibt es.", "dpa"),
        ("The harbour stays open.", "It does, they said. (dpa)", "dpa"),
        ("The harbour (AP) stays open - at last.", "They said so (twice).", None),
        ("He worked for the agency. Then (AP) - it closed.", "It does.", None),
    ],
)
def test_agency_in_story_reads_datelines_and_signs(first: str, last: str, agency: str | None) -> None:
    assert agency_in_story(first, last) == agency


def declared(author: object) -> str:
    thing = {"@type": "NewsArticle", "headline": "Harbour stays open", "author": author}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


@pytest.mark.parametrize(
    ("markup", "agency", "authors"),
    [
        (page(head=declared([{"name": "Moira Keane"}, {"name": "Reuters"}])), "Reuters", ("Moira Keane",)),
        (page(head='<meta name="author" content="dpa">'), "dpa", ()),
        (page().replace("</h1>", '</h1><p class="byline">By Moira Keane, AFP</p>'), "AFP", ("Moira Keane",)),
        (page().replace("</h1>", '</h1><figure><p class="author">Moira Keane / Reuters</p></figure>'), None, ()),
        (page(story=(f"ENNISBEG (AP) — {STORY[0]}", *STORY[1:])), "AP", ()),
        (page(), None, ()),
    ],
    ids=["json-ld", "meta", "byline", "credit", "dateline", "none"],
)
def test_the_agency_is_kept_beside_the_authors(markup: str, agency: str | None, authors: tuple[str, ...]) -> None:
    head = parse(source(markup)).head

    assert (head.agency, head.authors) == (agency, authors)


@pytest.mark.parametrize(
    ("mark", "place"),
    [
        ('<meta name="author" content="dpa">', 'meta[name="author"]'),
        ('<meta itemprop="sourceOrganization" content="dpa">', 'meta[name="sourceorganization"]'),
        ('<p itemprop="sourceOrganization">dpa</p>', "[itemprop=sourceOrganization]"),
    ],
)
def test_the_place_that_named_the_agency_is_told(mark: str, place: str) -> None:
    markup = page(head=mark) if mark.startswith("<meta") else page().replace("</h1>", f"</h1>{mark}")
    article = parse(source(markup))

    assert (article.head.agency, article.provenance.head["agency"].place) == ("dpa", place)
