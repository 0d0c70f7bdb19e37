"""Find the words that only report a quotation: those printed between its parts, and those that were pasted with it.

In print, `“We dredge,” said the warden, “or we close.”` interrupts one quotation. Who quotes it leaves the clause out,
and is right; so the alignment may skip it. Who pastes `“We dredge or we close,” said Runa Asker` has added words that
are no part of the quotation: they are told apart, and the name is compared with the article's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from searchsvc.analysis import bound, fold
from searchsvc.model.article import Block, Quote
from searchsvc.quotes import find_quotes
from searchsvc.verify.alignment import ReportingClause
from searchsvc.verify.article_words import ArticleTexts, WordEncoder, words

#: Words of a reporting clause between two parts of a quotation, at most, and clauses of an article that are looked at.
MAX_CLAUSE_WORDS, MAX_CLAUSES = 40, 60
#: Words on one side of a pasted quotation that may be its attribution, at most, and of one without quotation marks.
MAX_ATTRIBUTION_WORDS, MAX_UNMARKED_WORDS = 25, 8
#: Words of the quotation that must remain.
MIN_QUOTED_WORDS = 3
_PRONOUNS = frozenset({"he", "she", "they", "it", "i", "we"})
_DOUBLE_MARK = re.compile('["“”„«»]')
_MARK = re.compile(r"[\"“”„«»'‘’‚‛]")
#: A chunk of text that opens a quotation, and one that closes it: a single mark closes it only behind punctuation,
#: since the plural possessive ends in one, too.
_OPENING = re.compile(r"[(\[—–-]*(?:[\"“„«»]|['‘‚‛](?=\w))")
_CLOSING = re.compile(r"(?:[\"”“»«]|(?<=[,.?!…—–-])['’])[)\].,;:?!—–-]*$")
#: The end of a sentence or clause, after which an attribution without quotation marks may begin; a dash and a name.
_CLAUSE_END = re.compile(r"[,.?!…]\s+(?=\S)")
_CUE_AND_NAME = re.compile(r"\s(?=(?:said|says|added|adds|according to) [^\W\d_a-z])")
_DASH_AND_NAME = re.compile(r"\s*(?:[—–]|(?<=\s)-{1,2})\s*(?=[^\W\d_a-z][\w.’'-]*(?:\s[^\W\d_a-z][\w.’'-]*){0,3}\s*$)")


def printed_clauses(texts: ArticleTexts, encoder: WordEncoder) -> tuple[ReportingClause, ...]:
    """Return the stretches of at most MAX_CLAUSE_WORDS words between a closing and the next opening quotation mark.

    Words are numbered as `WordEncoder.encode` has them. A stretch may reach over the end of a paragraph.
    """
    return tuple(clause for clause, _ in zip(_clauses(texts, encoder), range(MAX_CLAUSES), strict=False))


def _clauses(texts: ArticleTexts, encoder: WordEncoder) -> Iterator[ReportingClause]:
    at, closed = 0, None
    for text in texts.texts:
        if not _MARK.search(text):
            at += sum(len(encoder[chunk]) for chunk in bound(text).split())
            closed = None
            continue
        for chunk in bound(text).split():
            marked = _MARK.search(chunk) is not None
            if marked and _OPENING.match(chunk):
                if closed is not None and 0 < at - closed <= MAX_CLAUSE_WORDS:
                    yield ReportingClause(closed, at)
                closed = None
            at += len(encoder[chunk])
            if marked and _CLOSING.search(chunk):
                closed = at


@dataclass(frozen=True, slots=True)
class PastedAttribution:
    """Words that were pasted with a quotation and say who said it."""

    #: The words, as pasted; of several stretches, joined by ` … `.
    text: str
    #: The quotation without them: what was checked.
    quotation: str
    #: The name in them; None if they have none, as `she said`.
    speaker: str | None
    #: Whether the article names the same speaker; None if one of the two names nobody.
    agrees: bool | None = None

    @property
    def is_longer(self) -> bool:
        """Whether these are more words than the quotation has: its marks may be only a part of what was pasted."""
        return _count(self.text) > _count(self.quotation)


def pasted_attribution(text: str) -> PastedAttribution | None:
    """Return the words around a pasted quotation that say who said it; None if there are none.

    >>> pasted_attribution("“We dredge or we close,” said Runa Asker.")
    PastedAttribution(text='said Runa Asker.', quotation='We dredge or we close,', speaker='Runa Asker', agrees=None)
    """
    return _around_marks(text) or _without_marks(text)


def _around_marks(text: str) -> PastedAttribution | None:
    """Return the attribution outside the quotation marks of a text that begins or ends with such a mark."""
    quotes = [one for one in find_quotes((Block("paragraph", text),)) if one.start is not None and one.end is not None]
    spans = sorted((one.start or 0, one.end or 0) for one in quotes)
    if not spans:
        return None
    outside = [text[a:b] for a, b in pairwise((0, *(edge for span in spans for edge in span), len(text)))][::2]
    told = [stretch.strip(" \t\r\n\"“”„«»'‘’,") for stretch in outside]
    counts = [_count(stretch) for stretch in told]
    if any(_DOUBLE_MARK.search(stretch) for stretch in told):
        return None  # an unclosed quotation: nobody knows where it ends
    if not any(counts) or max(counts) > MAX_ATTRIBUTION_WORDS or (counts[0] and counts[-1] and not _named(quotes)):
        return None
    quotation = " ".join(text[start:end].strip() for start, end in spans)
    if _count(quotation) < max(MIN_QUOTED_WORDS, sum(counts) // 4):
        return None
    return PastedAttribution(
        " … ".join(one for one, n in zip(told, counts, strict=True) if n), quotation, _named(quotes)
    )


def _without_marks(text: str) -> PastedAttribution | None:
    """Return the clause that ends a text without marks and reports it: `…, said Runa Asker`, `… - Runa Asker`."""
    if match := _DASH_AND_NAME.search(text):
        name = text[match.end() :].strip().rstrip(".")
        quotation = text[: match.start()].rstrip()
        if _count(quotation) >= MIN_QUOTED_WORDS and _count(name) <= MAX_UNMARKED_WORDS // 2:
            return PastedAttribution(name, quotation, name)
    ends = sorted(match.end() for pattern in (_CLAUSE_END, _CUE_AND_NAME) for match in pattern.finditer(text))
    for end in reversed(ends[-2:]):
        quotation, told = text[:end].rstrip(), text[end:].strip()
        if _count(quotation) < MIN_QUOTED_WORDS or _count(told) > MAX_UNMARKED_WORDS:
            continue
        quotes = find_quotes((Block("paragraph", f"“{quotation.strip('“”')}” {told}"),))
        if any(one.mention and one.cue for one in quotes):
            return PastedAttribution(told, quotation, _named(quotes))
    return None


def _named(quotes: Sequence[Quote]) -> str | None:
    """Return the first name of a speaker of some quotes; a mention without a capital letter is no name."""
    names = (one.speaker or one.mention for one in quotes)
    return next((name for name in names if name and not name.islower() and name.lower() not in _PRONOUNS), None)


def _count(text: str) -> int:
    return sum(1 for _ in words(text))


def same_speaker(pasted: str | None, quote: Quote | None) -> bool | None:
    """Return whether a pasted name may be the speaker of a quote: the surnames are the same, and the first letters.

    None if nobody is named on one side.
    """
    printed = quote and (quote.speaker or quote.mention)
    if not pasted or not printed:
        return None
    one, other = fold(pasted).split(), fold(printed).split()
    if one[-1].removesuffix(".") != other[-1].removesuffix("."):
        return False
    return len(one) == 1 or len(other) == 1 or one[0][0] == other[0][0] or None
