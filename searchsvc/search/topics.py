"""Words of one speaker's quotes → those that are his rather than everybody's."""

from collections import Counter
from dataclasses import dataclass

from searchsvc.analysis import is_stop, stem
from searchsvc.engines.base import Engine
from searchsvc.model.query import Everything, Facet, Query, Word

#: Newest quotes that are read, words that are weighed, topics that are shown.
NEWEST_QUOTES, CANDIDATES, TOPICS = 300, 60, 12
#: Shorter words are seldom topics; a topic stands in this many quotes at least.
SHORTEST_TOPIC, LEAST_QUOTES = 4, 2


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
    # A statement that many articles carry is said once.
    said = engine.quote_words((speaker,), limit=NEWEST_QUOTES)
    holding: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for quote in said:
        seen = {form for form in quote.forms if not is_stop(form, quote.language)}
        stems = {
            form: stem(form, quote.language) for form in seen if len(form) >= SHORTEST_TOPIC and not form.isdigit()
        }
        holding.update(set(stems.values()))
        for form, root in stems.items():
            forms.setdefault(root, Counter())[form] += 1
    frequent = sorted(holding.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]
    counts = [count for _, count in frequent if count >= LEAST_QUOTES]
    words = [min(forms[root], key=lambda form: (-forms[root][form], form)) for root, _ in frequent[: len(counts)]]
    questions = [Query(Word(word), filters) for filters in ((), (speaker,)) for word in words]
    everywhere, *totals = engine.totals([Query(Everything()), *questions], of="quotes")
    here, all_here = totals[: len(words)], totals[len(words) :]
    scored = [
        (_score(count / len(said), max(total, count) / max(everywhere, 1)), word, mine)
        for word, count, total, mine in zip(words, counts, here, all_here, strict=True)
    ]
    best = sorted(scored, key=lambda item: (-item[0], item[1]))[:TOPICS]
    return tuple(Topic(word, mine) for score, word, mine in best if score > 0)


def _score(here: float, everywhere: float) -> float:
    return (here - everywhere) * here / everywhere
