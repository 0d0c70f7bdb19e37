"""Key words in context: a line for each place that is marked, aligned, sorted, and bounded."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError
from searchsvc.model.deadline import time_limit
from searchsvc.model.fields import FacetField
from searchsvc.model.result import Span
from searchsvc.search import ConcordanceOrder, SearchRequest, concordance, search_articles, search_concordance
from searchsvc.search.concordance import CONTEXT, contexts
from tests.engines.engine_articles import HARBOUR, article, documents


@pytest.fixture(params=["memory", "whoosh"])
def harbour(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = (
        MemoryEngine() if request.param == "memory" else open_engine(f"whoosh:{tmp_path_factory.mktemp('kwic') / 'i'}")
    )
    with engine.writer() as writer:
        for one in HARBOUR:
            writer.put(one)
    yield engine
    engine.close()


def lines(engine: Engine, text: str, order: ConcordanceOrder = "result", **asked: object) -> list[tuple[str, str, str]]:
    page = search_concordance(engine, SearchRequest(text, size=50, **asked), order)  # type: ignore[arg-type]
    return [(line.left, line.match, line.right) for line in page.lines]


def test_every_place_is_a_line_that_leads_to_its_block(harbour: Engine) -> None:
    page = search_concordance(harbour, SearchRequest("ferry", sort="oldest"))
    assert [(line.head.id, line.anchor, line.match) for line in page.lines] == [
        ("ferry", None, "Ferry"),
        ("ferry", "b0", "ferry"),
        ("budget", "b0", "ferry"),
    ]
    assert (page.articles, page.read, page.total, page.cut) == (3, 3, 3, False)
    assert lines(harbour, "ferry")[1] in {
        ("The ", "ferry", " between Port Aldous and Lowmere sails again from Monday."),
        ("The council voted for a new school and no new ", "ferry", "."),
    }


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ('"harbour master"', {"Harbour master", "harbour master"}),
        ("herr*", {"Herring", "herring"}),
        ("harbuor~", {"harbour", "Harbour"}),
        ('"port aldous" OR herring', {"Port Aldous", "Herring", "herring"}),
        ("title:storm", {"Storm"}),
        ("quote:boat", {"boat"}),
    ],
)
def test_words_phrases_prefixes_and_fields_are_marked_as_on_the_page_of_results(
    harbour: Engine, text: str, matches: set[str]
) -> None:
    assert {match for _, match, _ in lines(harbour, text)} == matches


def test_the_first_hits_of_a_result_are_those_of_its_page_with_its_notices(harbour: Engine) -> None:
    page = search_concordance(harbour, SearchRequest("stormm"))
    result = search_articles(harbour, SearchRequest("stormm"))
    assert page.notices == result.notices
    assert page.understood == result.understood == "storm"
    assert page.articles == result.total
    heads = list(dict.fromkeys(line.head.id for line in page.lines))
    assert heads == [hit.head.id for hit in result.results if hit.head.id in heads]


def test_lines_are_sorted_by_what_stands_beside_the_match() -> None:
    engine = MemoryEngine()
    rows = {
        "a": ("one blue ferry zebra", "2021-03-02", "Letter"),
        "b": ("two Ämber ferries apple", "2019-03-02", "Courier"),
        "c": ("(three blue) ferry, Mango", None, None),
        "d": ("an amber ferry “apple”", "2020-03-02", "Courier"),
    }
    with engine.writer() as writer:
        for article_id, (text, day, outlet) in rows.items():
            writer.put(documents(article_id, "Untitled", text, day=day, outlet=outlet))

    def order(by: ConcordanceOrder) -> str:
        page = search_concordance(engine, SearchRequest("ferry", sort="newest"), by)
        return "".join(line.head.id for line in page.lines)

    assert order("result") == "adbc"
    assert order("left") == "dbac"
    assert order("right") == "dbca"
    assert order("match") == "bdca"
    assert order("date") == "bdac"
    assert order("outlet") == "dbac"


def test_pages_of_lines_follow_each_other_and_all_are_one_list(harbour: Engine) -> None:
    whole = search_concordance(harbour, SearchRequest("the", match="any"), "left", whole=True)
    pages = [search_concordance(harbour, SearchRequest("the", match="any", page=i, size=3), "left") for i in (1, 2, 3)]
    joined = [line for page in pages for line in page.lines]
    assert joined == list(whole.lines[: len(joined)])
    assert {page.total for page in pages} == {len(whole.lines)}


def test_a_search_without_words_has_no_lines_and_filters_hold(harbour: Engine) -> None:
    assert lines(harbour, "") == []
    assert lines(harbour, "section:Weather") == []
    chosen = {FacetField("outlet"): ("Lowmere Letter",)}
    page = search_concordance(harbour, SearchRequest("ferry OR herring", chosen=chosen, last=date(2020, 12, 31)))
    assert {line.head.id for line in page.lines} == {"festival"}


def test_what_is_left_out_is_said(monkeypatch: pytest.MonkeyPatch, harbour: Engine) -> None:
    monkeypatch.setattr(concordance, "MAX_LINES", 2)
    monkeypatch.setattr(concordance, "MAX_READ", 2)
    page = search_concordance(harbour, SearchRequest("ferry OR storm"))
    assert (page.total, page.cut, page.read) == (2, True, 2)
    assert page.articles == 4


def test_a_line_of_a_script_from_right_to_left_reads_on() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(documents("ar", "سد", "قال المهندس إن السد القديم لا يزال قائما", language="ar"))
    ((left, match, right),) = lines(engine, "القديم")
    assert (left, match, right) == ("قال المهندس إن السد ", "القديم", " لا يزال قائما")


def test_the_time_of_an_answer_bounds_it(harbour: Engine) -> None:
    with pytest.raises(QueryError) as refused, time_limit(0):
        search_concordance(harbour, SearchRequest("ferry"))
    assert refused.value.too_costly


@given(st.text("ab cdé漢字\n", min_size=1, max_size=200), st.data())
def test_left_match_and_right_are_one_stretch_of_the_text_cut_at_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    width = data.draw(st.integers(1, 30))
    left, right = contexts(text, Span(start, end), width)
    flat = text.replace("\n", " ")
    assert len(left) <= width
    assert len(right) <= width
    assert flat[:start].endswith(left)
    assert flat[end:].startswith(right)


def test_contexts_end_at_words_unless_one_is_too_long() -> None:
    text = "Harbourmasters watch the ferry leaving Lowmere-on-Sea"
    at = text.index("ferry")
    assert contexts(text, Span(at, at + 5), 12) == ("watch the ", " leaving")
    assert contexts(text, Span(at, at + 5), CONTEXT) == (text[:at], text[at + 5 :])
    assert contexts("a" * 50 + "ferry" + "b" * 50, Span(50, 55), 10) == ("a" * 10, "b" * 10)
    assert contexts("東京港の渡船", Span(3, 4), 2) == ("京港", "渡船")


def test_an_article_without_paragraphs_has_the_lines_of_its_headline() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(documents("bare", "The ferry sails", lead=False))
    assert article("bare", "The ferry sails", lead=False).blocks == ()
    assert lines(engine, "ferry") == [("The ", "ferry", " sails")]
