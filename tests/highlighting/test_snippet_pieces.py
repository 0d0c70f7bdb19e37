"""A word of the query is never overlooked, though few words of a text are looked into."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchsvc.analysis import stem, tokenize
from searchsvc.highlighting.term_matcher import TermMatcher, beginning
from searchsvc.model.query import Fuzzy, Prefix, Word
from tests.examples import examples

SUFFIXES = (
    "s es ies ied ed ing ingly edly y ying ly li ational tional enci anci izer abli alli entli eli ousli ization ation "
    "ator alism iveness fulness ousness aliti iviti biliti bility ogist ogi fulli lessli ative icate alize iciti ical "
    "ful ness e er ee eed eedly sses us ably ibly able ivity al ance ment ion bl at iz ie l"
)
WORDS = st.builds(
    lambda base, ends: base + "".join(ends),
    st.text("aeioubcdhlmnprsty", max_size=6),
    st.lists(st.sampled_from(SUFFIXES.split()), max_size=3),
).filter(bool)
WRITTEN = (
    "Ferries ferry's FERRY fer.ry f’erry ferry—boat (ferry) ferry-boat x_ferry 1,000 1000 10.00 U.S. US us U.S.A. "
    "C++ c# AT&T at&t café CAFE\u0301 cafes naïve naive паром Паромы ПАРОМ ёж еж straße STRASSE I\u0307stanbul "
    "İstanbul l'eau dell’acqua co\u00adoperate cooperate ﬁre fire ½ 1⁄2 Ｆｕｌｌ full happily happy dying dies"
)


@examples(2000)
@given(WORDS)
def test_beginning_begins_every_english_word_of_a_stem(word: str) -> None:
    begin = beginning(stem(word, "en"), "en")
    assert begin is not None
    assert word.startswith(begin)


@pytest.mark.parametrize(
    ("word", "begin"),
    [("ferries", "ferr"), ("dying", "d"), ("possibility", "possib"), ("storms", "storm"), ("skies", "sk"), ("be", "b")],
)
def test_beginning_leaves_out_what_may_differ(word: str, begin: str) -> None:
    assert beginning(stem(word, "en"), "en") == begin


def test_beginning_promises_nothing_where_a_stemmer_takes_beginnings_away() -> None:
    assert stem("gemaakt", "nl").startswith("maak")
    assert beginning(stem("gemaakt", "nl"), "nl") is None


@examples(600)
@given(
    st.lists(
        st.lists(st.one_of(st.sampled_from(WRITTEN.split()), st.text(max_size=4)), max_size=8).map(" ".join), max_size=4
    ),
    st.sampled_from(WRITTEN.split()),
    st.sampled_from(["en", "de", "ru", None]),
)
def test_find_finds_what_tokenizing_everything_finds(texts: list[str], asked: str, language: str | None) -> None:
    for form in {token.text for token in tokenize(asked)}:
        wanted = [
            [(t.start, t.end) for t in tokenize(text) if stem(t.text, language) == stem(form, language)]
            for text in texts
        ]
        found = TermMatcher([Word(form)], language).find(texts)
        assert [[(match.start, match.end) for match in matches] for matches in found] == wanted


@examples(300)
@given(
    st.lists(st.sampled_from(WRITTEN.split()), max_size=12).map(" ".join),
    st.sampled_from(["fer", "caf", "пар", "ist", "u.s", "u.s.", "100"]),
)
@example("the US told us", "u.s.")
def test_find_finds_all_words_that_begin_so(text: str, begin: str) -> None:
    wanted = [(token.start, token.end) for token in tokenize(text) if token.text.startswith(begin)]
    assert [match[:2] for match in TermMatcher([Prefix(begin)], "en").find([text])[0]] == wanted
    near = {token.text for token in tokenize(text)} & {"ferry", "cafe"}
    opened = TermMatcher([Fuzzy(form) for form in sorted(near)], "en").find([text])[0]
    assert near <= {token.text for token in tokenize(text) if (token.start, token.end) in {m[:2] for m in opened}}
