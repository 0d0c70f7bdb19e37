"""Random small collections, random queries: all engines give the same totals, the same order, the same scores."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchsvc.analysis.links import address_key, story_keys
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.model.article import ArticleHead, RelatedHeadline
from searchsvc.model.document import Document
from searchsvc.model.fields import KIND, LANGUAGE, SECTION, SPEAKER, SPEAKER_NAME, TEXT_FIELDS, FacetField
from searchsvc.model.query import (
    LEAVES,
    And,
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    Fuzzy,
    LinksTo,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Url,
    Word,
    positive_leaves,
)
from searchsvc.model.result import HeadlineHit, QuoteHit
from tests.engines.clusters import cluster_index
from tests.engines.engine_articles import documents

pytestmark = pytest.mark.no_cover

#: Few words, so that they meet often; several share stems, beginnings and letters.
WORDS = [
    "tide",
    "tides",
    "tidal",
    "anchor",
    "anchors",
    "walrus",
    "walruses",
    "quern",
    "the",
    "of",
    "a",
    "in",
    "harbour",
    "harbours",
    "harbouring",
    "herring",
    "herrings",
    "ferry",
    "ferries",
    "storm",
    "storms",
    "boat",
    "boats",
    "us",
    "u.s.",
    "being",
    "quay",
    "quays",
    "net",
    "nets",
    "netting",
    "haus",
    "häuser",
    "hauser",
]
NAMES = ["Ann Oar", "Ned Farrow", "Édda Quill", "The Mayor"]
FIELDS = [row.name for row in TEXT_FIELDS]
START = datetime(2020, 1, 1, tzinfo=UTC)
#: A title that some articles have, and some headlines.
TITLE = "Storm of herrings in the harbour"
COLLECTIONS, QUERIES = 4, 50


def seeded(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same on every run, nothing secret


def sentence(rng: random.Random, longest: int = 12) -> str:
    words = rng.choices(WORDS, k=rng.randint(0, longest))
    ends = [rng.random() < 0.15 for _ in words]
    return " ".join(
        (word.capitalize() if before else word) + "." * end
        for word, before, end in zip(words, [False, *ends], ends, strict=False)
    )


def random_headline(rng: random.Random) -> RelatedHeadline:
    address = rng.choice([None, f"http://courier.example/a{rng.randrange(8):02}/", "http://else.example/1"])
    return RelatedHeadline(
        rng.choice([sentence(rng, 6), TITLE]),
        rng.choice(["see_also", "elsewhere", "promo"]),
        address,
        outlet=rng.choice([None, "The Courier"]),
    )


def random_documents(rng: random.Random, article_id: str) -> tuple[Document, ...]:
    return documents(
        article_id,
        TITLE if rng.random() < 0.1 else sentence(rng, 6),
        *(sentence(rng, rng.choice([3, 12, 250])) for _ in range(rng.randint(0, 5))),
        day=f"2020-0{rng.randint(1, 4)}-0{rng.randint(1, 9)}" if rng.random() < 0.8 else None,
        crossheads=tuple(sentence(rng, 3) for _ in range(rng.randint(0, 2))),
        captions=tuple(sentence(rng, 6) for _ in range(rng.randint(0, 2))),
        quotes=tuple((sentence(rng, 8), rng.choice([*NAMES, None])) for _ in range(rng.randint(0, 3))),
        related=tuple(random_headline(rng) for _ in range(rng.randint(0, 3))),
        lead=rng.random() < 0.8,
        section=rng.choice(["Sea", "sea", "Land", None]),
        outlet=rng.choice(["Courier", "Letter"]),
        authors=tuple(rng.sample(NAMES, rng.randint(0, 2))),
        language=rng.choice(["en", "en", "de", "xx", None]),
        url=rng.choice([None, f"https://www.courier.example/{article_id}?utm_source=x"]),
    )


def random_leaf(rng: random.Random) -> Node:  # noqa: PLR0911 - one return a kind of leaf
    field = rng.choice([None, None, None, *FIELDS])
    match rng.randrange(10):
        case 0 | 1 | 2:
            return Word(rng.choice(WORDS), field)
        case 3 | 4:
            words = tuple(rng.choices(WORDS, k=rng.randint(1, 3)))
            return Phrase(words, rng.choice([0, 0, 1, 2, 5]), field)
        case 9:
            words = tuple(rng.sample(WORDS, rng.randint(2, 3)))
            return Phrase(words, field=field, within=rng.choice(["sentence", "paragraph"]))
        case 5:
            return Prefix(rng.choice(WORDS)[:3], field)
        case 6:
            return Fuzzy(rng.choice(WORDS), rng.choice([1, 2]), field)
        case 7:
            leaves: list[Node] = [
                FacetFilter(SECTION, "SEA"),
                FacetFilter(SPEAKER, "edda quill"),
                FacetFilter(FacetField("author"), "Ann Oar"),
                FacetFilter(LANGUAGE, "de"),
                Url("http://courier.example/a03/"),
                LinksTo(address_key("http://courier.example/a03")),
                LinksTo(story_keys(ArticleHead("a05", TITLE.upper(), outlet="courier"))),
                DateRange(START + timedelta(days=rng.randint(0, 60)), None),
                DateRange(None, START + timedelta(days=rng.randint(30, 120))),
                MatchAll(),
            ]
            return rng.choice(leaves)
        case _:
            return Word(rng.choice([*WORDS, "zeppelin"]))


def random_node(rng: random.Random, depth: int = 2) -> Node:
    if depth == 0 or rng.random() < 0.3:
        return random_leaf(rng)
    if rng.random() < 0.3:
        bare = tuple(Word(rng.choice(WORDS)) for _ in range(rng.randint(1, 4)))
        bare += bare[: rng.choice([0, 0, 1])]
        return And(bare) if rng.random() < 0.5 else Or(bare)
    children = tuple(random_node(rng, depth - 1) for _ in range(rng.randint(1, 3)))
    match rng.randrange(5):
        case 0 | 1:
            return And(children)
        case 2:
            return Or(children)
        case 3:
            return MinShouldMatch(children, rng.randint(1, len(children)))
        case _:
            return Not(children[0])


Pair = tuple[Engine, Engine]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((name, i), id=f"{name}-{i}", marks=marks)
        for name, marks in (("whoosh", ()), ("opensearch", pytest.mark.cluster))
        for i in range(COLLECTIONS)
    ],
)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The specification and another engine with the same articles, after several commits, updates and deletions."""
    name, number = request.param
    rng = seeded(number)
    folder: Path = tmp_path_factory.mktemp("agreement")
    in_cluster = cluster_index() if name == "opensearch" else nullcontext(f"whoosh:{folder / 'index'}")
    with in_cluster as url, closing(open_engine(url)) as other:
        memory = MemoryEngine()
        ids = [f"a{i:02}" for i in range(24)]
        for size in (24, *([3, 2, 1] if number else [])):
            changed = rng.sample(ids, size)
            made = [random_documents(rng, article_id) for article_id in changed]
            gone = rng.sample(ids, rng.randint(0, 3)) if number else []
            for engine in (memory, other):
                with engine.writer() as writer:
                    for one in made:
                        writer.put(one)
                    for article_id in gone:
                        writer.delete(article_id)
        yield memory, other


