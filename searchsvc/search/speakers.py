"""A speaker's name → his quotes and topics in all articles together; a request → the speakers whose quotes match."""

from collections import Counter
from dataclasses import dataclass

from searchsvc.analysis import is_stop, stem
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.model.fields import KIND, SPEAKER
from searchsvc.model.query import FacetFilter, MatchAll, Not, Query, Word
from searchsvc.model.result import IndexInfo, SpeakerHit, SpeakerRanking
from searchsvc.search.quotes import EXACT_NAME_MARK, QuotePage, quote_filters, search_quotes
from searchsvc.search.request import SearchRequest

#: A headline leaves out too much of a name to be counted among what somebody said.
SPOKEN = Not(FacetFilter(KIND, "headline"))
#: Characters of a name that an error repeats.
SHOWN = 80
#: Newest quotes that are read, words that are weighed, topics that are shown.
NEWEST_QUOTES, CANDIDATES, TOPICS = 300, 60, 12
#: Shorter words are seldom topics; a topic stands in this many quotes at least.
SHORTEST_TOPIC, LEAST_QUOTES = 4, 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A word and in how many of the speaker's quotes it stands, all of them and not only those read."""

    word: str
    quotes: int


@dataclass(frozen=True, slots=True)
class SpeakersPage:
    """Who said what was asked for."""

    text: str
    page: int
    size: int
    ranking: SpeakerRanking
    index: IndexInfo


@dataclass(frozen=True, slots=True)
class SpeakerPage:
    """All that is known of one speaker."""

    name: str
    #: Counts and dates; None if the name is not a full one, so that several people may bear it.
    speaker: SpeakerHit | None
    topics: tuple[Topic, ...]
    quotes: QuotePage


def search_speakers(engine: Engine, request: SearchRequest) -> SpeakersPage:
    """Find who said what is asked for, under their full names: most quotes first.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    filters = (*quote_filters(request), SPOKEN)
    ranking = engine.search_speakers(request.understood.root, filters, limit=request.size, offset=request.offset)
    return SpeakersPage(request.text, request.page, request.size, ranking, engine.info())


def find_speaker(engine: Engine, name: str, request: SearchRequest, *, offers: bool = False) -> SpeakerPage:
    """Return what somebody said: newest first, over time, by topic.

    Args:
        engine: The collection.
        name: His name, in any spelling that differs in case, accents, points or hyphens alone.
        request: Which of the quotes; its speaker is replaced by the name.
        offers: As of `search_quotes`.

    Raises:
        NotFoundError: Nobody of this name is quoted.
        QueryError: The text of the request cannot be read.
        EngineError: The index cannot be read.

    """
    mine = FacetFilter(SPEAKER, name)
    found = engine.search_speakers(MatchAll(), (mine, SPOKEN), limit=1).hits
    speaker = found[0] if found else None
    spelled = speaker.name if speaker else _as_quoted(engine, mine)
    quotes = search_quotes(
        engine, request.choosing(SPEAKER, (f"{EXACT_NAME_MARK}{name}{EXACT_NAME_MARK}",)), offers=offers
    )
    return SpeakerPage(spelled, speaker, topics_of(engine, mine), quotes)


def _as_quoted(engine: Engine, mine: FacetFilter) -> str:
    """Return how a name that is no full one is most often spelled."""
    known = engine.search_quotes(MatchAll(), (mine,), limit=0).facets[SPEAKER]
    if not known:
        raise NotFoundError(f"Nobody called {mine.value[:SHOWN]!r} is quoted in this collection")
    return known[0].value


def topics_of(engine: Engine, speaker: FacetFilter) -> tuple[Topic, ...]:
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
    everywhere, *totals = engine.totals([Query(MatchAll()), *questions], of="quotes")
    here, all_here = totals[: len(words)], totals[len(words) :]
    scored = [
        (_score(count / len(said), max(total, count) / max(everywhere, 1)), word, mine)
        for word, count, total, mine in zip(words, counts, here, all_here, strict=True)
    ]
    best = sorted(scored, key=lambda item: (-item[0], item[1]))[:TOPICS]
    return tuple(Topic(word, mine) for score, word, mine in best if score > 0)


def _score(here: float, everywhere: float) -> float:
    return (here - everywhere) * here / everywhere
