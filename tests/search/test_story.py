"""The story around an article, similar articles, and links both ways."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from searchsvc.analysis.links import is_title_key, link_keys, names, story_keys
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import time_limit
from searchsvc.model.document import chunk
from searchsvc.model.query import LinksTo, Query
from searchsvc.query_parser import parse_query
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search import (
    SearchRequest,
    find_links,
    find_similar,
    find_story,
    search_articles,
    search_headlines,
)
from searchsvc.search.linked_stories import MAX_QUERY, linking_node
from searchsvc.search.story import ENOUGH, LIKENESS_A_DAY, STORY_LIKENESS, least_likeness
from tests.search.story_articles import ARTICLES, FALL, archive, article, related


@pytest.fixture(scope="module")
def engine() -> Engine:
    return archive()


def listed(engine: Engine, article_id: str, days: int = 14) -> dict[str, tuple[str, ...]]:
    return {one.head.id: one.relations for one in find_story(engine, article_id, days=days).articles}


def test_a_story_is_linked_both_ways_and_alike_in_the_order_of_dates(engine: Engine) -> None:
    assert listed(engine, "fall") == {
        "fall": (),
        "ferries": ("linked_to",),
        "repair": ("similar",),
        "lists": ("linked_from",),
        "column": ("linked_from",),
    }
    assert list(listed(engine, "fall")) == ["fall", "ferries", "repair", "lists", "column"]


def test_similar_articles_belong_to_a_story_within_its_days_and_the_more_alike_the_farther_apart(
    engine: Engine,
) -> None:
    assert "repair" not in listed(engine, "fall", days=6)
    assert "repair" in listed(engine, "fall", days=7)
    assert "inquiry" not in listed(engine, "repair", days=365), "alike, but a month away"
    one, other = (next(a.head for a in ARTICLES if a.head.id == name) for name in ("fall", "repair"))
    assert least_likeness(one, other) == pytest.approx(STORY_LIKENESS + 7 * LIKENESS_A_DAY)
    assert least_likeness(one, ArticleHead("x", "undated")) == ENOUGH
    assert listed(engine, "undated") == {"pies": ("similar",), "undated": ()}


def test_a_story_says_who_speaks_and_counts_outlets_and_days(engine: Engine) -> None:
    story = find_story(engine, "fall")
    assert [(one.name, one.quotes, one.articles) for one in story.speakers] == [("Ida Bloom", 3, 2), ("Tom Reed", 1, 1)]
    repair = next(one for one in story.articles if one.head.id == "repair")
    assert [(one.name, one.quotes) for one in repair.speakers] == [("Ida Bloom", 2), ("Tom Reed", 1)]
    assert [(one.value, one.count) for one in story.outlets] == [("The Courier", 3), ("The Letter", 2)]
    assert (story.first_day, story.last_day) == (date(2021, 3, 1), date(2021, 5, 30))


def test_copies_of_an_article_are_not_like_it_and_stand_with_the_first_of_them(engine: Engine) -> None:
    assert "copy" not in {one.head.id for one in find_similar(engine, "fall").results}
    (first, *_) = find_similar(engine, "repair").results
    assert (first.head.id, first.copies) == ("fall", ("copy",))


def test_who_names_a_copy_names_the_story() -> None:
    engine = archive()
    other = replace(next(one for one in ARTICLES if one.head.id == "copy"))
    other = replace(other, head=replace(other.head, url="https://letter.example/quay"))
    boxes = (related("Read on", url="https://letter.example/quay"),)
    with engine.writer() as writer:
        writer.put(chunk(other))
        writer.put(chunk(article("digest", "All of March", "What was printed in March.", 20, boxes=boxes)))
        writer.put(chunk(replace(other, head=replace(other.head, id="again", url="https://argus.example/quay"))))
    for name in ("fall", "copy", "again"):
        found = find_links(engine, name).linking
        assert {one.id for one in found.heads} == {"column", "lists", "digest"}, name
        assert found.total == 3
        assert search_articles(engine, SearchRequest(found.query)).total == 3
        story = listed(engine, name)
        assert story["digest"] == ("linked_from",)
        assert len(story.keys() & {"fall", "copy", "again"}) == 1, "copies are one story"


def test_a_story_of_many_copies_is_asked_for_in_a_query_that_can_be_typed() -> None:
    copies = [
        ArticleHead(f"c{i}", f"Breakers {i} took the quay and all that stood on it", f"https://{i}.example/{'q' * 90}")
        for i in range(20)
    ]
    node = linking_node(ArticleHead("a", "Quay", "https://letter.example/quay"), copies)
    assert node is not None
    assert MAX_QUERY / 2 < len(format_query(node)) <= MAX_QUERY
    long = ArticleHead("a", "Quay", f"https://letter.example/{'q' * 2_000}")
    assert linking_node(long, copies) == linking_node(long)


def test_similar_articles_say_by_which_words(engine: Engine) -> None:
    page = find_similar(engine, "fall", limit=1)
    words = {one.word: one for one in page.words}
    assert {"masons", "mortar", "breakers"} <= words.keys()
    assert words["masons"].articles == 4
    assert not words.keys() & {"the", "of", "port"}, "no stop words, and none of more than half of the articles"
    (repair,) = page.results
    assert repair.head.id == "repair"
    assert set(repair.words) <= words.keys()
    assert 0.5 < repair.likeness < 1


def test_an_article_of_few_words_is_like_no_other(engine: Engine) -> None:
    page = find_similar(engine, "short")
    assert (page.results, find_story(engine, "short").articles[0].head.id) == ((), "short")


def test_who_names_an_article_is_found_by_a_search(engine: Engine) -> None:
    links = find_links(engine, "fall")
    assert [head.id for head in links.linking.heads] == ["column", "lists"], "newest first; promotions do not link"
    assert links.linking.total == 2
    page = search_articles(engine, SearchRequest(links.linking.query, sort="newest"))
    assert [one.head.id for one in page.results] == ["column", "lists"]
    assert [(one.index, one.story and one.story.id) for one in links.named] == [
        (0, "ferries"),
        (1, None),
        (2, "festival"),
    ]
    assert find_links(engine, "fall", limit=1).linking.total == 2


def test_headlines_say_which_story_they_name_and_which_are_all_that_is_known(engine: Engine) -> None:
    page = search_headlines(engine, SearchRequest("links:courier.example/festival"))
    assert [(one.head.id, one.story and one.story.id) for one in page.results] == [("fall", "festival")]
    papers = search_headlines(engine, SearchRequest('"papers say"'))
    assert [one.story for one in papers.results] == [None]
    relaxed = search_headlines(engine, SearchRequest("papers herring zeppelin"))
    assert [notice.code for notice in relaxed.notices] == []
    assert relaxed.total == 0
    assert search_headlines(engine, SearchRequest("papers zeppelin")).notices[-1].code == "relaxed"


def test_of_several_stories_of_one_headline_the_nearest_in_time_is_meant() -> None:
    engine = archive()
    with engine.writer() as writer:
        for number, day in (("early", 0), ("late", 300)):
            writer.put(chunk(article(number, "Storm closes the harbour again", f"It blew {number}.", day)))
        boxes = (related("Storm closes the harbour again"),)
        writer.put(chunk(article("page", "Another", "A page of links.", 290, boxes=boxes)))
    (named,) = find_links(engine, "page").named
    assert named.story is not None
    assert named.story.id == "late"


def test_an_article_that_is_not_there_is_not_found_and_days_have_bounds(engine: Engine) -> None:
    for find in (find_story, find_similar, find_links):
        with pytest.raises(NotFoundError):
            find(engine, "nobody")
    for days in (-1, 366):
        with pytest.raises(QueryError, match="days"):
            find_story(engine, "fall", days=days)


def test_a_story_that_takes_too_long_is_refused(engine: Engine) -> None:
    with time_limit(0), pytest.raises(QueryError, match="takes longer"):
        find_story(engine, "fall")


def test_days_at_the_ends_of_the_calendar_are_no_trouble() -> None:
    engine = archive()
    with engine.writer() as writer:
        for name, day in (("first", date.min), ("last", date.max)):
            made = article(name, "Sea wall of the ends", FALL, (day - date(2021, 3, 1)).days)
            writer.put(chunk(made))
    assert len(listed(engine, "first", 365)) >= 1
    assert len(listed(engine, "last", 365)) >= 1


@pytest.mark.parametrize("title", ["Sea wall falls at Port Aldous", "“Wall”: it's the U.S.'s, they say", "三 つ の 壁"])
def test_keys_of_a_title_are_read_back_from_a_query(title: str) -> None:
    head = ArticleHead("x", title, outlet='The A.B. “Courier" & Post')
    now = datetime(2021, 3, 1, tzinfo=UTC)
    for key in story_keys(head):
        assert is_title_key(key)
        assert parse_query(f'links:"{key}"', now=now).root == LinksTo((key,))
        parsed = parse_query(f'links:"{key}" storm', now=now)
        assert parse_query(parsed.text, now=now).root == parsed.root


def test_the_rule_of_names_is_the_rule_of_keys(engine: Engine) -> None:
    """What the index answers by keys is what the rule says of each pair of a headline and an article."""
    for target in ARTICLES:
        node = LinksTo(story_keys(target.head))
        found = {hit.head.id for hit in engine.search(Query(node), limit=50).hits} if node.keys else set()
        told = {
            page.head.id
            for page in ARTICLES
            for one in page.related
            if one.group != "promo"
            and (names(one, page.head, target.head) or set(link_keys(one, page.head)) & {*node.keys})
        }
        assert found == told, target.head.id