def queries(seed: int) -> Iterator[tuple[random.Random, Query]]:
    for i in range(QUERIES):
        rng = seeded(f"{seed} {i}")
        filters = tuple(random_node(rng, 1) for _ in range(rng.choice([0, 0, 0, 1, 2])))
        yield rng, Query(random_node(rng), filters, rng.choice(["relevance", "relevance", "newest", "oldest"]))


def test_search_agrees(pair: Pair) -> None:
    memory, other = pair
    for rng, query in queries(1):
        offset, limit = rng.choice([(0, 30), (0, 5), (3, 4), (20, 10), (0, 0)])
        want = memory.search(query, limit=limit, offset=offset)
        have = other.search(query, limit=limit, offset=offset)
        assert (have.total, have.total_all_words) == (want.total, want.total_all_words), query
        assert have.facets == want.facets, query
        if loosely_scored(other, query):
            continue
        assert [hit.score for hit in have.hits] == pytest.approx([hit.score for hit in want.hits], rel=1e-5), query
        assert [hit.head.id for hit in have.hits] == [hit.head.id for hit in want.hits] or near_ties(
            memory, query, [hit.head.id for hit in have.hits], offset
        ), query
        mine = {hit.head.id: hit for hit in want.hits}
        for hit in have.hits:
            if hit.head.id in mine:
                assert hit.matched_in == mine[hit.head.id].matched_in, (query, hit.head.id)
                assert hit.best == mine[hit.head.id].best, (query, hit.head.id)
                assert hit.blocks == mine[hit.head.id].blocks


