"""Check a quotation against all indexed articles: whether it is printed, where, and which words differ."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.article import Article
from searchsvc.model.result import Hit, Span
from searchsvc.verify.answer import answer_of, citation_of
from searchsvc.verify.candidate_texts import MAX_SHORT, CandidateMatch, MatchFinder, exact_batches, similar_articles
from searchsvc.verify.difference import (
    MAX_PASSAGES,
    Difference,
    LeftOutWords,
    PassageStatus,
    SourcePassage,
    Verdict,
    VerdictStatus,
    source_passage,
)
from searchsvc.verify.printed_stretch import longest_stretches
from searchsvc.verify.quotation import MAX_CHARACTERS, MAX_WORDS, QuotationPattern, parse_quotation
from searchsvc.verify.reporting_clauses import PastedAttribution, pasted_attribution, same_speaker
from searchsvc.verify.resemblance import MIN_WORDS

__all__ = [
    "MAX_CHARACTERS",
    "MAX_PASSAGES",
    "MAX_WORDS",
    "Difference",
    "LeftOutWords",
    "PastedAttribution",
    "SourcePassage",
    "Verdict",
    "VerdictStatus",
    "citation_of",
    "passage_marks",
    "verify_quotation",
    "verify_quotations",
]

#: Order of the statuses, most faithful first.
_RANK: dict[PassageStatus, int] = {"exact": 0, "punctuation": 1, "split": 2, "words": 3, "stretch": 4}


def verify_quotation(engine: Engine, quote: str) -> Verdict:
    """Check a quotation against the headlines and texts of all articles of an index.

    An ellipsis (`…`, `...`, `[...]`) stands for any number of words of the same article, a bracket
    (`[the minister]`) for at most `alignment.MAX_BRACKET_WORDS`; `[h]e` marks a changed letter only. A clause that
    says who spoke may be printed between its words, or pasted around it. If nothing like the whole of it is printed,
    the longest stretch that is printed is found.

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
    pattern = parse_quotation(quote)
    matches, unread = _find(engine, pattern)
    attribution = None
    if not matches or min(map(_fidelity, matches))[0] > _RANK["split"]:
        attribution = pasted_attribution(quote)
        if attribution is not None and matches and attribution.is_longer:
            attribution = None
        if attribution is not None:
            inner = parse_quotation(attribution.quotation)
            found, left = _find(engine, inner)
            if found or (not matches and inner.words >= MIN_WORDS):
                pattern, matches, unread = inner, found, left
            else:
                attribution = None
    if not matches and pattern.words >= MIN_WORDS:
        matches = longest_stretches(engine, pattern)
    matches.sort(key=_order)
    best = list(_passages(engine, matches[:MAX_PASSAGES]))
    # A stable sort: passages inside quotation marks first, because there the article itself calls them a quotation.
    best.sort(key=lambda pair: (*_fidelity(pair[0]), not pair[1].quoted))
    passages = tuple(passage for _, passage in best)
    status: VerdictStatus = "absent" if pattern.words >= MIN_WORDS else "too_short"
    if passages:
        status = passages[0].status
    if attribution is not None and passages:
        attribution = replace(attribution, agrees=same_speaker(attribution.speaker, passages[0].quote))
    return Verdict(
        text=quote.encode("utf-8", "replace").decode(),
        status=status,
        answer=answer_of(status, pattern.words, passages, attribution, engine.count()),
        words=pattern.words,
        attribution=attribution,
        total=len(matches) + unread,
        places=passages,
        index=engine.info(),
    )


def passage_marks(engine: Engine, article: Article, quote: str) -> dict[int | None, tuple[Span, ...]]:
    """Return where a quotation stands in one article: a span of each block that has a part of it; None: the headline.

    Empty if the article does not have it, or something near it.

    Raises:
        QueryError: As of `verify_quotation`.

    """
    hit = Hit(article.head, 0.0, article.blocks, ())
    found = sorted(MatchFinder(engine, parse_quotation(quote)).find((hit,)), key=_fidelity)
    if not found:
        return {}
    printed, alignment = found[0].printed, found[0].alignment
    spans: dict[int | None, Span] = {}
    for number in range(alignment.first, alignment.end):
        block, word = printed.block_of(number), printed.words[number]
        spans[block] = Span(spans[block].start if block in spans else word.start, word.end)
    return {block: (span,) for block, span in spans.items()}


def verify_quotations(engine: Engine, quotes: Iterable[str]) -> Iterator[Verdict | QueryError]:
    """Yield for each of several quotations its verdict, or the error if it is refused.

    Raises:
        EngineError: The index cannot be read.

    """
    for quote in quotes:
        try:
            yield verify_quotation(engine, quote)
        except QueryError as error:
            yield error


def _find(engine: Engine, pattern: QuotationPattern) -> tuple[list[CandidateMatch], int]:
    """Return the matches, and the number of articles that contain the exact words but were not read.

    Articles with similar words are searched only if no match has the words of the quotation unchanged; the number is
    0 then.
    """
    finder = MatchFinder(engine, pattern)
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
    for hits in similar_articles(engine, pattern):
        matches += finder.find(hit for hit in hits if hit.head.id not in read)
        read.update(hit.head.id for hit in hits)
        if matches and pattern.words <= MAX_SHORT:
            break
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
