"""One search: which articles are listed, what is said of them, which spelling is offered."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, RelatedHeadline
from searchsvc.model.document import chunk
from searchsvc.model.fields import LANGUAGE, SECTION
from searchsvc.model.query import MatchMode, Sort, Word
from searchsvc.model.result import ArticlePage, FacetValue
from searchsvc.query_parser import MAX_QUERY_LENGTH
from searchsvc.search import SearchRequest, search_articles

TEXTS = {
    "both": "The harbour ferry came home with jellyfish in its nets.",
    "ferry": "A ferry was late.",
    "boat": "Nobody took the ferry to the races.",
    "wall": "The harbour wall is being mended.",
    "pier": "The harbour pier was painted, the harbour master said.",
    "jelly": "A jellyfish was seen from the beach.",
    "sting": "Each jellyfish stings.",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for day, (name, text) in enumerate(TEXTS.items(), 1):
            head = ArticleHead(name, f"News of day {day}", published=datetime(2024, 5, day, tzinfo=UTC), language="en")
            writer.put(chunk(Article(head, (Block("paragraph", text),), Provenance("test/1", name, "0" * 64))))
    return engine


def ids(page: ArticlePage) -> list[str]:
    return [result.head.id for result in page.results]


def test_any_counts_beside_those_listed_those_with_all_words(engine: Engine) -> None:
    page = search_articles(engine, SearchRequest("harbour ferry", match="any"))
    assert (page.total, page.total_all_words) == (5, 1)
    assert search_articles(engine, SearchRequest("harbour ferry", match="all")).total == 1


@pytest.mark.parametrize("match", ["any", "auto"])
def test_counts_agree_with_what_is_narrowed(engine: Engine, match: MatchMode) -> None:
    asked = SearchRequest("harbour ferry", first=date(2024, 5, 2), match=match)
    page = search_articles(engine, asked)
    assert (page.total, page.total_all_words) == (4, 0)


@pytest.mark.parametrize(
    ("sort", "told", "first"),
    [
        ("relevance", "1 article has all the words; those with most of them follow.", "both"),
        ("newest", "1 article has all the words; those with most of them stand among them.", "pier"),
    ],
)
def test_where_few_have_all_words_it_is_said_where_the_others_stand(
    engine: Engine, sort: Sort, told: str, first: str
) -> None:
    page = search_articles(engine, SearchRequest("harbour ferry", sort=sort))
    assert [notice.text for notice in page.notices] == [told]
    assert ids(page)[0] == first


@pytest.mark.parametrize(
    ("text", "match", "suggestion"),
    [
        ("harbuor", "auto", "harbour"),
        ("harbuor ferry", "auto", "harbour ferry"),
        ("harbuor ferry", "any", "harbour ferry"),
        ("harbuor", "any", "harbour"),
        ("harbuor stingss", "auto", "harbour stings"),
        ("jelyfish stings", "auto", "jellyfish stings"),
        ("harbuor jelyfish wall", "all", None),
        ("harbuor beach jelyfish", "auto", "harbour beach jellyfish"),
        ("harbour", "auto", None),
    ],
)
def test_suggestion_finds_more(engine: Engine, text: str, match: MatchMode, suggestion: str | None) -> None:
    assert search_articles(engine, SearchRequest(text, match=match)).suggestion == suggestion


def test_a_related_headline_is_shown_where_nothing_else_tells_why() -> None:
    engine = MemoryEngine()
    head = ArticleHead("quiet", "A quiet day", lead="Nothing happened in the bay.", language="en")
    related = (
        RelatedHeadline("Storm over the bay", "see_also"),
        RelatedHeadline("Storm tears storm doors off", "elsewhere"),
        RelatedHeadline("Ferry sails", "elsewhere"),
    )
    block = Block("paragraph", "Nothing happened in the bay.")
    article = Article(head, (block,), Provenance("test/1", "quiet", "0" * 64), related=related)
    with engine.writer() as writer:
        writer.put(chunk(article))
    (result,) = search_articles(engine, SearchRequest("storms")).results
    lead, why = result.snippets
    assert (lead.marks, why.anchor) == ((), "r1")
    assert [why.text[mark.start : mark.end] for mark in why.marks] == ["Storm", "storm"]
    (result,) = search_articles(engine, SearchRequest("storms bay")).results
    assert [snippet.anchor for snippet in result.snippets] == ["b0"]


@pytest.mark.parametrize(("wrong", "last"), [(7, "jellyfish"), (8, "jelyfish")])
def test_only_some_rare_words_are_respelled(engine: Engine, wrong: int, last: str) -> None:
    text = " ".join(f"harbuor{letter}" for letter in "abcdefgh"[:wrong])
    suggestion = search_articles(engine, SearchRequest(f"{text} jelyfish")).suggestion
    assert suggestion == " ".join(["harbour"] * wrong + [last])


def test_a_request_reads_its_text_once_whatever_else_of_it_changes() -> None:
    request = SearchRequest("harbour after:7d")
    assert replace(request, page=2, chosen={SECTION: ("Sea",)}).understood is request.understood
    assert replace(request, text="harbour").understood.counts_from is None


def test_a_spelling_that_would_be_too_long_is_not_suggested(engine: Engine) -> None:
    text = "jelyfish".ljust(MAX_QUERY_LENGTH - 8, ".") + " harbour"
    assert search_articles(engine, SearchRequest("jelyfish harbour", match="all")).suggestion == "jellyfish harbour"
    assert search_articles(engine, SearchRequest(text, match="all")).suggestion is None


def test_ways_out_count_what_wider_searches_find(engine: Engine) -> None:
    request = SearchRequest("harbour zeppelin jelyfish", match="all", last=datetime(2024, 5, 4, tzinfo=UTC).date())
    page = search_articles(engine, request, offers=True)
    assert page.zero_hit_suggestions is not None
    told = [(word.leaf, word.articles, [near for near, _ in word.near]) for word in page.zero_hit_suggestions.words]
    assert told == [
        (Word("harbour"), 3, []),
        (Word("zeppelin"), 0, []),
        (Word("jelyfish"), 0, ["jellyfish"]),
    ]
    ways = page.zero_hit_suggestions
    assert (ways.without_filters, ways.any_word, ways.any_word_without_filters) == (0, 2, 3)
    assert search_articles(engine, request).zero_hit_suggestions is None, "nobody asked for them"
    assert search_articles(engine, SearchRequest("harbour"), offers=True).zero_hit_suggestions is None, (
        "something is found"
    )


def test_offers_count_a_chosen_facet_as_if_it_were_not(engine: Engine) -> None:
    request = SearchRequest("harbour", chosen={LANGUAGE: ("de",)})
    assert search_articles(engine, request).facets[LANGUAGE] == ()
    assert search_articles(engine, request, offers=True).facets[LANGUAGE] == (FacetValue("en", 3),)
