"""Find the longest stretch of a quotation that is printed, where the whole of it is not.

Articles that have windows of MIN_STRETCH words of the quotation as phrases are compared with it by a longest common
substring on words.
"""

from itertools import islice

import numpy as np

from searchsvc.engines.base import Engine
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import MinShouldMatch, Phrase, Query
from searchsvc.verify.alignment import GAP, Alignment, Move, WordIdArray
from searchsvc.verify.article_words import ArticleWords, WordEncoder, texts_of
from searchsvc.verify.candidate_texts import CandidateMatch
from searchsvc.verify.difference import Comparer
from searchsvc.verify.quotation import QuotationPattern

#: Words on end that must be printed: fewer are printed by chance.
MIN_STRETCH = 6
#: Windows that are asked for in one query, and for one quotation, at most: of a longer one every second, third …
MAX_ASKED, MAX_WINDOWS = 60, 300
#: Articles that are read for each query, at most.
MAX_READ = 10
#: Words of the quotation before or behind the stretch that are shown against the printed ones, at most: more of them
#: are another text, which is not compared word by word.
MAX_BESIDE = 3


def longest_stretches(engine: Engine, pattern: QuotationPattern) -> list[CandidateMatch]:
    """Return where the longest printed stretch of a quotation stands: at most MAX_READ articles.

    Nothing if no MIN_STRETCH words of it are printed on end in one paragraph.
    """
    windows = [
        segment[at : at + MIN_STRETCH] for segment in pattern.segments for at in range(len(segment) - MIN_STRETCH + 1)
    ]
    step = -(-len(windows) // MAX_WINDOWS) or 1
    phrases = list(map(Phrase, dict.fromkeys(windows[::step])))
    known: dict[str, int] = {}
    for one in pattern.items:
        if one.kind == "word":
            known.setdefault(one.form, len(known))
    items = np.array([known.get(one.form, GAP) if one.kind == "word" else GAP for one in pattern.items], np.int32)
    encoder = WordEncoder(known)
    found: dict[str, tuple[int, CandidateMatch]] = {}
    for at in range(0, len(phrases), MAX_ASKED):
        check_deadline()
        root = MinShouldMatch(tuple(phrases[at : at + MAX_ASKED]), 1)
        for hit in engine.search(Query(root), limit=MAX_READ, facets=False).hits:
            if hit.head.id in found:
                continue
            texts = texts_of(hit)
            item, word, length = longest_common_run(items, encoder.encode(texts))
            if length >= MIN_STRETCH:
                printed = ArticleWords.read(texts)
                alignment = _alignment(items, printed, item, word, length)
                comparison = Comparer(pattern, printed, (), hit.head.language).compare(alignment)
                kept = tuple(one.form for one in printed.words[word : word + length])
                found[hit.head.id] = length, CandidateMatch(hit.head, printed, alignment, comparison.as_stretch(kept))
    longest = max((length for length, _ in found.values()), default=0)
    return list(islice((match for length, match in found.values() if length == longest), MAX_READ))


def longest_common_run(items: WordIdArray, printed: WordIdArray) -> tuple[int, int, int]:
    """Return where the longest run of equal ids begins in both, and its length; of equal ones the first of `items`.

    >>> longest_common_run(np.array([5, 1, 2, 3]), np.array([1, 2, 9, 1, 2, 3]))
    (1, 3, 3)
    """
    best = (0, 0, 0)
    lengths = np.zeros(len(printed) + 1, np.int32)
    for at, item in enumerate(items.tolist()):
        longer = np.zeros(len(printed) + 1, np.int32)
        longer[1:] = np.where(printed == item, lengths[:-1] + 1, 0)
        lengths = longer
        end = int(lengths.argmax())
        if lengths[end] > best[2]:
            length = int(lengths[end])
            best = (at + 1 - length, end - length, length)
    return best


def _alignment(items: WordIdArray, printed: ArticleWords, item: int, word: int, length: int) -> Alignment:
    """Return the alignment of a quotation of which only a stretch is printed.

    A few words beside the stretch stand against the printed ones there, if the paragraph has as many; others are added.

    Args:
        items: The quotation; GAP for what is no word of it.
        printed: Words of the article.
        item: First item of the stretch.
        word: First printed word of it.
        length: Its words.

    """
    before, behind = item, len(items) - item - length
    end, block = word + length, printed.block_of(word)
    if not _stand_beside(items[:item], printed, word - before, block):
        before = 0
    if not _stand_beside(items[item + length :], printed, end, block):
        behind = 0
    moves: tuple[Move, ...] = (
        *(Move(at, word, word) for at in range(item - before)),
        *(Move(at, word - item + at, word - item + at + 1) for at in range(item - before, item + length + behind)),
        *(Move(at, end, end) for at in range(item + length + behind, len(items))),
    )
    return Alignment(word - before, end + behind, moves)


def _stand_beside(items: WordIdArray, printed: ArticleWords, first: int, block: int | None) -> bool:
    """Return whether these few items are words, and the block has a printed word for each from `first` on."""
    end = first + len(items)
    inside = first >= 0 and end <= len(printed.words) and all(printed.block_of(at) == block for at in range(first, end))
    return len(items) <= MAX_BESIDE and inside and bool(np.all(items != GAP))
