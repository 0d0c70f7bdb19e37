"""What is asked, whatever engine answers: text → Query.

Nodes hold surface words as the analyser gives them (`analysis.tokenize`), never stems: which
stem a word has depends on the language of the article it meets, and the engine knows those.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from searchsvc.model.fields import FacetField, TextField

Sort = Literal["relevance", "newest", "oldest"]
#: What relative dates count from: `7d` from the day, `7h` from the minute.
ClockUnit = Literal["day", "minute"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, by its stem."""

    text: str
    #: None: title, lead, cross-heads, body, captions and related, weighted.
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these words, stop words included, in this order.

    `slop` is how many other words may stand between them in all (then in any order, as
    Lucene's sloppy phrase: edit distance of positions).
    """

    words: tuple[str, ...]
    slop: int = 0
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so (surface form, 3 letters or more)."""

    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words within 1 or 2 edits (Damerau-Levenshtein) of the surface form; the first letter holds."""

    text: str
    edits: int = 1
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Articles whose column has this value. Never scored."""

    field: FacetField
    value: str


@dataclass(frozen=True, slots=True)
class Url:
    """Articles of this address (scheme, `www.`, trailing slash and tracking parameters aside)."""

    url: str


@dataclass(frozen=True, slots=True)
class DateRange:
    """Articles dated at or after `start` and before `end`; undated articles never match."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class And:
    """Articles that match every child, wherever in the article each matches."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Articles that match at least one child."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Articles that do not match the child anywhere."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class MinShouldMatch:
    """Articles that match at least `minimum` of the children; more matched children rank first, then score."""

    children: tuple["Node", ...]
    minimum: int


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Every article."""


#: What is looked for in texts.
Leaf = Word | Phrase | Prefix | Fuzzy
LEAVES = (Word, Phrase, Prefix, Fuzzy)
Node = Leaf | FacetFilter | Url | DateRange | And | Or | Not | MinShouldMatch | MatchAll


def positive_leaves(root: Node) -> list[Leaf]:
    """Return the leaves that an article may be found by, from left to right: none under a `Not`."""
    if isinstance(root, LEAVES):
        return [root]
    if isinstance(root, And | Or | MinShouldMatch):
        return [leaf for child in root.children for leaf in positive_leaves(child)]
    return []


@dataclass(frozen=True, slots=True)
class DrillSidewaysFilter:
    """A filter by values of one facet to which others may be added: they are counted without it (drill-sideways)."""

    field: FacetField
    node: Node


#: Narrows a result, unscored. Facets are counted under all filters, but for a facet that has a `DrillSidewaysFilter`.
Filter = Node | DrillSidewaysFilter


@dataclass(frozen=True, slots=True)
class Query:
    """A question for an engine."""

    root: Node
    filters: tuple[Filter, ...] = ()
    sort: Sort = "relevance"
    #: What has all the words, where the root asks for any: it is counted beside it (`Ranking.total_all_words`).
    all_words: Node | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """How a reader's text was read where that is not plain."""

    #: Stable name: `repaired-quote`, `us-either`, `stop-words-ignored`, `relaxed` …
    code: str
    #: In words, for the reader.
    text: str


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A reader's text, parsed.

    `root` is what it says with every bare word wanted; `bare` are the children of the top
    conjunction that `match=any` and `match=auto` may relax, `fixed` those that always hold
    (fields, phrases, negations, dates). `text` is the reading written out canonically.
    """

    root: Node
    bare: tuple[Node, ...]
    fixed: tuple[Node, ...]
    text: str
    notices: tuple[Notice, ...] = ()
    #: The reading holds as long as this unit of the clock it was read by; None: for ever.
    counts_from: ClockUnit | None = None
