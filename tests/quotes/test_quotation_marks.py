"""Which stretches of a block stand in quotation marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.model.article import Block
from searchsvc.quotes import find_quotes
from searchsvc.quotes.quotation_marks import find_quoted_spans, find_single_quoted_spans


def inside(text: str, *, continued: bool = False) -> list[str]:
    return [text[span.start : span.end] for span in find_quoted_spans(text, continued=continued)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"We sail at dawn," she said.', ["We sail at dawn,"], id="straight"),
        pytest.param("“We sail at dawn,” she said.", ["We sail at dawn,"], id="curly"),
        pytest.param("„Wir fahren“, sagte sie.", ["Wir fahren"], id="low and high"),
        pytest.param("« Nous partons », dit-elle.", [" Nous partons "], id="guillemets"),
        pytest.param("``We sail at dawn,'' she said.", ["We sail at dawn,"], id="TeX"),
        pytest.param("''We sail at dawn,'' she said.", ["We sail at dawn,"], id="two apostrophes"),
        pytest.param("‘We sail at dawn,’ she said.", ["We sail at dawn,"], id="single curly"),
        pytest.param("'We sail at dawn,' she said.", ["We sail at dawn,"], id="single straight"),
        pytest.param('She said "yes", then "no".', ["yes", "no"], id="two of them"),
        pytest.param('Before the dash—"yes"—and after.', ["yes"], id="between dashes"),
        pytest.param('They said so."We sail at dawn."', ["We sail at dawn."], id="a space forgotten"),
        pytest.param('The crew ("a happy lot") sailed.', ["a happy lot"], id="in brackets"),
        pytest.param("″We sail at dawn,″ she said.", ["We sail at dawn,"], id="double primes"),
        pytest.param("＂We sail at dawn,＂ she said.", ["We sail at dawn,"], id="full width"),
        pytest.param("‟We sail at dawn,” she said.", ["We sail at dawn,"], id="reversed"),
        pytest.param("船長は「夜明けに出る」と言った。", ["夜明けに出る"], id="corner brackets"),
        pytest.param("—Salimos al alba —dijo ella—. Hace frío.", ["Salimos al alba"], id="dashes"),
        pytest.param(
            'She said: "We sail. "It is cold," she added.', ["We sail.", "It is cold,"], id="opened anew at a sentence"
        ),
    ],
)
def test_find_quoted_spans_knows_every_form_of_mark(text: str, expected: list[str]) -> None:
    assert inside(text) == expected


def test_find_quoted_spans_keeps_the_outermost_of_nested_quotations() -> None:
    assert inside("“He called it ‘a wreck’ twice,” she said.") == ["He called it ‘a wreck’ twice,"]
    assert inside('"He called it "a wreck" twice," she said.') == ['He called it "a wreck" twice,']


def test_find_quoted_spans_reads_a_paper_that_sets_single_marks_outside() -> None:
    text = "‘He called it “a wreck” twice,’ she said."
    assert inside(text) == ["He called it “a wreck” twice,"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The harbour's masters' dinner isn't the sailors' feast.", id="possessives and plurals"),
        pytest.param("They played rock 'n' roll all night.", id="n"),
        pytest.param("It was a '90s boat with '60s sails, the crews' pride.", id="decades"),
        pytest.param("'Tis late, so get 'em home 'til morning.", id="elisions"),
        pytest.param('He bought a 12" sail and a 6\'2" mast.', id="inches"),
        pytest.param('<a href="x" title="y">', id="attributes of a tag"),
        pytest.param("", id="nothing"),
        pytest.param('""', id="empty marks"),
    ],
)
def test_find_quoted_spans_leaves_apostrophes_and_inches_alone(text: str) -> None:
    assert inside(text) == []


def test_find_quoted_spans_does_not_take_inches_for_a_closer() -> None:
    assert inside('"We put in a 12" sail and left," she said.') == ['We put in a 12" sail and left,']


def test_find_quoted_spans_ends_an_open_quotation_with_its_paragraph() -> None:
    (span,) = find_quoted_spans("“We sail at dawn. ")
    assert (span.start, span.end, span.closed) == (1, len("“We sail at dawn."), False)


def test_find_quoted_spans_lets_a_stray_mark_cost_less_than_the_paragraph() -> None:
    assert inside('A stray " here, then "yes" and "no".') == ["yes", "no"]


def test_find_quoted_spans_holds_a_quotation_that_goes_on_whole() -> None:
    text = '"It began with "Orla" at sea.'
    assert inside(text, continued=True) == ['It began with "Orla" at sea.']
    assert inside(text) == ["Orla"]


def test_find_single_quoted_spans_reads_headlines() -> None:
    assert [(s.start, s.end) for s in find_single_quoted_spans("Harbour's masters vow 'new start'")] == [(23, 32)]


@given(st.text(alphabet="ab .,'\"“”‘’«»„`5s", max_size=60))
def test_find_quoted_spans_yields_ordered_spans_within_the_text(text: str) -> None:
    end = 0
    for span in find_quoted_spans(text):
        assert end <= span.outer_start < span.start <= span.end <= span.outer_end <= len(text)
        end = span.outer_end


def test_a_mark_that_is_repeated_in_mid_line_loses_no_words_to_the_reporter() -> None:
    said = 'Ivo Marr said: "We sail at dawn. "It is cold. "It is late," he added. "We stay," said Orla Venn.'
    found = find_quotes([Block("paragraph", said)])
    assert [(quote.text, quote.speaker) for quote in found] == [
        ("We sail at dawn.", "Ivo Marr"),
        ("It is cold.", "Ivo Marr"),
        ("It is late,", "Ivo Marr"),
        ("We stay,", "Orla Venn"),
    ]


TRANSCRIPT = (
    "Captain Ivo Marr met our reporter Ada Venn.",
    "ADA VENN: Why close it now?",
    "IVO MARR: The water is low, as “friends” say. We cannot wait.",
    "VENN: And the cost?",
    "MARR: A third is paid by the province.",
    "The talk was shortened.",
)


def test_what_follows_the_label_in_a_transcript_is_speech() -> None:
    found = find_quotes([Block("paragraph", text) for text in TRANSCRIPT])
    assert [(quote.text.split()[0], quote.speaker) for quote in found] == [
        ("Why", "Ada Venn"),
        ("The", "Ivo Marr"),
        ("And", "Ada Venn"),
        ("A", "Ivo Marr"),
    ]
    assert find_quotes([Block("paragraph", text) for text in TRANSCRIPT[:1] + TRANSCRIPT[5:]]) == ()


def test_labels_that_come_once_each_make_no_transcript() -> None:
    lines = ("Stock Rises: they rose.", "Bond Falls: they fell.", "Oil Stands: they stood.", "Gold Gains: they rose.")
    assert find_quotes([Block("paragraph", text) for text in lines]) == ()
