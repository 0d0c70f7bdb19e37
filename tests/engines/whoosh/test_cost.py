"""What would cost too much is refused before it is paid."""

from itertools import count
from pathlib import Path

import pytest

from searchsvc.analysis import sentence_sizes
from searchsvc.engines.whoosh import WhooshEngine, phrase_query, unit_query
from searchsvc.errors import QueryError
from searchsvc.model import deadline
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.model.query import Or, Phrase, Query


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    engine = WhooshEngine(tmp_path)
    blocks = (Block("paragraph", "Lead."), Block("paragraph", "the of and " * 30))
    article = Article(ArticleHead("a", "Title", lead="Lead."), blocks, Provenance("test/1", "x", "0"))
    with engine.writer(fresh=True) as writer:
        writer.put(chunk(article))
    return engine


def test_a_loose_phrase_of_very_frequent_words_is_refused(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Query(Phrase(("the", "of", "and"), 3))
    assert engine.search(query, limit=1).total == 1
    monkeypatch.setattr(phrase_query, "MOST_LOOKS", 200)
    with pytest.raises(QueryError, match="put them closer") as refused:
        engine.search(query, limit=1)
    assert refused.value.too_costly
    assert engine.search(Query(Phrase(("the", "of", "and"))), limit=1).total == 1


def test_loose_phrases_of_one_query_share_what_they_may_cost(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Phrase(("the", "of", "and"), 3), Phrase(("of", "and", "the"), 3)
    monkeypatch.setattr(phrase_query, "MOST_LOOKS", 6_000)
    for alone in (one, other):
        assert engine.search(Query(alone), limit=1).total == 1
    with pytest.raises(QueryError, match="these phrases"):
        engine.search(Query(Or((one, other))), limit=1)


def test_a_phrase_longer_than_any_paragraph_is_refused(engine: WhooshEngine) -> None:
    with pytest.raises(QueryError, match="shorten"):
        engine.search(Query(Phrase(("the",) * 2000)), limit=1)


def test_sentences_once_found_are_kept_even_of_an_answer_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = WhooshEngine(tmp_path)
    texts = ["The wall fell. A storm came.", "A storm broke the wall.", "No. 5 wall, U.S. storm wall."] * 3
    with engine.writer(fresh=True) as writer:
        for number, text in enumerate(texts):
            head = ArticleHead(f"a{number}", "Title", lead="Lead.")
            blocks = (Block("paragraph", "Lead."), Block("paragraph", text), Block("paragraph", "The storm."))
            writer.put(chunk(Article(head, blocks, Provenance("test/1", "x", "0"))))
    query = Query(Phrase(("wall", "storm"), within="sentence"))
    read: list[str] = []
    whole = sentence_sizes

    def noting(text: str, language: str | None) -> list[int]:
        read.append(text)
        return whole(text, language)

    clock = count()
    monkeypatch.setattr(unit_query, "sentence_sizes", noting)
    monkeypatch.setattr(deadline, "monotonic", lambda: next(clock))
    monkeypatch.setattr(deadline, "SPARE", 1)
    with deadline.time_limit(18), pytest.raises(QueryError, match="@p instead of @s"):
        engine.search(query, limit=9)
    assert 0 < len(read) < len(texts)
    assert engine.search(query, limit=9).total == 6
    assert read == texts
    assert engine.search(query, limit=9).total == 6
    assert read == texts
