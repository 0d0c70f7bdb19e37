"""Pages of results in a cluster: as few requests as promised, and the same articles where many match or far down."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.memory import MemoryEngine, searcher
from searchsvc.engines.opensearch import OpenSearchEngine, article_searcher, index_session
from searchsvc.model.document import Document
from searchsvc.model.fields import SECTION
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
    for module in (searcher, article_searcher):
        monkeypatch.setattr(module, "PASSAGE_WINDOW", 5)
    for module in (article_searcher, index_session):
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
    monkeypatch.setattr(article_searcher, "PASSAGE_WINDOW", raised)
    filters = (DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "Sea")),)
    made = requests(cluster, monkeypatch)
    cluster.search(Query(root, filters, sort), limit=10)  # type: ignore[arg-type]
    assert len(made) <= 3, made


def test_a_page_with_fuzzy_words_takes_one_more_the_first_time(
    pair: tuple[MemoryEngine, OpenSearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pair[1]
    made = requests(cluster, monkeypatch)
    for most in (3, 2):
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