def loosely_scored(engine: Engine, query: Query) -> bool:
    """Whether a near phrase counts: OpenSearch finds it where the others do, but may count some of its places only."""
    near = any(isinstance(leaf, Phrase) and (leaf.slop or leaf.within) for leaf in positive_leaves(query.root))
    return near and not isinstance(engine, MemoryEngine | WhooshEngine)


def near_ties(memory: Engine, query: Query, ids: list[str], offset: int) -> bool:
    """Whether an order differs only between scores that are equal but for the last digits."""
    every = {hit.head.id: hit.score for hit in memory.search(query, limit=100).hits}
    ranked = sorted(every.values(), reverse=True)[offset : offset + len(ids)]
    return query.sort == "relevance" and [every[i] for i in ids] == pytest.approx(ranked, rel=1e-6)


def test_search_quotes_and_headlines_agree(pair: Pair) -> None:
    memory, other = pair
    for rng, query in queries(2):
        offset, limit = rng.choice([(0, 50), (0, 5), (3, 4), (0, 0)])
        wanted = memory.search_quotes(query.root, query.filters, limit=limit, offset=offset, sort=query.sort)
        found = other.search_quotes(query.root, query.filters, limit=limit, offset=offset, sort=query.sort)
        assert (found.total, found.facets) == (wanted.total, wanted.facets), query
        assert query.sort == "relevance" or list(map(place, found.hits)) == list(map(place, wanted.hits)), query
        loose = loosely_scored(other, query)
        scores = [q.score for q in wanted.hits]
        assert loose or [q.score for q in found.hits] == pytest.approx(scores, rel=1e-5), query
        if limit == 50:
            assert sorted(map(place, found.hits)) == sorted(map(place, wanted.hits)), query
        lines = memory.search_headlines(query.root, query.filters, limit=limit, offset=offset, sort=query.sort)
        mine = other.search_headlines(query.root, query.filters, limit=limit, offset=offset, sort=query.sort)
        assert (mine.total, mine.facets) == (lines.total, lines.facets), query
        assert query.sort == "relevance" or list(map(place, mine.hits)) == list(map(place, lines.hits)), query
        assert loose or [h.score for h in mine.hits] == pytest.approx([h.score for h in lines.hits], rel=1e-5), query


def test_search_speakers_agrees(pair: Pair) -> None:
    memory, other = pair
    for rng, query in queries(3):
        offset, limit = rng.choice([(0, 50), (0, 2), (1, 2), (0, 0)])
        assert other.search_speakers(query.root, query.filters, limit=limit, offset=offset) == memory.search_speakers(
            query.root, query.filters, limit=limit, offset=offset
        ), query


def choices(rng: random.Random) -> tuple[DrillSidewaysFilter, ...]:
    """Up to three choices, of different facets."""
    wanted: dict[FacetField, Node] = {
        SECTION: Or((FacetFilter(SECTION, "SEA"), FacetFilter(SECTION, "land"))),
        FacetField("outlet"): FacetFilter(FacetField("outlet"), "Courier"),
        SPEAKER: Or((FacetFilter(SPEAKER, "edda quill"), Phrase(("ann", "oar"), field=SPEAKER_NAME))),
        LANGUAGE: FacetFilter(LANGUAGE, "de"),
        KIND: FacetFilter(KIND, "full"),
    }
    return tuple(DrillSidewaysFilter(name, wanted[name]) for name in rng.sample(sorted(wanted), rng.randint(1, 3)))


