"""An article as its page shows it."""

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.query import Word
from searchsvc.model.result import Snippet, Span
from searchsvc.web.article_view import article_view, piece
from tests.web.web_articles import MILL


def test_article_view_joins_bullets_into_one_run(engine: MemoryEngine) -> None:
    runs = article_view(engine, MILL, None).runs
    bullets = [run for run in runs if run.kind == "bullet"]
    assert [len(run.parts) for run in bullets] == [2]
    assert [part.index for run in runs for part in run.parts] == list(range(len(MILL.blocks)))


def test_article_view_chains_the_parts_that_match(engine: MemoryEngine) -> None:
    view = article_view(engine, MILL, Word("mill"))
    matching = [part for run in view.runs for part in run.parts if part.match]
    assert [part.match for part in matching] == list(range(1, view.matches + 1))
    assert matching[0].before is None
    assert matching[-1].after is None
    assert [part.after for part in matching[:-1]] == [part.index for part in matching[1:]]
    assert [part.before for part in matching[1:]] == [part.index for part in matching[:-1]]
    assert view.first_match == matching[0].index


def test_article_view_joins_the_parts_of_a_split_quotation(engine: MemoryEngine) -> None:
    view = article_view(engine, MILL, None)
    assert [[quote.text for quote in said.parts] for said in view.statements] == [
        ["The swans were here before the mill,", "They will manage."]
    ]
    assert [term.text for term in view.terms] == ["silt"]


def test_article_view_links_headlines_to_articles_of_the_same_title(engine: MemoryEngine) -> None:
    see_also, elsewhere = article_view(engine, MILL, None).related
    assert [(one.headline.text, one.story and one.story.id, one.url) for one in see_also.headlines] == [
        ("Otters return to the Tarn", "otters", None),
        ("A headline nobody here has", None, "https://gazette.example/nobody"),
    ]
    assert [one.url for one in elsewhere.headlines] == [None]


def test_article_view_says_where_each_value_came_from(engine: MemoryEngine) -> None:
    fields = {one.name: one for one in article_view(engine, MILL, None).head_fields}
    assert fields["authors"].value == "Wilf Sparrow, Oona Pike"
    assert fields["section"].origin is not None
    assert fields["section"].origin.inferred


def test_piece_cuts_marks_with_the_text() -> None:
    row = Snippet("one\ttwo three\tfour", (Span(0, 3), Span(8, 15)))
    assert [cell.parts() for cell in piece(row, "\t")] == [
        [("one", True)],
        [("two ", False), ("three", True)],
        [("f", True), ("our", False)],
    ]
