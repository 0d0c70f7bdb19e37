"""A search that found nothing → which of its words is to blame, and the ways out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import WordFrequency, ZeroHitSuggestions
from searchsvc.search import SearchRequest
from searchsvc.web.addresses import has_filters, query_string, without_filters


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


def help_for(request: SearchRequest, zero_hit_suggestions: ZeroHitSuggestions) -> Help:
    """Return the words with their counts, and the wider searches that find something."""
    words = tuple(map(_word_count, zero_hit_suggestions.words))
    return Help(words, tuple(way for way in _ways(request, zero_hit_suggestions) if way.count))


def _word_count(found: WordFrequency) -> WordCount:
    near = tuple(_counted(text, articles) for text, articles in found.near)
    return _counted(_text(found.leaf), found.articles, near)


def _counted(text: str, count: int, near: tuple[WordCount, ...] = ()) -> WordCount:
    return WordCount(text, count, query_string(SearchRequest(text=text)), near)


def _ways(request: SearchRequest, zero_hit_suggestions: ZeroHitSuggestions) -> Iterator[WayOut]:
    filtered = has_filters(request)
    if filtered:
        yield WayOut(
            "Search everything, without the filters", zero_hit_suggestions.without_filters, without_filters(request)
        )
    if request.match != "any":
        yield WayOut(
            "Take articles with any of the words", zero_hit_suggestions.any_word, query_string(request, match="any")
        )
    if request.match != "any" and filtered:
        widest = SearchRequest(text=request.text, match="any", sort=request.sort)
        yield WayOut(
            "Both: any of the words, without the filters",
            zero_hit_suggestions.any_word_without_filters,
            query_string(widest),
        )


def _text(leaf: Word | Phrase | Prefix | Fuzzy) -> str:
    """Return the word, or the like, as a reader would type it."""
    match leaf:
        case Word(text):
            return text
        case Phrase(words):
            return f'"{" ".join(words)}"'
        case Prefix(text):
            return f"{text}*"
        case Fuzzy(text):
            return f"{text}~"
        case _:
            assert_never(leaf)
