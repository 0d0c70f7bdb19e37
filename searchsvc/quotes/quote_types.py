"""Quotation with what stands around it → its kind: speech, whole or in part, or a term in marks."""

import re

from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DETERMINERS,
    GENITIVES,
    MAKERS,
    POSSESSIVES,
    PREPOSITIONS,
    WORK_WORDS,
    word_set,
)
from searchsvc.quotes.quotations import Quotation, QuotationKind


def _one_of(line: str) -> frozenset[tuple[str]]:
    """Return the words of a line, each as the only one of a tuple: as what stands beside a quotation is kept."""
    return frozenset((word,) for word in word_set(line))


_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_FULL_WORDS = 4
#: Longer than that, words before a noun are no label: "this “wet foot, dry foot” policy".
_TERM_WORDS = 5
_TITLE_WORDS = 9
#: Words that make a quotation speech when nobody is named: with a verb of saying near, and without.
_SPOKEN_WORDS = 2
_UNCUED_WORDS = 3
_PAUSES = frozenset(",.?!")
_SMALL = word_set("the a an of and or for in on at to with from by as is vs")
_DEMONSTRATIVES = _one_of("this these so-called")
_NO_NOUNS = PREPOSITIONS | CONJUNCTIONS | DETERMINERS | AUXILIARIES
#: Who wrote what is quoted, or where it is: a headline or a title.
_CREDITS = frozenset({("by",), ("http",)})
_PREDICATES = frozenset({("as", "a"), ("as", "an"), ("as", "the"), ("as",), ("is",), ("was",), ("be",), ("to",)})
#: What they shout: "chants of “…”".
_SHOUTS = _one_of("chant chants cry cries shout shouts call calls yell yells scream screams")
#: Somebody's wording follows: "they used the term “…”".
_WORDINGS = _one_of("term terms phrase phrases word words slogan motto mantra")
#: Names follow: "known as".
_NAMERS = _one_of("such known")


def kind_of(quotation: Quotation, block: Block) -> QuotationKind:
    """Return the kind of a quotation that stands in a block."""
    if block.kind == "pullquote":
        return "pullquote"
    text = block.text[quotation.span.start : quotation.span.end]
    words = _WORD.findall(text)
    if not words or _is_term(quotation, text, words):
        return "term"
    first = text.lstrip(" ‘'[(…—.")[:1]
    begins = first.isupper() or first.isdigit() or quotation.continues is not None
    whole = text.rstrip(" ’'")[-1:] in ".,?!…—" and len(words) > 1
    return "full" if begins and (whole or len(words) >= _FULL_WORDS) else "partial"


def _is_term(quotation: Quotation, text: str, words: list[str]) -> bool:
    before = quotation.context.before
    if before[-1:] in _WORDINGS or (before[-1:] == ("of",) and before[-2:-1] in _SHOUTS):
        return False
    if _is_work(quotation, words) or _is_heading(quotation, text, words):
        return True
    if before[-1:] == ("including",) and len(words) <= _TERM_WORDS:
        return True
    if quotation.attribution is not None and quotation.attribution.rule != "subject":
        return before[-1:] in _DEMONSTRATIVES and _labels(quotation, text, words)
    return not quotation.context.alone and _is_unspoken(quotation, text, words)


def _is_heading(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a block in marks is no speech: "Related:", "ALL IN CAPITALS"."""
    if not quotation.context.alone:
        return False
    return (len(words) == 1 and text.endswith(":")) or (text.isupper() and text[-1:] not in _PAUSES)


def _is_unspoken(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation nobody is named for is a term."""
    if quotation.context.after[:1] in _CREDITS or (len(words) > 1 and _is_title(words)):
        return True
    if len(words) < (_SPOKEN_WORDS if quotation.reported else _UNCUED_WORDS):
        return not _describes(quotation)
    return _labels(quotation, text, words)


def _describes(quotation: Quotation) -> bool:
    """Return whether a quotation says what somebody is or does: "as a “shame”", "is “sick”", "to “embrace” it"."""
    before = quotation.context.before
    if before[-1:] == ("as",) and before[-2:-1] in _NAMERS:
        return False
    return before[-1:] in _PREDICATES or before[-2:] in _PREDICATES


def _is_title(words: list[str]) -> bool:
    """Return whether words are set like the title of a programme, a book, a paper."""
    begins = words[0][:1].isupper() or words[0][:1].isdigit()
    return begins and all(w[:1].isupper() or w[:1].isdigit() or w in _SMALL for w in words)


def _is_work(quotation: Quotation, words: list[str]) -> bool:
    """Return whether a quotation is the title of a work rather than speech."""
    if not _is_title(words) or len(words) > _TITLE_WORDS:
        return False
    before = quotation.context.before[-1] if quotation.context.before else ""
    if before == "," and len(quotation.context.before) > 1:
        before = quotation.context.before[-2]
    if MAKERS & set(quotation.context.before) and "of" in quotation.context.before[-2:]:
        return True
    return before in WORK_WORDS or before.endswith(GENITIVES)


def _labels(quotation: Quotation, text: str, words: list[str]) -> bool:
    """Return whether a quotation stands between a determiner and a noun: "the “law and order” issue"."""
    before, after = quotation.context.before[-1:], quotation.context.after[:1]
    if len(words) > _TERM_WORDS or text[-1:] in _PAUSES or not before or not after or not after[0][0].isalpha():
        return False
    determined = before[0] in DETERMINERS or before[0] in POSSESSIVES or before in _DEMONSTRATIVES
    return determined and after[0] not in _NO_NOUNS and after[0] not in CUE_FORMS
