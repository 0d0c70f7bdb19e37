"""Answer search requests: articles, quotes, speakers or related headlines, with snippets and marked words."""

from searchsvc.model.query import MatchMode, Spelling
from searchsvc.search.articles import search_articles
from searchsvc.search.completions import Completion, CompletionKind, complete
from searchsvc.search.headlines import HeadlinePage, HeadlineResult, search_headlines
from searchsvc.search.quotes import EXACT_NAME_MARK, Evidence, QuotePage, QuoteResult, exact_name, search_quotes
from searchsvc.search.request import PAGE_SIZE, SearchRequest
from searchsvc.search.speakers import SpeakerPage, SpeakersPage, find_speaker, search_speakers

__all__ = [
    "EXACT_NAME_MARK",
    "PAGE_SIZE",
    "Completion",
    "CompletionKind",
    "Evidence",
    "HeadlinePage",
    "HeadlineResult",
    "MatchMode",
    "QuotePage",
    "QuoteResult",
    "SearchRequest",
    "SpeakerPage",
    "SpeakersPage",
    "Spelling",
    "complete",
    "exact_name",
    "find_speaker",
    "search_articles",
    "search_headlines",
    "search_quotes",
    "search_speakers",
]
