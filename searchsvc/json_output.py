"""Values → the published JSON, in the shapes of json_shapes.py. All keys always, null where unknown."""

import html
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from searchsvc.errors import QueryError
from searchsvc.json_queries import (
    FiltersJson,
    HeadlineFiltersJson,
    HeadlineQueryJson,
    PageLinks,
    QueryJson,
    QuoteFiltersJson,
    QuoteQueryJson,
    SpeakersQueryJson,
    TextQueryJson,
)
from searchsvc.json_shapes import (
    ArticleJson,
    CountedValues,
    EvidenceJson,
    FacetsJson,
    HeadJson,
    HeadlineHitJson,
    HeadlinePageJson,
    HitJson,
    OffsetPair,
    PageJson,
    PlaceJson,
    QueryErrorJson,
    QuoteFacetsJson,
    QuoteHitJson,
    QuotePageJson,
    RefusedQueryJson,
    SnippetJson,
    SpeakerJson,
    SpeakerPageJson,
    SpeakersPageJson,
    VerdictJson,
)
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.fields import ARTICLE_FACETS, FACETS, HEADLINE_FACETS, QUOTE_FACETS, FacetRow
from searchsvc.model.printed_date import TimePrecision
from searchsvc.model.result import ArticlePage, ArticleResult, Asked, Facets, Snippet, Span, SpeakerHit
from searchsvc.search import Evidence, HeadlinePage, QuotePage, QuoteResult, SpeakerPage, SpeakersPage
from searchsvc.verify import SourcePassage, Verdict

_encode = msgspec.json.Encoder().encode

#: Signs that HTML writes in another way.
_SPECIAL = re.compile("[&<>\"']")
#: Digits of a score that are published: more would only show the order of additions.
SCORE_DIGITS = 5


def article_to_json(article: Article) -> bytes:
    """Return an article as one line of JSON."""
    head = _head(article.head)
    return _encode(ArticleJson(head, article.blocks, article.provenance, article.quotes, article.related))


#: No page beside this one is known.
NO_LINKS = PageLinks()


