"""Where sentences end."""

from bisect import bisect_right

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchsvc.analysis import sentence_sizes, sentence_spans, sentence_words, tokenize


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Mr. Lund left. He was late.", ["Mr. Lund left.", "He was late."]),
        ("The U.S. Senate met. It rose.", ["The U.S. Senate met.", "It rose."]),
        ("They met in D.C. The talks ended.", ["They met in D.C.", "The talks ended."]),
        ("It is 3.5 m deep. No. 5 won.", ["It is 3.5 m deep.", "No. 5 won."]),
        ("“No.” She left.", ["“No.”", "She left."]),
        ('"Go!" she said. "Stop."', ['"Go!" she said.', '"Stop."']),
        ("He ran... Then he fell.", ["He ran...", "Then he fell."]),
        ("Das Schiff sank. Übel war es.", ["Das Schiff sank.", "Übel war es."]),
        ("Он ушёл. Она осталась.", ["Он ушёл.", "Она осталась."]),
        ("هل جاء؟ نعم جاء.", ["هل جاء؟", "نعم جاء."]),
        ("  spaced. Out  ", ["spaced.", "Out"]),
        ("", []),
        ("no end", ["no end"]),
    ],
)
def test_sentences_end_where_they_end(text: str, wanted: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == wanted


@given(st.text())
@example("?\r0")
def test_sentences_cover_all_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    assert all(a < b and (i == 0 or spans[i - 1][1] <= a) for i, (a, b) in enumerate(spans))


@given(
    st.lists(
        st.sampled_from(["3,5 km ", "U.S. ", "Oar. ", "wall", "’s ", "12 000 ", "& ", ". ", "He ", "渔民。", "½ "])
    )
)
@example(["He ", ". ", "& ", "Oar. "])
def test_sizes_of_sentences_are_those_of_their_words(pieces: list[str]) -> None:
    text = "".join(pieces)
    for language in (None, "de", "tr"):
        starts = [start for start, _ in sentence_spans(text)]
        sentences: dict[int, list[str]] = {}
        for word in tokenize(text, language):
            sentences.setdefault(bisect_right(starts, word.start), []).append(word.text)
        words = sentence_words(text, language)
        assert words == list(map(tuple, sentences.values()))
        assert sentence_sizes(text, language) == list(map(len, words))
        assert all(words)
