"""Whoosh's own searcher over the same index finds the same articles, and gives one field the same scores."""

import random
from collections.abc import Iterator
from itertools import pairwise
from math import log
from pathlib import Path

import pytest
from whoosh import query as theirs
from whoosh.query import Query as TheirQuery
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from searchsvc.analysis import is_stop, stem
from searchsvc.engines.ranking_rules import K1, WEIGHTS
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.codec.whoosh_reader import open_in_whoosh
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, RelatedHeadline
from searchsvc.model.document import chunk
from searchsvc.model.fields import BODY, LEAD, RELATED, TEXT, TITLE
from searchsvc.model.query import And, Node, Not, Or, Phrase, Prefix, Query, Word

pytestmark = pytest.mark.no_cover

#: Words that are their own stems, so that Whoosh's phrases, which compare stems, mean the same as ours.
WORDS = ["quern", "anchor", "tar", "keel", "helm", "gull", "rope", "mast", "hull", "raft", "gunwal", "mist"]
STOPS = ["the", "of", "in"]
ARTICLES = 150


def text(rng: random.Random, words: int, *, stops: bool = True) -> str:
    return " ".join(rng.choice(STOPS if stops and rng.random() < 0.3 else WORDS) for _ in range(words))


def article(rng: random.Random, number: int) -> Article:
    paragraphs = [text(rng, rng.randint(1, 30)) for _ in range(rng.randint(1, 4))]
    blocks = [*(Block("paragraph", p) for p in paragraphs), Block("crosshead", text(rng, 3)), Block("caption", "mist")]
    head = ArticleHead(f"a{number:03}", text(rng, rng.randint(1, 6), stops=False), lead=paragraphs[0])
    related = (RelatedHeadline(text(rng, 4), "see_also"),) if rng.random() < 0.3 else ()
    return Article(head, tuple(blocks), Provenance("test/1", "x", "0"), related=related)


@pytest.fixture(scope="module", params=["one segment", "several segments"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[WhooshEngine, Searcher]]:
    folder: Path = tmp_path_factory.mktemp("oracle")
    rng = random.Random(5)  # noqa: S311 - the same on every run, nothing secret
    engine = WhooshEngine(folder)
    articles = [article(rng, number) for number in range(ARTICLES)]
    cuts = [0, ARTICLES] if request.param == "one segment" else [0, 100, 140, ARTICLES]
    for first, end in pairwise(cuts):
        with engine.writer() as writer:
            for one in articles[first:end]:
                writer.put(chunk(one)[:1])
    if request.param != "one segment":
        with engine.writer() as writer:
            for number in range(0, ARTICLES, 9):
                writer.delete(f"a{number:03}")
    with open_in_whoosh(folder / "generation-1").searcher(weighting=BM25F(B=0.75, K1=K1)) as searcher:
        yield engine, searcher


def translated(node: Node) -> TheirQuery:  # noqa: PLR0911 - one return a kind of node
    """The same question in Whoosh's words."""
    match node:
        case Word(word, None):
            return theirs.Or([theirs.Term(field, word) for field in WEIGHTS])
        case Word(word, str(field)):
            return theirs.Term(field, word)
        case Phrase(words, 0, None):
            return theirs.Or([theirs.Phrase(field, list(words)) for field in WEIGHTS])
        case Phrase(words, 0, str(field)):
            return theirs.Phrase(field, list(words))
        case Prefix(start, None):
            return theirs.Or([theirs.Prefix(field, start) for field in WEIGHTS])
        case And(children):
            return theirs.And([translated(child) for child in children])
        case Or(children):
            return theirs.Or([translated(child) for child in children])
        case Not(child):
            return theirs.Not(translated(child))
    raise AssertionError(node)


def nodes() -> Iterator[Node]:
    """Terms, conjunctions, disjunctions, negations, phrases, prefixes, and some of them inside each other."""
    rng = random.Random(6)  # noqa: S311 - the same on every run, nothing secret
    fields = [TITLE, LEAD, BODY, RELATED]
    for word in [*WORDS, "nowher"]:
        yield Word(word)
        yield Prefix(word[:3])
        yield from (Word(word, field) for field in fields)
    for _ in range(25):
        a, b, c = (Word(word) for word in rng.sample(WORDS, 3))
        yield from (And((a, b)), Or((a, b, c)), And((a, Not(b))), And((a, Or((b, c)))), Or((And((a, b)), c)))
        phrase = Phrase(tuple(rng.choice([*WORDS, *STOPS]) for _ in range(rng.randint(2, 3))))
        yield from (phrase, And((phrase, a)), Phrase(phrase.words, field=BODY))


def test_the_words_are_their_own_stems() -> None:
    assert [stem(word) for word in WORDS] == WORDS
    assert not any(map(is_stop, WORDS))
    assert all(map(is_stop, STOPS))


def test_whoosh_finds_the_same_articles(both: tuple[WhooshEngine, Searcher]) -> None:
    engine, searcher = both
    found_any = 0
    for node in nodes():
        want = {hit["id"] for hit in searcher.search(translated(node), limit=None)}
        ranking = engine.search(Query(node), limit=ARTICLES, facets=False)
        assert {hit.head.id for hit in ranking.hits} == want, node
        assert ranking.total == len(want)
        found_any += bool(want)
    assert found_any > 100


@pytest.mark.parametrize("both", ["one segment"], indirect=True)
def test_one_field_has_whooshs_scores(both: tuple[WhooshEngine, Searcher]) -> None:
    """But for idf and the constant K1 + 1, which orders nothing; short titles escape Whoosh's rounding of lengths."""
    engine, _ = both
    folder = engine._generations.path(1)
    norm = TEXT[TITLE].length_norm
    with open_in_whoosh(folder).searcher(weighting=BM25F(B=norm, K1=K1)) as searcher:
        for word in WORDS:
            want = {hit["id"]: hit.score for hit in searcher.search(theirs.Term("title", word), limit=None)}
            having = len(want)
            their_idf = log(ARTICLES / (having + 1)) + 1
            our_idf = log(1 + (ARTICLES - having + 0.5) / (having + 0.5))
            found = engine.search(Query(Word(word, TITLE)), limit=ARTICLES).hits
            scale = our_idf / their_idf / (K1 + 1)
            assert {hit.head.id: hit.score for hit in found} == pytest.approx(
                {article_id: score * scale for article_id, score in want.items()}, rel=1e-5
            )
