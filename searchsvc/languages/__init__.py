"""A table a language → what the service knows of it: words, months, ages, titles, labels.

The tables are the files `<code>.toml` beside this module; nothing else names a language. A new
file is a new language: it is read at the next start. A string of a table is cut into its words, a
list holds phrases as they are: regular expressions, read without regard to case. All is written
in lower case. `name` and `direction` are all a table must have; with a `stemmer` it has every key.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from typing import Any

Words = tuple[str, ...]
#: Keys whose value is one string, not words.
_PLAIN = frozenset({"name", "direction", "stemmer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One table. A word that ends in a full stop is an abbreviation: that stop ends no sentence."""

    #: ISO 639-1.
    code: str
    #: The language's name for itself, as its readers look for it.
    name: str
    #: Value of the `dir` attribute: `ltr` or `rtl`.
    direction: str
    #: Snowball's name of the stemmer; empty: its words are stemmed as English ones.
    stemmer: str = ""
    #: Closed classes that carry no topic (articles, pronouns, prepositions, conjunctions, auxiliaries). Words
    #: that are also nouns, names or news topics (`may`, `will`, `state`, `can`) are left out unless the
    #: grammar word is far more frequent.
    stop_words: Words = ()
    #: Abbreviations that no other list of the table has, each with its full stop.
    abbreviations: Words = ()
    #: Abbreviations that are words too: only before a number does their full stop end no sentence.
    numbered: Words = ()
    #: Words that, after an acronym, begin a sentence: `in D.C. The …`.
    openers: Words = ()
    #: Words that lose their vowel before an apostrophe and stay words of their own.
    elided: Words = ()
    #: Twelve, and seven from Monday on: each in full, then its other spellings.
    months: Words = ()
    weekdays: Words = ()
    #: What stands in a line that is only a date, and behind the figures of a clock.
    date_words: Words = ()
    clock_words: Words = ()
    #: What says whether a date is of publication or of change.
    published: Words = ()
    updated: Words = ()
    #: `7 hrs ago`: units, words for one, words before that say little, and words before and after that say "ago".
    age_minute: Words = ()
    age_hour: Words = ()
    age_day: Words = ()
    age_week: Words = ()
    age_month: Words = ()
    age_year: Words = ()
    age_one: Words = ()
    age_about: Words = ()
    age_before: Words = ()
    age_after: Words = ()
    #: Titles and ranks before a name: of men, of women, of both.
    titles_male: Words = ()
    titles_female: Words = ()
    titles: Words = ()
    #: Offices that name whoever holds them: `the minister`.
    posts: Words = ()
    #: What writers of news are, and where they work: words behind the name in a byline.
    jobs: Words = ()
    desks: Words = ()
    #: Small words within names.
    particles: Words = ()
    #: What a byline begins with, and the label before an author's name.
    byline: Words = ()
    author: Words = ()
    #: What parts the last two of several names.
    conjunctions: Words = ()
    #: Headings of other stories' headlines: the site's own, and other sites'.
    see_also: Words = ()
    elsewhere: Words = ()
    #: Headings of what is most read, newest or recommended.
    most_read: Words = ()
    #: How more lines begin that lead to another story.
    read_on: Words = ()
    #: Headings of readers' comments.
    comments: Words = ()
    #: Lines of the site around a story.
    advertising: Words = ()
    sign_in: Words = ()
    share: Words = ()
    terms_of_use: Words = ()
    rights_reserved: Words = ()
    #: Names of sections.
    sections: Words = ()


def _read(code: str, text: str) -> Language:
    values: dict[str, Any] = {
        key: value if key in _PLAIN else tuple(value.split() if isinstance(value, str) else value)
        for key, value in tomllib.loads(text).items()
    }
    try:
        return Language(code=code, **values)
    except TypeError as error:
        error.add_note(f"in the table {code}.toml")
        raise


#: By code.
LANGUAGES = {
    table.name.removesuffix(".toml"): _read(table.name.removesuffix(".toml"), table.read_text("utf-8"))
    for table in sorted(files(__name__).iterdir(), key=lambda table: table.name)
    if table.name.endswith(".toml")
}
#: ISO 639-1 code → Snowball's name of the stemmer.
STEMMERS = {code: language.stemmer for code, language in LANGUAGES.items() if language.stemmer}
ENGLISH = LANGUAGES["en"]

#: Full stop that marks a word of a table as an abbreviation.
_POINT = "."


def every(words: Callable[[Language], Iterable[str]]) -> Words:
    """Return words of all languages, each once: longest first, as alternatives of a pattern must stand."""
    told = chain.from_iterable(map(words, LANGUAGES.values()))
    return tuple(sorted(set(told), key=lambda word: (-len(word), word)))


def bare(words: Iterable[str]) -> frozenset[str]:
    """Return the words without the full stops that mark abbreviations."""
    return frozenset(word.removesuffix(_POINT) for word in words)


def alternatives(words: Iterable[str], *more: str) -> str:
    """Return a group that matches any of these phrases."""
    return f"(?:{'|'.join((*words, *more))})"


def literal(words: Iterable[str]) -> str:
    """Return a group that matches any of these words, whatever signs they have."""
    return alternatives(map(re.escape, words))


def _spellings(lines: Words) -> Words:
    return tuple(chain.from_iterable(map(str.split, lines)))


def _titles(language: Language) -> Words:
    return (*language.titles_male, *language.titles_female, *language.titles)


#: Spelling of a month → its number.
MONTHS = {
    spelling.removesuffix(_POINT): number
    for language in LANGUAGES.values()
    for number, line in enumerate(language.months, start=1)
    for spelling in line.split()
}
WEEKDAYS = bare(every(lambda language: _spellings(language.weekdays)))
#: Titles and ranks before a name, in any language.
TITLES = bare(every(_titles))
#: Small words within names, in any language.
PARTICLES = frozenset(every(lambda language: language.particles))
#: Alternatives of a pattern: what stands behind the name in a byline, and what parts names.
JOBS = literal(every(lambda language: language.jobs))
JOBS_AND_DESKS = literal(every(lambda language: (*language.jobs, *language.desks)))
CONJUNCTIONS = literal(every(lambda language: language.conjunctions))
BYLINE = alternatives(every(lambda language: language.byline))
#: A full stop after these ends no sentence.
ABBREVIATIONS = bare(
    word
    for language in LANGUAGES.values()
    for word in (
        *language.abbreviations,
        *_spellings(language.months),
        *_spellings(language.weekdays),
        *_titles(language),
    )
    if word.endswith(_POINT)
)
#: Nor after these before a number.
BEFORE_NUMBERS = frozenset(every(lambda language: language.numbered))
#: After an acronym these begin a sentence, with their capital.
OPENERS = frozenset(map(str.capitalize, every(lambda language: language.openers)))


def language_name(code: str) -> str:
    """Return the language's name for itself, or the code where there is no table."""
    return LANGUAGES[code].name if code in LANGUAGES else code


def direction(code: str | None) -> str:
    """Return the value of the `dir` attribute for a text of that language."""
    return LANGUAGES[code].direction if code in LANGUAGES else "ltr" if code else "auto"
