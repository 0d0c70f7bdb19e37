"""Values of the read pipeline that say what is searched for: the tree of a query, its filters, and the parsed text.

Nodes hold surface forms (`analysis.tokenize`), not stems: the stem of a word depends on the language of the article
that it is compared with, which only the engine knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal

from searchsvc.model.fields import FacetField, TextField

#: `added`: what came in last is first; what came in together is ordered as by `newest`.
Sort = Literal["relevance", "newest", "oldest", "added"]
#: Which bare words of the text a hit must have: all; any one; or all, relaxed to most of them if few hits have all.
MatchMode = Literal["auto", "all", "any"]
#: Whether, where a text finds nothing, a better spelling of it is asked instead; or the text as typed in any case.
Spelling = Literal["auto", "typed"]
#: Unit of the clock from whose start relative dates count: `7d` from the day, `7h` from the minute.
ClockUnit = Literal["day", "minute"]


#: What the last word of a phrase stands for: itself, all forms that begin with it, or those within so many edits.
Tail = Literal["", "*", "~1", "~2"]
#: The part of a text that must hold all words of a phrase, in any order; "": they follow each other.
TextUnit = Literal["", "sentence", "paragraph"]


@dataclass(frozen=True, slots=True)
class Word:
    """Articles that have a word with the same stem."""

    text: str
    #: None: all fields that have a weight (`fields.TEXT_FIELDS`), by their weights.
    field: TextField | None = None
    #: Whether no synonyms are looked for with it: `+word`. Engines find the same with and without.
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """Articles that have a surface form with this prefix."""

    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Articles that have one of the surface forms nearest to this within 1 or 2 edits (Damerau-Levenshtein)."""

    text: str
    edits: int = 1
    field: TextField | None = None
    #: Those forms, where an engine has told them (for highlighting); None: any form within the edits.
    forms: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Articles that have these surface forms one after the other in one paragraph, stop words included.

    With a `slop` they may stand in any order and with other words between, as in Lucene's sloppy phrase: word i at
    position p lies p - i from where the phrase begins, and these differences are at most `slop` apart. With a `tail`,
    which no phrase with a slop has, any form that begins with the last word, or is within its edits, may stand there.
    With `within`, which no phrase with a slop or a tail has, its words, each named once, stand in one sentence
    (`analysis.sentence_words`), or one paragraph, in any order. It stands wherever its first word does in such a unit.
    Forms that are the same word in the article's language (`analysis.spellings`) are equal.
    """

    words: tuple[str, ...]
    slop: int = 0
    field: TextField | None = None
    tail: Tail = ""
    within: TextUnit = ""

    @property
    def ending(self) -> Prefix | Fuzzy | None:
        """What its last word stands for; None: itself."""
        match self.tail:
            case "":
                return None
            case "*":
                return Prefix(self.words[-1], self.field)
            case "~1":
                return Fuzzy(self.words[-1], 1, self.field)
            case "~2":
                return Fuzzy(self.words[-1], 2, self.field)


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Articles that have this value of a facet, compared by `name_key`. It adds nothing to the score."""

    field: FacetField
    value: str


@dataclass(frozen=True, slots=True)
class Url:
    """Articles of this address, compared by `url_key`."""

    url: str


