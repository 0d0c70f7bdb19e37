"""Is that what they printed? A quotation → verdict, with the passages and the differences."""

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
    matches, unread = _find(engine, parse_quotation(quote))
    matches.sort(key=_order)
    shown = list(_passages(engine, matches[:MOST_PASSAGES]))
    # Of equal ones those come first where somebody is quoted: the article itself says that they are somebody's words.
    shown.sort(key=lambda pair: (*_faithful(pair[0]), not pair[1].quoted))
    passages = tuple(passage for _, passage in shown)
    status: VerdictStatus = passages[0].status if passages else "absent"
    text = quote.encode("utf-8", "replace").decode()
    return Verdict(text, status, len(matches) + unread, passages, engine.info())


def _find(engine: Engine, pattern: QuotationPattern) -> tuple[list[CandidateMatch], int]:
    """Return the matches, and how many articles with the very words were not read.

    Where the words are printed as they are, articles with other words are not looked for.
    """
    finder = MatchFinder(pattern)
    matches: list[CandidateMatch] = []
    unread = 0
    for hits, left in exact_batches(engine, pattern):
        unread = left
        matches += finder.find(hits)
        if any(one.comparison.status == "exact" for one in matches):
            break
    if any(one.comparison.status != "words" for one in matches):
        return matches, unread
    read = {one.head.id for one in matches}
    matches += finder.find(hit for hit in similar_articles(engine, pattern) if hit.head.id not in read)
    return matches, 0


def _passages(engine: Engine, matches: Sequence[CandidateMatch]) -> Iterator[tuple[CandidateMatch, SourcePassage]]:
    annotations = engine.annotations([one.head.id for one in matches]) if matches else ()
    for one, beside in zip(matches, annotations, strict=True):
        yield one, source_passage(one.head, beside.quotes, one.printed, one.alignment, one.comparison)


def _faithful(match: CandidateMatch) -> tuple[int, int]:
    return _RANK[match.comparison.status], match.comparison.edits


def _order(match: CandidateMatch) -> tuple[object, ...]:
    """Return what matches are sorted by: the most faithful, then the oldest."""
    dated = match.head.dated
    when = (dated is None, dated.timestamp() if dated else 0)
    return *_faithful(match), *when, match.head.id, match.alignment.first


__all__ = [
    "MOST_PASSAGES",
    "Difference",
    "LeftOutWords",
    "SourcePassage",
    "Verdict",
    "VerdictStatus",
    "verify_quotation",
]
