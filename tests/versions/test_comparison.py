"""What changed between two versions: nothing where they are the same, the same from either side, every word told."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.errors import QueryError
from searchsvc.model.article import Article, ArticleHead, Block, ChangedPart, Provenance, Quote
from searchsvc.model.deadline import time_limit
from searchsvc.versions import DiffRun, changed_parts, compare, word_diff

PIECES = ("the", "wall", "closed", "on", ",", ".", "U.S.", "3,5", "council’s", "渔民", "\n", "“wet”")
WORDS = st.lists(st.sampled_from(PIECES), max_size=30)
TEXTS = WORDS.map(" ".join) | st.text(max_size=60)
QUOTES = st.builds(
    Quote, TEXTS, st.sampled_from(["full", "partial", "term"]), st.sampled_from([None, "Ann Oar", "Ned Farrow"])
)
ARTICLES = st.builds(
    Article,
    st.builds(
        ArticleHead,
        st.just("a"),
        TEXTS,
        authors=st.lists(st.sampled_from(["Ann", "Ned"]), max_size=2).map(tuple),
        updated=st.none() | st.datetimes(timezones=st.just(UTC)),
        lead=st.none() | TEXTS,
    ),
    st.lists(st.builds(Block, st.sampled_from(["paragraph", "crosshead"]), TEXTS), max_size=5).map(tuple),
    st.just(Provenance("test", "a.html", "0")),
    st.lists(QUOTES, max_size=4).map(tuple),
)


def story(title: str, *texts: str, quotes: tuple[Quote, ...] = ()) -> Article:
    head = ArticleHead("a", title, lead=texts[0] if texts else None)
    return Article(head, tuple(Block("paragraph", text) for text in texts), Provenance("test", "a.html", "0"), quotes)


def without_space(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, TEXTS)
def test_every_word_of_both_texts_is_told_once(older: str, newer: str) -> None:
    runs = word_diff(older, newer)
    assert "".join(run.text for run in runs if run.kind != "removed") == newer
    assert without_space("".join(run.text for run in runs if run.kind != "added")) == without_space(older)
    assert all(one.kind != other.kind for one, other in pairwise(runs))


@given(TEXTS)
def test_the_same_text_has_no_difference(text: str) -> None:
    assert {run.kind for run in word_diff(text, text)} <= {"same"}


@given(TEXTS, TEXTS)
def test_what_is_removed_one_way_is_as_long_as_what_is_added_the_other_way(one: str, other: str) -> None:
    def size(runs: tuple[DiffRun, ...], kind: str) -> int:
        return sum(len(without_space(run.text)) for run in runs if run.kind == kind)

    there, back = word_diff(one, other), word_diff(other, one)
    assert size(there, "removed") - size(there, "added") == size(back, "added") - size(back, "removed")


@given(ARTICLES)
def test_an_article_differs_in_nothing_from_itself(article: Article) -> None:
    found = compare(article, article)
    assert (found.parts, found.quotes) == ((), ())
    assert {change.state for change in found.blocks} <= {"same"}


@given(ARTICLES, ARTICLES)
def test_the_parts_that_differ_are_the_same_from_either_side(one: Article, other: Article) -> None:
    assert changed_parts(one, other) == changed_parts(other, one)
    assert compare(one, other).parts == changed_parts(one, other)


@given(ARTICLES, ARTICLES)
def test_every_block_of_both_versions_is_told_once(older: Article, newer: Article) -> None:
    blocks = compare(older, newer).blocks
    after = [b for b in blocks if b.state != "removed"]
    before = [b for b in blocks if b.state != "added"]
    assert ["".join(r.text for r in b.runs if r.kind != "removed") for b in after] == [b.text for b in newer.blocks]
    assert [without_space("".join(r.text for r in b.runs if r.kind != "added")) for b in before] == [
        without_space(b.text) for b in older.blocks
    ]


def test_headline_paragraphs_and_speakers_are_told_apart() -> None:
    said = Quote("We shut the wall for good", "full", "Ann Oar")
    older = story(
        "Wall may close", "The council met on Monday.", "Nobody was hurt.", "The tide was high.", quotes=(said,)
    )
    newer = story(
        "Wall closes",
        "The council met on Monday.",
        "The tide was very high.",
        "Ferries wait.",
        quotes=(replace(said, speaker="Ned Farrow"), Quote("Ferries wait", "full", "Ned Farrow")),
    )
    found = compare(older, newer)
    assert found.parts == ("headline", "text", "quotes")
    assert [(run.kind, run.text) for run in found.headline] == [
        ("same", "Wall "),
        ("removed", "may close"),
        ("added", "closes"),
    ]
    assert [(one.state, "".join(run.text for run in one.runs if run.kind != "same")) for one in found.blocks] == [
        ("same", ""),
        ("removed", "Nobody was hurt."),
        ("changed", "very "),
        ("added", "Ferries wait."),
    ]
    changed, added = found.quotes
    assert (changed.state, changed.has_other_speaker) == ("changed", True)
    assert (added.state, added.after and added.after.text) == ("added", "Ferries wait")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"title": "Other"}, "headline"),
        ({"lead": "Other"}, "standfirst"),
        ({"authors": ("Ned",)}, "authors"),
        ({"updated": datetime(2026, 6, 3, tzinfo=UTC)}, "dates"),
    ],
)
def test_each_field_of_the_head_is_a_part(change: dict[str, object], part: ChangedPart) -> None:
    older = Article(ArticleHead("a", "Wall", lead="Lead"), (), Provenance("test", "a.html", "0"))
    newer = replace(older, head=replace(older.head, **change))  # type: ignore[arg-type]
    assert changed_parts(older, newer) == (part,)


def test_long_texts_without_a_word_in_common_are_compared_in_time() -> None:
    older = story("Wall", *(f"old{i} " * 400 for i in range(300)))
    newer = story("Wall", *(f"new{i} " * 400 for i in range(300)))
    assert {change.state for change in compare(older, newer).blocks} == {"removed", "added"}
    runs = word_diff("old " * 20_000, "new " * 20_000)
    assert [run.kind for run in runs] == ["removed", "added"]


def test_a_comparison_ends_where_its_time_is_over() -> None:
    with time_limit(0), pytest.raises(QueryError):
        compare(story("Wall", "One."), story("Walls", "Two."))
