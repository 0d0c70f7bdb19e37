"""What a search offers beside its hits: a spelling that finds more, and, where nothing is found, what others find."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from searchsvc.engines.base import Engine, Expected
from searchsvc.errors import QueryError
from searchsvc.model.query import LEAVES, Leaf, Phrase, Query, Word
from searchsvc.model.result import Ranking, WordFrequency, ZeroHitSuggestions
from searchsvc.search.request import SearchRequest, any_word, most_words
from searchsvc.search.spelling import CANDIDATES, EDITS, Counted, Doubt, article_counts, doubted_words, respell

#: Nodes of the query whose document frequencies are reported, at most.
MAX_REPORTED_WORDS = 8
#: Similar words that are reported for a word of the query that no article has, at most, and the least length of such a
#: word in characters: shorter ones resemble too many.
MAX_SIMILAR_WORDS, MIN_SIMILAR_LENGTH = 3, 4


class Respelling:
    """The text of a search as it was likely meant; the words of similar spelling are looked up once."""

    def __init__(self, engine: Engine, request: SearchRequest) -> None:
        self._engine = engine
        self._request = request
        self._similar: dict[str, Counted] = {}

    @cached_property
    def doubts(self) -> Sequence[Doubt]:
        """The words that may be misspelled."""
        return doubted_words(self._engine, self._request.understood)

    def expected(self) -> Expected:
        """Return what the engine is asked if the text is respelled."""
        return Expected(words=[(doubt.form, EDITS, CANDIDATES) for doubt in self.doubts])

    @cached_property
    def better(self) -> str | None:
        """The text as it was likely meant; None if no word is doubted, or the new text is refused."""
        text, language, doubts = self._request.text, self._request.language, self.doubts
        better = respell(self._engine, text, language, doubts, self.similar) if doubts else None
        if better is None:
            return None
        try:
            replace(self._request, text=better).understood  # noqa: B018  whether it can be parsed
        except QueryError:  # a respelled word is longer, so the text may exceed a limit
            return None
        return better

    def similar(self, form: str) -> Counted:
        """Return the words of the index within two edits, nearest first, with their numbers of articles."""
        if form not in self._similar:
            self._similar[form] = self._engine.similar_words(form, edits=EDITS, limit=CANDIDATES)
        return self._similar[form]


def suggestions(
    engine: Engine, request: SearchRequest, ranking: Ranking, spelling: Respelling, *, offers: bool
) -> tuple[str | None, ZeroHitSuggestions | None]:
    """Return a spelling of doubted words that finds articles, and suggestions for a search without hits.

    None for what is not due. All queries are counted in one call of the engine.
    """
    zero_hits = offers and not ranking.total and bool(request.text)
    reported = _counted_leaves(request) if zero_hits else ()
    counts = article_counts(engine, reported)
    better = spelling.better if request.page == 1 else None
    respelled = _respelled_queries(request, better, ranking) if better else ()
    wider = _wider_queries(request) if zero_hits else ()
    totals = engine.totals((*respelled, *wider)) if respelled or wider else ()
    is_better = any(totals[: len(respelled)])
    words = (_word_frequency(leaf, counts[leaf], spelling) for leaf in reported)
    return (
        better if is_better else None,
        ZeroHitSuggestions(tuple(words), ranking.total_unfiltered, *totals[len(respelled) :]) if zero_hits else None,
    )


def _counted_leaves(request: SearchRequest) -> Sequence[Leaf]:
    """Return the words, phrases, prefixes and fuzzy words without a field among the first MAX_REPORTED_WORDS nodes."""
    nodes = (*request.understood.bare, *request.understood.fixed)[:MAX_REPORTED_WORDS]
    leaves = (node for node in nodes if isinstance(node, LEAVES) and node.field is None)
    return [leaf for leaf in leaves if not (isinstance(leaf, Phrase) and (leaf.slop or leaf.within))]


def _word_frequency(leaf: Leaf, count: int, spelling: Respelling) -> WordFrequency:
    """Return the count of a word; of one that no article has also words of similar spelling."""
    if not isinstance(leaf, Word) or count or len(leaf.text) < MIN_SIMILAR_LENGTH:
        return WordFrequency(leaf, count)
    return WordFrequency(leaf, count, tuple(spelling.similar(leaf.text)[:MAX_SIMILAR_WORDS]))


def _respelled_queries(request: SearchRequest, text: str, ranking: Ranking) -> tuple[Query, ...]:
    """Return the queries of the better spelling: the strict one, and the relaxed one if the search had no hits."""
    better = replace(request, text=text).searched
    relaxed = {"all": None, "any": any_word(better), "auto": most_words(better)}[request.match]
    roots = (better.root,) if ranking.total or relaxed is None else (better.root, relaxed)
    plain = Query(better.root, request.filters(), versions=request.versions, grouped=request.is_grouped)
    return tuple(replace(plain, root=root) for root in roots)


def _wider_queries(request: SearchRequest) -> tuple[Query, ...]:
    """Return the queries for any of the words: with the filters, and without."""
    root = any_word(request.searched)
    narrow = Query(root, request.filters(), versions=request.versions, grouped=request.is_grouped)
    return narrow, replace(narrow, filters=())
