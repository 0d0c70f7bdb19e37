"""Attributed quotation → its kind: speech, or a term in marks."""

import re
from typing import Literal

from searchsvc.quotes.attribution import Found
from searchsvc.quotes.cues import DETERMINERS

Kind = Literal["full", "partial", "term", "pullquote"]

_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_FULL_WORDS = 4
_TERM_WORDS = 4
_LABELS = frozenset(
    "so-called called dubbed nicknamed termed titled entitled named known word words term phrase phrases".split()
)
_DEMONSTRATIVES = frozenset("this these that those the a an his her their its".split())


def kind_of(quote: Found, text: str) -> Kind:
    """Return the kind of a quotation; `text` is what is inside the marks."""
    words = _WORD.findall(text)
    if not words:
        return "term"
    if _is_term(quote, text, words):
        return "term"
    first = text.lstrip(" ‘'[(…—.")[:1]
    whole = text.rstrip(" ’'")[-1:] in ".,?!…—" and len(words) > 1
    if (first.isupper() or first.isdigit() or quote.continues_found is not None) and (
        len(words) >= _FULL_WORDS or whole
    ):
        return "full"
    return "partial"


def _is_term(quote: Found, text: str, words: list[str]) -> bool:
    if quote.attributed:
        return (
            len(words) <= _TERM_WORDS
            and quote.before[-1:] != ()
            and quote.before[-1] in {"this", "these", "so-called"}
            and bool(quote.after)
            and quote.after[0].isalpha()
            and quote.after[0] not in DETERMINERS
        )
    return len(words) <= _TERM_WORDS and not quote.alone
