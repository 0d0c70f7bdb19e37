"""Verdicts of the verbatim check → the published JSON: of one quotation, and of many.

`json_output` writes what is searched; a verdict's passages carry the source as text beside it.
"""

from collections.abc import Sequence

from searchsvc.errors import QueryError
from searchsvc.json_output import published_head, refusal, to_json
from searchsvc.json_queries import TextQueryJson
from searchsvc.json_shapes import CheckedQuotationJson, PlaceJson, VerdictJson, VerdictsJson
from searchsvc.verify import SourcePassage, Verdict, citation_of


def verdict_to_json(verdict: Verdict) -> bytes:
    """Return the answer to a verbatim check as one line of JSON."""
    return to_json(_verdict(verdict))


def verdicts_to_json(quotes: Sequence[str], checked: Sequence[Verdict | QueryError]) -> bytes:
    """Return the answers to many verbatim checks as one line of JSON: for each quotation its verdict or its error."""
    return to_json(
        VerdictsJson(
            [
                CheckedQuotationJson(quote, None, refusal(one))
                if isinstance(one, QueryError)
                else CheckedQuotationJson(quote, _verdict(one), None)
                for quote, one in zip(quotes, checked, strict=True)
            ]
        )
    )


def _verdict(verdict: Verdict) -> VerdictJson:
    return VerdictJson(
        query=TextQueryJson(verdict.text),
        status=verdict.status,
        answer=verdict.answer,
        words=verdict.words,
        attribution=verdict.attribution,
        total=verdict.total,
        places=[_place(place) for place in verdict.places],
        index=verdict.index,
    )


def _place(place: SourcePassage) -> PlaceJson:
    return PlaceJson(
        article=published_head(place.head),
        status=place.status,
        block=place.block,
        end_block=place.end_block,
        anchor=place.anchor,
        start=place.start,
        end=place.end,
        text=place.text,
        diff=place.diff,
        left_out=place.left_out,
        kept=place.kept,
        citation=citation_of(place),
        quoted=place.quoted,
        quote=place.quote,
    )
