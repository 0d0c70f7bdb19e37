"""Copies of a story in a cluster: as the specification groups them, after any commits, and after takedowns."""

import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.engines.opensearch import (
    OpenSearchEngine,
    commit_state,
    copy_linking,
    copy_searches,
    facet_aggregations,
    index_session,
)
from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.model.document import Document
from searchsvc.model.fields import SECTION
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    FacetFilter,
    FacetSelection,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Query,
    Sort,
    Word,
)
from tests.engines.clusters import cluster_index
from tests.engines.opensearch.test_cluster_pages import requests
from tests.engines.test_contract_copies import MORE, NUMBERED, RENAMED, RENUMBERED, SHORT, STORY, story
from tests.narrowing import of_type

pytestmark = pytest.mark.cluster
#: Texts that resemble each other, in chains of small changes, too.
BEGINNING = STORY.replace("Nobody", "No one").replace("hatch", "flap")
TEXTS = [STORY, f"{STORY}\n{MORE}", BEGINNING, f"{BEGINNING}\n{MORE}", NUMBERED, RENUMBERED, RENAMED, SHORT, MORE, ""]
ROOTS: list[Node] = [
    MatchAll(),
    Word("ferry"),
    Word("surveyor"),
    Or((Word("flap"), Word("coast"))),
    And((Word("ferry"), Not(Word("flap")))),
    MinShouldMatch((Word("ferry"), Word("coast"), Word("flap")), 1),
]
SORTS: list[Sort] = ["relevance", "newest", "oldest", "added"]
SAID = (("nobody was hurt", "Ned Farrow"), ("the boats of the line", "Ann Hale"), ("nobody was hurt", None))


@pytest.fixture
def pair() -> Iterator[tuple[MemoryEngine, OpenSearchEngine]]:
    """The specification, and an empty index of a cluster."""
    with cluster_index() as url, closing(of_type(OpenSearchEngine, open_engine(url))) as cluster:
        yield MemoryEngine(), cluster


def drawn(rng: random.Random, article_id: str) -> tuple[Document, ...]:
    """One article with one of the texts."""
    day = rng.choice(["2021-03-01", "2021-03-02", "2021-04-01", None])
    given = {"day": day} if day else {}
    return story(
        article_id,
        rng.choice(["Boat", "Ferry"]),
        *rng.choice(TEXTS).split("\n"),
        outlet=rng.choice(["Post", "Echo"]),
        section=rng.choice(["Sea", "sea", "Town"]),
        quotes=tuple(rng.sample(SAID, rng.randrange(3))),
        **given,
    )


def change(rng: random.Random, engines: tuple[Engine, ...], *, fresh: bool) -> None:
    """One commit, the same on each engine."""
    ids = [f"a{i:02}" for i in range(24)]
    put = {one: drawn(rng, one) for one in rng.sample(ids, 18 if fresh else rng.randrange(1, 6))}
    gone = [] if fresh else rng.sample(ids, rng.randrange(3))
    for engine in engines:
        with engine.writer(fresh=fresh) as writer:
            for one in gone:
                writer.delete(one)
            for documents in put.values():
                writer.put(documents)


def answers(engine: Engine, query: Query, offset: int) -> list[object]:
    """All that an engine answers about copies for a query."""
    ranking = engine.search(query, limit=6, offset=offset)
    hits = [(hit.head.id, [copy.id for copy in hit.copies], hit.copies_total) for hit in ranking.hits]
    totals = ranking.total, ranking.total_articles, ranking.total_all_words, ranking.total_unfiltered
    quotes = engine.search_quotes(query.root, query.filters, limit=6, sort="oldest", grouped=True)
    said = [(hit.head.id, hit.index, [copy.id for copy in hit.copies], hit.copies_total) for hit in quotes.hits]
    speakers = engine.search_speakers(query.root, query.filters, limit=5, grouped=True)
    histogram = engine.histograms([query], "week")
    counted = engine.totals([query]), engine.totals([query], of="quotes")
    facets = ranking.facets, quotes.facets, quotes.totals_without
    return [hits, totals, said, quotes.total, speakers, histogram, *map(list, counted), *facets]


