"""What a cluster is asked for the parts of scores, and what is read from its answers."""

from searchsvc.engines.opensearch.commit_state import Statistics
from searchsvc.engines.opensearch.query_dsl import QueryBuilder
from searchsvc.engines.opensearch.score_explanation import MAX_INNER, leaf_searches, score_parts_of
from searchsvc.engines.opensearch.scripted_scores import Scorer
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import PASSAGE_WEIGHT
from searchsvc.model.fields import TEXT, TITLE
from searchsvc.model.query import Leaf, Word
from searchsvc.model.result import ScorePart

STORM, TITLED = Word("storm"), Word("ferry", TITLE)


def scorer(*leaves: Leaf) -> Scorer:
    statistics = Statistics(articles=9, average=dict.fromkeys(TEXT, 5.0), average_passage=20.0)
    return Scorer(QueryBuilder(("en",)), statistics, leaves, dict.fromkeys(leaves, 2))


def test_each_leaf_is_asked_alone_as_often_as_the_query_says_it() -> None:
    asked = list(leaf_searches(scorer(STORM, TITLED, STORM), {"b": 1, "a": None}))
    assert [(one.leaf, one.place) for one in asked] == [(STORM, "article"), (STORM, "passage"), (TITLED, "article")]
    whole = scorer(STORM, TITLED, STORM)
    assert [one.body["query"]["bool"]["should"] for one in asked if one.place == "article"] == [
        [score] for score in whole.articles()
    ]
    (nested,) = asked[1].body["query"]["bool"]["should"]
    assert nested["nested"]["query"]["bool"]["must"] == whole.passages()
    assert nested["nested"]["query"]["bool"]["filter"] == [{"terms": {"passages.number": [1]}}]
    for one in asked:
        assert one.body["size"] == 2
        assert {"terms": {"id": ["a", "b"]}} in one.body["query"]["bool"]["filter"][0]["bool"]["filter"]


def test_where_no_passage_has_raised_a_score_none_is_asked() -> None:
    assert [one.place for one in leaf_searches(scorer(STORM), {"a": None})] == ["article"]


def test_more_passages_than_a_cluster_returns_are_not_asked() -> None:
    best: dict[str, int | None] = {f"a{i}": i for i in range(MAX_INNER + 50)}
    (nested,) = list(leaf_searches(scorer(STORM), best))[1].body["query"]["bool"]["should"]
    assert len(nested["nested"]["query"]["bool"]["filter"][0]["terms"]["passages.number"]) == MAX_INNER


def hit(article_id: str, score: float, *passages: tuple[int, float]) -> Json:
    inner = [{"_score": own, "fields": {"passages.number": [number]}} for number, own in passages]
    return {"sort": [article_id], "_score": score, "inner_hits": {"passages": {"hits": {"hits": inner}}}}


def test_the_parts_of_an_article_are_those_of_its_best_passage() -> None:
    best = {"a": 2, "b": None}
    asked = list(leaf_searches(scorer(STORM, TITLED), best))
    answers = [
        {"hits": {"hits": [hit("a", 1.5), hit("b", 0.0)]}},
        {"hits": {"hits": [hit("a", 9.0, (1, 9.0), (2, 4.0)), hit("b", 3.0, (2, 3.0))]}},
        {"hits": {"hits": [hit("a", 0.5), hit("b", 0.25)]}},
    ]
    assert score_parts_of(asked, answers, best) == {
        "a": (
            ScorePart(STORM, "article", 1.5),
            ScorePart(TITLED, "article", 0.5),
            ScorePart(STORM, "passage", PASSAGE_WEIGHT * 4.0),
        ),
        "b": (ScorePart(TITLED, "article", 0.25),),
    }
