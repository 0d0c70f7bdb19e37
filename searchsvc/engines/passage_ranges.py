"""Blocks and how many words each has → passages: where an article may be cut, the same in every engine.

Engines cut, not `chunking`: they count the words of every text as it is, and a text is tokenized once.
"""

from collections.abc import Sequence

from searchsvc.model.article import Block
from searchsvc.model.document import Passage

#: Words a passage may hold before a new one opens. Passages of 100-200 words rank best with
#: the whole document beside them (Pyserini's MaxP segments; our own trials agree).
PASSAGE_WORDS = 180


def passages(blocks: Sequence[Block], words: Sequence[int]) -> tuple[Passage, ...]:
    """Return ranges of whole blocks that cover all of them, in order, without overlap.

    A passage holds about PASSAGE_WORDS words at most (one long block may exceed it); a
    cross-head opens a new one; bullets stay with the paragraph that introduces them.

    Args:
        blocks: The article's.
        words: How many words of `analysis.tokenize` each has.

    """
    found: list[Passage] = []
    first = held = 0
    for i, size in enumerate(_unit_sizes(blocks, words)):
        opens = i > first and size is not None
        if opens and (blocks[i].kind == "crosshead" or held + (size or 0) > PASSAGE_WORDS):
            found.append(Passage(first, i))
            first, held = i, 0
        held += words[i]
    if blocks:
        found.append(Passage(first, len(blocks)))
    return tuple(found)


def _unit_sizes(blocks: Sequence[Block], words: Sequence[int]) -> list[int | None]:
    """Return for each block the words of the unit it opens; None where it opens none, and so no passage.

    A unit is a cross-head with the block after it, or an intro with its bullets.
    """
    sizes: list[int | None] = [None] * len(blocks)
    carried = 0
    for i in range(len(blocks) - 1, -1, -1):
        carried += words[i]
        kind, before = blocks[i].kind, blocks[i - 1].kind if i else None
        if not i or not (kind == "bullet" or (before == "crosshead" and kind != "crosshead")):
            sizes[i], carried = carried, 0
    return sizes