def agree(rng: random.Random, pair: tuple[MemoryEngine, OpenSearchEngine]) -> None:
    for root in ROOTS:
        filters = (DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "Sea")),) if rng.random() < 0.5 else ()
        query = Query(root, filters, rng.choice(SORTS), grouped=True)
        offset = rng.choice([0, 0, 4])
        want, have = (answers(engine, query, offset) for engine in pair)
        assert have == want, (query, offset)
    for article_id in rng.sample(list(pair[0].ids()), 3):
        want_heads, have_heads = ([head.id for head in engine.copies(article_id)] for engine in pair)
        assert have_heads == want_heads, article_id


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_of_the_specification_after_any_commits(
    pair: tuple[MemoryEngine, OpenSearchEngine], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every other case searches reach four documents, so that members are walked to, and look for few terms."""
    if seed % 2:
        for module in (copy_searches, index_session):
            monkeypatch.setattr(module, "RESULT_WINDOW", 4)
        monkeypatch.setattr(copy_linking, "TERMS_AT_ONCE", 5)
        monkeypatch.setattr(copy_linking, "WRITTEN_AT_ONCE", 3)
    rng = random.Random(seed)  # noqa: S311 - a sample
    for step in range(4):
        change(rng, pair, fresh=not step)
        agree(rng, pair)


@pytest.mark.parametrize("listed", [1, 3, 6])
def test_values_that_copies_push_out_of_the_list_are_counted_as_the_others(
    pair: tuple[MemoryEngine, OpenSearchEngine], listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (commit_state, facet_aggregations):
        monkeypatch.setattr(module, "LISTED", listed)
    rng = random.Random(listed)  # noqa: S311 - a sample
    outlets = ["Post", "post", "Echo", "Argus", "Courier", "Mail", "Herald", "Beacon"]
    drawn_stories = [
        story(f"a{i:02}", "Boat", rng.choice(TEXTS[:-1]), outlet=rng.choices(outlets, range(8, 0, -1))[0])
        for i in range(40)
    ]
    for engine in pair:
        with engine.writer(fresh=True) as writer:
            for documents in drawn_stories:
                writer.put(documents)
    for root in ROOTS:
        for limit in (1, 2, 4):
            query = Query(root, grouped=True)
            want, have = (engine.search(query, limit=1, selection=FacetSelection(limit)).facets for engine in pair)
            assert have == want, (root, limit)


def test_what_is_taken_down_leaves_its_group(pair: tuple[MemoryEngine, OpenSearchEngine]) -> None:
    cluster = pair[1]
    with cluster.writer() as writer:
        for i in range(3):
            writer.put(story(f"a{i}", "Boat", STORY, day=f"2021-03-0{i + 1}"))
    assert [head.id for head in cluster.copies("a1")] == ["a0", "a2"]
    cluster.forget(Takedowns.of([Takedown(digest_of("a0"), "2021-04-01T00:00:00Z")]))
    assert [head.id for head in cluster.copies("a1")] == ["a2"]
    hits = cluster.search(Query(MatchAll(), grouped=True), limit=5).hits
    assert [(hit.head.id, hit.copies_total) for hit in hits] == [("a1", 1)]


def test_nothing_more_is_asked_where_there_are_no_copies(
    pair: tuple[MemoryEngine, OpenSearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pair[1]
    made = requests(cluster, monkeypatch)
    counts = []
    for texts in ((STORY, NUMBERED, RENAMED), (STORY, STORY, RENAMED)):
        with cluster.writer(fresh=True) as writer:
            for i, text in enumerate(texts):
                writer.put(story(f"a{i}", "Boat", text, quotes=SAID))
        cluster.info()
        for grouped in (False, True):
            made.clear()
            cluster.search(Query(Word("boat"), grouped=grouped), limit=5)
            cluster.search_quotes(MatchAll(), (), limit=5, grouped=grouped)
            cluster.search_speakers(MatchAll(), (), limit=5, grouped=grouped)
            cluster.totals([Query(MatchAll(), grouped=grouped)])
            counts.append(len(made))
    without, the_same, _, with_copies = counts
    # What is known from before is not asked again.
    assert without >= the_same < with_copies <= without + 9
