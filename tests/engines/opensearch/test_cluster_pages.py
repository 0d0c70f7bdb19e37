"""Pages of results in a cluster: as few requests as promised, and the same articles where many match or far down."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.memory import MemoryEngine, searcher
from searchsvc.engines.opensearch import (
    OpenSearchEngine,
    article_searcher,
    commit_view,
    facet_aggregations,
    index_session,
    page_parts,
)
from searchsvc.engines.opensearch.commit_state import CURRENT
from searchsvc.engines.opensearch.incremental_commit import write_commit
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.model.document import Document
from searchsvc.model.fields import BODY, SECTION, TITLE, FacetField
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    FacetFilter,
    Fuzzy,
    MatchAll,
    MinShouldMatch,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from searchsvc.model.result import Hit
from searchsvc.search import SearchRequest, search_articles
from tests.engines.clusters import cluster_index
from tests.engines.test_agreement import loosely_scored, queries, random_documents, seeded
from tests.narrowing import of_type

pytestmark = pytest.mark.cluster
ARTICLES = 40


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[MemoryEngine, OpenSearchEngine]]:
    """The specification and a cluster with the same articles."""
    rng = seeded(5)
    made: list[Sequence[Document]] = [random_documents(rng, f"a{i:02}") for i in range(ARTICLES)]
    memory = MemoryEngine()
    with cluster_index() as url, closing(of_type(OpenSearchEngine, open_engine(url))) as cluster:
        for engine in (memory, cluster):
            with engine.writer() as writer:
                for one in made:
                    writer.put(one)
        yield memory, cluster


def shown(hits: Sequence[Hit]) -> list[tuple[object, ...]]:
    return [(hit.head.id, pytest.approx(hit.score, rel=1e-5), hit.best, hit.matched_in) for hit in hits]


@pytest.mark.parametrize("reach", [10_000, 4], ids=["in reach of one search", "walked to"])
def test_pages_of_large_results_agree(
    pair: tuple[MemoryEngine, OpenSearchEngine], reach: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five articles are raised instead of a thousand, so that most results have more."""
    memory, cluster = pair
    for module in (searcher, page_parts):
        monkeypatch.setattr(module, "PASSAGE_WINDOW", 5)
    for module in (article_searcher, index_session, page_parts):
        monkeypatch.setattr(module, "RESULT_WINDOW", reach)
    for rng, query in queries(7):
        offset, limit = rng.choice([(0, 30), (0, 5), (3, 4), (2, 10), (7, 3), (20, 10)])
        if not loosely_scored(cluster, query):
            want, have = (engine.search(query, limit=limit, offset=offset) for engine in pair)
            assert have.total == want.total, query
            assert shown(have.hits) == shown(want.hits), (query, offset, limit)
    assert list(cluster.ids()) == list(memory.ids())


ROOTS = {
    "word": Word("tide"),
    "words": And((Word("tide"), Word("anchor"), Word("the"))),
    "any": Or((Word("tide"), Word("anchor"))),
    "most": MinShouldMatch((Word("tide"), Word("anchor"), Word("quern")), 1),
    "phrase": Phrase(("the", "tide")),
    "prefix": Prefix("har"),
    "all": MatchAll(),
}


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize("raised", [12, 1000])
def test_a_page_takes_three_requests_at_most(
    pair: tuple[MemoryEngine, OpenSearchEngine], root: Word, sort: str, raised: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pair[1]
    cluster.info()
    monkeypatch.setattr(page_parts, "PASSAGE_WINDOW", raised)
    filters = (DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "Sea")),)
    made = requests(cluster, monkeypatch)
    cluster.search(Query(root, filters, sort), limit=10)  # type: ignore[arg-type]
    assert len(made) <= 3, made


