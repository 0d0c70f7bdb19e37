"""Values → the published JSON, in the shapes of json_shapes.py. All keys always, null where unknown."""

import html
import re
from collections.abc import Sequence

import msgspec

from searchsvc.errors import QueryError
from searchsvc.json_shapes import (
    EvidenceJson,
    FacetsJson,
    HeadlineHitJson,
    HeadlinePageJson,
    HeadlineQueryJson,
    HitJson,
    OffsetPair,
    PageJson,
    PlaceJson,
    QueryErrorJson,
    QueryJson,
    QuoteFacetsJson,
    QuoteHitJson,
    QuotePageJson,
    QuoteQueryJson,
    RefusedQueryJson,
    SnippetJson,
    SpeakerPageJson,
    SpeakersPageJson,
    TextQueryJson,
    VerdictJson,
)
from searchsvc.model.article import Article
from searchsvc.model.fields import ARTICLE_FACETS, QUOTE_FACETS, FacetRow
from searchsvc.model.result import ArticlePage, ArticleResult, Facets, FacetValue, Snippet, Span
from searchsvc.search import Evidence, HeadlinePage, QuotePage, QuoteResult, SpeakerPage, SpeakersPage
from searchsvc.verify import SourcePassage, Verdict

_encode = msgspec.json.Encoder().encode

#: Signs that HTML writes in another way.
_SPECIAL = re.compile("[&<>\"']")
#: Digits of a score that are published: more would only show the order of additions.
SCORE_DIGITS = 5


def article_to_json(article: Article) -> bytes:
    """Return an article as one line of JSON, its shape the model's own."""
    return _encode(article)


def page_to_json(page: ArticlePage) -> bytes:
    """Return the answer to a search as one line of JSON."""
    return _encode(
        PageJson(
            query=QueryJson(page.text, page.understood, page.notices, page.sort),
            total=page.total,
            total_all_words=page.total_all_words,
            page=page.page,
            size=page.size,
            hits=[_hit(result) for result in page.results],
            facets=facets(page.facets),
            suggestion=page.suggestion,
            index=page.index,
        )
    )


def quotes_to_json(page: QuotePage) -> bytes:
    """Return the answer to a search for quotes as one line of JSON."""
    return _encode(_quotes(page))


def speakers_to_json(page: SpeakersPage) -> bytes:
    """Return who said what was asked for as one line of JSON."""
    return _encode(
        SpeakersPageJson(
            query=TextQueryJson(page.text),
            total=page.ranking.total,
            page=page.page,
            size=page.size,
            hits=page.ranking.hits,
            index=page.index,
        )
    )


def speaker_to_json(page: SpeakerPage) -> bytes:
    """Return what is known of one speaker as one line of JSON."""
    return _encode(SpeakerPageJson(page.name, page.speaker, page.topics, _quotes(page.quotes)))


def facets(counted: Facets) -> FacetsJson:
    """Return counted facets of articles: a key for each of them, then the months."""
    return FacetsJson(_counts(counted, ARTICLE_FACETS))


def headlines_to_json(page: HeadlinePage) -> bytes:
    """Return the answer to a search for related headlines as one line of JSON."""
    return _encode(
        HeadlinePageJson(
            query=HeadlineQueryJson(page.text, page.understood, page.notices),
            total=page.total,
            page=page.page,
            size=page.size,
            hits=[
                HeadlineHitJson(
                    article=result.head,
                    index=result.index,
                    headline=result.headline,
                    marks=_marks(result.text),
                    html=snippet_html(result.text),
                    score=round(result.score, SCORE_DIGITS),
                )
                for result in page.results
            ],
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


def _counts(counted: Facets, rows: Sequence[FacetRow]) -> dict[str, Sequence[FacetValue]]:
    return {**{row.name: counted[row.name] for row in rows}, "month": counted.month}


def _hit(result: ArticleResult) -> HitJson:
    head = result.head
    return HitJson(
        id=head.id,
        url=head.url,
        title=head.title,
        outlet=head.outlet,
        section=head.section,
        authors=head.authors,
        published=head.published,
        updated=head.updated,
        language=head.language,
        lead=head.lead,
        score=round(result.score, SCORE_DIGITS),
        matched_in=result.matched_in,
        title_marks=_marks(result.title),
        snippets=[_snippet(snippet) for snippet in result.snippets],
    )


def _quotes(page: QuotePage) -> QuotePageJson:
    return QuotePageJson(
        query=QuoteQueryJson(page.text, page.understood, page.notices, page.speaker, page.sort),
        total=page.total,
        page=page.page,
        size=page.size,
        hits=[_quote(result) for result in page.results],
        facets=QuoteFacetsJson(_counts(page.facets, QUOTE_FACETS)),
        index=page.index,
    )


def _quote(result: QuoteResult) -> QuoteHitJson:
    return QuoteHitJson(
        article=result.head,
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
        article=place.head,
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
