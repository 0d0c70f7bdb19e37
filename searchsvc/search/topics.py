"""Quotes of one speaker → the words that are his rather than everybody's."""

from collections import Counter
from dataclasses import dataclass

from searchsvc.analysis import is_stop, stem, tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.query import Everything, Facet, Word

#: Newest quotes that are read, words that are weighed, topics that are shown.
READ, WEIGHED, SHOWN = 300, 60, 12
#: Shorter words are seldom topics; a topic stands in this many quotes at least.
SHORTEST, LEAST = 4, 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A word and in how many of the speaker's quotes it stands, all of them and not only those read."""

    word: str
    quotes: int


def topics_of(engine: Engine, speaker: Facet) -> tuple[Topic, ...]:
    """Return the words that tell a speaker's quotes from all others, the most telling first.

    A word scores by Elasticsearch's JLH: (share here - share everywhere) × (share here / share
    everywhere), shares of quotes that hold it. Forms of one stem are one topic, shown by the
    most frequent form.
    """
    hits = engine.search_quotes(Everything(), (speaker,), limit=READ, sort="newest", facets=False).hits
    everywhere = engine.search_quotes(Everything(), (), limit=0, facets=False).total
    holding: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    # A statement that many articles carry is said once.
    said = {hit.quote.text: hit for hit in reversed(hits)}.values()
    for hit in said:
        language = hit.head.language
        seen = {token.text for token in tokenize(hit.quote.text) if not is_stop(token.text, language)}
        stems = {form: stem(form, language) for form in seen if len(form) >= SHORTEST and not form.isdigit()}
        holding.update(set(stems.values()))
        for form, root in stems.items():
            forms.setdefault(root, Counter())[form] += 1
    scored = []
    for root, count in sorted(holding.items(), key=lambda item: (-item[1], item[0]))[:WEIGHED]:
        if count >= LEAST:
            word = min(forms[root], key=lambda form: (-forms[root][form], form))
            total = engine.search_quotes(Word(word), (), limit=0, facets=False).total
            scored.append((_score(count / len(said), max(total, count) / max(everywhere, 1)), word))
    best = sorted(scored, key=lambda item: (-item[0], item[1]))[:SHOWN]
    return tuple(Topic(word, _quotes_with(engine, word, speaker)) for score, word in best if score > 0)


def _quotes_with(engine: Engine, word: str, speaker: Facet) -> int:
    return engine.search_quotes(Word(word), (speaker,), limit=0, facets=False).total


def _score(here: float, everywhere: float) -> float:
    return (here - everywhere) * here / everywhere