def page_to_json(page: ArticlePage, links: PageLinks = NO_LINKS) -> bytes:
    """Return the answer to a search as one line of JSON."""
    return _encode(
        PageJson(
            query=QueryJson(
                page.text,
                page.understood,
                page.notices,
                FiltersJson(_filters(page.asked, ARTICLE_FACETS)),
                page.sort,
                page.asked.match,
                page.asked.spelling,
            ),
            total=page.total,
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
            query=SpeakersQueryJson(page.text, QuoteFiltersJson(_filters(page.asked, FACETS))),
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
    return _encode(SpeakerPageJson(page.name, speaker, page.topics, _quotes(page.quotes, links)))


def facets(counted: Facets) -> FacetsJson:
    """Return counted facets of articles: a key for each of them, the months, and how many values each has."""
    return FacetsJson(_counts(counted, ARTICLE_FACETS))


def headlines_to_json(page: HeadlinePage, links: PageLinks = NO_LINKS) -> bytes:
    """Return the answer to a search for related headlines as one line of JSON."""
    return _encode(
        HeadlinePageJson(
            query=HeadlineQueryJson(
                page.text, page.understood, page.notices, HeadlineFiltersJson(_filters(page.asked, HEADLINE_FACETS))
            ),
            total=page.total,
            page=page.page,
            size=page.size,
            hits=[
                HeadlineHitJson(
                    article=_head(result.head),
                    index=result.index,
                    headline=result.headline,
                    marks=_marks(result.text),
                    html=snippet_html(result.text),
                    score=round(result.score, SCORE_DIGITS),
                )
                for result in page.results
            ],
            next=links.next,
            prev=links.prev,
            index=page.index,
        )
    )


def verdict_to_json(verdict: Verdict) -> bytes:
    """Return the answer to a verbatim check as one line of JSON."""
    return _encode(
        VerdictJson(
            query=TextQueryJson(verdict.text),
            status=verdict.status,
            total=verdict.total,
            places=[_place(place) for place in verdict.places],
            index=verdict.index,
        )
    )


def query_error_to_json(error: QueryError) -> bytes:
    """Return a refused query as one line of JSON with no hits."""
    told = QueryErrorJson(error.reason, error.position, error.length, error.suggestion)
    return _encode(RefusedQueryJson((), told))


def to_json(value: object) -> bytes:
    """Return any value of the model, or plain data holding some, as one line of JSON."""
    return _encode(value)


def snippet_html(snippet: Snippet) -> str:
    """Return a snippet as HTML that holds nothing but text and `mark` elements."""
    escape = html.escape if _SPECIAL.search(snippet.text) else str
    return "".join([f"<mark>{escape(text)}</mark>" if marked else escape(text) for text, marked in snippet.parts()])


def _counts(counted: Facets, rows: Sequence[FacetRow]) -> dict[str, CountedValues]:
    totals = {**{str(row.name): counted.totals.get(row.name, 0) for row in rows}, "month": len(counted.month)}
    return {**{row.name: counted[row.name] for row in rows}, "month": counted.month, "totals": totals}


def printed_date(at: datetime | None, precision: TimePrecision | None) -> str | None:
    """Return a date as the published JSON has it: `2009-07-15T10:21:00Z`, or `2009-07-15` without a clock."""
    if at is None:
        return None
    return at.date().isoformat() if precision == "day" else f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _head(head: ArticleHead) -> HeadJson:
    return HeadJson(
        id=head.id,
        title=head.title,
        url=head.url,
        outlet=head.outlet,
        section=head.section,
        authors=head.authors,
        published=printed_date(head.published, head.published_precision),
        published_day=head.published_day,
        published_precision=head.published_precision,
        updated=printed_date(head.updated, head.updated_precision),
        updated_day=head.updated_day,
        updated_precision=head.updated_precision,
        language=head.language,
        lead=head.lead,
    )


def _filters(asked: Asked, rows: Sequence[FacetRow]) -> dict[str, tuple[str, ...] | str | None]:
    """Return the filters of a search under the names of their parameters."""
    return {
        **{row.parameter: asked.chosen.get(row.name, ()) for row in rows},
        "from": asked.first.isoformat() if asked.first else None,
        "to": asked.last.isoformat() if asked.last else None,
    }


def _hit(result: ArticleResult) -> HitJson:
    head = result.head
    return HitJson(
        id=head.id,
        url=head.url,
        title=head.title,
        outlet=head.outlet,
        section=head.section,
        authors=head.authors,
        published=printed_date(head.published, head.published_precision),
        published_day=head.published_day,
        published_precision=head.published_precision,
        updated=printed_date(head.updated, head.updated_precision),
        updated_day=head.updated_day,
        updated_precision=head.updated_precision,
        language=head.language,
        lead=head.lead,
        score=round(result.score, SCORE_DIGITS),
        matched_in=result.matched_in,
        title_marks=_marks(result.title),
        snippets=[_snippet(snippet) for snippet in result.snippets],
    )


def _speaker(hit: SpeakerHit) -> SpeakerJson:
    return SpeakerJson(hit.name, hit.quotes, hit.articles, hit.first, hit.last)


def _quotes(page: QuotePage, links: PageLinks) -> QuotePageJson:
    filters = QuoteFiltersJson(_filters(page.asked, FACETS))
    return QuotePageJson(
        query=QuoteQueryJson(
            page.text, page.understood, page.notices, filters, page.speaker, page.sort, page.asked.match
        ),
        total=page.total,
        page=page.page,
        size=page.size,
        hits=[_quote(result) for result in page.results],
        facets=QuoteFacetsJson(_counts(page.facets, QUOTE_FACETS)),
        next=links.next,
        prev=links.prev,
        index=page.index,
    )


def _quote(result: QuoteResult) -> QuoteHitJson:
    return QuoteHitJson(
        article=_head(result.head),
        index=result.index,
        quote=result.quote,
        marks=_marks(result.text),
        html=snippet_html(result.text),
        context=result.context,
        context_start=result.context_start,
        context_cut=result.context_cut,
        evidence=None if result.evidence is None else _evidence(result.evidence),
        anchor=result.anchor,
        score=round(result.score, SCORE_DIGITS),
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
        marks=_marks(snippet),
        html=snippet_html(snippet),
        anchor=snippet.anchor,
        cut_before=snippet.cut_before,
        cut_after=snippet.cut_after,
    )


def _marks(snippet: Snippet) -> list[OffsetPair]:
    return [(mark.start, mark.end) for mark in snippet.marks]


def _place(place: SourcePassage) -> PlaceJson:
    return PlaceJson(
        article=_head(place.head),
        status=place.status,
        block=place.block,
        end_block=place.end_block,
        anchor=place.anchor,
        start=place.start,
        end=place.end,
        text=place.text,
        diff=place.diff,
        left_out=place.left_out,
        quoted=place.quoted,
        quote=place.quote,
    )
