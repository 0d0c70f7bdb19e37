"""Long articles: stored in groups, so that a hit reads its quote or headline and what stands beside it alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.codec.stored_fields import GROUP, StoredFields
from searchsvc.errors import CorruptIndexError
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import chunk
from searchsvc.model.query import MatchAll, Phrase
from searchsvc.model.result import QuoteHit

ORIGIN = Provenance("test/1", "a.txt", "0" * 64)
LONG = "The ferry did not sail that day. " * 600


def make_article(name: str, quotes: int, headlines: int) -> Article:
    blocks = tuple(
        Block("paragraph", f"“Wall {i} is shut”, said Oar. {LONG if i % 3 == 0 and quotes > 9 else ''}")
        for i in range(quotes)
    )
    said = tuple(
        Quote(f"Wall {i} is shut", "full", "Ann Oar", "Oar", block=i, mention_block=(i * 7) % quotes)
        for i in range(quotes)
    )
    title = Quote("wall", "headline", "Ann Oar", "Oar")
    related = tuple(RelatedHeadline(f"Harbour {i} {'x' * 300}", "promo", f"/{i}") for i in range(headlines))
    head = ArticleHead(name, f"Oar: the 'wall' of {name}", published=datetime(2024, 1, 1, tzinfo=UTC))
    return Article(head, blocks, ORIGIN, (*said, title), related)


GIANT, USUAL = make_article("giant", 300, 300), make_article("usual", 5, 3)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    engine = WhooshEngine(tmp_path_factory.mktemp("long"))
    for article in (GIANT, USUAL):
        with engine.writer() as writer:
            writer.put(chunk(article))
    return engine


def test_articles_are_given_back_whole(engine: WhooshEngine) -> None:
    assert (engine.article("giant"), engine.article("usual")) == (GIANT, USUAL)
    annotations = engine.annotations(["giant", "usual"])
    assert [(one.quotes, one.related) for one in annotations] == [(a.quotes, a.related) for a in (GIANT, USUAL)]
    assert list(engine.verify()) == []


def test_hits_are_those_of_the_whole_article(engine: WhooshEngine) -> None:
    hits = engine.search_quotes(MatchAll(), (), limit=1000).hits
    assert len(hits) == len(GIANT.quotes) + len(USUAL.quotes)
    for hit in hits:
        article = GIANT if hit.head.id == "giant" else USUAL
        assert hit == QuoteHit.of(article, hit.index, hit.score)
    for headline in engine.search_headlines(MatchAll(), (), limit=1000).hits:
        article = GIANT if headline.head.id == "giant" else USUAL
        assert (headline.head, headline.headline) == (article.head, article.related[headline.index])


def bytes_read(ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many bytes of stored messages a question decompresses."""
    sizes: list[int] = []
    raw = StoredFields.raw

    def counting(self: StoredFields, frame: int) -> bytes:
        found = raw(self, frame)
        sizes.append(len(found))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(StoredFields, "raw", counting)
        ask()
    return sum(sizes)


def test_a_hit_reads_a_few_groups_however_long_its_article_is(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Phrase(("wall", "297"))
    assert bytes_read(lambda: engine.article("giant"), monkeypatch) > 40 * GROUP
    assert bytes_read(lambda: engine.search_quotes(one, (), limit=10), monkeypatch) < 6 * GROUP
    last = Phrase(("harbour", "299"))
    assert bytes_read(lambda: engine.search_headlines(last, (), limit=10), monkeypatch) < 4 * GROUP


def test_an_article_that_lacks_a_group_is_damaged(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoredFields, "frames", lambda *_: range(2))
    with pytest.raises(CorruptIndexError, match="stored text of document 0"):
        engine.search_quotes(Phrase(("wall", "297")), (), limit=1)


def test_groups_outlive_a_merge(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    articles = [GIANT, *(make_article(f"a{i}", 3, 2) for i in range(8))]
    for article in articles:
        with engine.writer() as writer:
            writer.put(chunk(article))
    assert [engine.article(article.head.id) for article in articles] == articles
    assert list(engine.verify()) == []
