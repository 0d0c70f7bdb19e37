"""Find the quoted spans of the blocks of an article: in marks, in pull quotes, after the labels of a transcript."""

import re
from collections.abc import Sequence

from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import HEADLINE_KICKERS
from searchsvc.quotes.quotation_marks import QuotedSpan, find_quoted_spans, opens_with_mark

#: Share of the distinct words of a pull quote that one block of the body must hold for it to count as a repetition.
_MIN_OVERLAP = 0.8
_WORD = re.compile(r"\w+")
#: Characters stripped from both ends of a pull quote that has no quotation marks around the whole.
_EDGE_CHARACTERS = "\"“”„«»'‘’` \t\n\r\xa0"
#: The label of a speaker at the beginning of a block: a name, or a surname in capitals, and a colon.
_LABEL = re.compile(
    r"((?:(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov)\.? )?[A-Z][\w’'-]+(?: [A-Z][\w.’'-]*){1,3}"
    r"|[A-Z][A-Z’'-]{3,}(?: [A-Z][A-Z.’'-]+)*)(?: \([^()]{1,40}\))?:\s+(?=\S)"
)
#: Fewest blocks with a label that make a transcript; one label at least must come twice.
_MIN_LABELS = 3


def quoted_spans_of_blocks(blocks: Sequence[Block]) -> list[list[QuotedSpan]]:
    """Return, for each block of an article, its quoted spans in order.

    In a transcript, what follows the label of a speaker is a quotation. A cross-head has none, since it repeats words
    of the paragraphs below. A pull quote that does not repeat the body has one: its text, or the part in marks that it
    begins with.
    """
    pulled = _pullquote_spans(blocks)
    told = _transcript_spans(blocks)
    spans: list[list[QuotedSpan]] = []
    for number, block in enumerate(blocks):
        if number in told:
            spans.append([told[number]])
        elif block.kind == "pullquote":
            spans.append([pulled[number]] if number in pulled else [])
        elif block.kind == "crosshead":
            spans.append([])
        else:
            following = blocks[number + 1].text if number + 1 < len(blocks) else ""
            spans.append(find_quoted_spans(block.text, continued=opens_with_mark(following)))
    return spans


def _transcript_spans(blocks: Sequence[Block]) -> dict[int, QuotedSpan]:
    """Return index of the block → the speech after its label ("ANA RUIZ: We sail"), if the article is a transcript.

    It is one if _MIN_LABELS blocks or more begin with a label, and one of the labels at least comes twice. Speech in
    quotation marks is found by these, not here.
    """
    found = [(number, match) for number, block in enumerate(blocks) if (match := _LABEL.match(block.text))]
    turns = [(number, match) for number, match in found if match[1].split()[0].lower() not in HEADLINE_KICKERS]
    labels = {match[1].split()[-1].lower() for _, match in turns}
    if len(turns) < _MIN_LABELS or len(labels) > len(turns) - 1:
        return {}
    spans = {}
    for number, match in turns:
        text = blocks[number].text
        end = len(text.rstrip())
        if not opens_with_mark(text[match.end() :]) and end > match.end():
            spans[number] = QuotedSpan(match.end(), end, match.end(), end, closed=True, single=False)
    return spans


def _pullquote_spans(blocks: Sequence[Block]) -> dict[int, QuotedSpan]:
    """Return index of the block → its span, for the pull quotes that do not repeat the body."""
    pulled = [number for number, block in enumerate(blocks) if block.kind == "pullquote"]
    if not pulled:
        return {}
    bodies = [_words(block.text) for block in blocks if block.kind in {"paragraph", "bullet"}]
    kept = {}
    for number in pulled:
        span = _pulled_span(blocks[number].text)
        words = _words(blocks[number].text[span.start : span.end])
        if words and not any(len(words & body) >= _MIN_OVERLAP * len(words) for body in bodies):
            kept[number] = span
    return kept


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _pulled_span(text: str) -> QuotedSpan:
    """Return the span in marks at the beginning of a pull quote (a signature may follow it), else its whole text."""
    marked = find_quoted_spans(text)
    if marked and not text[: marked[0].outer_start].strip():
        return marked[0]
    start = len(text) - len(text.lstrip(_EDGE_CHARACTERS))
    end = max(start, len(text.rstrip(_EDGE_CHARACTERS)))
    return QuotedSpan(start, end, start, end, closed=True, single=False)
