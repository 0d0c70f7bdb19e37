"""The story around an article: what it links to, what links to it, and what is like it and near it in time.

Similar articles are of one story where they are the more alike the farther apart in time they are: news of one event
comes within days (Yang, Pierce & Carbonell, "A study on retrospective and on-line event detection", 1998, let the
likeness decay with time in the same way). The figures were chosen on pairs of real news that were read.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.article import Article, ArticleHead, Quote
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import SPEECH
from searchsvc.model.query import DateRange
from searchsvc.model.result import FacetValue, IndexInfo
from searchsvc.search.linked_stories import MAX_LINKING, linking_articles, named_stories
from searchsvc.search.similar import SimilarArticle, WeightedWord, similar_articles, weighted_words
from searchsvc.search.versions_of_article import find_article

#: Days before and after an article in which similar ones are of its story: usual and at most.
STORY_DAYS, MAX_STORY_DAYS = 14, 365
#: Likeness of a similar article of the same day, at least; what each day between adds; and what is enough at any time.
STORY_LIKENESS, LIKENESS_A_DAY, ENOUGH = 0.42, 0.015, 0.75
#: Similar articles of a story, at most.
MAX_STORY_SIMILAR = 50

#: How an article belongs to the story of another: this page's boxes name it, its page names this one, it is like it.
Relation = Literal["linked_to", "linked_from", "similar"]


@dataclass(frozen=True, slots=True)
class StorySpeaker:
    """Somebody who is quoted in a story."""

    name: str
    #: Quotes, and articles that have them.
    quotes: int
    articles: int = 1


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """One article of a story."""

    head: ArticleHead
    #: How it belongs to the story; none: it is the article that the story is asked for.
    relations: tuple[Relation, ...]
    #: As of `SimilarArticle`; None if it is no similar one.
    likeness: float | None = None
    words: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    #: Who is quoted in it, most quotes first.
    speakers: tuple[StorySpeaker, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The story around one article."""

    article: ArticleHead
    #: Days before and after the article in which similar ones were looked for.
    days: int
    #: The article and the others, by date; undated ones come last.
    articles: tuple[StoryArticle, ...]
    speakers: tuple[StorySpeaker, ...]
    outlets: tuple[FacetValue, ...]
    first_day: date | None
    last_day: date | None
    #: The words by which similar articles were found.
    words: tuple[WeightedWord, ...]
    #: Articles that link to it, those that are not listed too; and the search that finds them.
    linking: int
    linking_query: str
    index: IndexInfo


@dataclass(slots=True)
class _Member:
    """An article of the story, as it is put together."""

    head: ArticleHead
    relations: list[Relation] = field(default_factory=list)
    similar: SimilarArticle | None = None


def find_story(engine: Engine, article_id: str, *, days: int = STORY_DAYS) -> Story:
    """Return the story around an article.

    Args:
        engine: The index.
        article_id: The article.
        days: Days before and after it in which similar articles belong to the story. Linked ones may be of any date,
            and so may similar ones of an undated article.

    Raises:
        QueryError: The number of days is out of range.
        NotFoundError: There is no such article.
        EngineError: The index cannot be read.

    """
    if not 0 <= days <= MAX_STORY_DAYS:
        raise QueryError(f"days is {days}: ask for 0 to {MAX_STORY_DAYS} days before and after the article")
    return engine.at_one_commit(lambda at: _story(at, find_article(at, article_id), days))


