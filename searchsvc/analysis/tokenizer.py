"""Text → tokens; word → surface form → stem; whether a form is a stop word.

A word is letters and digits with their marks, and the signs that may stand between them. Each letter of a script
without spaces is a word (a run of them in a query is a phrase). No word contains white space in a *bound* text, in
which WORD_JOINER stands for the white space of `12 000`, `J. K.` and `B & Q`: whoever cuts a text at white space binds
it first, and gets the same words from the pieces.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import Stemmer

from searchsvc.analysis.binding import bound
from searchsvc.analysis.characters import (
    APOSTROPHES,
    EMOJI,
    EMOJI_PARTS,
    FLAG_LETTERS,
    FRACTIONS,
    GERSHAYIM,
    HALF_WIDTH_MARKS,
    HEBREW,
    IGNORABLE,
    MARKS,
    MIDDLE_DOTS,
    SUPERSCRIPTS,
    UNSPACED,
    UNSPACED_BLOCKS,
    WORD_JOINER,
    beside_plane_0,
    fold,
)
from searchsvc.analysis.numbers import UNITS, number_forms
from searchsvc.analysis.variants import AMPERSAND, contracted, is_hangul, without_particles
from searchsvc.languages import DECIMAL_COMMA, LANGUAGES, STEMMERS, SUFFIXED, every, literal

#: Marks and invisible signs after a letter. A class of re tries code points above U+FFFF range by range: most letters
#: are spared those.
_LOW, _HIGH = beside_plane_0(MARKS)
_AFTER = f"(?:[{_LOW}{IGNORABLE}]|(?=[\U00010000-\U0010ffff])[{_HIGH}])*+"
_SIGN = f"[{IGNORABLE}]*+"
#: A letter, and a letter or digit, each with its marks.
_OTHERS = f"_{UNSPACED_BLOCKS}{SUPERSCRIPTS}{FRACTIONS}{HALF_WIDTH_MARKS}"
_LETTER = rf"[^\W\d{_OTHERS}]{_AFTER}"
_CHAR = rf"[^\W{_OTHERS}]{_AFTER}"
#: No letter or digit follows.
_END = rf"(?![^\W{_OTHERS}])"
_APOSTROPHE = f"[{APOSTROPHES}]"
#: Ending of a possessive, which is part of the token and not of its form.
_POSSESSIVE = rf"(?:{_APOSTROPHE}{_SIGN}[sS]{_END})?"
_ELIDED = literal(every(lambda language: language.elided))

WORD = re.compile(
    # Most words of most texts: found at once.
    r"[A-Za-z]++(?=[\s,-]|[.;:!?)\"]++(?:\s|\Z)|\Z)"
    # Numbers of several groups, whatever follows; digits before a unit; fractions.
    rf"|\d[\d{IGNORABLE}]*+(?:[.,]\d++|{_APOSTROPHE}\d{{3}}(?!\d))++"
    rf"|\d[\d{IGNORABLE}]*+(?={UNITS}{_END})"
    rf"|(?:\d[\d{IGNORABLE}]*+)?[{FRACTIONS}]"
    rf"|{_LETTER}(?:\.{_SIGN}{_LETTER})+{_END}\.?{_POSSESSIVE}"
    rf"|(?:[A-Za-z](?:\+\+|\#)|[A-Za-z]{{1,3}}{_SIGN}&{_SIGN}[A-Za-z]{{1,3}}){_END}{_POSSESSIVE}"
    rf"|(?i:{_ELIDED})(?={_APOSTROPHE}(?![sS](?!\w))\w)"
    # Letters and digits; between letters apostrophes, points in the middle and _; between Hebrew ones gershayim.
    rf"|(?:{_CHAR})++(?:(?:(?<!\d)[{APOSTROPHES}{MIDDLE_DOTS}_]{_SIGN}(?!\d)|(?<=[{HEBREW}])[{GERSHAYIM}](?=[{HEBREW}]))"
    rf"(?:{_CHAR})++)*+(?:{_POSSESSIVE})(?:(?<=[^\W\d_])(?<![^\W\d_]{{3}})[{SUPERSCRIPTS}]{{1,2}}(?!\w))?"
    rf"|[{UNSPACED}]{_AFTER}"
    rf"|(?:[{FLAG_LETTERS}]{{2}}|[{EMOJI}])[{EMOJI_PARTS}]*+"
    # Signs that no text is cut at decide whether this one stands alone.
    r"|(?<![.,+#&'`_])&(?![.,+#&'`_])"
)

#: Where a word may be whose form is not its text in lower case, by texts of ASCII and others: `UNPLAIN` signs before a
#: letter or digit. Cyrillic letters are plain, but for those with accents; so are marks of punctuation.
UNPLAIN_ASCII = re.compile(r"[.,'`&](?=\w)")
UNPLAIN = re.compile(r"[’‘](?=\w)|[^\x00-\x7f“”‘’«»–—…а-яА-Я\s]")
#: Signs before and after words of a plain piece that are no part of them; endings of its possessives.
_BEFORE_PLAIN, _AFTER_PLAIN, _PLAIN_POSSESSIVES = '("', '.,;:!?)"', (b"'s", "’s".encode())
#: A piece of a text between white space that is one word in every language.
_PLAIN_PIECE = re.compile(rf"(?<!\S)[{_BEFORE_PLAIN}]*+([A-Za-z]++)[{_AFTER_PLAIN}]*+(?!\S)")

#: Words whose form is cached, and forms whose stem is: bounds memory.
CACHE_SIZE = 1 << 15
#: Languages whose stemmer and stop words are cached, since an article may name any language: bounds memory.
LANGUAGE_CACHE_SIZE = 64

#: What surface forms have no part of: all but letters, digits, marks, `_&+#` and emoji.
_NO_FORM = re.compile(rf"[^\w&+#{MARKS}{EMOJI}{FLAG_LETTERS}]+|\A[{MARKS}]+")
_DIGITS_OR_LETTERS = re.compile(r"\d+|[^\W\d_]+")
_POSSESSIVE_END = re.compile(rf"{_APOSTROPHE}[{IGNORABLE}]*[sS]\Z")
_BETWEEN = re.compile(f"[.{APOSTROPHES}{MIDDLE_DOTS}{GERSHAYIM}]+")

_NUMBER = re.compile(rf"\d[\d.,{APOSTROPHES}{IGNORABLE}]*")
_SUFFIX = re.compile(rf"(?<=\w\w){_APOSTROPHE}.*", re.DOTALL)

#: Surface form of the country in all spellings (`US`, `U.S.`); `us` is the form of the pronoun.
COUNTRY = "u.s."
_COUNTRY = re.compile(r"US|[Uu]\.[Ss]\.?")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text."""

    #: Surface form.
    text: str
    #: Half-open range of code points of the word in the text.
    start: int
    end: int


