"""Search speakers: all quotes and topics of one speaker, or the speakers whose quotes match a request."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from searchsvc.analysis import fold
from searchsvc.analysis.keys import name_key
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.model.article import Article, Day
from searchsvc.model.fields import KIND, SPEAKER
from searchsvc.model.message import Message, shortened
from searchsvc.model.query import FacetFilter, MatchAll, Not
from searchsvc.model.result import Asked, IndexInfo, SpeakerHit, SpeakerRanking
from searchsvc.quotes.name_words import BODY_WORDS, PLACES
from searchsvc.search.quotes import QuotePage, exactly, quote_filters, search_quotes
from searchsvc.search.request import SearchRequest, with_language
from searchsvc.search.roles import role_key, role_of
from searchsvc.search.topics import Topic, topics_of

#: Excludes quotes in headlines, which shorten names too much to count for a speaker.
SPOKEN = Not(FacetFilter(KIND, "headline"))
#: Whole names that the message about half a name tells, at most.
MAX_NAMED = 5
#: Speakers that are looked through for them.
MENTIONED = 100
#: Speakers that are ordered by name, or told apart by kind, at most.
MAX_LISTED = 10_000
#: Newest quotes whose articles are asked what the speaker is, and articles that are read for it, at most.
ROLE_QUOTES, ROLE_ARTICLES = 30, 12
SpeakerKind = Literal["people", "bodies"]
#: Words in the name of a body.
_BODY_SIGNS = (BODY_WORDS | PLACES | {"of", "for", "and", "&"}) - {"de"}


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
class SpeakerRole:
    """What articles say most often that a speaker is, and the newest article that says so."""

    text: str
    #: Number of articles that say so, of the `read` newest ones that quote the speaker.
    articles: int
    read: int
    #: The newest of them, and the block that says so.
    article: str
    block: int
    day: Annotated[Day | None, Meta(description="Calendar day of that article.")]


@dataclass(frozen=True, slots=True)
class SpeakerPage:
    """One speaker with topics and one page of quotes."""

    #: The most frequent spelling of the name.
    name: str
    #: Counts and dates; None if the name is not a full one, since several people may have it.
    speaker: SpeakerHit | None
    topics: tuple[Topic, ...]
    quotes: QuotePage
    #: None if no article read says what the speaker is, or the name is not a full one.
    role: SpeakerRole | None
    #: Other full names with the same last word, most quotes first: the whole ones of half a name, or other spellings.
    others: tuple[SpeakerHit, ...]


def search_speakers(
    engine: Engine, request: SearchRequest, *, by_name: bool = False, of: SpeakerKind | None = None
) -> SpeakersPage:
    """Return one page of the speakers, by full name, whose quotes match a request: most matching quotes first.

    Quotes in headlines are not counted.

    Args:
        engine: The index to search.
        request: Selects the quotes and the page.
        by_name: Order by last name instead, among the MAX_LISTED speakers with most quotes.
        of: Only people, or only bodies, among the same.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    filters = (*quote_filters(request), SPOKEN)
    root = with_language(engine, request).searched.root
    if by_name or of is not None:
        ranking = _listed(
            engine.search_speakers(root, filters, limit=MAX_LISTED, grouped=True).hits, request, by_name=by_name, of=of
        )
    else:
        ranking = engine.search_speakers(root, filters, limit=request.size, offset=request.offset, grouped=True)
    return SpeakersPage(request.text, request.asked, request.page, request.size, ranking, engine.info())


def _listed(
    hits: Sequence[SpeakerHit], request: SearchRequest, *, by_name: bool, of: SpeakerKind | None
) -> SpeakerRanking:
    kept = [hit for hit in hits if of is None or is_body(hit.name) == (of == "bodies")]
    if by_name:
        kept.sort(key=lambda hit: (fold(hit.name.split()[-1]), fold(hit.name)))
    return SpeakerRanking(tuple(kept[request.offset : request.offset + request.size]), len(kept))


