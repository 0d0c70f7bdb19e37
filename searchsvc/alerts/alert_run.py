"""One run of the alerts: what each saved search has found since the last one is staged and sent, in parts."""

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec

from searchsvc.alerts.alert_state import AlertState, StagedDelivery, Window
from searchsvc.alerts.saved_searches import SavedSearch
from searchsvc.alerts.webhook import Webhook
from searchsvc.engines.base import Engine
from searchsvc.json_output import published_head
from searchsvc.json_shapes import HeadJson
from searchsvc.model.article import Article, Quote
from searchsvc.model.query import MatchAll, Query
from searchsvc.model.result import Hit, QuoteHit
from searchsvc.search import WholeResult, all_articles, all_quotes

#: Results that are sent together, at most.
PART = 50
#: Since when everything is new, in an index that was empty.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
#: Between the id of an article and the number of one of its quotes.
_QUOTE = "#q"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """What a run has done for one saved search."""

    name: str
    #: Results that the other side has taken, and how many are left for the next run; of a dry run, what is new.
    sent: int = 0
    waiting: int = 0
    #: Whether it was met the first time: what comes in from now on is sent.
    is_new: bool = False
    #: Why the rest was not taken; None: nothing is left.
    failure: str | None = None


class AddedResultJson(msgspec.Struct, frozen=True):
    """An article that came in, or a quote of one."""

    article: HeadJson
    #: Address of its page in the service; null without a base URL.
    address: str | None
    #: Of a quote: its place among the article's quotes, and the quote.
    index: int | None = None
    quote: Quote | None = None


class AddedDataJson(msgspec.Struct, frozen=True):
    """What a saved search has found."""

    alert: str
    query: str
    results: list[AddedResultJson]


class AddedResultsJson(msgspec.Struct, frozen=True):
    """The body of a delivery: `articles.added` or `quotes.added`."""

    type: str
    timestamp: datetime
    data: AddedDataJson


def newest_arrival(engine: Engine) -> datetime | None:
    """Return when the newest article of the index came in; None if it is empty, or does not know that."""
    hits = engine.search(Query(MatchAll(), sort="added"), limit=1, facets=False, texts=False).hits
    return hits[0].head.added if hits else None


def begins_after(engine: Engine) -> datetime:
    """Return the moment from which on what comes in is new: later than all that is there."""
    newest = newest_arrival(engine)
    return newest + _SECOND if newest else _EVER


def new_results(engine: Engine, search: SavedSearch, state: AlertState) -> AlertOutcome:
    """Return what a run would send, without sending or changing anything."""
    window, until = state.window(search.name), begins_after(engine)
    if window is None:
        return AlertOutcome(search.name, is_new=True)
    waiting = state.waiting(search.name)
    new = _found(engine, search, replace(window, until=until)).total if window.since < until else 0
    # While a window is being sent, what is staged is part of what is new.
    return AlertOutcome(search.name, waiting=new if window.until else new + waiting)


def run_alerts(
    engine: Engine, searches: Sequence[SavedSearch], state: AlertState, webhook: Webhook, *, base_url: str = ""
) -> Iterator[AlertOutcome]:
    """Send what each saved search has found since the last run; yield what was done, one after the other.

    Args:
        engine: The index.
        searches: The saved searches.
        state: What was sent before.
        webhook: Sends deliveries.
        base_url: Address of the service, "" if it is not known.

    Raises:
        EngineError: The index or the state cannot be read or written.

    """
    for search in searches:
        run = _AlertRun(engine, search, state, webhook, base_url)
        yield run.outcome()


def _found(engine: Engine, search: SavedSearch, window: Window) -> WholeResult[Hit] | WholeResult[QuoteHit]:
    """Return what a search finds of what came in in a window."""
    asked = replace(search.request, added_after=window.since, added_before=window.until)
    return all_quotes(engine, asked) if search.of == "quotes" else all_articles(engine, asked)


def _name(hit: Hit | QuoteHit) -> str:
    return f"{hit.head.id}{_QUOTE}{hit.index}" if isinstance(hit, QuoteHit) else hit.head.id


class _AlertRun:
    """A run of one saved search."""

    def __init__(self, engine: Engine, search: SavedSearch, state: AlertState, webhook: Webhook, base: str) -> None:
        self._engine, self._search, self._state, self._webhook = engine, search, state, webhook
        self._base = base
        self._sent = 0

    def outcome(self) -> AlertOutcome:
        """Send what is staged, then what is new."""
        name = self._search.name
        failure = self._send_staged()
        while failure is None:
            window = self._window()
            if window is None:
                return AlertOutcome(name, self._sent, is_new=True)
            if window.until is None:
                break
            failure = self._send_window(window)
        return AlertOutcome(name, self._sent, self._state.waiting(name), failure=failure)

    def _window(self) -> Window | None:
        """Return the window to be sent, without an end if nothing came in; None if this search was not known."""
        name = self._search.name
        window, until = self._state.window(name), begins_after(self._engine)
        if window is None:
            self._state.begin(name, Window(until, None))
            return None
        if window.until is None and window.since < until:
            window = Window(window.since, until)
            self._state.begin(name, window)
        return window

    def _send_window(self, window: Window) -> str | None:
        """Stage and send what came in in a window; return why not all was taken."""
        name = self._search.name
        for hits in _found(self._engine, self._search, window).slices:
            ids = [_name(hit) for hit in hits]
            unseen = self._state.unseen(name, ids)
            new = [one for one in ids if one in unseen]
            for first in range(0, len(new), PART):
                delivery = StagedDelivery(f"msg_{secrets.token_urlsafe(18)}", tuple(new[first : first + PART]))
                self._state.stage(name, delivery)
            if failure := self._send_staged():
                return failure
        self._state.end(name)
        return None

    def _send_staged(self) -> str | None:
        """Send what is staged; return why not all was taken."""
        while delivery := self._state.staged(self._search.name):
            results = self._results(delivery)
            if results:
                done = self._webhook.send(self._search.url, delivery.id, self._body(results))
                if done.failure is not None:
                    _log.warning("alert %s: delivery %s: %s", self._search.name, delivery.id, done.failure)
                    return done.failure
                _log.info("alert %s: delivery %s was taken: %d results", self._search.name, delivery.id, len(results))
            self._state.taken(delivery)
            self._sent += len(results)
        return None

    def _results(self, delivery: StagedDelivery) -> list[AddedResultJson]:
        """Return the results of a delivery as they are in the index now, without those that are gone."""
        parts = [one.rpartition(_QUOTE) if self._search.of == "quotes" else (one, "", "") for one in delivery.results]
        ids = list(dict.fromkeys(article for article, _, _ in parts))
        read = dict(zip(ids, self._engine.articles(ids), strict=True))
        found = (self._result(read[article], number) for article, _, number in parts)
        return [one for one in found if one is not None]

    def _result(self, article: Article | None, number: str) -> AddedResultJson | None:
        if article is None or (number and int(number) >= len(article.quotes)):
            return None
        address = f"{self._base}/a/{quote(article.head.id)}" if self._base else None
        head = published_head(article.head)
        if not number:
            return AddedResultJson(head, address)
        return AddedResultJson(head, address, int(number), article.quotes[int(number)])

    def _body(self, results: list[AddedResultJson]) -> bytes:
        data = AddedDataJson(self._search.name, self._search.query, results)
        now = datetime.now(UTC).replace(microsecond=0)
        return msgspec.json.encode(AddedResultsJson(f"{self._search.of}.added", now, data))
