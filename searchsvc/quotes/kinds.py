"""Attributed quotation → its kind: speech, or a term in marks."""

import re
from typing import Literal

from searchsvc.quotes.attribution import Found
from searchsvc.quotes.cues import DETERMINERS, GENITIVES
from searchsvc.quotes.lexicon import word_set

Kind = Literal["full", "partial", "term", "pullquote"]

_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_FULL_WORDS = 4
_TERM_WORDS = 4
_TITLE_WORDS = 7
#: Words that make a quotation speech when nobody is named: with a verb of saying near, and without.
_SPOKEN_WORDS = 2
_UNCUED_WORDS = 3
_LABELS = word_set(
    "so-called called dubbed nicknamed termed titled entitled named known word words term phrase phrases"
)


def kind_of(quote: Found, text: str) -> Kind:
    """Return the kind of a quotation; `text` is what is inside the marks."""
    words = _WORD.findall(text)
    if not words:
        return "term"
    if _is_term(quote, words):
        return "term"
    first = text.lstrip(" ‘'[(…—.")[:1]
    whole = text.rstrip(" ’'")[-1:] in ".,?!…—" and len(words) > 1
    if (first.isupper() or first.isdigit() or quote.continues_found is not None) and (
        len(words) >= _FULL_WORDS or whole
    ):
        return "full"
    return "partial"


#: What stands before a term: "this … policy".
_LABELLED = frozenset({("this",), ("these",), ("so-called",)})


def is_title(words: list[str]) -> bool:
    """Return whether words are set like the title of a programme, a book, a paper."""
    return words[0][:1].isupper() and all(w[:1].isupper() or w[:1].isdigit() or w in _SMALL for w in words)


_SMALL = word_set("the a an of and or for in on at to with from by as is vs")
_MEDIA = word_set(
    "on program programme show series book film movie podcast album novel song play documentary memoir "
    "magazine column host hosts hosting titled entitled called named ad segment single musical drama comedy "
    "watch watching watched bestseller best-seller website blog game games exhibition painting opera "
    "autobiography biography paper essay speech"
)


def _is_work(quote: Found, words: list[str]) -> bool:
    """Return whether a quotation is the title of a work rather than speech."""
    if not is_title(words) or len(words) > _TITLE_WORDS:
        return False
    before = quote.before[-1] if quote.before else ""
    if before == "," and len(quote.before) > 1:
        before = quote.before[-2]
    return before in _MEDIA or before.endswith(GENITIVES)


def _is_term(quote: Found, words: list[str]) -> bool:
    if _is_work(quote, words):
        return True
    if not quote.attributed and len(words) > 1 and is_title(words) and not quote.alone:
        return True
    if quote.attributed:
        return (
            len(words) <= _TERM_WORDS
            and quote.before[-1:] in _LABELLED
            and bool(quote.after)
            and quote.after[0].isalpha()
            and quote.after[0] not in DETERMINERS
        )
    enough = _SPOKEN_WORDS if quote.spoken else _UNCUED_WORDS
    return len(words) < enough and not quote.alone
