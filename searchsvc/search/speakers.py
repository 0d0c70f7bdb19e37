"""Name → what its bearer said, in all articles together; request → who spoke."""

from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.model.fields import KIND, SPEAKER
from searchsvc.model.query import Everything, Facet, Not
from searchsvc.model.result import IndexInfo, SpeakerHit, SpeakerRanking
from searchsvc.search.quotes import EXACTLY, QuotePage, quote_filters, search_quotes
from searchsvc.search.request import SearchRequest
from searchsvc.search.topics import Topic, topics_of

#: A headline leaves out too much of a name to be counted among what somebody said.
SPOKEN = Not(Facet(KIND, "headline"))
#: Characters of a name that an error repeats.
SHOWN = 80


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
    mine = Facet(SPEAKER, name)
    found = engine.search_speakers(Everything(), (mine, SPOKEN), limit=1).hits
    speaker = found[0] if found else None
    spelled = speaker.name if speaker else _as_quoted(engine, mine)
    quotes = search_quotes(engine, request.choosing(SPEAKER, (f"{EXACTLY}{name}{EXACTLY}",)), offers=offers)
    return SpeakerPage(spelled, speaker, topics_of(engine, mine), quotes)


def _as_quoted(engine: Engine, mine: Facet) -> str:
    """Return how a name that is no full one is most often spelled."""
    known = engine.search_quotes(Everything(), (mine,), limit=0).facets[SPEAKER]
    if not known:
        raise NotFoundError(f"Nobody called {mine.value[:SHOWN]!r} is quoted in this collection")
    return known[0].value
