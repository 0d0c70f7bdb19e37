"""Tables of the text fields and facets of articles, a row each.

Schema, columns, query language, weights, highlighting, JSON, parameters, pages and OpenAPI read these tables, and no
other list of fields exists: to add a field, add its row.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, NewType, get_args

from searchsvc.model.article import STORY_KINDS, Article, ArticleHead, BlockKind, Quote, QuoteKind
from searchsvc.model.message import Message

#: Name of a text field: in nodes of a query, in the index, and in the JSON.
TextField = NewType("TextField", str)
#: Name of a facet: in nodes of a query, in the index, and in the JSON.
FacetField = NewType("FacetField", str)

#: `main`: the one field that is cut into passages; bare words look into it. `merged`: other fields that bare words look
#: into. `named`: fields that only words with the field's name look into.
Storage = Literal["main", "merged", "named"]
#: Where a match may be shown: in blocks of a kind, in the article's title, in a related headline.
DisplayedPart = BlockKind | Literal["title", "related"]

#: Values of a facet; None and "" mean no value.
Values = Sequence[str | None]


class TextRow(NamedTuple):
    """A text field of articles."""

    name: TextField
    #: Names in queries; canonical syntax uses the first.
    words: tuple[str, ...]
    #: Name on pages.
    title: str
    storage: Storage
    #: Strength of the length norm, from 0 (length does not count) to 1.
    length_norm: float
    #: Weight of a bare word in it; None: bare words do not look into it.
    weight: float | None
    #: Where matches in it are shown.
    shown_in: frozenset[DisplayedPart] = frozenset()
    #: Gives its text, paragraphs separated by newlines; None: the text is the blocks of the kinds in `shown_in`.
    text: Callable[[Article], str] | None = None
    #: Whether its words stand in the texts that passages are made of, lead and body: a fact about the field, no switch.
    #: Leaves that name such a field count in a passage's score.
    in_passages: bool = False
    #: Whether it is no part of the article's own text: where only such fields match, no snippet can show the match.
    beside: bool = False
    #: Place in the list of names that the page's help shows; None: it is not shown.
    taught: int | None = None


class Titles(NamedTuple):
    """Names of a facet on a page of results, and its place among the facets there."""

    #: With a result: `Section`.
    title: str
    #: Without a query: `Sections`.
    plural: str
    place: int
    #: What several values are called behind their number: `63 outlets`.
    nouns: str = Message("values")


class FacetRow(NamedTuple):
    """A facet: a column of whole values, which are compared by `name_key` (without case, accents, points, hyphens).

    `of_head`, `of_article` and `of_quote` give the values of a document, as far as they are present: a quote has its
    own values or else its article's head's, a related headline the head's.
    """

    name: FacetField
    #: Names in queries; canonical syntax uses the first. Empty: queries have no name for it, only the parameter.
    words: tuple[str, ...]
    #: Parameter of pages and API. It may be given several times: a document then needs one of the values.
    parameter: str
    #: What the parameter does, for OpenAPI; and what it does in searches for quotes, if that differs.
    does: str
    does_for_quotes: str | None = None
    of_head: Callable[[ArticleHead], Values] | None = None
    of_article: Callable[[Article], Values] | None = None
    #: The quote's own value, one at most.
    of_quote: Callable[[Quote], Values] | None = None
    #: Names on the page of articles, and on that of quotes; None: it is not counted there.
    articles: Titles | None = None
    quotes: Titles | None = None
    #: Whether its values are names; others are left out.
    names: bool = False
    #: All possible values, if they are fixed: the parameter refuses others, and OpenAPI lists them.
    known: tuple[str, ...] = ()
    #: Place in the list of names that the page's help shows; None: it is not shown.
    taught: int | None = None
    #: Name of the parameter in the version before, which is still read.
    former: str | None = None

    @property
    def joins_spellings(self) -> bool:
        """Whether searches for quotes count the spellings of a name together: if the values are quotes' own names."""
        return self.names and self.of_quote is not None

    @property
    def is_of_quotes(self) -> bool:
        """Whether quotes have a column of it: of own values, or of copies of their article's head's."""
        return bool(self.of_quote or self.of_head)


