"""Pull-quote blocks and the body → the pull quotes the body does not hold already."""

import re
from collections.abc import Sequence

from searchsvc.model.article import Block

#: A pull quote repeats or shortens the body: so much of it in one block means it is there.
_CONTAINED = 0.8
_WORD = re.compile(r"\w+")
_MARKS = "\"“”„«»'‘’` \t\n\r\xa0"


def pullquote_spans(blocks: Sequence[Block]) -> dict[int, tuple[int, int]]:
    """Return block index → offsets inside the marks, for pull quotes that are not in the body."""
    pulled = [number for number, block in enumerate(blocks) if block.kind == "pullquote"]
    if not pulled:
        return {}
    bodies = [frozenset(_words(block.text)) for block in blocks if block.kind in {"paragraph", "bullet"}]
    kept = {}
    for number in pulled:
        start, end = _inside_marks(blocks[number].text)
        words = frozenset(_words(blocks[number].text[start:end]))
        if words and not any(len(words & body) >= _CONTAINED * len(words) for body in bodies):
            kept[number] = (start, end)
    return kept


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _inside_marks(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip(_MARKS))
    return start, max(start, len(text.rstrip(_MARKS)))
