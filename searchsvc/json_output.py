"""Values → the published JSON, in the shapes of json_shapes.py. All keys always, null where unknown."""

import html
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from searchsvc.errors import QueryError
from searchsvc.json_queries import (
    AskedCopies,
    AskedVersions,
    FiltersJson,
    PageLinks,
    QueryErrorJson,
    QueryJson,
    QuoteFiltersJson,
    QuoteQueryJson,
    RefusedQueryJson,
    SpeakersQueryJson,
)
from searchsvc.json_shapes import (
    ArticleJson,
    ChangeJson,
    CountedValues,
    EvidenceJson,
    FacetsJson,
    HeadJson,
    HitJson,
    OffsetPair,
    PageJson,
    QuoteFacetsJson,
    QuoteHitJson,
    QuotePageJson,
    ScorePartJson,
    SnippetJson,
    SpeakerJson,
    SpeakerPageJson,
    SpeakersPageJson,
)
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.fields import ARTICLE_FACETS, FACETS, QUOTE_FACETS, FacetRow
from searchsvc.model.message import Message
from searchsvc.model.printed_date import TimePrecision
from searchsvc.model.result import ArticlePage, ArticleResult, Asked, Facets, ScorePart, Snippet, Span, SpeakerHit
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search import ConcordancePage, Evidence, KeywordsPage, QuotePage, QuoteResult, SpeakerPage, SpeakersPage


def _published_text(value: object) -> str:
    """Return the English of a message, in which it is published; anything else cannot be written."""
    if isinstance(value, Message):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")


_encode = msgspec.json.Encoder(enc_hook=_published_text).encode

#: Signs that HTML writes in another way.
_SPECIAL = re.compile("[&<>\"']")
#: Digits of a score that are published: more would only show the order of additions.
SCORE_DIGITS = 5


def article_to_json(article: Article, saved_page: str | msgspec.UnsetType | None = msgspec.UNSET) -> bytes:
    """Return an article as one line of JSON, with the path of its saved page where that is given."""
    head = published_head(article.head)
    return _encode(ArticleJson(head, article.blocks, article.provenance, article.quotes, article.related, saved_page))


#: No page beside this one is known.
NO_LINKS = PageLinks()


def published_query(page: ArticlePage | ConcordancePage | KeywordsPage) -> QueryJson:
    """Return what was asked of the articles, and how it was read."""
    return QueryJson(
        page.text,
        page.understood,
        page.notices,
        FiltersJson(filters_of(page.asked, ARTICLE_FACETS)),
        page.sort,
        page.asked.match,
        page.asked.spelling,
        asked_versions(page.asked),
        asked_copies(page.asked),
    )


def asked_versions(asked: Asked) -> AskedVersions:
    """Return which versions of articles were asked for."""
    return "all" if asked.versions else "newest"


def asked_copies(asked: Asked) -> AskedCopies:
    """Return which copies of a story were asked for."""
    return "show" if asked.show_copies else None


def page_to_json(page: ArticlePage, links: PageLinks = NO_LINKS) -> bytes:
    """Return the answer to a search as one line of JSON."""
    return _encode(
        PageJson(
            query=published_query(page),
            total=page.total,
            total_articles=page.total_articles,
            total_all_words=page.total_all_words,
            page=page.page,
            size=page.size,
            hits=[_hit(result) for result in page.results],
            facets=facets(page.facets),
            suggestion=page.suggestion,
            next=links.next,
            prev=links.prev,
            index=page.index,
        )
    )


def quotes_to_json(page: QuotePage, links: PageLinks = NO_LINKS) -> bytes:
    """Return the answer to a search for quotes as one line of JSON."""
    return _encode(_quotes(page, links))


def speakers_to_json(page: SpeakersPage, links: PageLinks = NO_LINKS) -> bytes:
    """Return who said what was asked for as one line of JSON."""
    return _encode(
        SpeakersPageJson(
            query=SpeakersQueryJson(page.text, QuoteFiltersJson(filters_of(page.asked, FACETS))),
            total=page.ranking.total,
            page=page.page,
            size=page.size,
            hits=list(map(_speaker, page.ranking.hits)),
            next=links.next,
            prev=links.prev,
            index=page.index,
        )
    )


def speaker_to_json(page: SpeakerPage, links: PageLinks = NO_LINKS) -> bytes:
    """Return what is known of one speaker as one line of JSON."""
    speaker = _speaker(page.speaker) if page.speaker else None
    others = list(map(_speaker, page.others))
    return _encode(SpeakerPageJson(page.name, speaker, page.role, others, page.topics, _quotes(page.quotes, links)))


def facets(counted: Facets) -> FacetsJson:
    """Return counted facets of articles: a key for each of them, the months, and how many values each has."""
    return FacetsJson(counts_of(counted, ARTICLE_FACETS))


def query_error_to_json(error: QueryError) -> bytes:
    """Return a refused query as one line of JSON with no hits."""
    return _encode(RefusedQueryJson((), refusal(error)))


def refusal(error: QueryError) -> QueryErrorJson:
    """Return why a query is refused, as it is published."""
    return QueryErrorJson(error.reason, error.position, error.length, error.suggestion)


def to_json(value: object) -> bytes:
    """Return any value of the model, or plain data holding some, as one line of JSON."""
    return _encode(value)


