"""The part of the published JSON that says what was asked, and where the pages beside the answer are."""

from typing import Annotated, NamedTuple

import msgspec

from searchsvc.model.query import MatchMode, Notice, Sort, Spelling


class FiltersJson(dict[str, tuple[str, ...] | str | None]):
    """The filters that were asked for, by the names of their parameters: values of facets, first and last day."""


class QuoteFiltersJson(FiltersJson):
    """The filters of a search for quotes or speakers, by the names of their parameters."""


class HeadlineFiltersJson(FiltersJson):
    """The filters of a search for related headlines, by the names of their parameters."""


class TextQueryJson(msgspec.Struct, frozen=True):
    """What was asked, as it was typed."""

    text: str


class SpeakersQueryJson(TextQueryJson, frozen=True):
    """What was asked of the speakers."""

    filters: QuoteFiltersJson


class ReadQueryJson(TextQueryJson, frozen=True):
    """What was asked, and how it was read."""

    understood: Annotated[str, msgspec.Meta(description="How the text was read, written out.")]
    notices: tuple[Notice, ...]


class HeadlineQueryJson(ReadQueryJson, frozen=True):
    """What was asked, and how it was read."""

    filters: HeadlineFiltersJson


class QueryJson(ReadQueryJson, frozen=True):
    """What was asked of the articles, and how it was read."""

    filters: FiltersJson
    sort: Sort
    match: MatchMode
    spelling: Spelling


class QuoteQueryJson(ReadQueryJson, frozen=True):
    """What was asked of the quotes, and how it was read."""

    filters: QuoteFiltersJson
    speaker: tuple[str, ...]
    sort: Sort
    match: MatchMode


#: Address of another page of the same result.
PageAddress = Annotated[
    str | None,
    msgspec.Meta(description="Path and query of that page, as in the Link header; null if there is none."),
]


class PageLinks(NamedTuple):
    """The pages beside one page of a result; None where there is none, and where the answer is not served."""

    next: str | None = None
    prev: str | None = None
