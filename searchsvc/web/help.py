"""A search that found nothing → which of its words is to blame, and the ways out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from searchsvc.engines.base import Engine
from searchsvc.model.query import Fuzzy, Node, Phrase, Prefix, Query, Word
from searchsvc.query_parser import parse_query
from searchsvc.search import SearchRequest, count
from searchsvc.web.addresses import has_filters, query_string, without_filters

#: Words that are looked up one by one.
MOST_WORDS = 8
#: Words of the archive that are shown beside one that it does not have; shorter ones are like too many.
MOST_NEAR, SHORTEST = 3, 4


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word of the query and how many articles have it."""

    text: str
    count: int
    href: str
    #: Words of the archive that are spelled almost so, where none has it.
    near: tuple["WordCount", ...] = ()


@dataclass(frozen=True, slots=True)
class WayOut:
    """A wider search that finds something."""

    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Help:
    """What a reader is told who found nothing."""

    words: tuple[WordCount, ...]
    ways: tuple[WayOut, ...]


def help_for(engine: Engine, request: SearchRequest) -> Help:
    """Return the words with their counts, and the wider searches that find something."""
    understood = parse_query(request.text, now=datetime.now(UTC))
    nodes = (*understood.bare, *understood.fixed)[:MOST_WORDS]
    words = tuple(_word_count(engine, node) for node in nodes if _text(node))
    return Help(words, tuple(way for way in _ways(engine, request) if way.count))


def _word_count(engine: Engine, node: Node) -> WordCount:
    count = engine.search(Query(node), limit=0, facets=False).total
    near: Sequence[tuple[str, int]] = ()
    if not count and isinstance(node, Word) and len(node.text) >= SHORTEST:
        near = engine.similar_words(node.text, limit=MOST_NEAR)
    return _counted(_text(node), count, tuple(_counted(text, articles) for text, articles in near))


def _counted(text: str, count: int, near: tuple[WordCount, ...] = ()) -> WordCount:
    return WordCount(text, count, query_string(SearchRequest(text=text)), near)


def _ways(engine: Engine, request: SearchRequest) -> list[WayOut]:
    bare = SearchRequest(text=request.text, match=request.match, sort=request.sort)
    tries = []
    if has_filters(request):
        tries.append(("Search everything, without the filters", bare, without_filters(request)))
    if request.match != "any":
        tries.append(
            ("Take articles with any of the words", replace(request, match="any"), query_string(request, match="any"))
        )
        if has_filters(request):
            widest = replace(bare, match="any")
            tries.append(("Both: any of the words, without the filters", widest, query_string(widest)))
    return [WayOut(text, count(engine, wider), href) for text, wider, href in tries]


def _text(node: Node) -> str:
    """Return the node as a reader would type it; "" for what is no word."""
    match node:
        case Word(text, None):
            return text
        case Phrase(words, 0, None):
            return f'"{" ".join(words)}"'
        case Prefix(text, None):
            return f"{text}*"
        case Fuzzy(text, _, None):
            return f"{text}~"
        case _:
            return ""
