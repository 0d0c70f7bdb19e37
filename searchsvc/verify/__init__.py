"""Is that what they printed? A quotation → verdict, with the places and the differences."""

from collections.abc import Iterator, Sequence

from searchsvc.engines.base import Engine
from searchsvc.verify.candidate_texts import CandidateMatch, MatchFinder, exact_batches, similar_articles
from searchsvc.verify.difference import (
    MOST_PASSAGES,
    Difference,
    LeftOutWords,
    SourcePassage,
    Verdict,
    VerdictStatus,
    source_passage,
)
from searchsvc.verify.quotation import QuotationPattern, parse_quotation

_RANK: dict[VerdictStatus, int] = {"exact": 0, "punctuation": 1, "words": 2}


def verify_quotation(engine: Engine, quote: str) -> Verdict:
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
    found, unread = _find(engine, parse_quotation(quote))
    found.sort(key=_order)
    shown = list(_places(engine, found[:MOST_PASSAGES]))
    # Of equal places those come first where somebody is quoted: the article itself says that they are somebody's words.
    shown.sort(key=lambda pair: (*_faithful(pair[0]), not pair[1].quoted))
    places = tuple(place for _, place in shown)
    status: VerdictStatus = places[0].status if places else "absent"
    text = quote.encode("utf-8", "replace").decode()
    return Verdict(text, status, len(found) + unread, places, engine.info())


def _find(engine: Engine, pattern: QuotationPattern) -> tuple[list[CandidateMatch], int]:
    """Return the places, and how many articles with the very words were not read.

    Where the words are printed as they are, articles with other words are not looked for.
    """
    finder = MatchFinder(pattern)
    found: list[CandidateMatch] = []
    unread = 0
    for hits, left in exact_batches(engine, pattern):
        unread = left
        found += finder.find(hits)
        if any(one.comparison.status == "exact" for one in found):
            break
    if any(one.comparison.status != "words" for one in found):
        return found, unread
    read = {one.head.id for one in found}
    found += finder.find(hit for hit in similar_articles(engine, pattern) if hit.head.id not in read)
    return found, 0


def _places(engine: Engine, found: Sequence[CandidateMatch]) -> Iterator[tuple[CandidateMatch, SourcePassage]]:
    annotations = engine.annotations([one.head.id for one in found]) if found else ()
    for one, beside in zip(found, annotations, strict=True):
        yield one, source_passage(one.head, beside.quotes, one.printed, one.alignment, one.comparison)


def _faithful(found: CandidateMatch) -> tuple[int, int]:
    return _RANK[found.comparison.status], found.comparison.edits


def _order(found: CandidateMatch) -> tuple[object, ...]:
    """Return what places are sorted by: the most faithful, then the oldest."""
    dated = found.head.dated
    when = (dated is None, dated.timestamp() if dated else 0)
    return *_faithful(found), *when, found.head.id, found.alignment.first


__all__ = [
    "MOST_PASSAGES",
    "Difference",
    "LeftOutWords",
    "SourcePassage",
    "Verdict",
    "VerdictStatus",
    "verify_quotation",
]
