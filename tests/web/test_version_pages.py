"""The versions of an article on pages, in the API and in results: told, listed, compared, searched where asked."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, ChangedPart, History, Provenance, Quote
from searchsvc.model.document import chunk, whole_document
from searchsvc.web import create_app

HOSTILE = "<script>alert(1)</script>"


def version(
    id_: str,
    day: int,
    title: str,
    *texts: str,
    older: int = 0,
    changed: tuple[ChangedPart, ...] = (),
    who: str = "Ann Oar",
) -> Article:
    history = History("wall", datetime(2026, 6, day, 10, 15, tzinfo=UTC), day, older, 3 if older else 0, changed)
    head = ArticleHead(id_, title, "https://post.example/wall", "Post", language="en", lead=texts[0], history=history)
    blocks = tuple(Block("paragraph", text) for text in texts)
    quote = Quote("We stay open", "full", who, who, block=len(blocks) - 1, start=1, end=13)
    return Article(head, blocks, Provenance("test", "wall.html", "0"), (quote,))


SAID = '"We stay open," said {}.'
FIRST = version(
    "wall@20260601101500", 1, "Wall may close", "The wall may close.", "Quernstones wait.", SAID.format("Ann Oar")
)
NEWEST = version(
    "wall",
    3,
    f"Wall closed {HOSTILE}",
    "The wall closed.",
    "Quernstones wait.",
    SAID.format("Ned Farrow"),
    older=1,
    changed=("headline", "standfirst", "text", "quotes", "dates"),
    who="Ned Farrow",
)
DATED = replace(
    version("tide", 2, "Tide table", "The tide is high.", older=1, changed=("dates",)),
    head=ArticleHead("tide", "Tide table", history=History("tide", None, 1, 1, 0, ("dates",))),
)


@pytest.fixture
def client() -> FlaskClient:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(NEWEST))
        writer.put_versions("wall", [whole_document(FIRST)])
        writer.put(chunk(DATED))
    return create_app(engine=engine).test_client()


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def test_a_hit_says_what_changed_last_if_that_is_of_substance(client: FlaskClient) -> None:
    page = text(client, "/?q=wall")
    assert "changed 3 June 2026: headline, lead, text, quotes" in page
    assert "/versions/wall" in page
    assert "changed" not in text(client, "/?q=tide").split("<main", 1)[1].split('class="hits"', 1)[1].split("</ol>")[0]
    (hit,) = json.loads(text(client, "/api/search?q=wall"))["hits"]
    assert hit["changed"] == {"at": "2026-06-03T10:15:00Z", "parts": [*NEWEST.head.history.changed]}  # type: ignore[union-attr]
    assert hit["version"] is None


def test_older_versions_are_found_where_that_is_asked_and_say_that_they_are_old(client: FlaskClient) -> None:
    assert json.loads(text(client, "/api/search?q=may"))["total"] == 0
    found = json.loads(text(client, "/api/search?q=may&versions=all"))
    assert (found["total"], found["query"]["versions"], found["hits"][0]["id"]) == (1, "all", FIRST.head.id)
    assert found["hits"][0]["version"]["article"] == "wall"
    assert found["hits"][0]["changed"] is None
    page = text(client, "/?q=may&versions=all")
    assert "Older version of 1 June 2026, 10:15 UTC" in page
    assert '<option value="all" selected>' in page
    assert "q=may&amp;versions=all" in text(client, "/?q=may")
    assert len(text(client, "/search.csv?q=wall&versions=all").splitlines()) == 3
    assert len(text(client, "/search.csv?q=wall").splitlines()) == 2
    assert "Wall may close" in text(client, "/search.atom?q=may&versions=all")
    assert "versions" in text(client, "/api/search?q=may&versions=old", 400)
    text(client, "/api/quotes?q=open&versions=all", 400)


def test_a_share_is_of_what_is_searched(client: FlaskClient) -> None:
    newest, every = (json.loads(text(client, f"/api/trends?q=wall{more}")) for more in ("", "&versions=all"))
    assert every["trends"][0]["total"] > newest["trends"][0]["total"]
    assert every["all_articles"] - newest["all_articles"] == every["trends"][0]["total"] - newest["trends"][0]["total"]


def test_the_newest_version_is_not_like_an_old_one_but_is_the_article(client: FlaskClient) -> None:
    like = json.loads(text(client, f"/api/articles/{FIRST.head.id}/similar"))
    assert "wall" not in str(like["hits"])


def test_a_version_has_a_page_that_leads_to_the_newest(client: FlaskClient) -> None:
    page = text(client, f"/a/{FIRST.head.id}")
    assert "This is an older version, first captured 1 June 2026, 10:15 UTC" in page
    assert 'href="/a/wall"' in page
    newest = text(client, "/a/wall")
    assert "2 versions" in newest
    assert "3 older not kept" in newest
    assert json.loads(text(client, f"/api/articles/{FIRST.head.id}"))["head"]["history"]["article"] == "wall"


def test_versions_are_listed_and_any_two_compared(client: FlaskClient) -> None:
    page = text(client, "/versions/wall")
    assert "2 versions of this article are kept. 3 older ones are not." in page
    assert HOSTILE not in page
    assert page.count("<ins>") >= 4
    assert "<del>" in page
    assert "other speaker" in page
    assert "removed: " in page  # for those who hear the page
    back = text(client, f"/versions/{FIRST.head.id}?from=wall&to=20260601101500")
    assert "From 1 June 2026, 10:15 UTC to 3 June 2026, 10:15 UTC" in back
    told = text(client, "/versions/wall?from=19990101000000")
    assert "No version" in told
    text(client, "/versions/nobody", 404)
    assert "1 version of this article is kept" in text(client, "/versions/tide")


def test_the_api_lists_and_compares_them(client: FlaskClient) -> None:
    found = json.loads(text(client, "/api/articles/wall/versions"))
    assert [one["id"] for one in found["versions"]] == ["wall", FIRST.head.id]
    assert (found["left_out"], found["comparison"]) == (3, None)
    compared = json.loads(text(client, "/api/articles/wall/versions?from=20260601101500"))["comparison"]
    assert (compared["older"], compared["newer"]) == (FIRST.head.id, "wall")
    assert compared["parts"] == ["headline", "standfirst", "text", "quotes"]
    assert [one["state"] for one in compared["blocks"]] == ["changed", "same", "changed"]
    assert [(one["before"]["speaker"], one["after"]["speaker"]) for one in compared["quotes"]] == [
        ("Ann Oar", "Ned Farrow")
    ]
    problem = json.loads(text(client, "/api/articles/wall/versions?from=nothing", 400))
    assert problem["parameter"] == "from"
    text(client, "/api/articles/nobody/versions", 404)
    text(client, "/api/articles/wall/versions?form=1", 400)