def surface(word: str) -> str:
    """Return the surface form of one word of a text; "" if nothing of the word is left.

    >>> [surface(w) for w in ("U.S.", "US’s", "us", "Cuba's", "O’Brien", "1,000", "AT&T's", "C++", "col·lecció")]
    ['u.s.', 'u.s.', 'us', 'cuba', 'obrien', '1000', 'at&t', 'c++', 'colleccio']
    """
    return _form(bound(word))


@lru_cache(maxsize=CACHE_SIZE)
def _form(word: str) -> str:
    """Return the surface form of one word of a bound text."""
    if word.isascii() and word.isalnum():
        return word.lower() if word != "US" else COUNTRY
    text = word
    if _NUMBER.fullmatch(text):
        return "".join(form for *_, form in number_forms(text))
    text = _POSSESSIVE_END.sub("", text) or text
    text = text.replace(WORD_JOINER, "")
    if _COUNTRY.fullmatch(text):
        return COUNTRY
    form = _BETWEEN.sub("", fold(text))
    form = form if form.isalnum() else _NO_FORM.sub("", _NO_FORM.sub("", form))
    return form if form.isascii() and word.isascii() else _one_word(form, text)


def _one_word(form: str, text: str) -> str:
    """Return a form if it is one word itself, else the nearest that is: rare letters decompose into several."""
    if _is_one(form):
        return form
    plain = form.replace("_", "")
    whole = unicodedata.normalize("NFC", text.casefold())
    first = "".join(_DIGITS_OR_LETTERS.findall(plain)[:1])
    return next((one for one in (plain, whole, first) if _is_one(one)), first[:1])


def _is_one(form: str) -> bool:
    match = WORD.match(form)
    return match is not None and match.end() == len(form)


def tokenize(text: str, language: str | None = None) -> Iterator[Token]:
    """Yield the words of a text in order, without those that have no surface form.

    The language decides whether `3,5` is one number, and whether what follows an apostrophe is a suffix (Turkish).

    >>> [t.text for t in tokenize("The U.S. told Cuba’s envoys: l'eau at 10,000 m")]
    ['the', 'u.s.', 'told', 'cuba', 'envoys', 'l', 'eau', 'at', '10000', 'm']
    >>> [t.text for t in tokenize("渔民 3,5 km, J. K. Holt")]
    ['渔', '民', '3', '5', 'km', 'jk', 'holt']
    """
    return tokenize_bound(bound(text), language)


def tokenize_bound(text: str, language: str | None = None) -> Iterator[Token]:
    """Yield the words of a bound text, or of a piece of one between white space, as `tokenize` does."""
    suffixed = language in SUFFIXED
    for match in WORD.finditer(text):
        word, start = match.group(), match.start()
        if word[0].isdigit() and _NUMBER.fullmatch(word):
            for first, end, form in number_forms(word, decimal_comma=language in DECIMAL_COMMA):
                yield Token(form, start + first, start + end)
        elif form := _form(_SUFFIX.sub("", word) if suffixed else word):
            yield Token(form, start, match.end())


