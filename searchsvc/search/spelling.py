"""Did you mean: a rare word → the collection's own word that is spelled almost so."""

from collections.abc import Mapping, Sequence
from itertools import islice

from searchsvc.analysis import tokenize
from searchsvc.analysis.edits import within
from searchsvc.engines.base import Engine
from searchsvc.model.query import Understood, Word

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
