"""Related headlines are the words of other articles: records of their own, and no quotes of the page that has them."""

import json
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.reindex import reindex_places
from searchsvc.search import SearchRequest, search_headlines, search_quotes, search_speakers

SEEDS = Path(__file__).parents[2] / "seeds"
RECORD = {
    "id": "own",
    "title": "Orla Venn says quay 'sound'",
    "published": "2024-03-01",
    "body": "The quay is open.",
    "related": [{"text": "Ivo Marr: 'We sail at dawn'", "url": "https://example.org/other"}],
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The seeds, and one record whose headline and related headline quote somebody."""
    folder = tmp_path_factory.mktemp("related")
    (folder / "records.jsonl").write_text(json.dumps(RECORD))
    reindex_places([str(SEEDS), str(folder / "records.jsonl")], index=str(folder / "index"))
    return open_engine(f"whoosh:{folder / 'index'}")


def test_headline_quotes_stand_in_the_articles_own_headline(engine: Engine) -> None:
    found = [quote for article in engine.articles(engine.ids()) if article for quote in article.quotes]
    in_headlines = [quote for quote in found if quote.kind == "headline"]
    assert in_headlines
    for article in engine.articles(engine.ids()):
        assert article
        for quote in article.quotes:
            assert quote.kind != "headline" or quote.text in article.head.title


def test_the_own_headline_gives_quotes_and_the_related_one_none(engine: Engine) -> None:
    article = engine.article("own")
    assert article
    assert [(quote.text, quote.speaker) for quote in article.quotes] == [("sound", "Orla Venn")]
    assert article.context_of(article.quotes[0]) == article.head.title
    assert search_quotes(engine, SearchRequest("dawn")).total == 0
    names = {hit.name for hit in search_speakers(engine, SearchRequest(size=100)).ranking.hits}
    assert "Ivo Marr" not in names


def test_a_related_headline_is_found_as_a_record_of_its_own(engine: Engine) -> None:
    (result,) = search_headlines(engine, SearchRequest("sail dawn")).results
    assert (result.head.id, result.headline.text) == ("own", "Ivo Marr: 'We sail at dawn'")


def test_what_was_said_once_is_counted_once_in_headlines(engine: Engine) -> None:
    found = search_quotes(engine, SearchRequest('"culture of making do"')).results
    assert {result.head.title for result in found} == {"Ferry report finds 'culture of making do'"}
