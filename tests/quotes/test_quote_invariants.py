"""What holds for every quote of every text, and that hostile text costs no more than its length."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.model.article import Block
from searchsvc.quotes import find_quotes
from searchsvc.quotes.calibration import rule_precision
from searchsvc.quotes.quotation_marks import find_quoted_spans
from searchsvc.quotes.syntax import tokenize_block
from tests.examples import examples
from tests.tracing import lines_run

_WORDS = st.sampled_from(
    [
        "said",
        "Kelly",
        "the",
        '"',
        "“",
        "”",
        ",",
        ".",
        ":",
        "‘",
        "’s",
        "he",
        "who",
        "according",
        "to",
        "told",
        "5",
        "claims",
    ]
)
_TEXTS = st.lists(st.lists(_WORDS, max_size=25).map(" ".join), max_size=5)


@examples(150)
@given(_TEXTS)
def test_find_quotes_points_into_the_blocks(texts: Sequence[str]) -> None:
    blocks = [Block("paragraph", text) for text in texts]
    found = find_quotes(blocks)
    for place, quote in enumerate(found):
        assert quote.block is not None
        assert blocks[quote.block].text[quote.start : quote.end] == quote.text
        assert quote.continues is None or quote.continues < place
        if quote.mention is None:
            assert (quote.speaker, quote.method, quote.confidence, quote.mention_block) == (None, None, None, None)
        else:
            assert quote.mention_block is not None
            assert blocks[quote.mention_block].text[quote.mention_start : quote.mention_end] == quote.mention
            assert quote.confidence == rule_precision(quote.method or "")


@examples(150)
@given(_TEXTS)
def test_sentences_share_out_the_tokens_of_a_block(texts: Sequence[str]) -> None:
    for text in texts:
        block = tokenize_block(text, find_quoted_spans(text))
        assert [at for first, end in block.sentences for at in range(first, end)] == list(range(len(block.tokens)))
        assert block.quotations == [at for at, token in enumerate(block.tokens) if token.quote >= 0]
        assert all(before.end <= after.start for before, after in pairwise(block.tokens))


def _steps(*texts: str) -> int:
    blocks = [Block("paragraph", text) for text in texts]
    return lines_run(lambda: find_quotes(blocks))


@pytest.mark.parametrize(
    "unit",
    [
        "A. ",
        "said ",
        '"said ',
        '"',
        "“",
        "'a ",
        '"a" said A, ',
        "he said “a” ",
        "said “a” ",
        '5" ',
        "who, ",
        "of the ",
        "’s claim “a” ",
        "he said “a” he thinks ",
        "A said, which B, was “a” ",
        "in the A ",
        " - A: “a” ",
        "A. “a.” ",
        'labelled as a "a" by A ',
    ],
)
def test_find_quotes_does_twice_the_work_on_twice_the_text(unit: str) -> None:
    size = 4_000
    once = _steps(unit * (size // len(unit)))
    twice = _steps(unit * (2 * size // len(unit)))
    assert twice <= 2.3 * once + 2_000


@pytest.mark.parametrize("unit", ["A. ", '"said ', '"', "said "])
def test_find_quotes_bounds_the_work_on_a_block_that_is_no_paragraph(unit: str) -> None:
    assert _steps(unit * (90_000 // len(unit))) < 90_000 * 25


def test_find_quotes_shares_the_work_of_separate_lists_before_one_verb() -> None:
    once = _steps("he said " * 200 + '"a" ' * 400)
    twice = _steps("he said " * 400 + '"a" ' * 800)
    assert twice <= 2.3 * once


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('"We sail," Venn{} said.', id="surnames"),
        pytest.param('"We sail," Ada{} Venn said. Venn left.', id="names of one surname"),
        pytest.param("Venn{} left.", id="nobody speaks"),
    ],
)
def test_find_quotes_does_twice_the_work_on_twice_the_blocks(line: str) -> None:
    names = ["".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in range(600)]
    once = _steps(*[line.format(name) for name in names[:300]])
    twice = _steps(*[line.format(name) for name in names])
    assert twice <= 2.3 * once + 2_000