def surface_forms(text: str, language: str | None = None) -> list[str]:
    """Return the surface forms of the words that `tokenize` yields, without their places: several times as fast.

    >>> surface_forms("The U.S. told Cuba’s envoys")
    ['the', 'u.s.', 'told', 'cuba', 'envoys']
    """
    # A piece of a bound text between white space has the same words alone, and most pieces recur.
    return [form for piece in bound(text).split() for form in _forms_of_piece(piece, language)]


def printed_initials(text: str, language: str | None = None) -> list[str]:
    """Return the first character, as printed, of each of the words whose forms `surface_forms` returns.

    >>> printed_initials("The U.S. told “Cuba’s” envoys, 12 000 of them")
    ['T', 'U', 't', 'C', 'e', '1', 'o', 't']
    """
    return [initial for piece in bound(text).split() for initial in _initials_of_piece(piece, language)]


@lru_cache(maxsize=CACHE_SIZE)
def _forms_of_piece(piece: str, language: str | None) -> tuple[str, ...]:
    if plain := _PLAIN_PIECE.match(piece):
        return (_form(plain[1]),)
    return tuple(token.text for token in tokenize_bound(piece, language))


@lru_cache(maxsize=CACHE_SIZE)
def _initials_of_piece(piece: str, language: str | None) -> tuple[str, ...]:
    if plain := _PLAIN_PIECE.match(piece):
        return (plain[1][0],)
    return tuple(piece[start] for start in word_starts(piece, language))


def plain_forms(piece: bytes) -> list[str] | None:
    """Return the forms of a piece of a bound text, in UTF-8, if it is plain; None if only `tokenize_bound` can tell.

    Plain are letters of ASCII, with hyphens between them and signs around them: they are the same in every language.

    >>> plain_forms(b"(the"), plain_forms(b"Cuba's"), plain_forms(b"re-elected,"), plain_forms(b"U.S.")
    (['the'], ['cuba'], ['re', 'elected'], None)
    """
    piece = piece.lstrip(_BEFORE_PLAIN.encode()).rstrip(_AFTER_PLAIN.encode())
    piece = piece.removesuffix(next(filter(piece.endswith, _PLAIN_POSSESSIVES), b""))
    parts = piece.split(b"-")
    if not all(part.isalpha() and part != b"US" for part in parts):
        return None
    return piece.decode().lower().split("-")


def word_count(text: str, language: str | None = None) -> int:
    """Return how many words `tokenize_bound` yields of a bound text, or of a part of one from white space to such."""
    rest, plain = _PLAIN_PIECE.subn("", text)
    return plain + sum(map(len, map(_forms_of_piece, rest.split(), repeat(language))))


def word_starts(text: str, language: str | None = None) -> list[int]:
    """Return where the words of a bound text start, those that `tokenize_bound` yields, without making their forms."""
    starts: list[int] = []
    for match in WORD.finditer(text):
        word, start = match.group(), match.start()
        if word.isascii() and word.isalpha():
            starts.append(start)
        elif word[0].isdigit() and _NUMBER.fullmatch(word):
            forms = number_forms(word, decimal_comma=language in DECIMAL_COMMA)
            starts += [start + first for first, _, _ in forms]
        elif _form(_SUFFIX.sub("", word) if language in SUFFIXED else word):
            starts.append(start)
    return starts


@lru_cache(maxsize=LANGUAGE_CACHE_SIZE)
def stop_words(language: str | None = None) -> frozenset[str]:
    """Return the surface forms of a language's stop words, AMPERSAND among them; None means English.

    Languages without a list have AMPERSAND only.
    """
    known = LANGUAGES.get(language or "en")
    return frozenset((*map(surface, known.stop_words), AMPERSAND)) if known else frozenset((AMPERSAND,))


def is_stop(form: str, language: str | None = None) -> bool:
    """Return whether a surface form is a stop word of the language; None means English."""
    return form in stop_words(language)


@lru_cache(maxsize=CACHE_SIZE)
def stem(form: str, language: str | None = None) -> str:
    """Return the stem of a surface form in a language; None and languages without a stemmer mean English.

    Stop words and COUNTRY are their own stems. Korean words, in articles of any language, lose their particles.

    >>> stem("migrants"), stem("haus", "de"), stem("the"), stem("u.s."), stem("aarhus", "da") == stem("arhus", "da")
    ('migrant', 'haus', 'the', 'u.s.', True)
    """
    if form == COUNTRY or is_stop(form, language):
        return form
    return without_particles(form) if is_hangul(form) else str(_stemmer(language).stemWord(contracted(form, language)))


def stems(forms: Sequence[str], language: str | None = None) -> list[str]:
    """Return the stem of each of some surface forms as `stem` does, in one call of the stemmer and without a cache."""
    stops = stop_words(language)
    roots = _stemmer(language).stemWords([contracted(form, language) for form in forms] if language else list(forms))
    roots = [without_particles(root) if is_hangul(root) else root for root in roots]
    return [form if form in stops or form == COUNTRY else root for form, root in zip(forms, roots, strict=True)]


@lru_cache(maxsize=LANGUAGE_CACHE_SIZE)
def _stemmer(language: str | None) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(STEMMERS.get(language or "en", STEMMERS["en"]), 0)
