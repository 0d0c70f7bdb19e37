"""Pull-quote blocks and the body → the pull quotes the body does not hold already."""

import re
from collections.abc import Sequence

from searchsvc.model.article import Block
from searchsvc.quotes.marks import Marked, find_marked

#: A pull quote repeats or shortens the body: so much of it in one block means it is there.
_CONTAINED = 0.8
_WORD = re.compile(r"\w+")
_MARKS = "\"“”„«»'‘’` \t\n\r\xa0"


def pullquote_spans(blocks: Sequence[Block]) -> dict[int, Marked]:
    """Return block index → what it quotes, for the pull quotes that are not in the body."""
    pulled = [number for number, block in enumerate(blocks) if block.kind == "pullquote"]
    if not pulled:
        return {}
    bodies = [_words(block.text) for block in blocks if block.kind in {"paragraph", "bullet"}]
    kept = {}
    for number in pulled:
        span = _span(blocks[number].text)
        words = _words(blocks[number].text[span.start : span.end])
        if words and not any(len(words & body) >= _CONTAINED * len(words) for body in bodies):
            kept[number] = span
    return kept


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _span(text: str) -> Marked:
    """Return what stands in marks if the block begins with it (a signature may follow), else the block."""
    marked = find_marked(text)
    if marked and not text[: marked[0].outer_start].strip():
        return marked[0]
    start = len(text) - len(text.lstrip(_MARKS))
    end = max(start, len(text.rstrip(_MARKS)))
    return Marked(start, end, start, end, closed=True, single=False)
