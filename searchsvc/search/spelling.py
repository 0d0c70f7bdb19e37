"""Did you mean: a rare word → the collection's own word that is spelled almost so."""

from itertools import islice

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.query import Query, Understood, Word

#: Shorter words have too many neighbours to guess between.
SHORTEST = 4
#: Words this short may differ in one letter only.
ONE_EDIT = 5
#: A suggested word stands in that many articles at least, and in that many times more than the word typed.
COMMON, TIMES = 2, 5
#: A word that stands in that many articles is no slip of the hand.
KNOWN = 3
#: Rare words that are looked at: where more are wrong, the text is in another language.
MOST = 8


def respell(engine: Engine, text: str, understood: Understood) -> str | None:
    """Return the text with its rare words replaced by near ones, or None if there are none."""
    words = (node.text for node in understood.bare if isinstance(node, Word) and node.field is None)
    rare = islice(((word, own) for word in words if (own := _articles(engine, word)) < KNOWN), MOST)
    better = {word: near for word, own in rare if (near := _nearest(engine, word, own))}
    if not better:
        return None
    parts, at = [], 0
    for token in tokenize(text):
        if token.text in better:
            parts += [text[at : token.start], better[token.text]]
            at = token.end
    return "".join(parts) + text[at:] if parts else None


def _articles(engine: Engine, form: str) -> int:
    """Return how many articles have a word; of one that is not respelled anyway, more than enough."""
    if len(form) < SHORTEST or not form.isalpha():
        return KNOWN
    return engine.search(Query(Word(form)), limit=0, facets=False).total


def _nearest(engine: Engine, form: str, own: int) -> str | None:
    near = engine.similar_words(form, edits=1 if len(form) <= ONE_EDIT else 2)
    return next((word for word, count in near if word != form and count >= max(COMMON, TIMES * own)), None)
