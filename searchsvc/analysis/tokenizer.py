"""Text → tokens and sentences; word → surface form → stem; whether a form is a stop word."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from searchsvc.languages import ABBREVIATIONS, BEFORE_NUMBERS, LANGUAGES, OPENERS, STEMMERS, every, literal

#: Characters of a word: letters, digits, `_`, combining accents, Arabic vowel signs and tatweel.
_CHAR = r"[\w\u0300-\u036f\u0640\u064b-\u065f\u0670]"
_LETTER = r"[^\W\d_]"
_ELIDED = literal(every(lambda language: language.elided))

WORD = re.compile(
    rf"(?P<acronym>{_LETTER}(?:\.{_LETTER})+(?!{_CHAR})\.?)"
    rf"|(?P<number>\d+(?:[.,]\d+)+(?!{_CHAR}))"
    rf"|(?P<signs>[A-Za-z](?:\+\+|\#)(?!{_CHAR})|[A-Za-z]{{1,3}}&[A-Za-z]{{1,3}}(?!{_CHAR}))"
    rf"|(?P<elided>(?i:{_ELIDED})(?=['’]{_LETTER}{{2}}))"
    rf"|(?P<word>{_CHAR}+(?:['’\u00ad]{_CHAR}+)*)",
)

#: Words whose form is cached, and forms whose stem is: bounds memory.
CACHE_SIZE = 1 << 15
#: Languages whose stemmer and stop words are cached, since an article may name any language: bounds memory.
LANGUAGE_CACHE_SIZE = 64

#: Characters of surface forms beside letters and digits.
_SIGNS = "_&+#"

#: Surface form of the country in all spellings (`US`, `U.S.`); `us` is the form of the pronoun.
COUNTRY = "u.s."

#: Letters that Unicode does not decompose, and tatweel, which is dropped; then the Cyrillic letter that decomposes into
#: two but stays one.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "\u0640": None}
)
_SHORT_I, _KEPT = "и\u0306", "й"

#: End marks with closing quotes and brackets after them, then white space, then no lower-case letter. The pattern
#: matches a run of marks from its start and with possessive quantifiers, so that a long run is read once. The
#: lookbehind for the start of the run comes after the first mark, so that the search skips from mark to mark.
SENTENCE_END = re.compile(
    r"""[.!?…؟。！？](?:(?<=[.!?…؟。])(?<![.!?…؟。][.!?…؟。])[.!?…؟。]*+["'”’»“)\]]*+\s++(?=["'“‘„«(\[¿¡]*[^\Wa-zß-öø-ÿа-я])"""
    r"""|(?<=[。！？])(?<![。！？][。！？])[。！？]*+)"""
)
LAST_WORD = re.compile(r"([^\W\d_]+)\.?\Z")
NEXT_WORD = re.compile(r"[^\W\d_]+")
#: Characters before a full stop in which an abbreviation is looked for.
LOOK_BACK = 12


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text."""

    #: Surface form.
    text: str
    #: Half-open range of code points of the word in the text.
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text with case and accents folded; its length may change.

    >>> fold("Éire Straße Łódź")
    'eire strasse lodz'
    """
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold()).casefold().replace(_SHORT_I, _KEPT)
    return "".join(c for c in parts.translate(_LETTERS) if not unicodedata.combining(c))


def surface(word: str) -> str:
    """Return the surface form of one word of a text; "" if nothing of the word is left.

    >>> [surface(w) for w in ("U.S.", "US", "us", "Cuba's", "O’Brien", "1,000", "AT&T", "C++")]
    ['u.s.', 'u.s.', 'us', 'cuba', 'obrien', '1000', 'at&t', 'c++']
    """
    if word == "US" or word in {"U.S", "U.S.", "u.s", "u.s."}:
        return COUNTRY
    if word.isascii() and word.isalnum():
        return word.lower()
    text = word.replace("’", "'").replace("\u00ad", "")
    if text.endswith(("'s", "'S")):
        text = text[:-2] or text
    if text[0].isdigit():
        text = text.replace(",", "")
    elif "." in text:
        text = text.replace(".", "")
    form = fold(text.replace("'", ""))
    # Compatibility characters may decompose into signs, such as `½` into `1⁄2`: the signs are dropped.
    return form if form.isascii() and word.isascii() else "".join(c for c in form if c.isalnum() or c in _SIGNS)