def is_body(name: str) -> bool:
    """Return whether a full name is that of a body and not of a person, as far as its words tell.

    >>> [is_body(name) for name in ("Ana Ruiz", "UN", "Ostwick Council", "Bank of Skerran", "Ludwig van Beethoven")]
    [False, True, True, True, False]
    """
    words = name.split()
    lower = {word.lower().strip(".,'’") for word in words}
    return len(words) == 1 or not lower.isdisjoint(_BODY_SIGNS) or words[0].lower() == "the"


def role_among(articles: Sequence[Article | None], name: str) -> SpeakerRole | None:
    """Return what most of some articles, newest first, say that a person is; of equal ones what the newest says."""
    found = [(article, role_of(article.blocks, name)) for article in articles if article is not None]
    told = [(article, role) for article, role in found if role is not None]
    if not told:
        return None
    counts = Counter(role_key(role.text) for _, role in told)
    article, role = max(told, key=lambda one: counts[role_key(one[1].text)])
    said = counts[role_key(role.text)]
    return SpeakerRole(role.text, said, len(found), article.head.id, role.block, article.head.dated_day)


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
    hits = engine.search_speakers(MatchAll(), (by_name, SPOKEN), limit=1, grouped=True).hits
    speaker = hits[0] if hits else None
    spelling = speaker.name if speaker else _most_frequent_spelling(engine, by_name)
    quotes = search_quotes(engine, request.choosing(SPEAKER, (exactly(name),)), offers=offers)
    role = None
    if speaker is not None:
        newest = engine.search_quotes(
            MatchAll(), (by_name, SPOKEN), limit=ROLE_QUOTES, sort="newest", facets=False
        ).hits
        ids = list(dict.fromkeys(hit.head.id for hit in newest))[:ROLE_ARTICLES]
        role = role_among(engine.articles(ids), speaker.name)
    others = _of_the_same_last_word(engine, spelling)
    return SpeakerPage(spelling, speaker, topics_of(engine, by_name), quotes, role, others)


def _of_the_same_last_word(engine: Engine, name: str) -> tuple[SpeakerHit, ...]:
    """Return the other full names that have the last word of a name, most quotes first, at most MAX_NAMED.

    Of a name of one word, all that have this word: it may be a given name.
    """
    words = name.split()
    if not words:
        return ()
    half = len(words) == 1
    others = [
        hit for hit in _named_with(engine, words[-1]) if half or name_key(hit.name.split()[-1]) == name_key(words[-1])
    ]
    return tuple(hit for hit in others if name_key(hit.name) != name_key(name))[:MAX_NAMED]


def _named_with(engine: Engine, name: str) -> list[SpeakerHit]:
    """Return the full names that have the last word of a name, among the first MENTIONED whose quotes have all of it.

    A quote is found by the mention of its speaker, too, and that has more than the name: "Ana Ruiz, Brandt's deputy".
    """
    word = name_key(name.rsplit(maxsplit=1)[-1]) if name.split() else ""
    filters = (*quote_filters(SearchRequest(chosen={SPEAKER: (name,)})), SPOKEN)
    hits = engine.search_speakers(MatchAll(), filters, limit=MENTIONED, grouped=True).hits
    return [hit for hit in hits if word in map(name_key, hit.name.split())]


def _most_frequent_spelling(engine: Engine, by_name: FacetFilter) -> str:
    """Return the most frequent spelling of a name that is not a full one.

    Raises:
        NotFoundError: No quote has a speaker of this name.

    """
    spellings = engine.search_quotes(MatchAll(), (by_name,), limit=0).facets[SPEAKER]
    if not spellings:
        whole = _named_with(engine, by_name.value)[:MAX_NAMED]
        name = repr(shortened(by_name.value))
        if not whole:
            raise NotFoundError(Message("Nobody called %(name)s is quoted in this collection", name=name))
        reason = Message(
            "Nobody called %(name)s is quoted in this collection; whole names that hold it: %(known)s",
            name=name,
            known=", ".join(hit.name for hit in whole),
        )
        raise NotFoundError(reason)
    return spellings[0].value
