"""Who said what, as pages and as JSON."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.reindex.worker_pool import with_quotes
from searchsvc.search.quote_context import MAX_CONTEXT
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.web.web_forms import submitted, tick


def page(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status, response.text
    return BeautifulSoup(response.text, "lxml")


def text(soup: BeautifulSoup | Tag, selector: str) -> str:
    found = soup.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text().split())


def hrefs(soup: BeautifulSoup, selector: str) -> list[str]:
    return [str(link["href"]) for link in soup.select(selector)]


def test_quotes_page_shows_who_said_it_and_the_sentence_that_says_so(client: FlaskClient) -> None:
    soup = page(client, "/quotes?q=swans")
    assert text(soup, "[role=status] strong") == "1 quote"
    assert text(soup, ".spoken-hit blockquote") == "The swans were here before the mill"
    assert text(soup, ".spoken-hit blockquote mark") == "swans"
    assert text(soup, ".spoken-hit .speaker a") == "Greta Oldroyd"
    assert text(soup, ".evidence strong") == "Greta Oldroyd"
    assert text(soup, ".evidence .cue") == "said"
    assert "right in 97 % of its cases" in text(soup, "details.how .small")
    assert [one for one in soup.find_all(string=re.compile("%")) if one.find_parent("details") is None] == []
    assert hrefs(soup, ".spoken-hit .why a") == ["/verify?quote=The+swans+were+here+before+the+mill"]
    assert hrefs(soup, ".spoken-hit h2 a") == ["/a/mill?q=swans#b6"]


def test_quotes_page_without_a_text_shows_the_newest(client: FlaskClient) -> None:
    soup = page(client, "/quotes")
    assert text(soup, "[role=status] strong") == "4 quotes"
    assert text(soup, ".sorts a[aria-current]") == "Newest"


def test_a_speaker_of_the_facet_is_asked_for_by_exactly_his_name(client: FlaskClient) -> None:
    soup = page(client, "/quotes")
    tick(soup, "Greta Oldroyd")
    address = submitted(soup, "form.filter")
    assert parse_qs(urlsplit(address).query) == {"speaker": ['"Greta Oldroyd"']}
    soup = page(client, address)
    assert text(soup, "[role=status] strong") == "2 quotes"
    assert "Speaker: Greta Oldroyd" in text(soup, ".filters")
    (chosen,) = soup.select("#fold-speaker [checked]")
    assert chosen["value"] == '"Greta Oldroyd"'


def test_a_speaker_is_left_out_by_a_link(client: FlaskClient) -> None:
    soup = page(client, "/quotes")
    (away,) = [str(link["href"]) for link in soup.select("#fold-speaker .except") if "Greta" in link.get_text()]
    assert text(page(client, away), "[role=status] strong") == "2 quotes"


def test_kinds_are_told_in_words(client: FlaskClient) -> None:
    assert "terms in marks" in text(page(client, "/quotes"), "#fold-kind > ul")
    assert text(page(client, "/quotes?kind=term"), ".spoken-hit .badge") == "terms in marks"


def test_nothing_found_leads_on(client: FlaskClient) -> None:
    soup = page(client, "/quotes?q=zzqqx&section=Rivers")
    ways = hrefs(soup, ".nothing a")
    assert ways == ["/quotes?q=zzqqx", "/?q=zzqqx", "/quotes?speaker=zzqqx", "/speakers"]


def test_parts_of_the_archive_carry_the_query(client: FlaskClient) -> None:
    assert hrefs(page(client, "/?q=swans"), ".rooms a")[:2] == ["/?q=swans", "/quotes?q=swans"]
    assert text(page(client, "/quotes?q=swans"), ".rooms [aria-current]") == "Quotes"


def test_speakers_page_lists_who_is_quoted(client: FlaskClient) -> None:
    soup = page(client, "/speakers")
    (entry,) = [one for one in soup.select(".people li") if "Greta" in one.get_text()]
    assert " ".join(entry.get_text().split()) == "Greta Oldroyd 2 quotes1 article5 March 2024"
    assert hrefs(page(client, "/speakers?speaker=oldroyd"), ".people a") == ["/speakers/Greta%20Oldroyd"]
    assert "Nobody is quoted so" in text(page(client, "/speakers?speaker=zzqqx"), "[role=status]")


def test_speaker_page_tells_all_of_one(client: FlaskClient) -> None:
    soup = page(client, "/speakers/greta%20oldroyd")
    assert text(soup, "h1") == "Greta Oldroyd"
    assert text(soup, ".found > .facts") == "2 quotes1 article5 March 2024"
    (card,) = soup.select(".spoken-hit")
    assert text(card, "blockquote") == "The swans were here before the mill … They will manage."
    assert (
        text(soup, ".joined") == "The 2 quotes of this page stand in 1 entry: what somebody says in one place is one."
    )
    assert not page(client, "/quotes?q=swans").select(".joined")
    narrowed = page(client, "/speakers/Greta%20Oldroyd?q=manage")
    assert [" ".join(one.get_text().split()) for one in narrowed.select(".spoken-hit blockquote")] == [
        "They will manage."
    ]
    assert hrefs(page(client, "/speakers/Greta%20Oldroyd?q=zzqqx"), ".onward a") == ["/speakers/Greta%20Oldroyd"]


def test_speaker_page_of_nobody_is_not_there(client: FlaskClient) -> None:
    assert "Nobody called 'Zed Zedder'" in text(page(client, "/speakers/Zed%20Zedder", 404), ".told")


@pytest.mark.parametrize("path", ["/quotes", "/speakers", "/speakers/Greta%20Oldroyd"])
def test_a_query_that_cannot_be_read_is_refused_in_place(client: FlaskClient, path: str) -> None:
    assert "at character" in text(page(client, f"{path}?q=a*", 422), ".told")


def test_quotes_json_brings_quote_evidence_and_facets(client: FlaskClient) -> None:
    answer = client.get("/api/quotes?q=swans").get_json()
    (hit,) = answer["hits"]
    assert (hit["article"]["id"], hit["anchor"], hit["quote"]["speaker"]) == ("mill", "b6", "Greta Oldroyd")
    assert hit["html"] == "The <mark>swans</mark> were here before the mill,"
    evidence = hit["evidence"]
    cut = {role: evidence["text"][slice(*evidence[role])] for role in ("quote", "mention", "cue")}
    assert cut == {"quote": "The swans were here before the mill,", "mention": "Greta Oldroyd", "cue": "said"}
    assert answer["facets"]["speaker"] == [{"value": "Greta Oldroyd", "count": 1}]
    assert answer["facets"]["month"] == [{"value": "2024-03", "count": 1}]


def test_quotes_json_narrows(client: FlaskClient) -> None:
    for query, total in (
        ("speaker=Oldroyd", 2),
        ("speaker=oldroyd&from=2024-03-06", 0),
        ("speaker=oldroyd&to=2024-03-05", 2),
        ("section=rivers&kind=term", 1),
        ("kind=term&kind=full", 4),
    ):
        assert client.get(f"/api/quotes?{query}").get_json()["total"] == total, query


def test_quotes_json_refuses_what_it_does_not_know(client: FlaskClient) -> None:
    told = client.get("/api/quotes?kind=sung")
    assert (told.status_code, told.get_json(force=True)["parameter"]) == (400, "kind")
    assert "blockquote" in told.get_json(force=True)["detail"]
    assert client.get("/api/search?kind=full").status_code == 400, "articles are of no kind"
    assert client.get("/api/speakers?sort=newest").status_code == 400, "speakers have their own order"


def test_speakers_json_counts(client: FlaskClient) -> None:
    hits = client.get("/api/speakers?q=swans").get_json()["hits"]
    assert hits == [
        {
            "name": "Greta Oldroyd",
            "quotes": 1,
            "articles": 1,
            "first": "2024-03-05T09:30:00Z",
            "last": "2024-03-05T09:30:00Z",
        }
    ]


def test_speaker_json_tells_all_of_one(client: FlaskClient) -> None:
    answer = client.get("/api/speakers/greta%20oldroyd").get_json()
    assert (answer["name"], answer["speaker"]["quotes"], answer["quotes"]["total"]) == ("Greta Oldroyd", 2, 2)


def test_a_very_long_block_is_not_repeated_for_each_of_its_quotes() -> None:
    """A hundred quotes of one block of 40,000 characters: the answers have some of the text around each of them."""
    spoken = [f"Nobody counts the gates that hold in year {number}" for number in range(100)]
    filling = "The clerk wrote it down in the book of the lock. " * 7
    block = " ".join(f"“{each},” said Berta Lind. {filling}" for each in spoken)
    head = ArticleHead("long", "The lock", published=datetime(2024, 5, 1, tzinfo=UTC))
    blocks = (Block("paragraph", block), Block("paragraph", "“Short,” said Berta Lind."))
    article = with_quotes(Article(head, blocks, Provenance("text/1", "a.txt", "0" * 64)))
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(article))
    client = create_app(Settings(), engine).test_client()
    response = client.get("/api/quotes?size=100&q=nobody+counts")
    hits = response.get_json()["hits"]
    assert len(hits) == 100
    assert len(block) > 40_000
    for hit in hits:
        start, quote = hit["context_start"], hit["quote"]
        assert hit["context_cut"]
        assert len(hit["context"]) <= MAX_CONTEXT
        assert block[start : start + len(hit["context"])] == hit["context"]
        assert hit["context"][quote["start"] - start : quote["end"] - start] == quote["text"]
        assert not start or block[start - 1] == " ", "a word is cut"
    assert len(response.data) < 100 * 2 * MAX_CONTEXT
    assert len(client.get("/quotes?size=100&q=nobody+counts").data) < 100 * 2 * MAX_CONTEXT
    (short,) = client.get("/api/quotes?q=short").get_json()["hits"]
    assert (short["context"], short["context_start"], short["context_cut"]) == (blocks[1].text, 0, False)
