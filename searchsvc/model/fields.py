"""The fields of the index, a row each: texts that are searched by their words, facets that are filtered and counted.

Whoever needs a list of fields reads it here: schema, columns, query language, weights, highlighting,
JSON, parameters, page and OpenAPI. To add a field, add its row.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, NewType, get_args

from searchsvc.model.article import STORY_KINDS, Article, ArticleHead, BlockKind, Quote, QuoteKind

#: Name of a text field: in nodes of a query, in the index, and in the JSON.
TextField = NewType("TextField", str)
#: Name of a facet: in nodes of a query, in the index, and in the JSON.
FacetField = NewType("FacetField", str)

#: `main`: the one field that is cut into passages. `merged`: bare words look into it too. `named`: only by its name.
Storage = Literal["main", "merged", "named"]
#: What a match may be shown in: blocks of a kind, the article's headline, a related headline.
DisplayedPart = BlockKind | Literal["title", "related"]

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
    shown_in: frozenset[DisplayedPart] = frozenset()
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


#: Fields and facets with a rule of their own somewhere.
TITLE, LEAD, BODY = TextField("title"), TextField("lead"), TextField("body")
QUOTED, RELATED, SPEAKER_NAME = TextField("quotes"), TextField("related"), TextField("speaker")
SECTION, LANGUAGE = FacetField("section"), FacetField("language")
SPEAKER, KIND = FacetField("speaker"), FacetField("kind")

#: Quotes that are somebody's words; terms in marks are searchable as quotes of their own only.
SPEECH: frozenset[QuoteKind] = frozenset({"full", "partial", "pullquote", "blockquote", "headline"})
STORY: frozenset[DisplayedPart] = frozenset(STORY_KINDS)


def lines(texts: Sequence[str]) -> str:
    """Return the texts as one, a line each."""
    return "\n".join([text.replace("\n", " ") for text in texts])


def _speakers(article: Article) -> str:
    """Return who speaks, as named and as written; what recurs as a pair counts once."""
    return "\n".join(dict.fromkeys("\n".join(quote.names) for quote in article.quotes))


#: In schema order.
TEXT_FIELDS: tuple[TextRow, ...] = (
    TextRow(
        TITLE,
        ("title", "headline"),
        "headline",
        storage="merged",
        length_norm=0.4,
        weight=3.0,
        shown_in=frozenset({"title"}),
        text=lambda article: article.head.title,
        taught=1,
    ),
    TextRow(
        LEAD,
        ("lead",),
        "lead",
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
        "text",
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
        "cross-head",
        storage="merged",
        length_norm=0.4,
        weight=1.2,
        shown_in=frozenset({"crosshead"}),
    ),
    TextRow(
        TextField("captions"),
        ("caption", "captions"),
        "caption",
        storage="merged",
        length_norm=0.4,
        weight=0.7,
        shown_in=frozenset({"caption"}),
    ),
    TextRow(
        QUOTED,
        ("quote", "quotes"),
        "quote",
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
        "related headline",
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
        "speaker",
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
        "author",
        storage="named",
        length_norm=0.4,
        weight=None,
        text=lambda article: "\n".join(article.head.authors),
        beside=True,
        taught=6,
    ),
)

#: In the order of columns, parameters and JSON.
FACETS: tuple[FacetRow, ...] = (
    FacetRow(
        SECTION,
        ("section",),
        "section",
        "Only this section; given again, that one too.",
        of_head=lambda head: (head.section,),
        articles=Titles("Section", "Sections", 1),
        quotes=Titles("Section", "Sections", 2),
        taught=4,
    ),
    FacetRow(
        FacetField("outlet"),
        ("outlet",),
        "outlet",
        "Only this outlet; may be given again.",
        of_head=lambda head: (head.outlet,),
        articles=Titles("Outlet", "Outlets", 2),
        quotes=Titles("Outlet", "Outlets", 3),
        taught=5,
    ),
    FacetRow(
        FacetField("author"),
        ("byline",),
        "author",
        "Only this author; may be given again.",
        of_head=lambda head: head.authors,
        articles=Titles("Author", "Authors", 4),
    ),
    FacetRow(
        SPEAKER,
        ("said",),
        "speaker",
        "Only articles that quote this person; may be given again.",
        "Who said it: words of the name, in this order; in double quotation marks exactly this name. "
        "May be given again.",
        of_article=lambda article: article.speakers,
        of_quote=lambda quote: (quote.speaker,),
        articles=Titles("Who is quoted", "Who is quoted", 3),
        quotes=Titles("Speaker", "Speakers", 1),
        names=True,
    ),
    FacetRow(
        LANGUAGE,
        ("lang", "language"),
        "lang",
        "Only this language (ISO 639-1); may be given again.",
        of_head=lambda head: (head.language,),
        articles=Titles("Language", "Languages", 5),
    ),
    FacetRow(
        KIND,
        (),
        "kind",
        "Only quotes of this kind; may be given again.",
        of_quote=lambda quote: (quote.kind,),
        quotes=Titles("Kind of quote", "Kinds of quotes", 4),
        known=get_args(QuoteKind),
    ),
)

TEXT: dict[TextField, TextRow] = {row.name: row for row in TEXT_FIELDS}
FACET: dict[FacetField, FacetRow] = {row.name: row for row in FACETS}
#: What is counted of articles, and of quotes: their own values first, then those of the article.
ARTICLE_FACETS = tuple(row for row in FACETS if row.articles)
QUOTE_FACETS = tuple(sorted((row for row in FACETS if row.quotes), key=lambda row: row.of_quote is None))


def taught_words() -> tuple[str, ...]:
    """Return the words of the query language that help teaches, in its order."""
    texts = [(row.taught, row.words[0]) for row in TEXT_FIELDS if row.taught is not None]
    facets = [(row.taught, row.words[0]) for row in FACETS if row.taught is not None]
    return tuple(word for _, word in sorted([*texts, *facets]))


def text_of(row: TextRow, article: Article) -> str:
    """Return the text of a field of an article."""
    if row.text is not None:
        return row.text(article)
    kinds = row.shown_in
    return lines([block.text for block in article.blocks if block.kind in kinds])


def shown_in(places: frozenset[DisplayedPart]) -> frozenset[TextField | None]:
    """Return the fields whose words are shown in one of some places; None is no field, which means all."""
    return frozenset({None, *(row.name for row in TEXT_FIELDS if row.shown_in & places)})
