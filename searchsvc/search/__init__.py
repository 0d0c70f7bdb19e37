"""The read river: a reader's request → Page, or QuotePage."""

from searchsvc.search.quotes import QuotePage, search_quotes
from searchsvc.search.request import PAGE_SIZE, Match, SearchRequest
from searchsvc.search.run import search

__all__ = ["PAGE_SIZE", "Match", "QuotePage", "SearchRequest", "search", "search_quotes"]
