"""Check a quotation against all indexed articles: whether it is printed, where, and which words differ."""

from collections.abc import Iterator, Sequence

from searchsvc.engines.base import Engine
from searchsvc.verify.candidate_texts import CandidateMatch, MatchFinder, exact_batches, similar_articles
from searchsvc.verify.difference import (
    MAX_PASSAGES,
    Difference,
    LeftOutWords,
    SourcePassage,
    Verdict,
    VerdictStatus,
    source_passage,
)
from searchsvc.verify.quotation import QuotationPattern, parse_quotation

__all__ = [
    "MAX_PASSAGES",
    "Difference",
    "LeftOutWords",
    "SourcePassage",
    "Verdict",
    "VerdictStatus",
    "verify_quotation",
]

#: Order of the statuses, most faithful first.
_RANK: dict[VerdictStatus, int] = {"exact": 0, "punctuation": 1, "words": 2}


def verify_quotation(engine: Engine, quote: str) -> Verdict:
    """Check a quotation against the headlines and texts of all articles of an index.

    An ellipsis (`…`, `...`, `[...]`) stands for any number of words of the same article, a bracket
    (`[the minister]`) for at most `alignment.MAX_BRACKET_WORDS`; `[h]e` marks a changed letter only.

    Args:
        engine: The index to search.
        quote: The quotation; quotation marks around it are ignored. Limits of its size stand in `quotation.py`.

    Returns:
        The verdict with at most `MAX_PASSAGES` passages: most faithful first; among equals those inside quotation
        marks, then those of the oldest articles.

    Raises:
        QueryError: The quotation has no words, or too many words, characters or segments.
        EngineError: The index cannot be read.

    """
    matches, unread = _find(engine, parse_quotation(quote))
    matches.sort(key=_order)
    best = list(_passages(engine, matches[:MAX_PASSAGES]))
    # A stable sort: passages inside quotation marks first, because there the article itself calls them a quotation.
    best.sort(key=lambda pair: (*_fidelity(pair[0]), not pair[1].quoted))
    passages = tuple(passage for _, passage in best)
    status: VerdictStatus = passages[0].status if passages else "absent"
    text = quote.encode("utf-8", "replace").decode()
    return Verdict(text, status, len(matches) + unread, passages, engine.info())


def _find(engine: Engine, pattern: QuotationPattern) -> tuple[list[CandidateMatch], int]:
    """Return the matches, and the number of articles that contain the exact words but were not read.

    Articles with similar words are searched only if no match has the words of the quotation unchanged; the number is
    0 then.
    """
    finder = MatchFinder(pattern)
    matches: list[CandidateMatch] = []
    unread = 0
    for hits, remaining in exact_batches(engine, pattern):
        unread = remaining
        matches += finder.find(hits)
        if any(one.comparison.status == "exact" for one in matches):
            break
    if any(one.comparison.status != "words" for one in matches):
        return matches, unread
    read = {one.head.id for one in matches}
    matches += finder.find(hit for hit in similar_articles(engine, pattern) if hit.head.id not in read)
    return matches, 0


def _passages(engine: Engine, matches: Sequence[CandidateMatch]) -> Iterator[tuple[CandidateMatch, SourcePassage]]:
    """Yield each match with its passage, in the order given; the quotes of all articles are read in one call."""
    annotations = engine.annotations([one.head.id for one in matches]) if matches else ()
    for one, annotation in zip(matches, annotations, strict=True):
        yield one, source_passage(one.head, annotation.quotes, one.printed, one.alignment, one.comparison)


def _fidelity(match: CandidateMatch) -> tuple[int, int]:
    """Return rank of the status and number of edits: less is more faithful."""
    return _RANK[match.comparison.status], match.comparison.edits


def _order(match: CandidateMatch) -> tuple[object, ...]:
    """Return the sort key of a match: most faithful first, then oldest, undated last."""
    dated = match.head.dated
    when = (dated is None, dated.timestamp() if dated else 0)
    return *_fidelity(match), *when, match.head.id, match.alignment.first