#: Fields and facets that code refers to by name.
TITLE, LEAD, BODY = TextField("title"), TextField("lead"), TextField("body")
QUOTED, RELATED, SPEAKER_NAME = TextField("quotes"), TextField("related"), TextField("speaker")
SECTION, LANGUAGE = FacetField("section"), FacetField("language")
SPEAKER, KIND = FacetField("speaker"), FacetField("kind")
#: The months, which are no row: the name of a choice of dates.
MONTH = FacetField("month")

#: Kinds of quotes that are speech, and part of the field of quotes; terms in quotation marks are not.
SPEECH: frozenset[QuoteKind] = frozenset({"full", "partial", "pullquote", "blockquote", "headline"})
STORY: frozenset[DisplayedPart] = frozenset(STORY_KINDS)


def lines(texts: Sequence[str]) -> str:
    """Return the texts joined by newlines; newlines within a text become spaces."""
    return "\n".join([text.replace("\n", " ") for text in texts])


def _speakers(article: Article) -> str:
    """Return the names of each quote's speaker, a line each; quotes with the same names are counted once."""
    return "\n".join(dict.fromkeys("\n".join(quote.names) for quote in article.quotes))


#: The text fields in schema order.
TEXT_FIELDS: tuple[TextRow, ...] = (
    TextRow(
        TITLE,
        ("title", "headline"),
        Message("headline"),
        storage="merged",
        length_norm=0.4,
        weight=3.0,
        shown_in=frozenset({"title"}),
        text=lambda article: article.head.title,
        taught=1,
    ),
    TextRow(
        TextField("kicker"),
        ("kicker",),
        Message("kicker"),
        storage="merged",
        length_norm=0.4,
        weight=1.2,
        text=lambda article: article.head.kicker or "",
        beside=True,
    ),
    TextRow(
        LEAD,
        ("lead",),
        Message("lead"),
        storage="merged",
        length_norm=0.6,
        weight=1.2,
        shown_in=STORY,
        text=lambda article: article.head.lead or "",
        in_passages=True,
    ),
    TextRow(
        BODY,
        ("body",),
        Message("text"),
        storage="main",
        length_norm=0.6,
        weight=1.0,
        shown_in=STORY,
        text=lambda article: lines([article.blocks[i].text for i in article.body_blocks]),
        in_passages=True,
    ),
    TextRow(
        TextField("crossheads"),
        ("crosshead", "crossheads"),
        Message("cross-head"),
        storage="merged",
        length_norm=0.4,
        weight=1.2,
        shown_in=frozenset({"crosshead"}),
    ),
    TextRow(
        TextField("captions"),
        ("caption", "captions"),
        Message("caption"),
        storage="merged",
        length_norm=0.4,
        weight=0.7,
        shown_in=frozenset({"caption"}),
    ),
    TextRow(
        QUOTED,
        ("quote", "quotes"),
        Message("quote"),
        storage="named",
        length_norm=0.5,
        weight=None,
        shown_in=STORY,
        text=lambda article: lines([quote.text for quote in article.quotes if quote.kind in SPEECH]),
        in_passages=True,
        taught=2,
    ),
    TextRow(
        RELATED,
        ("related",),
        Message("related headline"),
        storage="merged",
        length_norm=0.4,
        weight=0.15,
        shown_in=frozenset({"related"}),
        text=lambda article: lines([related.text for related in article.related]),
        beside=True,
    ),
    TextRow(
        SPEAKER_NAME,
        ("speaker",),
        Message("speaker"),
        storage="named",
        length_norm=0.4,
        weight=None,
        shown_in=STORY,
        text=_speakers,
        beside=True,
        taught=3,
    ),
    TextRow(
        TextField("author"),
        ("author",),
        Message("author"),
        storage="named",
        length_norm=0.4,
        weight=None,
        text=lambda article: "\n".join(article.head.authors),
        beside=True,
        taught=6,
    ),
    TextRow(
        TextField("agency"),
        ("agency",),
        Message("agency"),
        storage="named",
        length_norm=0.4,
        weight=None,
        text=lambda article: article.head.agency or "",
        beside=True,
    ),
)

