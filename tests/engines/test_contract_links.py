"""What every engine does alike: which pages link to a story, by its address and by its headline."""

import pytest

from searchsvc.analysis.links import address_key, link_keys, names, story_keys
from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead, RelatedHeadline
from searchsvc.model.fields import SECTION, FacetField
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    FacetFilter,
    LinksTo,
    MatchAll,
    Node,
    Not,
    Or,
    Query,
    Word,
)
from searchsvc.model.result import FacetValue
from tests.engines.engine_articles import documents

OUTLET = FacetField("outlet")
#: The story that others name.
WALL = ArticleHead(
    "wall", "Sea wall falls at Port Aldous", "https://courier.example/news/wall?utm_source=x", "The Courier"
)


def headline(text: str, group: str = "see_also", url: str | None = None, outlet: str | None = None) -> RelatedHeadline:
    return RelatedHeadline(text, group, url, outlet=outlet)  # type: ignore[arg-type]  # one of the groups


@pytest.fixture
def linked(engine: Engine) -> Engine:
    """Pages that name the story of the wall, and others."""
    with engine.writer() as writer:
        writer.put(documents(WALL.id, WALL.title, "It fell.", url=WALL.url, outlet=WALL.outlet, day="2021-03-01"))
        writer.put(
            documents(
                "address",
                "Repairs begin",
                "Masons came.",
                day="2021-03-03",
                outlet="The Courier",
                section="Sea",
                related=(
                    headline("How the wall fell", url="http://www.courier.example/news/wall/"),
                    headline("The same again", "promo", "https://courier.example/news/wall#top"),
                    headline("Most read", "promo", "https://courier.example/news/gulls"),
                    headline("Bells ring", url="https://courier.example/news/bells"),
                ),
            )
        )
        writer.put(
            documents(
                "words",
                "Harbour shut",
                "No boat left.",
                day="2021-03-02",
                outlet="Courier",
                related=(headline("SEA WALL falls at Port Aldous"),),
            )
        )
        writer.put(
            documents(
                "elsewhere",
                "What others write",
                "A list.",
                outlet="Letter",
                section="Sea",
                related=(headline("Sea wall falls at Port Aldous", "elsewhere", outlet="The Courier"),),
            )
        )
        writer.put(
            documents(
                "another",
                "Old walls",
                "A list.",
                day="2021-03-05",
                outlet="Letter",
                related=(
                    headline("Sea wall falls at Port Aldous"),
                    headline("Sea wall falls at Port Aldous again", "elsewhere", outlet="The Courier"),
                ),
            )
        )
    with engine.writer() as writer:
        writer.put(documents("late", "Wall up", "Done.", day="2021-04-01", related=(headline("Bells", url=WALL.url),)))
    return engine


def found(engine: Engine, root: Node) -> set[str]:
    return {hit.head.id for hit in engine.search(Query(root), limit=10).hits}


def test_pages_that_name_a_story_are_found_by_its_address_and_by_its_words_with_the_outlet(linked: Engine) -> None:
    assert found(linked, LinksTo(story_keys(WALL))) == {"address", "elsewhere", "late"}
    assert found(linked, LinksTo(address_key("http://courier.example/"))) == set()
    assert found(linked, LinksTo(address_key("http://courier.example/news/wall"))) == {"address", "late"}


def test_what_a_page_promotes_is_a_headline_and_no_link(linked: Engine) -> None:
    gulls = LinksTo(address_key("https://courier.example/news/gulls"))
    assert found(linked, gulls) == set()
    assert [hit.index for hit in linked.search_headlines(gulls, (), limit=9).hits] == [2]


def test_links_stand_in_trees_with_other_nodes(linked: Engine) -> None:
    here = LinksTo(address_key("https://courier.example/news/wall"))
    assert found(linked, And((here, Word("masons")))) == {"address"}
    assert found(linked, Or((here, Word("boat")))) == {"address", "late", "words"}
    assert found(linked, And((MatchAll(), Not(here)))) == {"wall", "words", "elsewhere", "another"}
    assert found(linked, LinksTo(())) == set()


def test_a_search_for_headlines_finds_those_that_name_the_story_and_not_their_neighbours(linked: Engine) -> None:
    ranking = linked.search_headlines(LinksTo(story_keys(WALL)), (), limit=10, sort="newest")
    assert [(hit.head.id, hit.index) for hit in ranking.hits] == [
        ("late", 0),
        ("address", 0),
        ("address", 1),
        ("elsewhere", 0),
    ]
    oldest = linked.search_headlines(MatchAll(), (LinksTo(story_keys(WALL)),), limit=1, sort="oldest")
    assert (oldest.total, [hit.head.id for hit in oldest.hits]) == (4, ["address"])


def test_headlines_are_counted_by_the_values_of_the_pages_that_have_them(linked: Engine) -> None:
    chosen = DrillSidewaysFilter(OUTLET, FacetFilter(OUTLET, "Letter"))
    ranking = linked.search_headlines(MatchAll(), (chosen,), limit=0)
    assert (ranking.total, ranking.totals_without) == (3, {OUTLET: 9})
    assert ranking.facets[SECTION] == (FacetValue("Sea", 1),)
    assert FacetValue("The Courier", 4) in ranking.facets[OUTLET]
    assert ranking.facets.month == (FacetValue("2021-03", 2),)


def test_quotes_are_those_of_pages_that_link(engine: Engine) -> None:
    with engine.writer() as writer:
        related = (headline("Bells", url="http://a.example/1"),)
        writer.put(documents("a", "One", "“Hm”", quotes=(("Hm", "Ann Oar"),), related=related))
        writer.put(documents("b", "Two", "“Oh”", quotes=(("Oh", "Ann Oar"),)))
    hits = engine.search_quotes(MatchAll(), (LinksTo(address_key("http://a.example/1")),), limit=9).hits
    assert [hit.head.id for hit in hits] == ["a"]


def test_a_page_that_is_changed_or_deleted_links_no_more(linked: Engine) -> None:
    with linked.writer() as writer:
        writer.put(documents("address", "Repairs begin", "Masons came.", day="2021-03-03"))
        writer.delete("late")
    assert found(linked, LinksTo(address_key("https://courier.example/news/wall"))) == set()
    assert linked.search_headlines(LinksTo(story_keys(WALL)), (), limit=9).total == 1


def test_one_rule_says_which_headline_names_which_article() -> None:
    page = ArticleHead("page", "Another", outlet="The Courier")
    assert names(headline("Sea Wall Falls at Port Aldous"), page, WALL)
    assert names(headline("How", url="courier.example"), page, WALL) is False
    assert not names(headline("Sea wall falls at Port Aldous", outlet="Letter"), page, WALL), "another outlet's story"
    assert not names(headline(WALL.title), WALL, WALL), "a page does not link to itself"
    assert story_keys(ArticleHead("short", "In pictures", outlet="Courier")) == (), "two words tell no story apart"
    unknown = headline("Sea wall falls at Port Aldous", "elsewhere")
    assert names(unknown, page, WALL), "a headline from elsewhere that names no outlet may be any outlet's"
    assert link_keys(headline("", url="javascript:alert(1)"), page) == ()