def test_a_page_with_fuzzy_words_takes_one_more_the_first_time_and_one_where_numbers_are_known(
    pair: tuple[MemoryEngine, OpenSearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pair[1]
    cluster.info()
    made = requests(cluster, monkeypatch)
    for most in (3, 1):
        made.clear()
        cluster.search(Query(Fuzzy("herrinq")), limit=10)
        assert len(made) == most


def test_quotes_headlines_and_speakers_take_two_requests(
    pair: tuple[MemoryEngine, OpenSearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pair[1]
    made = requests(cluster, monkeypatch)
    for ask in (
        lambda: cluster.search_quotes(Word("tide"), (), limit=10),
        lambda: cluster.search_headlines(Word("tide"), (), limit=10),
        lambda: cluster.search_speakers(Word("tide"), (), limit=10),
    ):
        made.clear()
        ask()
        assert len(made) == 2


def requests(engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that an engine makes from now on."""
    made: list[str] = []
    perform = engine.session.cluster._perform

    def counted(method: str, path: str, *rest: object) -> object:
        made.append(f"{method} {path}")
        return perform(method, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.session.cluster, "_perform", counted)
    return made


@pytest.mark.parametrize(
    "text", ["tide anchor", "tide quern harbour the", "anchor", "tide -anchor", "section:Sea quern"]
)
def test_a_whole_page_takes_three_requests_at_most(
    pair: tuple[MemoryEngine, OpenSearchEngine], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the state of the index, its languages, other spellings and what may be misspelled."""
    memory, cluster = pair
    cluster.info()
    made = requests(cluster, monkeypatch)
    page = search_articles(cluster, SearchRequest(text))
    assert len(made) <= 3, made
    assert [hit.head.id for hit in page.results] == [
        hit.head.id for hit in search_articles(memory, SearchRequest(text)).results
    ]
    made.clear()
    assert search_articles(cluster, SearchRequest(text)) == page
    assert len(made) == 1, "whether the commit still is the last one"


def test_what_a_result_has_in_common_with_the_page_before_is_not_asked_again(
    pair: tuple[MemoryEngine, OpenSearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, cluster = pair
    first = search_articles(cluster, SearchRequest("tide OR anchor", size=5))
    asked: list[str] = []
    search_lines = cluster.session.cluster.search_lines

    def noted(lines: Sequence[str]) -> list[Json]:
        asked.extend(lines)
        return search_lines(lines)

    monkeypatch.setattr(cluster.session.cluster, "search_lines", noted)
    made = requests(cluster, monkeypatch)
    pages = {"second": SearchRequest("tide OR anchor", page=2, size=5)}
    pages["newest"] = SearchRequest("tide OR anchor", sort="newest", size=5)
    for name, request in pages.items():
        asked.clear()
        made.clear()
        page = search_articles(cluster, request)
        assert page.facets == first.facets
        assert [one.head.id for one in page.results] == [
            one.head.id for one in search_articles(memory, request).results
        ]
        assert len(made) == 1, name
        assert not any('"months"' in line for line in asked), name


def test_what_begins_with_the_last_word_of_a_phrase_does_not_multiply_its_score(
    pair: tuple[MemoryEngine, OpenSearchEngine],
) -> None:
    memory, cluster = pair
    found = 0
    for first, beginning in (("the", "t"), ("the", "h"), ("tide", "a"), ("anchor", "t"), ("harbour", "t")):
        for name in (None, TITLE, BODY):
            query = Query(Phrase((first, beginning), field=name, tail="*"))
            want, have = memory.search(query, limit=50), cluster.search(query, limit=50)
            found += have.total
            assert sorted(hit.score for hit in have.hits) == pytest.approx(
                sorted(hit.score for hit in want.hits), rel=1e-5
            )
    assert found > ARTICLES


@pytest.mark.parametrize(("few", "signs"), [(ARTICLES, 10_000), (ARTICLES, 400), (ARTICLES - 1, 10_000)])
def test_numbers_that_one_search_counts_are_those_that_each_would(
    pair: tuple[MemoryEngine, OpenSearchEngine], few: int, signs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, cluster = pair
    monkeypatch.setattr(commit_view, "FEW_ARTICLES", few)
    monkeypatch.setattr(commit_view, "SIGNS_TOGETHER", signs)
    together: list[int] = []
    counting_each = commit_view.counting_each

    def noted(queries: Sequence[Json]) -> Json:
        together.append(len(queries))
        return counting_each(queries)

    monkeypatch.setattr(commit_view, "counting_each", noted)
    access = cluster.session.cluster.access
    host, port = access.hosts[0]
    with closing(OpenSearchEngine(f"//{host}:{port}/{access.name}")) as fresh:
        for text in ("harbour tide", "anchor OR quern", '"the tide"', "herring -walrus", "harb* tidl~"):
            ours, theirs = (search_articles(engine, SearchRequest(text)) for engine in (memory, fresh))
            assert (ours.total, ours.total_all_words) == (theirs.total, theirs.total_all_words), text
            assert [one.head.id for one in ours.results] == [one.head.id for one in theirs.results], text
    assert bool(together) == (few == ARTICLES)


@pytest.mark.parametrize("many", [None, frozenset({SECTION})])
@pytest.mark.parametrize("limit", [1, 50])
@pytest.mark.parametrize("listed", [1, 3, 500])
def test_values_that_are_not_listed_at_once_are_counted_as_the_others(
    pair: tuple[MemoryEngine, OpenSearchEngine],
    listed: int,
    limit: int,
    many: frozenset[FacetField] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the commit tells of the facets that have many values: that it does not know is told by older ones."""
    monkeypatch.setattr(facet_aggregations, "LISTED", listed)
    session = pair[1].session
    state = session.commits.now()
    told = replace(state.statistics, with_many_values=many)
    write_commit(session, CURRENT, replace(state, statistics=told))
    for text in ("", "tide", "anchor OR quern", "harbour -tide", "section:Sea"):
        want, have = (search_articles(engine, SearchRequest(text, facet_limit=limit)).facets for engine in pair)
        assert have == want, text
    assert any(total > 1 for total in want.totals.values())