def _story(engine: Engine, article: Article, days: int) -> Story:
    head = article.head
    members: dict[str, _Member] = {head.id: _Member(head)}
    for other in linked_articles(engine, article):
        _add(members, other, "linked_to")
    copies = engine.copies(head.article)
    linking = linking_articles(engine, head, copies, limit=MAX_LINKING)
    for other in linking.heads:
        _add(members, other, "linked_from")
    words = weighted_words(engine, article)
    near = () if head.dated_day is None else (_around(head.dated_day, days),)
    for one in similar_articles(engine, head, words, copies, filters=near, limit=MAX_STORY_SIMILAR):
        if one.head.id in members or one.likeness >= least_likeness(head, one.head):
            _add(members, one.head, "similar").similar = one
    quotes = dict(zip(members, engine.annotations(list(members)), strict=True))
    articles = [_listed(one, speakers_of(quotes[one.head.id].quotes)) for one in members.values()]
    articles.sort(key=lambda one: _by_date(one.head))
    dated = [one.head.dated_day for one in articles if one.head.dated_day]
    return Story(
        article=head,
        days=days,
        articles=tuple(articles),
        speakers=_together(articles),
        outlets=_outlets(articles),
        first_day=min(dated, default=None),
        last_day=max(dated, default=None),
        words=words,
        linking=linking.total,
        linking_query=linking.query,
        index=engine.info(),
    )


def linked_articles(engine: Engine, article: Article) -> tuple[ArticleHead, ...]:
    """Return the articles that the related headlines of an article name, each once; promotions do not count."""
    named = [one for one in named_stories(engine, article) if one.headline.group != "promo"]
    return tuple({one.story.id: one.story for one in named if one.story is not None}.values())


def least_likeness(one: ArticleHead, other: ArticleHead) -> float:
    """Return how much alike two articles must be to be of one story: the more, the more days lie between them."""
    if one.dated_day is None or other.dated_day is None:
        return ENOUGH
    return min(ENOUGH, STORY_LIKENESS + LIKENESS_A_DAY * abs((one.dated_day - other.dated_day).days))


def speakers_of(quotes: Iterable[Quote]) -> tuple[StorySpeaker, ...]:
    """Return who is quoted, most quotes first, ties by name; terms in quotation marks are no quotes."""
    said = Counter(name for quote in quotes if quote.kind in SPEECH and (name := quote.certain_speaker))
    return tuple(StorySpeaker(name, said[name]) for name in sorted(said, key=lambda name: (-said[name], name)))


def _add(members: dict[str, _Member], head: ArticleHead, relation: Relation) -> _Member:
    check_deadline()
    member = members.setdefault(head.id, _Member(head))
    member.relations.append(relation)
    return member


def _listed(member: _Member, speakers: tuple[StorySpeaker, ...]) -> StoryArticle:
    similar = member.similar
    if similar is None:
        return StoryArticle(member.head, tuple(member.relations), speakers=speakers)
    relations = tuple(member.relations)
    return StoryArticle(member.head, relations, similar.likeness, similar.words, similar.copies, speakers)


def _by_date(head: ArticleHead) -> tuple[date, datetime, str]:
    """Return the sort key by which articles come by day, then by instant; undated ones last."""
    return head.dated_day or date.max, head.dated or datetime.max.replace(tzinfo=UTC), head.id


def _around(day: date, days: int) -> DateRange:
    """Return the range of so many days before and after a day."""
    begin = datetime.combine(day, time(), UTC)
    before, after = timedelta(days=days), timedelta(days=days + 1)
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return DateRange(
        begin - before if begin - first > before else None, begin + after if last - begin > after else None
    )


def _together(articles: Sequence[StoryArticle]) -> tuple[StorySpeaker, ...]:
    """Return the speakers of all articles: most quotes first, ties by name."""
    quotes: Counter[str] = Counter()
    having: Counter[str] = Counter()
    for one in articles:
        quotes.update({speaker.name: speaker.quotes for speaker in one.speakers})
        having.update(speaker.name for speaker in one.speakers)
    names = sorted(quotes, key=lambda name: (-quotes[name], name))
    return tuple(StorySpeaker(name, quotes[name], having[name]) for name in names)


def _outlets(articles: Sequence[StoryArticle]) -> tuple[FacetValue, ...]:
    counted = Counter(outlet for one in articles if (outlet := one.head.outlet))
    return tuple(FacetValue(name, counted[name]) for name in sorted(counted, key=lambda name: (-counted[name], name)))
