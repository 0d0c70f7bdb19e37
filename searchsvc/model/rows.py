"""What the table of fields says of each: the shape of its rows."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, NewType

from searchsvc.model.article import Article, ArticleHead, BlockKind, Quote

#: Name of a text field: in nodes of a query, in the index, and in the JSON.
TextField = NewType("TextField", str)
#: Name of a facet: in nodes of a query, in the index, and in the JSON.
FacetField = NewType("FacetField", str)

#: `main`: the one field that is cut into passages. `merged`: bare words look into it too. `named`: only by its name.
Storage = Literal["main", "merged", "named"]
#: What a match may be shown in: blocks of a kind, the article's headline, a related headline.
Place = BlockKind | Literal["title", "related"]

#: Values, of which empty ones are none.
Values = Sequence[str | None]


class TextRow(NamedTuple):
    """A text field of articles."""

    name: TextField
    #: What a query calls it; the reading is written out with the first.
    words: tuple[str, ...]
    #: What the page calls it.
    title: str
    storage: Storage
    #: How much its length counts against it, 0 to 1. Short fields differ less in what their length means.
    length_norm: float
    #: What a bare word counts in it; None: it is looked into only by name.
    weight: float | None
    #: Where its words are shown.
    shown_in: frozenset[Place] = frozenset()
    #: Its text, paragraphs parted by newlines; None: the blocks of `shown_in`, which are none of the story's.
    text: Callable[[Article], str] | None = None
    #: Its words stand in passages too: a word asked for in it can choose one.
    in_passages: bool = False
    #: It stands beside the article's own text: where only such fields match, the text shows no reason.
    beside: bool = False
    #: Place among the words that the page's help teaches.
    taught: int | None = None


class Titles(NamedTuple):
    """What a page calls a facet, and its place among the facets there."""

    #: Beside a result: `Section`.
    title: str
    #: Where nothing is asked: `Sections`.
    plural: str
    place: int


class FacetRow(NamedTuple):
    """A column with a fixed set of values, compared whole, but for case, accents, points and hyphens.

    Of `of_head`, `of_article` and `of_quote` those that are given say where a document's values come
    from: a value of the head is also one of the article's quotes and related headlines.
    """

    name: FacetField
    #: What a query calls it; the reading is written out with the first. None: it is asked for by parameter alone.
    words: tuple[str, ...]
    #: Parameter of page and API. It may be given several times: any of the values will do.
    parameter: str
    #: What the parameter does, for OpenAPI; for quotes, where it does another thing there.
    does: str
    does_for_quotes: str | None = None
    of_head: Callable[[ArticleHead], Values] | None = None
    of_article: Callable[[Article], Values] | None = None
    #: The quote's own values: one at most.
    of_quote: Callable[[Quote], Values] | None = None
    #: On the page of articles, and on that of quotes. None: it is not counted there.
    articles: Titles | None = None
    quotes: Titles | None = None
    #: Values are names: what is none is no value.
    names: bool = False
    #: The values there are, if they are known beforehand.
    known: tuple[str, ...] = ()
    #: Place among the words that the page's help teaches.
    taught: int | None = None

    @property
    def joins_spellings(self) -> bool:
        """Return whether of quotes the spellings of one name are counted together: where it is the quote's own."""
        return self.names and self.of_quote is not None

    @property
    def is_of_quotes(self) -> bool:
        """Return whether a quote has values without its article being looked at."""
        return bool(self.of_quote or self.of_head)
