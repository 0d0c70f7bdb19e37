"""A search that found little → the spelling that was meant, and wider searches with what they find."""

from collections.abc import Mapping, Sequence
from itertools import islice

from searchsvc.analysis import tokenize
from searchsvc.analysis.edits import within
from searchsvc.engines.base import Engine
from searchsvc.engines.plan import LEAVES, Leaf
from searchsvc.errors import QueryError
from searchsvc.model.query import Phrase, Query, Understood, Word
from searchsvc.model.result import Ranking, WaysOut, WordFrequency
from searchsvc.search.request import SearchRequest, any_word, most_words

#: Words with their numbers of articles.
Counted = Sequence[tuple[str, int]]

#: Shorter words have too many neighbours to guess between.
SHORTEST_RESPELLED = 4
#: Words this short may differ in one letter only.
ONE_EDIT = 5
#: A suggested word stands in that many articles at least, and in that many times more than the word typed.
COMMON, TIMES = 2, 5
#: A word that stands in that many articles is no slip of the hand.
KNOWN = 3
#: Rare words that are looked at: where more are wrong, the text is in another language.
MOST_RESPELLED = 8


def spelled_words(understood: Understood) -> tuple[Word, ...]:
    """Return the words of a query that may be respelled, if they are rare."""
    words = (node for node in understood.bare if isinstance(node, Word) and node.field is None)
    return tuple(word for word in words if len(word.text) >= SHORTEST_RESPELLED and word.text.isalpha())


def respell(engine: Engine, text: str, frequencies: Mapping[str, int], near: Mapping[str, Counted]) -> str | None:
    """Return the text with its rare words replaced by near ones, or None if there are none.

    Args:
        engine: The collection.
        text: What was typed.
        frequencies: Words of it, in order, with their numbers of articles.
        near: Of some of them, what the engine has within two edits.

    """
    rare = islice(((word, own) for word, own in frequencies.items() if own < KNOWN), MOST_RESPELLED)
    better = {word: found for word, own in rare if (found := _nearest(engine, word, own, near.get(word)))}
    if not better:
        return None
    parts, at = [], 0
    for token in tokenize(text):
        if token.text in better:
            parts += [text[at : token.start], better[token.text]]
            at = token.end
    return "".join(parts) + text[at:] if parts else None


def _nearest(engine: Engine, form: str, own: int, near: Counted | None) -> str | None:
    edits = 1 if len(form) <= ONE_EDIT else 2
    if near is None:
        near = engine.similar_words(form, edits=edits)
    elif edits == 1:
        near = [(word, count) for word, count in near if within(form, word, edits) is not None]
    return next((word for word, count in near if word != form and count >= max(COMMON, TIMES * own)), None)


#: A correction is looked for where fewer articles than this have all the words.
FEW_FOR_SPELLING = 3
#: Words whose numbers of articles are told.
MOST_WORDS = 8
#: Words of the collection that are told beside one that it does not have; shorter ones are like too many.
MOST_NEAR, SHORTEST = 3, 4


def ways_out(
    engine: Engine, request: SearchRequest, ranking: Ranking, *, offers: bool
) -> tuple[str | None, WaysOut | None]:
    """Return a spelling that finds more, and what else may be asked where nothing was found and it is offered.

    What must be counted is counted at once: first the words, then what may be asked instead.
    """
    found = ranking.total if request.match == "any" else ranking.total_all_words
    lost = offers and not ranking.total and bool(request.text)
    spelled = spelled_words(request.understood) if found < FEW_FOR_SPELLING and request.page == 1 else ()
    told = _told_words(request) if lost else ()
    counts = _frequencies(engine, (*spelled, *told))
    near = _near(engine, counts, told)
    better = respell(engine, request.text, {word.text: counts[word] for word in spelled}, near)
    instead = _instead(request, better, ranking) if better else ()
    wider = _wider(request) if lost else ()
    totals = engine.totals((*instead, *wider)) if instead or wider else ()
    # Where nothing at all was found, articles with some of the words are more, if those are listed too.
    is_better = bool(instead) and (totals[0] > ranking.total_all_words or any(totals[1 : len(instead)]))
    words = (_word_frequency(leaf, counts[leaf], near) for leaf in told)
    return (
        better if is_better else None,
        WaysOut(tuple(words), ranking.total_unfiltered, *totals[len(instead) :]) if lost else None,
    )


def _told_words(request: SearchRequest) -> Sequence[Leaf]:
    """Return the words, and the like, of the query's first parts that are looked for everywhere."""
    nodes = (*request.understood.bare, *request.understood.fixed)[:MOST_WORDS]
    leaves = (node for node in nodes if isinstance(node, LEAVES) and node.field is None)
    return [leaf for leaf in leaves if not (isinstance(leaf, Phrase) and leaf.slop)]


def _frequencies(engine: Engine, leaves: Sequence[Leaf]) -> Mapping[Leaf, int]:
    asked = tuple(dict.fromkeys(leaves))
    return dict(zip(asked, engine.frequencies(asked), strict=True)) if asked else {}


def _near(engine: Engine, counts: Mapping[Leaf, int], told: Sequence[Leaf]) -> dict[str, Sequence[tuple[str, int]]]:
    """Return for words that the collection does not have those that are spelled almost so."""
    missing = [leaf.text for leaf in told if isinstance(leaf, Word) and not counts[leaf]]
    return {text: engine.similar_words(text) for text in missing if len(text) >= SHORTEST}


def _word_frequency(leaf: Leaf, count: int, near: Mapping[str, Sequence[tuple[str, int]]]) -> WordFrequency:
    alike = near.get(leaf.text, ()) if isinstance(leaf, Word) else ()
    return WordFrequency(leaf, count, tuple(alike[:MOST_NEAR]))


def _instead(request: SearchRequest, text: str, ranking: Ranking) -> tuple[Query, ...]:
    """Return what the better spelling asks for: all the words, and if nothing was found some of them."""
    try:
        better = SearchRequest(text, plain=request.plain, now=request.now).understood
    except QueryError:  # it has grown too long
        return ()
    relaxed = {"all": None, "any": any_word(better), "auto": most_words(better)}[request.match]
    roots = (better.root,) if ranking.total or relaxed is None else (better.root, relaxed)
    return tuple(Query(root, request.filters()) for root in roots)


def _wider(request: SearchRequest) -> tuple[Query, ...]:
    """Return what asks for any of the words, within the filters and without."""
    root = any_word(request.understood)
    return Query(root, request.filters()), Query(root)
