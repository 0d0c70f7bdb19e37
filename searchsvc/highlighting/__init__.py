"""Hit + tree → Snippets: which stretch to show, and which words in it made it a hit."""

from searchsvc.highlighting.make import LONGEST, highlight, highlight_related, make_page_snippets, make_snippets

__all__ = ["LONGEST", "highlight", "highlight_related", "make_page_snippets", "make_snippets"]