def snippet_html(snippet: Snippet) -> str:
    """Return a snippet as HTML that holds nothing but text and `mark` elements."""
    escape = html.escape if _SPECIAL.search(snippet.text) else str
    return "".join([f"<mark>{escape(text)}</mark>" if marked else escape(text) for text, marked in snippet.parts()])


def counts_of(counted: Facets, rows: Sequence[FacetRow]) -> dict[str, CountedValues]:
    """Return counted facets by name, the months, and how many values each has."""
    totals = {**{str(row.name): counted.totals.get(row.name, 0) for row in rows}, "month": len(counted.month)}
    return {**{row.name: counted[row.name] for row in rows}, "month": counted.month, "totals": totals}


def printed_date(at: datetime | None, precision: TimePrecision | None) -> str | None:
    """Return a date as the published JSON has it: `2009-07-15T10:21:00Z`, or `2009-07-15` without a clock."""
    if at is None:
        return None
    return at.date().isoformat() if precision == "day" else f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def published_head(head: ArticleHead) -> HeadJson:
    """Return the head of an article, as it is published."""
    return HeadJson(
        id=head.id,
        title=head.title,
        kicker=head.kicker,
        url=head.url,
        outlet=head.outlet,
        agency=head.agency,
        section=head.section,
        authors=head.authors,
        published=printed_date(head.published, head.published_precision),
        published_day=head.published_day,
        published_precision=head.published_precision,
        updated=printed_date(head.updated, head.updated_precision),
        updated_day=head.updated_day,
        updated_precision=head.updated_precision,
        added=head.added,
        language=head.language,
        lead=head.lead,
        history=head.history,
    )


def filters_of(asked: Asked, rows: Sequence[FacetRow]) -> dict[str, tuple[str, ...] | str | None]:
    """Return the filters of a search under the names of their parameters."""
    return {
        **{row.parameter: asked.chosen.get(row.name, ()) for row in rows},
        "from": asked.first.isoformat() if asked.first else None,
        "to": asked.last.isoformat() if asked.last else None,
        "added_after": printed_date(asked.added_after, "second"),
        "added_before": printed_date(asked.added_before, "second"),
    }


def _hit(result: ArticleResult) -> HitJson:
    return HitJson(
        **msgspec.structs.asdict(published_head(result.head)),
        changed=_change(result.head),
        version=result.head.history if result.head.is_old else None,
        score=round(result.score, SCORE_DIGITS),
        matched_in=result.matched_in,
        title_marks=marks_of(result.title),
        snippets=[_snippet(snippet) for snippet in result.snippets],
        missing=result.missing,
        explanation=None if result.parts is None else tuple(map(_score_part, result.parts)),
        copies=tuple(map(published_head, result.copies)),
        copies_total=result.copies_total,
    )


def _change(head: ArticleHead) -> ChangeJson | None:
    history = head.history
    return None if history is None or head.is_old or not history.changed else ChangeJson(history.since, history.changed)


def _score_part(part: ScorePart) -> ScorePartJson:
    return ScorePartJson(format_query(part.leaf), part.place, round(part.score, SCORE_DIGITS))


def _speaker(hit: SpeakerHit) -> SpeakerJson:
    return SpeakerJson(hit.name, hit.quotes, hit.articles, hit.first, hit.last)


def _quotes(page: QuotePage, links: PageLinks) -> QuotePageJson:
    filters = QuoteFiltersJson(filters_of(page.asked, FACETS))
    return QuotePageJson(
        query=QuoteQueryJson(
            page.text,
            page.understood,
            page.notices,
            filters,
            page.speaker,
            page.sort,
            page.asked.match,
            asked_copies(page.asked),
        ),
        total=page.total,
        page=page.page,
        size=page.size,
        hits=[_quote(result) for result in page.results],
        facets=QuoteFacetsJson(counts_of(page.facets, QUOTE_FACETS)),
        next=links.next,
        prev=links.prev,
        index=page.index,
    )


def _quote(result: QuoteResult) -> QuoteHitJson:
    return QuoteHitJson(
        article=published_head(result.head),
        index=result.index,
        quote=result.quote,
        marks=marks_of(result.text),
        html=snippet_html(result.text),
        context=result.context,
        context_start=result.context_start,
        context_cut=result.context_cut,
        evidence=None if result.evidence is None else _evidence(result.evidence),
        anchor=result.anchor,
        score=round(result.score, SCORE_DIGITS),
        copies=tuple(map(published_head, result.copies)),
        copies_total=result.copies_total,
    )


def _evidence(evidence: Evidence) -> EvidenceJson:
    return EvidenceJson(
        text=evidence.text,
        block=evidence.block,
        anchor=evidence.anchor,
        quote=_pair(evidence.quote),
        mention=_pair(evidence.mention),
        cue=_pair(evidence.cue),
        cut_before=evidence.cut_before,
        cut_after=evidence.cut_after,
    )


def _pair(span: Span | None) -> OffsetPair | None:
    return None if span is None else (span.start, span.end)


def _snippet(snippet: Snippet) -> SnippetJson:
    return SnippetJson(
        text=snippet.text,
        marks=marks_of(snippet),
        html=snippet_html(snippet),
        anchor=snippet.anchor,
        cut_before=snippet.cut_before,
        cut_after=snippet.cut_after,
    )


def marks_of(snippet: Snippet) -> list[OffsetPair]:
    """Return the ranges of the marked words."""
    return [(mark.start, mark.end) for mark in snippet.marks]
