"""Passages of few articles are looked at; the order is the one that looking at all would give."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest

from searchsvc.engines.whoosh import WhooshEngine, passages
from searchsvc.model.fields import BODY, LEAD, TITLE
from searchsvc.model.query import And, Fuzzy, MatchAll, MinShouldMatch, Node, Or, Phrase, Prefix, Query, Word
from searchsvc.model.result import Hit
from tests.engines.engine_articles import documents

WORDS = ["storm", "ferry", "harbour", "wall", "jetty", "pilot", "anchor", "buoy", "tide", "cutter"]
FILLER = ["grey", "morning", "village", "council", "winter", "letter", "garden", "window", "market", "bridge"]
WINDOW = 1000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    """Articles of very different lengths, in two segments; one says a word more often than a dense row can count."""
    engine = WhooshEngine(tmp_path_factory.mktemp("bound"))
    chance = random.Random(11)  # noqa: S311  no secret
    made = []
    for number in range(700):
        paragraphs = [
            " ".join(chance.choices(WORDS + FILLER * 3, k=chance.choice((3, 12, 60, 200))))
            for _ in range(chance.choice((1, 2, 5, 9)))
        ]
        made.append(documents(f"a{number:03}", " ".join(chance.choices(WORDS + FILLER, k=5)), *paragraphs))
    made.append(documents("long", "Letters", "A lead.", "storm " * 9000, "garden " * 20000))
    for fresh, part in ((True, made[:500]), (False, made[500:])):
        with engine.writer(fresh=fresh) as writer:
            for each in part:
                writer.put(each)
    return engine


def told(hits: Sequence[Hit]) -> list[tuple[str, float, int | None]]:
    return [(hit.head.id, hit.score, hit.best) for hit in hits]


ONE_TIER = [
    *(Word(word) for word in WORDS),
    *(Or((Word(one), Word(other))) for one, other in pairwise(WORDS)),
    Or(tuple(map(Word, WORDS))),
    And((Word("storm"), Word("garden"))),
    Or((Word("storm"), Phrase(("ferry", "harbour")), Prefix("anch"), Fuzzy("tied"))),
    Word("storm", BODY),
    Or((Word("storm", LEAD), Word("ferry"))),
    MatchAll(),
    And((MatchAll(), Word("storm", TITLE))),
]
TIERS = [
    MinShouldMatch((Word("storm"), Word("ferry"), Word("harbour"), Word("wall")), 2),
    And((MinShouldMatch((Word("tide"), Word("jetty"), Phrase(("pilot", "anchor"))), 1), Word("garden"))),
]


@pytest.mark.parametrize("root", ONE_TIER + TIERS, ids=repr)
def test_the_first_ones_are_the_same_however_many_are_asked_for(engine: WhooshEngine, root: Node) -> None:
    everything = told(engine.search(Query(root), limit=WINDOW).hits)
    for limit in (1, 10, 40):
        assert told(engine.search(Query(root), limit=limit).hits) == everything[:limit]
    assert told(engine.search(Query(root), limit=10, offset=20).hits) == everything[20:30]


@pytest.mark.parametrize("at_once", [1, 500, 5000])
def test_long_articles_are_read_in_parts(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    query = Query(Or((Word("storm"), Word("ferry"), Word("long"))))
    whole = told(engine.search(query, limit=WINDOW).hits)
    monkeypatch.setattr(passages, "AT_ONCE", at_once)
    assert told(engine.search(query, limit=WINDOW).hits) == whole


@pytest.mark.parametrize("root", ONE_TIER, ids=repr)
def test_they_stand_in_the_order_of_their_scores(engine: WhooshEngine, root: Node) -> None:
    hits = told(engine.search(Query(root), limit=WINDOW).hits)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def test_a_word_that_fills_a_long_article_is_raised_no_higher_than_foreseen(engine: WhooshEngine) -> None:
    hits = {hit.head.id: hit for hit in engine.search(Query(Word("storm")), limit=WINDOW).hits}
    assert "long" in hits
    assert hits["long"].best == 1
