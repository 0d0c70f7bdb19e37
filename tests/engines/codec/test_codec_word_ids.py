"""The words of the index are those of the analysis, however they are remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analysis import stem, tokenize
from searchsvc.engines.whoosh.codec.string_table import form_key, is_scored, language_of, split_suffix, stem_key
from searchsvc.engines.whoosh.codec.word_ids import GAP, WordTable
from tests.examples import examples

#: Signs that decide where words end, and whatever else Unicode has.
AWKWARD = st.text(st.sampled_from("aUsS.,'’-+#&0159 \n\t\x01\x1fé\u0301\u00a0“”…—İß\u00ad\ud800z"), max_size=40)
LANGUAGES = st.sampled_from([None, "en", "de", "fr", "xx"])


def words_of(table: WordTable, text: str, language: str | None) -> list[str]:
    ids, counts = table.read([text], language)
    assert counts.tolist() == [len(ids)]
    forms = table.forms
    return [split_suffix(forms[i])[0] if i != GAP else "\n" for i in ids.tolist()]


@given(st.lists(AWKWARD | st.text(max_size=30), max_size=4), LANGUAGES)
@examples(400)
def test_ids_are_the_words_of_tokenize_with_a_gap_after_each_paragraph(texts: list[str], given: str | None) -> None:
    table, language = WordTable(), language_of(given)
    for text in [*texts, *reversed(texts)]:  # seen again, they come from memory
        paragraphs = text.split("\n")
        assert words_of(table, text, language) == [
            word for p in paragraphs for word in [*(t.text for t in tokenize(p, language)), "\n"]
        ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("U.S. and US, us.", ["u.s.", "and", "u.s.", "us", "\n"], id="country"),
        pytest.param("the mayor's. And/or…l'eau", ["the", "mayor", "and", "or", "l", "eau", "\n"], id="signs"),
        pytest.param("one\n\ntwo", ["one", "\n", "\n", "two", "\n"], id="an empty paragraph"),
        pytest.param("", ["\n"], id="nothing"),
    ],
)
def test_ids_of_awkward_texts(text: str, words: list[str]) -> None:
    assert words_of(WordTable(), text, None) == words


def test_each_language_has_terms_of_its_own() -> None:
    table = WordTable()
    (english,), (german,) = table.words(["tage"], None), table.words(["tage"], "de")
    assert english != german
    assert table.stems[table.stem_of[english]] == stem_key("tage", None) == b"tage"
    assert table.stems[table.stem_of[german]] == stem_key("tage", "de") == b"tag\x1fde"
    assert table.forms[german] == form_key("tage", "de")
    assert split_suffix(table.forms[german]) == ("tage", "de")


def test_languages_without_a_stemmer_are_read_as_english() -> None:
    assert language_of("xx") is language_of("en") is language_of(None) is None
    assert stem_key("floods", language_of("xx")) == stem("floods").encode()
    assert not is_scored("the", language_of("xx"))


def test_long_pieces_are_read_but_not_remembered() -> None:
    table = WordTable()
    text = "…".join(["harbour's"] * 5000)
    long = text.replace("…", "&&")
    for _ in range(2):
        assert words_of(table, text, None) == ["harbour"] * 5000 + ["\n"]
        assert words_of(table, long, None) == ["harbour"] * 5000 + ["\n"]
    assert len(table) == 2


def test_memory_of_pieces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchsvc.engines.whoosh.codec.word_ids.REMEMBERED", 5)
    table = WordTable()
    text = "a b c d e f g\nh i j a b c d"
    for _ in range(2):
        assert words_of(table, text, None) == [*"abcdefg", "\n", *"hijabcd", "\n"]