@dataclass(frozen=True, slots=True)
class LinksTo:
    """Articles whose page has a related headline of a story, which is no promotion; among headlines, all that name it.

    The story is given by keys that its headlines have, one of them at least (`analysis.links`).
    """

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateRange:
    """Articles dated at or after `start` and before `end`; undated articles never match.

    A bound at midnight in UTC is where a day begins, and is compared with the calendar days of the pages, wherever they
    were printed; any other bound is an instant, and is compared with their instants.
    """

    start: datetime | None = None
    end: datetime | None = None

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first day that matches and the first after it that does not; None: no day bounds it on that side."""
        return _day_at(self.start), _day_at(self.end)

    @property
    def instants(self) -> tuple[datetime | None, datetime | None]:
        """The bounds that are no days: the first instant that matches, and the first after it that does not."""
        start, end = self.days
        return None if start else self.start, None if end else self.end


@dataclass(frozen=True, slots=True)
class AddedRange:
    """Articles that came in at or after `start` and before `end`; those of which that is unknown never match."""

    start: datetime | None = None
    end: datetime | None = None


def _day_at(bound: datetime | None) -> date | None:
    """Return the day that begins at a bound; None if none does."""
    at = bound and bound.astimezone(UTC)
    return at.date() if at and at.time() == time() else None


@dataclass(frozen=True, slots=True)
class And:
    """Articles that match every child, each anywhere in the article."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Articles that match at least one child."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Articles that do not match the child."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class MinShouldMatch:
    """Articles that match at least `minimum` of the children; more matched children rank first, then score."""

    children: tuple["Node", ...]
    minimum: int


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Every article."""


#: Nodes that are looked for in texts, and add to the score.
Leaf = Word | Phrase | Prefix | Fuzzy
LEAVES = (Word, Phrase, Prefix, Fuzzy)
Node = Leaf | FacetFilter | Url | LinksTo | DateRange | AddedRange | And | Or | Not | MinShouldMatch | MatchAll


def positive_leaves(root: Node) -> list[Leaf]:
    """Return the leaves that are under no `Not`, from left to right, with repeats."""
    if isinstance(root, LEAVES):
        return [root]
    if isinstance(root, And | Or | MinShouldMatch):
        return [leaf for child in root.children for leaf in positive_leaves(child)]
    return []


def needs_leaf(root: Node) -> bool:
    """Return whether whatever matches a tree has one of its leaves that are under no `Not`."""
    match root:
        case And(children):
            return any(map(needs_leaf, children))
        case Or(children):
            return bool(children) and all(map(needs_leaf, children))
        case MinShouldMatch(children, minimum):
            return minimum > 0 and all(map(needs_leaf, children))
        case _:
            return isinstance(root, LEAVES)


def with_leaves(root: Node, others: Mapping[Leaf, Leaf]) -> Node:
    """Return a tree with other leaves in place of some, but for those under a `Not`."""
    if isinstance(root, LEAVES):
        return others.get(root, root)
    if isinstance(root, And | Or | MinShouldMatch):
        return replace(root, children=tuple(with_leaves(child, others) for child in root.children))
    return root


@dataclass(frozen=True, slots=True)
class DrillSidewaysFilter:
    """A filter by values of one facet, which is itself counted without the filter: drill-sideways, as Lucene calls it.

    So the counts of the other values say how many articles choosing them, too, would add. With `MONTH` it is a choice
    of dates, without which months and days are counted.
    """

    field: FacetField
    node: Node


#: What an article must also match, without an effect on its score. Facets are counted under all filters, except that a
#: facet with a `DrillSidewaysFilter` is counted without that.
Filter = Node | DrillSidewaysFilter


@dataclass(frozen=True, slots=True)
class Query:
    """What an engine is asked: a tree that matches and scores, filters, and an order."""

    root: Node
    filters: tuple[Filter, ...] = ()
    sort: Sort = "relevance"
    #: Tree that demands all words, where the root demands any: its matches are counted (`Ranking.total_all_words`).
    all_words: Node | None = None
    #: Whether hits tell the parts of their scores (`Hit.parts`).
    explain: bool = False
    #: Whether older versions of articles are searched, too, as if each were an article of its own.
    versions: bool = False
    #: Whether copies are grouped: of those of a story that match, only the first printed one is a hit, and counted.
    #: With older versions nothing is grouped.
    grouped: bool = False


#: Values of a facet that are returned unless more are asked for, and at most.
FACET_LIMIT, MAX_FACET_LIMIT = 50, 10_000


@dataclass(frozen=True, slots=True)
class FacetSelection:
    """Which values of the counted facets are returned: the most frequent ones that contain some words."""

    #: Values of each facet, at most; of months all are returned.
    limit: int = FACET_LIMIT
    #: Words that a value must contain, compared by `value_key`, each as a part of it; "": all values do.
    words: str = ""
    #: The facet whose values must contain them, while those of other facets need not; None: those of all facets.
    field: FacetField | None = None
    #: The month whose days are counted, as `2009-07`; None: no days are.
    days_of: str | None = None


#: The selection where nothing else is asked for.
USUAL_SELECTION = FacetSelection()


@dataclass(frozen=True, slots=True)
class Notice:
    """How a part of a query's text was understood, where that is not obvious."""

    #: Stable name: `repaired-quote`, `us-either`, `stop-words-ignored`, `relaxed` …
    code: str
    #: Explanation for the reader.
    text: str


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The parsed text of a query.

    `root` demands every bare word. `bare` are the children of the top conjunction that `match=any` and `match=auto` may
    make optional, `fixed` those that stay required (fields, phrases, negations, dates). `text` is the query, written in
    canonical syntax.
    """

    root: Node
    bare: tuple[Node, ...]
    fixed: tuple[Node, ...]
    text: str
    notices: tuple[Notice, ...] = ()
    #: Relative dates in it were resolved at the start of this unit of the clock, and change with the next; None: none.
    counts_from: ClockUnit | None = None
    #: The phrases in quotation marks that have accents, as typed: articles that print them so come first.
    printed: tuple[str, ...] = ()
