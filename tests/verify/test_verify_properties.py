"""What holds of every quotation, whatever its text; and what it costs."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.errors import QueryError
from searchsvc.model.article import Article
from searchsvc.verify import SourcePassage, verify_quotation
from searchsvc.verify.alignment import GAP, UNKNOWN, align
from searchsvc.verify.article_words import MAX_COMPARED_WORDS, ArticleTexts, WordEncoder, window, words
from searchsvc.verify.quotation import MAX_WORDS
from searchsvc.verify.reporting_clauses import PastedAttribution
from searchsvc.verify.resemblance import MIN_WORDS
from tests.examples import examples
from tests.tracing import lines_run
from tests.verify.verify_articles import ARTICLES, article, engine_of

#: In place of an attribution where none was pasted.
NONE = PastedAttribution("", "", None)
ENGINE = engine_of(*ARTICLES)
BY_ID = {one.head.id: one for one in ARTICLES}
PARAGRAPHS = [block.text for one in ARTICLES for block in one.blocks]
CALM = examples(60)
NOISY = st.text(alphabet="abe tide Ostwick .…[]()\"'“”‘’-–\n\u00a0$%\u0301é\ud800ش\x00", max_size=80)


@st.composite
def runs(draw: st.DrawFn, least: int = 1) -> list[str]:
    """Neighbouring words of a stored paragraph, as printed."""
    printed = draw(st.sampled_from([p for p in PARAGRAPHS if len(p.split()) >= least + 1])).split()
    start = draw(st.integers(0, len(printed) - least))
    end = draw(st.integers(start + least, len(printed)))
    return printed[start:end]


def has_words(text: str) -> bool:
    return any(word.form.isalnum() for word in words(text))


def cut_out(one: Article, place: SourcePassage) -> str:
    text = one.head.title if place.block is None else one.blocks[place.block].text
    if place.end_block == place.block:
        return text[place.start : place.end]
    assert place.end_block is not None
    between = [one.blocks[i].text for i in range(0 if place.block is None else place.block + 1, place.end_block)
               if one.blocks[i].kind in {"paragraph", "bullet"}]  # fmt: skip
    return "\n".join([text[place.start :], *between, one.blocks[place.end_block].text[: place.end]])


@given(run=runs())
@CALM
def test_any_run_of_printed_words_is_exact(run: list[str]) -> None:
    quote = " ".join(run)
    if has_words(quote):
        assert verify_quotation(ENGINE, quote).status == "exact"


@given(run=runs(least=3), seed=st.integers(0, 99))
@CALM
def test_other_case_and_commas_are_a_matter_of_punctuation(run: list[str], seed: int) -> None:
    signs = ("", ",", ";")
    changed = [word.swapcase() + signs[(seed + i) % 3] for i, word in enumerate(run) if word != "–"]
    assert verify_quotation(ENGINE, " ".join(changed)).status == "punctuation"


@given(run=runs(least=12), at=st.integers(3, 8))
@CALM
def test_a_word_left_out_of_a_long_run_is_shown(run: list[str], at: int) -> None:
    gone = [word.form for word in words(run[at])]
    if len(gone) == 1 and run[at] not in {run[at - 1], run[at + 1]}:
        verdict = verify_quotation(ENGINE, " ".join(run[:at] + run[at + 1 :]))
        place = verdict.places[0]
        if verdict.attribution is not None:
            return  # who spoke was pasted along, and a word of that is left out
        assert place.status == "words"
        missing = [one for one in place.diff if one.kind == "missing"]
        assert [word.form for one in missing for word in words(one.printed)] == gone


@given(run=runs(least=12), at=st.integers(3, 8))
@CALM
def test_a_word_replaced_in_a_long_run_is_shown(run: list[str], at: int) -> None:
    if has_words(run[at]):
        verdict = verify_quotation(ENGINE, " ".join([*run[:at], "zzqqx", *run[at + 1 :]]))
        place = verdict.places[0]
        told = "".join(one.quoted for one in place.diff if one.kind in {"changed", "added"})
        assert ("zzqqx" in told and place.status == "words") or "zzqqx" in (verdict.attribution or NONE).text


@given(quote=st.one_of(NOISY, st.text(max_size=60), runs().map(" ".join), runs().map(" [x] … ".join)))
@CALM
def test_any_text_is_answered_or_refused(quote: str) -> None:
    try:
        verdict = verify_quotation(ENGINE, quote)
    except QueryError:
        return
    assert len(verdict.places) <= min(10, verdict.total)
    missing = "absent" if verdict.words >= MIN_WORDS else "too_short"
    assert verdict.status == (verdict.places[0].status if verdict.places else missing)
    for place in verdict.places:
        assert "".join(one.printed for one in place.diff) == place.text
        if all(left.words <= 60 for left in place.left_out):
            assert cut_out(BY_ID[place.head.id], place) == place.text


@given(texts=st.lists(st.one_of(NOISY, st.text(max_size=60), st.sampled_from(PARAGRAPHS)), max_size=4))
@CALM
def test_words_are_numbered_as_they_are_cut_out(texts: list[str]) -> None:
    forms = [word.form for text in texts for word in words(text)]
    known = {form: number for number, form in enumerate(sorted(set(forms)))}
    numbers = WordEncoder(known).encode(ArticleTexts((None,) * len(texts), tuple(texts)))
    assert numbers.tolist() == [known[form] for form in forms]


@given(
    items=st.lists(st.integers(0, 3), min_size=1, max_size=6),
    printed=st.lists(st.integers(-1, 3), min_size=1, max_size=14),
)
def test_align_costs_what_the_textbook_says(items: list[int], printed: list[int]) -> None:
    row = [0] * (len(printed) + 1)
    for item in items:
        above, row = row, [row[0] + 1]
        for j, word in enumerate(printed):
            cheapest = min(above[j] + (word != item), above[j + 1] + 1, row[j] + 1, min(row) + 3)
            row.append(cheapest)
    best = min(row)
    found = list(align(items, np.array(printed, np.int32), len(items)))
    edits = sum(
        min(3, move.end - move.first) if move.item is None
        else move.first == move.end or printed[move.first] != items[move.item]
        for move in found[0].moves
    )  # fmt: skip
    assert edits == best


def test_align_finds_places_apart_from_each_other() -> None:
    found = list(align([1, GAP, 2], np.array([1, 2, 2, 0, 1, 2], np.int32), 0))
    assert [(one.first, one.end) for one in found] == [(0, 2), (4, 6)]


def test_an_edit_counts_more_than_all_words_kept_in_the_longest_quotation() -> None:
    printed = np.array([*range(MAX_WORDS - 1), UNKNOWN], np.int32)
    assert not list(align(range(MAX_WORDS), printed, 0))
    assert [(one.first, one.end) for one in align(range(MAX_WORDS), printed, 1)] == [(0, MAX_WORDS)]


@pytest.mark.parametrize("place", [0, MAX_COMPARED_WORDS, 3 * MAX_COMPARED_WORDS - 9])
def test_a_very_long_article_is_compared_where_the_quotation_is(place: int) -> None:
    numbers = np.full(3 * MAX_COMPARED_WORDS, 2, np.int32)
    numbers[place : place + 4] = [0, 1, 3, 4]
    start, part = window(numbers, [0, 1, 3, 4])
    assert len(part) == MAX_COMPARED_WORDS
    assert start <= place <= start + MAX_COMPARED_WORDS - 4


@pytest.mark.parametrize(
    "piece", ["the ", "[", "(", ". ", "…a", "[a] ", "''\"", "a'", "\u0301", "[h]e", "1,", "- "], ids=repr
)
def test_hostile_texts_cost_no_more_than_their_length(piece: str) -> None:
    counted = [_steps(piece * (size // len(piece))) for size in (1_000, 2_000)]
    assert counted[1] <= 3 * counted[0] + 5_000


@pytest.mark.no_cover
def test_what_is_compared_for_one_quotation_has_an_end() -> None:
    copies = [article(f"c{i:02}", "Copy", ("paragraph", "the of " * 300)) for i in range(16)]
    verdict = verify_quotation(engine_of(*copies), "the … of " * 59 + "the of " * 140)
    assert (verdict.status, len(verdict.places)) == ("exact", 10)
    assert verify_quotation(engine_of(*copies), "of [x] the [y] and " * 29 + "of the and " * 100).status == "absent"


def test_twice_the_article_is_at_most_about_twice_the_work() -> None:
    sentence = "The bell of Ostwick rang twice and nobody came to see what it was. "
    quote = "The bell of Ostwick rang once and nobody came to hear what it was"
    once, twice = (_steps(quote, article("long", "Long", ("paragraph", sentence * count))) for count in (200, 400))
    assert twice <= 2.5 * once


def _steps(quote: str, *articles: Article) -> int:
    engine = engine_of(*(articles or ARTICLES))

    def ask() -> None:
        with suppress(QueryError):
            verify_quotation(engine, quote)

    return lines_run(ask, below="/searchsvc/verify/")
