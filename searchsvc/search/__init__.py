"""The read river: a reader's request → Page."""

from searchsvc.search.request import PAGE_SIZE, Match, SearchRequest
from searchsvc.search.run import search

__all__ = ["PAGE_SIZE", "Match", "SearchRequest", "search"]
