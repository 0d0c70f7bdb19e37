"""Engine × quotation → Verdict."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead
from searchsvc.model.result import Hit
from searchsvc.search.verify.alignment import BRACKET, GAP, Alignment, Ints, Move, align
from searchsvc.search.verify.asked import Asked, read_quotation
from searchsvc.search.verify.candidates import alike, exact_batches
from searchsvc.search.verify.comparison import Comparer, Comparison
from searchsvc.search.verify.likeness import is_likely, most_edits
from searchsvc.search.verify.places import make_place
from searchsvc.search.verify.printed import Numbers, Printed, texts_of, window
from searchsvc.search.verify.values import MOST_PLACES, Place, Status, Verdict

_RANK: dict[Status, int] = {"exact": 0, "punctuation": 1, "words": 2}


class _Found(NamedTuple):
    head: ArticleHead
    printed: Printed
    alignment: Alignment
    comparison: Comparison


def verify(engine: Engine, quote: str) -> Verdict:
    """Check a quotation against everything that is printed in a collection.

    An ellipsis (`…`, `...`, `[...]`) stands for any words that follow in the same article, a
    bracket (`[the minister]`) for a few; `[h]e` is a change of letter only.

    Args:
        engine: The collection.
        quote: What is said to have been printed; marks around it do not matter.

    Raises:
        QueryError: It has no words, or too many.
        EngineError: The index cannot be read.

    """
    asked = read_quotation(quote)
    found, unread = _find_same(engine, asked)
    if not any(one.comparison.status != "words" for one in found):
        read = {one.head.id for one in found}
        found += _compare(asked, (hit for hit in alike(engine, asked) if hit.head.id not in read))
    found.sort(key=_order)
    shown = [(one, _place(engine, one)) for one in found[:MOST_PLACES]]
    # Of equal places those come first where somebody is quoted: the article itself says that they are somebody's words.
    shown.sort(key=lambda pair: (*_faithful(pair[0]), not pair[1].quoted))
    places = tuple(place for _, place in shown)
    status: Status = places[0].status if places else "absent"
    text = quote.encode("utf-8", "replace").decode()
    return Verdict(text, status, len(found) + unread, places, engine.info())


def _find_same(engine: Engine, asked: Asked) -> tuple[list[_Found], int]:
    """Return the places in articles with the very words, and how many such articles were not read."""
    found: list[_Found] = []
    unread = 0
    for hits, left in exact_batches(engine, asked):
        unread = left
        found += _compare(asked, hits)
        if any(one.comparison.status == "exact" for one in found):
            break
    return found, unread


def _compare(asked: Asked, hits: Iterable[Hit]) -> Iterator[_Found]:
    known: dict[str, int] = {}
    for item in asked.items:
        if item.kind == "word":
            known.setdefault(item.form, len(known))
    items = [known[i.form] if i.kind == "word" else GAP if i.kind == "gap" else BRACKET for i in asked.items]
    numbers = Numbers(known)
    edits = most_edits(asked.words)
    for hit in hits:
        texts = texts_of(hit)
        here = numbers.of(texts)
        if _lacking(items, here) > edits:
            continue
        start, part = window(here, items)
        alignments = list(align(items, part, edits))
        if alignments:
            printed = Printed.read(texts)
            comparer = Comparer(asked, printed)
            for one in alignments:
                alignment = _moved(one, start) if start else one
                found = comparer.compare(alignment)
                if is_likely(asked.words, found.edits, found.kept, hit.head.language):
                    yield _Found(hit.head, printed, alignment, found)


def _lacking(items: list[int], numbers: Ints) -> int:
    """Return how many words of the quotation an article does not have anywhere: each costs an edit at least."""
    here = np.zeros(max(items) + 1, np.bool_)
    here[numbers[numbers >= 0]] = True
    return sum(not here[item] for item in items if item >= 0)


def _moved(alignment: Alignment, by: int) -> Alignment:
    moves = (Move(move.item, move.first + by, move.end + by) for move in alignment.moves)
    return Alignment(alignment.first + by, alignment.end + by, tuple(moves))


def _place(engine: Engine, found: _Found) -> Place:
    return make_place(found.head, engine.article(found.head.id), found.printed, found.alignment, found.comparison)


def _faithful(found: _Found) -> tuple[int, int]:
    return _RANK[found.comparison.status], found.comparison.edits


def _order(found: _Found) -> tuple[object, ...]:
    """Return what places are sorted by: the most faithful, then the oldest."""
    dated = found.head.dated
    when = (dated is None, dated.timestamp() if dated else 0)
    return *_faithful(found), *when, found.head.id, found.alignment.first
