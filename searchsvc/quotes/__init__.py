"""Blocks → quotes: direct speech in quotation marks, with speaker and evidence.

Direct speech only: what is reported without marks is not found.
"""

from searchsvc.quotes.find import find_quotes
from searchsvc.quotes.headline_quotes import find_headline_quotes

#: Counted up whenever the same blocks would give other quotes.
VERSION = 8

__all__ = ["VERSION", "find_headline_quotes", "find_quotes"]
