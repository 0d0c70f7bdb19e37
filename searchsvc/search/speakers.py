"""Search speakers: all quotes and topics of one speaker, or the speakers whose quotes match a request."""

from collections import Counter
from dataclasses import dataclass

from searchsvc.analysis import is_stop, stem
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import KIND, SPEAKER
from searchsvc.model.query import FacetFilter, MatchAll, Not, Query, Word
from searchsvc.model.result import Asked, IndexInfo, SpeakerHit, SpeakerRanking
from searchsvc.search.quotes import EXACT_NAME_MARK, QuotePage, quote_filters, search_quotes
from searchsvc.search.request import SearchRequest, with_stop_words

#: Excludes quotes in headlines, which shorten names too much to count for a speaker.
SPOKEN = Not(FacetFilter(KIND, "headline"))
#: Characters of a name that an error message repeats, at most.
MAX_REPEATED = 80
#: Whole names that the message about half a name tells, at most.
MAX_NAMED = 5
#: Newest quotes that are read for topics, words that are scored, and topics that are returned, at most.
NEWEST_QUOTES, MAX_CANDIDATES, MAX_TOPICS = 300, 60, 12
#: Characters of a topic, and quotes among those read that contain it, at least.
MIN_TOPIC_LENGTH, MIN_TOPIC_QUOTES = 4, 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A word and in how many of the speaker's quotes it stands, all of them and not only those read."""

    word: str
    quotes: int


@dataclass(frozen=True, slots=True)
class SpeakersPage:
    """One page of the speakers whose quotes match."""

    text: str
    asked: Asked
    page: int
    size: int
    ranking: SpeakerRanking
    index: IndexInfo


@dataclass(frozen=True, slots=True)
class SpeakerPage:
    """One speaker with topics and one page of quotes."""

    #: The most frequent spelling of the name.
    name: str
    #: Counts and dates; None if the name is not a full one, since several people may have it.
    speaker: SpeakerHit | None
    topics: tuple[Topic, ...]
    quotes: QuotePage


def search_speakers(engine: Engine, request: SearchRequest) -> SpeakersPage:
    """Return one page of the speakers, by full name, whose quotes match a request: most matching quotes first.

    Quotes in headlines are not counted.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    filters = (*quote_filters(request), SPOKEN)
    root = with_stop_words(engine, request).understood.root
    ranking = engine.search_speakers(root, filters, limit=request.size, offset=request.offset)
    return SpeakersPage(request.text, request.asked, request.page, request.size, ranking, engine.info())


def find_speaker(engine: Engine, name: str, request: SearchRequest, *, offers: bool = False) -> SpeakerPage:
    """Return one speaker: counts, topics, and one page of the quotes that match a request.

    Args:
        engine: The index to search.
        name: The speaker's name; case, accents, points and hyphens are ignored.
        request: Selects the quotes; its speakers are replaced by `name`.
        offers: As of `search_quotes`.

    Raises:
        NotFoundError: No quote has a speaker of this name.
        QueryError: The text of the request cannot be parsed.
        EngineError: The index cannot be read.

    """
    by_name = FacetFilter(SPEAKER, name)
    hits = engine.search_speakers(MatchAll(), (by_name, SPOKEN), limit=1).hits
    speaker = hits[0] if hits else None
    spelling = speaker.name if speaker else _most_frequent_spelling(engine, by_name)
    quotes = search_quotes(
        engine, request.choosing(SPEAKER, (f"{EXACT_NAME_MARK}{name}{EXACT_NAME_MARK}",)), offers=offers
    )
    return SpeakerPage(spelling, speaker, topics_of(engine, by_name), quotes)


def _most_frequent_spelling(engine: Engine, by_name: FacetFilter) -> str:
    """Return the most frequent spelling of a name that is not a full one.

    Raises:
        NotFoundError: No quote has a speaker of this name.

    """
    spellings = engine.search_quotes(MatchAll(), (by_name,), limit=0).facets[SPEAKER]
    if not spellings:
        half = SearchRequest(chosen={SPEAKER: (by_name.value,)})
        whole = engine.search_speakers(MatchAll(), (*quote_filters(half), SPOKEN), limit=MAX_NAMED).hits
        known = f"; whole names that hold it: {', '.join(hit.name for hit in whole)}" if whole else ""
        raise NotFoundError(f"Nobody called {by_name.value[:MAX_REPEATED]!r} is quoted in this collection{known}")
    return spellings[0].value


def topics_of(engine: Engine, speaker: FacetFilter) -> tuple[Topic, ...]:
    """Return the words that distinguish a speaker's quotes from all others, highest score first, at most MAX_TOPICS.

    The score is the JLH score of Elasticsearch's significant terms aggregation: (share here - share everywhere) ×
    (share here / share everywhere). "Share" is the share of quotes that contain the word: here, of the speaker's
    newest NEWEST_QUOTES; everywhere, of all quotes of the index. Forms with one stem are one topic, named by the most
    frequent form.
    """
    # The engine returns a statement that several articles carry once.
    quotes = engine.quote_words((speaker,), limit=NEWEST_QUOTES)
    stem_counts: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for quote in quotes:
        check_deadline()
        content_words = {form for form in quote.forms if not is_stop(form, quote.language)}
        stems = {
            form: stem(form, quote.language)
            for form in content_words
            if len(form) >= MIN_TOPIC_LENGTH and not form.isdigit()
        }
        stem_counts.update(set(stems.values()))
        for form, root in stems.items():
            forms.setdefault(root, Counter())[form] += 1
    frequent = sorted(stem_counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_CANDIDATES]
    counts = [count for _, count in frequent if count >= MIN_TOPIC_QUOTES]
    words = [min(forms[root], key=lambda form: (-forms[root][form], form)) for root, _ in frequent[: len(counts)]]
    queries = [Query(Word(word), filters) for filters in ((), (speaker,)) for word in words]
    all_quotes, *totals = engine.totals([Query(MatchAll()), *queries], of="quotes")
    everywhere, of_speaker = totals[: len(words)], totals[len(words) :]
    scored = [
        (_jlh(count / len(quotes), max(total, count) / max(all_quotes, 1)), word, own)
        for word, count, total, own in zip(words, counts, everywhere, of_speaker, strict=True)
    ]
    best = sorted(scored, key=lambda item: (-item[0], item[1]))[:MAX_TOPICS]
    return tuple(Topic(word, own) for score, word, own in best if score > 0)


def _jlh(here: float, everywhere: float) -> float:
    """Return the JLH score of two shares; `everywhere` is greater than 0."""
    return (here - everywhere) * here / everywhere
