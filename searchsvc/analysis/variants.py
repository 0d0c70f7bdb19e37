"""Form × language → the forms that are the same word there: `gruene` and `grune`, `&` and `and`."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from searchsvc.analysis.characters import fold
from searchsvc.languages import LANGUAGES, STEMMERS

#: Surface form of the sign for `and`; in phrases it equals that word.
AMPERSAND = "&"
#: Letters of a form that may each be written in two ways, at most: `grune` has one, twice as many forms for each.
_MOST_CHOICES = 3
#: Forms whose spellings are cached: bounds memory.
_CACHED = 1 << 13


@lru_cache(maxsize=_CACHED)
def contracted(form: str, language: str | None) -> str:
    """Return a form with the digraphs of its language that stand for a letter with an accent as the folded letter.

    Digraphs after a vowel or q stay, as in Lucene's GermanNormalizationFilter.

    >>> contracted("gruene", "de"), contracted("neue", "de"), contracted("aarhus", "da"), contracted("blue", "en")
    ('grune', 'neue', 'arhus', 'blue')
    """
    table = _DIGRAPHS.get(language or "")
    return table[0].sub(lambda found: table[1][found.group()], form) if table else form


@lru_cache(maxsize=_CACHED)
def spellings(form: str, language: str | None) -> tuple[str, ...]:
    """Return the forms that a form equals in the phrases of a language, itself first; None means English.

    >>> spellings("&", "de"), spellings("fahre", "de"), spellings("blue", None)
    (('&', 'und'), ('fahre', 'faehre'), ('blue',))
    """
    ands = _ANDS[language if language in STEMMERS else "en"]
    if form == AMPERSAND or form in ands:
        return tuple(dict.fromkeys((form, AMPERSAND, *ands)))
    table = _DIGRAPHS.get(language or "")
    if table is None:
        return (form,)
    return tuple(dict.fromkeys((form, contracted(form, language), *_expanded(form, table[1]))))


def _expanded(form: str, letters: dict[str, str]) -> Iterator[str]:
    """Yield a form with any of its letters that may stand for digraphs written as these."""
    digraphs = {letter: digraph for digraph, letter in letters.items()}
    choices = [(sign, digraphs[sign]) if sign in digraphs else (sign,) for sign in form]
    if 0 < sum(len(choice) - 1 for choice in choices) <= _MOST_CHOICES:
        yield from map("".join, product(*choices))


#: Language → pattern of its digraphs, and what each is folded to.
_DIGRAPHS = {
    code: (re.compile(f"(?<![aeiouyq])(?:{'|'.join(table)})"), table)
    for code, language in LANGUAGES.items()
    if (table := dict(pair.split(":") for pair in language.digraphs))
}
#: Language → its words for `and`.
_ANDS = {code: tuple(map(fold, LANGUAGES[code].conjunctions)) for code in STEMMERS}
#: Particles that Korean nouns take, longest first; only words of more syllables than them and one are shortened.
_PARTICLES = (
    "에게서", "에서", "에게", "한테", "으로", "까지", "부터", "처럼", "보다", "이나", "이라",
    "로", "은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도", "만", "나",
)  # fmt: skip
_FEWEST_SYLLABLES = 2
_HANGUL = ("\uac00", "\ud7a3")


def without_particles(form: str) -> str:
    """Return a Korean form without the particles at its end, of which at least two syllables are left.

    >>> [without_particles(form) for form in ("항구에서", "바다가", "고양이가", "학교")]
    ['항구', '바다', '고양', '학교']
    """
    while True:
        shorter = next((form.removesuffix(end) for end in _PARTICLES if form.endswith(end)), form)
        if shorter == form or len(shorter) < _FEWEST_SYLLABLES:
            return form
        form = shorter


def is_hangul(form: str) -> bool:
    """Return whether a form ends in a Hangul syllable."""
    return _HANGUL[0] <= form[-1:] <= _HANGUL[1]
