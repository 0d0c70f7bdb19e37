"""Blocks → quotes: direct speech in quotation marks, with speaker and evidence.

Direct speech only: what is reported without marks is not found.
"""

from searchsvc.quotes.find import find_quotes

__all__ = ["find_quotes"]

#: Raised when articles must be read anew for their quotes.
VERSION = 1
