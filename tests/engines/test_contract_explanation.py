"""The parts of a score add up to it, on every engine, and say where they come from."""

import pytest

from searchsvc.engines.base import Engine
from searchsvc.engines.ranking_rules import PASSAGE_WINDOW
from searchsvc.model.fields import TITLE, TextField
from searchsvc.model.query import And, Fuzzy, MatchAll, MinShouldMatch, Node, Not, Or, Phrase, Prefix, Query, Sort, Word
from searchsvc.model.result import Hit
from tests.engines.engine_articles import HARBOUR

ROOTS: dict[str, Node] = {
    "word": Word("harbour"),
    "words": And((Word("harbour"), Word("storm"))),
    "one of them": Or((Word("ferry"), Word("storm"), Word("nowhere"))),
    "most": MinShouldMatch((Word("harbour"), Word("ferry"), Word("storm")), 1),
    "said twice": And((Word("storm"), Or((Word("storm"), Word("ferry"))))),
    "phrase": Phrase(("harbour", "master")),
    "prefix": Prefix("har"),
    "fuzzy": Fuzzy("harbuor"),
    "title": And((Word("storm", TITLE), Word("harbour"))),
    "captions": Word("lighthouse", TextField("captions")),
    "excluded": And((Word("harbour"), Not(Word("ferry")))),
    "everything": MatchAll(),
}


def explained(engine: Engine, root: Node, sort: Sort = "relevance") -> tuple[Hit, ...]:
    with engine.writer() as writer:
        for documents in HARBOUR:
            writer.put(documents)
    return engine.search(Query(root, sort=sort, explain=True), limit=9).hits


@pytest.mark.parametrize("sort", ["relevance", "oldest"])
@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_the_parts_add_up_to_the_score(engine: Engine, root: Node, sort: Sort) -> None:
    hits = explained(engine, root, sort)
    assert hits
    for hit in hits:
        assert hit.parts is not None
        assert sum(part.score for part in hit.parts) == pytest.approx(hit.score, abs=1e-5)
        assert all(part.score > 0 for part in hit.parts)
        places = [part.place for part in hit.parts]
        assert places == sorted(places)
        assert len({(part.leaf, part.place) for part in hit.parts}) == len(hit.parts)


def test_parts_name_the_words_that_an_article_has(engine: Engine) -> None:
    hits = {hit.head.id: hit.parts for hit in explained(engine, Or((Word("ferry"), Word("storm"), Word("nowhere"))))}
    named = {name: {part.leaf for part in parts or ()} for name, parts in hits.items()}
    assert named["ferry"] == {Word("ferry"), Word("storm")}
    assert Word("nowhere") not in {leaf for leaves in named.values() for leaf in leaves}


def test_parts_are_not_told_unasked(engine: Engine) -> None:
    explained(engine, Word("storm"))
    assert [hit.parts for hit in engine.search(Query(Word("storm")), limit=1).hits] == [None]


def test_where_no_passage_raises_a_score_none_is_told(engine: Engine) -> None:
    (hit,) = explained(engine, Word("lighthouse", TextField("captions")))
    assert [part.place for part in hit.parts or ()] == ["article"]
    assert len(HARBOUR) < PASSAGE_WINDOW