#: The facets in the order of columns, parameters and JSON. Values are counted out by frequency. `month` is no row: it
#: is computed from the date of an article, follows the facets in the JSON, and is drawn as a timeline.
#: An index keeps the values that the functions gave when it was made: `searchsvc reindex --full` computes them anew.
FACETS: tuple[FacetRow, ...] = (
    FacetRow(
        SECTION,
        ("section",),
        "section",
        "Only this section; given again, that one too.",
        of_head=lambda head: (head.section,),
        articles=Titles(Message("Section"), Message("Sections"), 1, Message("sections")),
        quotes=Titles(Message("Section"), Message("Sections"), 2, Message("sections")),
        taught=4,
    ),
    FacetRow(
        FacetField("outlet"),
        ("outlet",),
        "outlet",
        "Only this outlet; may be given again.",
        of_head=lambda head: (head.outlet,),
        articles=Titles(Message("Outlet"), Message("Outlets"), 2, Message("outlets")),
        quotes=Titles(Message("Outlet"), Message("Outlets"), 3, Message("outlets")),
        taught=5,
    ),
    FacetRow(
        FacetField("author"),
        ("byline",),
        "author",
        "Only this author; may be given again.",
        of_head=lambda head: head.authors,
        articles=Titles(Message("Author"), Message("Authors"), 4, Message("authors")),
    ),
    FacetRow(
        SPEAKER,
        ("said",),
        "speaker",
        "Only articles that quote this person; may be given again.",
        "Who said it: words of the name, in this order; in double quotation marks exactly this name. "
        "May be given again.",
        of_article=lambda article: article.speakers,
        of_quote=lambda quote: (quote.certain_speaker,),
        articles=Titles(Message("Who is quoted"), Message("Who is quoted"), 3, Message("speakers")),
        quotes=Titles(Message("Speaker"), Message("Speakers"), 1, Message("speakers")),
        names=True,
    ),
    FacetRow(
        LANGUAGE,
        ("lang", "language"),
        "language",
        "Only this language (ISO 639-1); may be given again.",
        of_head=lambda head: (head.language,),
        articles=Titles(Message("Language"), Message("Languages"), 5, Message("languages")),
        former="lang",
    ),
    FacetRow(
        KIND,
        (),
        "kind",
        "Only quotes of this kind; may be given again.",
        of_quote=lambda quote: (quote.kind,),
        quotes=Titles(Message("Kind of quote"), Message("Kinds of quotes"), 4, Message("kinds")),
        known=get_args(QuoteKind),
    ),
)

TEXT: dict[TextField, TextRow] = {row.name: row for row in TEXT_FIELDS}
FACET: dict[FacetField, FacetRow] = {row.name: row for row in FACETS}
#: Facets counted for articles; those that headlines are filtered by; those counted for quotes, their own values first.
ARTICLE_FACETS = tuple(row for row in FACETS if row.articles)
HEADLINE_FACETS = tuple(row for row in FACETS if row.of_head)
QUOTE_FACETS = tuple(sorted((row for row in FACETS if row.quotes), key=lambda row: row.of_quote is None))


def taught_words() -> tuple[str, ...]:
    """Return the field names of the query language that the page's help shows, in its order."""
    texts = [(row.taught, row.words[0]) for row in TEXT_FIELDS if row.taught is not None]
    facets = [(row.taught, row.words[0]) for row in FACETS if row.taught is not None]
    return tuple(word for _, word in sorted([*texts, *facets]))


def text_of(row: TextRow, article: Article) -> str:
    """Return the text of a field of an article, paragraphs separated by newlines."""
    if row.text is not None:
        return row.text(article)
    kinds = row.shown_in
    return lines([block.text for block in article.blocks if block.kind in kinds])


def shown_in(places: frozenset[DisplayedPart]) -> frozenset[TextField | None]:
    """Return the fields whose matches are shown in one of some places, and None, the field of bare words."""
    return frozenset({None, *(row.name for row in TEXT_FIELDS if row.shown_in & places)})