def test_choices_and_totals_agree(pair: Pair) -> None:
    memory, other = pair
    for rng, query in queries(4):
        chosen = replace(query, filters=(*query.filters, *choices(rng)), all_words=rng.choice([None, random_node(rng)]))
        least = rng.choice([0, 2])
        want, have = (engine.search(chosen, limit=5, texts=False, least=least) for engine in pair)
        assert replace(have, hits=()) == replace(want, hits=()), chosen
        found = [engine.search_quotes(chosen.root, chosen.filters, limit=0) for engine in pair]
        assert found[0] == found[1], chosen
        lines = [engine.search_headlines(chosen.root, chosen.filters, limit=0) for engine in pair]
        assert lines[0] == lines[1], chosen
        several = [chosen, query, replace(query, filters=())]
        for of in ("articles", "quotes"):
            assert list(memory.totals(several, of=of)) == list(other.totals(several, of=of)), several
        assert memory.totals([chosen]) == [want.total], "what is counted is what would be found"


def test_choices_count_as_a_search_without_them(pair: Pair) -> None:
    for rng, query in queries(5):
        chosen = choices(rng)
        for engine in pair:
            ranking = engine.search(replace(query, filters=(*query.filters, *chosen)), limit=0)
            quotes = engine.search_quotes(query.root, (*query.filters, *chosen), limit=0)
            assert ranking.total_unfiltered == engine.search(replace(query, filters=()), limit=0).total
            for choice in chosen:
                others = (*query.filters, *(other for other in chosen if other is not choice))
                apart = engine.search(replace(query, filters=others), limit=0)
                assert ranking.facets[choice.field] == apart.facets[choice.field]
                quotes_apart = engine.search_quotes(query.root, others, limit=0)
                assert quotes.facets[choice.field] == quotes_apart.facets[choice.field]
                assert quotes.totals_without[choice.field] == quotes_apart.total


def test_look_ups_agree(pair: Pair) -> None:
    memory, other = pair
    ids = [f"a{i:02}" for i in range(24)]
    assert list(memory.annotations(ids)) == list(other.annotations(ids))
    titles = [one.head.title for article_id in ids if (one := memory.article(article_id))]
    headlines = [RelatedHeadline(title.upper(), "promo") for title in (*titles, *WORDS)]
    headlines += [RelatedHeadline(id_, "promo", url=f"http://courier.example/{id_}/") for id_ in ids]
    assert [list(found) for found in other.locate(headlines)] == [list(found) for found in memory.locate(headlines)]
    for rng, query in queries(6):
        if isinstance(query.root, LEAVES):
            assert list(other.frequencies([query.root])) == list(memory.frequencies([query.root])), query.root
            assert other.frequencies([query.root]) == [other.search(Query(query.root), limit=0).total]
        limit = rng.choice([3, 50])
        assert other.quote_words(query.filters, limit=limit) == memory.quote_words(query.filters, limit=limit), query


def place(hit: QuoteHit | HeadlineHit) -> tuple[str, int, str]:
    return hit.head.id, hit.index, hit.context if isinstance(hit, QuoteHit) else hit.headline.text


def test_words_agree(pair: Pair) -> None:
    memory, other = pair
    for word in [*WORDS, "hering", "walruss", "xyz"]:
        for size in (1, 2, len(word)):
            assert other.words(word[:size], limit=7) == memory.words(word[:size], limit=7)
        for edits in (1, 2):
            assert other.similar_words(word, edits=edits) == memory.similar_words(word, edits=edits)
    assert other.languages() == memory.languages()
    assert other.count() == memory.count()


def test_articles_agree(pair: Pair) -> None:
    memory, other = pair
    for i in range(24):
        assert other.article(f"a{i:02}") == memory.article(f"a{i:02}")


def test_engines_agree_on_a_fresh_index(opener: Callable[[], Engine]) -> None:
    engine, plain = opener(), MemoryEngine()
    rng = seeded(11)
    made = [random_documents(rng, f"a{i:02}") for i in range(8)]
    for one in (engine, plain):
        with one.writer(fresh=True) as writer:
            for documents_of_one in made:
                writer.put(documents_of_one)
    query = Query(Or((Word("tide"), Word("ferry"))))
    assert engine.search(query, limit=9).total == plain.search(query, limit=9).total
