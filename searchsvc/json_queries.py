"""The part of the published JSON that says what was asked, and where the pages beside the answer are."""

from typing import Annotated, Literal, NamedTuple

import msgspec

from searchsvc.model.query import MatchMode, Notice, Sort, Spelling

AskedVersions = Annotated[
    Literal["newest", "all"], msgspec.Meta(description="Whether older versions of articles are searched, too.")
]
AskedCopies = Annotated[
    Literal["show"] | None, msgspec.Meta(description="Whether each copy of a story is listed; null: all are one.")
]


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
    """What was asked of the related headlines, and how it was read."""

    filters: HeadlineFiltersJson
    sort: Sort
    match: MatchMode


class QueryJson(ReadQueryJson, frozen=True):
    """What was asked of the articles, and how it was read."""

    filters: FiltersJson
    sort: Sort
    match: MatchMode
    spelling: Spelling
    versions: AskedVersions
    dups: AskedCopies


class QuoteQueryJson(ReadQueryJson, frozen=True):
    """What was asked of the quotes, and how it was read."""

    filters: QuoteFiltersJson
    speaker: tuple[str, ...]
    sort: Sort
    match: MatchMode
    dups: AskedCopies


#: Address of another page of the same result.
PageAddress = Annotated[
    str | None,
    msgspec.Meta(description="Path and query of that page, as in the Link header; null if there is none."),
]


class PageLinks(NamedTuple):
    """The pages beside one page of a result; None where there is none, and where the answer is not served."""

    next: str | None = None
    prev: str | None = None


class QueryErrorJson(msgspec.Struct, frozen=True):
    """Why a query is refused."""

    reason: str
    position: Annotated[int | None, msgspec.Meta(description="Code point of the query where the trouble starts.")]
    length: int
    suggestion: Annotated[str | None, msgspec.Meta(description="A query that works.")]


class RefusedQueryJson(msgspec.Struct, frozen=True):
    """A refused query, as a search that finds nothing: what the command line prints for it."""

    hits: tuple[()]
    error: QueryErrorJson
