"""Pages and answers stay of a size, however long the search is that their links repeat."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Quote
from searchsvc.model.document import chunk
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.responses import MAX_URL_BYTES
from tests.web.web_articles import article

#: Bytes of the largest answer to the longest search that hundreds of links would repeat.
MOST = 700_000


@pytest.fixture(scope="module")
def crowd() -> FlaskClient:
    """A service with 110 articles, each of its own section, outlet, author and month, and with a quote."""
    engine = MemoryEngine()
    with engine.writer() as writer:
        for i in range(110):
            writer.put(
                chunk(
                    article(
                        f"a{i}",
                        f"Ferry number {i}",
                        ("paragraph", "The ferry went out to sea. “The ferry is late”, said a man."),
                        ("paragraph", "Later the ferry came back, and the ferry was full."),
                        published=datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=40 * i),
                        section=f"Section {i}",
                        outlet=f"Outlet {i}",
                        authors=(f"Ann {'ABCDEFGHIJ'[i % 10]}. Writer{i}",),
                        quotes=(Quote("The ferry is late", "full", speaker=f"Bea Speaker{i}", block=0),),
                    )
                )
            )
    return create_app(Settings(query_seconds=120), engine).test_client()


#: Searches near the longest that are allowed: 2,000 bytes of text, or as long an address of chosen values.
LONG = {
    "words": "q=" + quote(" OR ".join(["ferry", *(f"wordy{i:03}" for i in range(140))])),
    "no ASCII": "q=" + quote("ferry OR " + " OR ".join(["é" * 100] * 9)),
    "filters": "q=ferry" + "".join(f"&section=Section+{i}+{'x' * 60}&outlet=Outlet+{i}+{'y' * 50}" for i in range(45)),
}


@pytest.mark.parametrize("search", LONG.values(), ids=LONG)
@pytest.mark.parametrize("path", ["/", "/quotes", "/speakers", "/api/search", "/api/quotes", "/search.atom"])
def test_the_longest_search_gives_no_page_of_megabytes(crowd: FlaskClient, path: str, search: str) -> None:
    if path == "/api/quotes":
        search = search.split("&", maxsplit=1)[0]
    assert len(path) + len(search) < MAX_URL_BYTES
    answer = crowd.get(f"{path}?{search}&size=100")
    assert answer.status_code == 200, answer.text[:300]
    assert len(answer.data) < MOST


def test_a_usual_search_keeps_all_its_links(crowd: FlaskClient) -> None:
    page = crowd.get("/?q=ferry&size=100").text
    assert page.count('href="/a/') > 100
    assert len(re.findall(r"q=ferry&amp;size=100&amp;hit=\d+&amp;of=110#b", page)) == 100
    assert len(set(re.findall(r'name="section" value="Section \d+"', page))) == 50
    assert len(set(re.findall(r"q=ferry\+-section%3A%22Section\+\d+%22&amp;size=100", page))) == 50
    assert "42 more" in page


def test_a_long_search_keeps_the_links_that_matter_most(crowd: FlaskClient) -> None:
    search = LONG["words"]
    page = crowd.get(f"/?{search}&section=Section+7&section=Section+9").text
    assert page.count("Remove filter") == 2
    assert re.search(r'href="/a/a[79]\?q=', page), "ten hits still pass on the search"
    assert {'name="section" value="Section 7"', 'name="section" value="Section 9"'} <= set(
        re.findall(r'name="section" value="[^"]*"', page[page.index('class="filter"') :])
    ), "the form of filters keeps what is chosen"
    large = crowd.get(f"/?{search}&size=100").text
    assert re.search(r'href="/a/a\d+"', large), "a hundred do not"
    assert re.search(r'rel="next"[^>]*q=ferry', large)