def tokenize(text: str) -> Iterator[Token]:
    """Yield the words of a text in order, without those that have no surface form.

    >>> [t.text for t in tokenize("The U.S. told Cuba’s envoys: l'eau at 10,000 m")]
    ['the', 'u.s.', 'told', 'cuba', 'envoys', 'l', 'eau', 'at', '10000', 'm']
    """
    for match in WORD.finditer(text):
        form = _surface(match.group())
        if form:
            yield Token(form, match.start(), match.end())


@lru_cache(maxsize=LANGUAGE_CACHE_SIZE)
def stop_words(language: str | None = None) -> frozenset[str]:
    """Return the surface forms of a language's stop words; None means English; none for languages without a list."""
    known = LANGUAGES.get(language or "en")
    return frozenset(map(surface, known.stop_words)) if known else frozenset()


def is_stop(form: str, language: str | None = None) -> bool:
    """Return whether a surface form is a stop word of the language; None means English."""
    return form in stop_words(language)


_surface = lru_cache(maxsize=CACHE_SIZE)(surface)


@lru_cache(maxsize=CACHE_SIZE)
def stem(form: str, language: str | None = None) -> str:
    """Return the stem of a surface form in a language; None and languages without a stemmer mean English.

    Stop words and COUNTRY are their own stems.

    >>> stem("migrants"), stem("haus", "de"), stem("the"), stem("u.s.")
    ('migrant', 'haus', 'the', 'u.s.')
    """
    if form == COUNTRY or is_stop(form, language):
        return form
    return str(_stemmer(language).stemWord(form))


def stems(forms: Sequence[str], language: str | None = None) -> list[str]:
    """Return the stem of each of some surface forms as `stem` does, in one call of the stemmer and without a cache."""
    stops = stop_words(language)
    roots = _stemmer(language).stemWords(list(forms))
    return [form if form in stops or form == COUNTRY else root for form, root in zip(forms, roots, strict=True)]


@lru_cache(maxsize=LANGUAGE_CACHE_SIZE)
def _stemmer(language: str | None) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(STEMMERS.get(language or "en", STEMMERS["en"]), 0)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the half-open ranges of the sentences in code points.

    They are in order, not empty, and only white space is between them, before the first and after the last.

    >>> [text[a:b] for text in ("Mr. Lund left. He said: “No.” Why? U.S. law.",) for a, b in sentence_spans(text)]
    ['Mr. Lund left.', 'He said: “No.”', 'Why?', 'U.S. law.']
    """
    spans, start = [], len(text) - len(text.lstrip())
    for match in SENTENCE_END.finditer(text, start):
        end = match.end()
        if _is_sentence_end(text, match):
            stop = match.start() + len(match.group().rstrip())
            spans.append((start, stop))
            start = end
    last = len(text.rstrip())
    if start < last:
        spans.append((start, last))
    return spans


def _is_sentence_end(text: str, match: re.Match[str]) -> bool:
    if match.group().rstrip() != ".":
        return True
    before = LAST_WORD.search(text[max(0, match.start() - LOOK_BACK) : match.start()])
    if before is None:
        return True
    word = before.group(1)
    if len(word) == 1 and word.isupper():
        acronym = text[match.start() - 2 : match.start() - 1] == "."
        following = NEXT_WORD.match(text, match.end())
        return acronym and following is not None and following.group() in OPENERS
    if word.lower() in BEFORE_NUMBERS:
        return not text[match.end() : match.end() + 1].isdigit()
    return word.lower() not in ABBREVIATIONS
