"""Read what the service knows of each language (words, months, titles, labels …) from one TOML file per language.

The files are `<code>.toml` beside this module. No other code names a language, but for `parsing/dates/` (calendars,
zones, order of figures; also of languages without a table), `decoding/legacy_encodings.py` and `quotes/`, which reads
English. To add a language, add a file: it is read at the next start.
In a file

- a string, but for `name`, `direction` and `stemmer`, is a list of words separated by white space;
- an array is a list of phrases. They are regular expressions, matched regardless of case, but for
  `months`, `weekdays` and `desks`, which are plain text;
- everything but `name` is in lower case;
- `name` and `direction` are required; a language with a `stemmer` has every key.

`tests/test_language_tables.py` checks the files.
"""

import re
import tomllib
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain, groupby
from typing import Any

Words = tuple[str, ...]
#: Keys whose value is one string, not a list of words.
_SINGLE_VALUES = frozenset({"name", "direction", "stemmer"})
#: A full stop at the end of a word of a table marks it as an abbreviation.
_POINT = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The table of one language. A word that ends in a full stop is an abbreviation: that stop ends no sentence."""

    #: ISO 639-1 code.
    code: str
    #: The language's name in the language itself: `Deutsch`.
    name: str
    #: Writing direction, as the value of HTML's `dir` attribute: `ltr` or `rtl`.
    direction: str
    #: Snowball's name of the stemmer. Empty: there is none, and the English stemmer is used.
    stemmer: str = ""
    #: Function words, which say nothing about the topic (articles, pronouns, prepositions, conjunctions,
    #: auxiliaries). Words that are also nouns, names or news topics (`may`, `will`, `state`, `can`) are left out
    #: unless they are far more frequent as function words.
    stop_words: Words = ()
    #: Abbreviations that are in no other list of the table, each with its full stop.
    abbreviations: Words = ()
    #: Abbreviations that are also ordinary words (`no. 5`): their full stop ends no sentence before a number only.
    numbered: Words = ()
    #: Words that begin a new sentence where they follow an acronym, with a capital: `in D.C. The …`.
    openers: Words = ()
    #: Words shortened before an apostrophe, each a token of its own: `l` of `l'accord`.
    elided: Words = ()
    #: How it prints numbers and suffixes: `decimal_comma` (`3,5` is one number), `suffix_apostrophe` (what follows an
    #: apostrophe is a suffix of the word); `compounds`: it writes several words as one.
    habits: Words = ()
    #: Pairs `ae:a` of two letters and the one, without its accent, that they stand for: `Gruene` is `Grüne`.
    digraphs: Words = ()
    #: The twelve months, and the seven weekdays from Monday on. Each is a line: the full name, then other spellings;
    #: `_` is a space within one.
    months: Words = ()
    weekdays: Words = ()
    #: Words beside the figures in a line that is only a date (`on`, `at`), and behind a clock time (`hrs`, `Uhr`).
    date_words: Words = ()
    clock_words: Words = ()
    #: Labels of a date of publication, of a date of change, of one that may be either (the day on which a text was
    #: true), and of dates that are neither (receipt, birth, an event).
    published: Words = ()
    updated: Words = ()
    as_of: Words = ()
    other_dates: Words = ()
    #: Words beside a clock of twelve hours: `am`, `pm`; English ones are read in every spelling.
    before_noon: Words = ()
    after_noon: Words = ()
    #: Parts of an age such as `about 7 hrs ago`: the units; words for the number one; words such as `about`;
    #: words before and after it that mean `ago`.
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
    #: Titles and ranks before a name: of men, of women, of either.
    titles_male: Words = ()
    titles_female: Words = ()
    titles: Words = ()
    #: Offices and occupations by which an article calls their holder: `the minister`.
    posts: Words = ()
    #: Occupations, and departments or employers, of journalists, as written behind the name in a byline.
    jobs: Words = ()
    desks: Words = ()
    #: Words in lower case within names: `von`, `de la`.
    particles: Words = ()
    #: Words that begin a byline (`by`), and the label before the name of an author (`author:`).
    byline: Words = ()
    author: Words = ()
    #: Words for `and` between the last two of several names.
    conjunctions: Words = ()
    #: Headings of lists of links to other stories: of the same site, and of other sites.
    see_also: Words = ()
    elsewhere: Words = ()
    #: Headings of lists of the most read, newest or recommended stories.
    most_read: Words = ()
    #: Beginnings of other lines that link to another story.
    read_on: Words = ()
    #: Headings of readers' comments.
    comments: Words = ()
    #: Labels of advertisements, and lines of the site that are not part of a story.
    advertising: Words = ()
    sign_in: Words = ()
    share: Words = ()
    terms_of_use: Words = ()
    rights_reserved: Words = ()
    #: Names of sections.
    sections: Words = ()


def _read(code: str, text: str) -> Language:
    """Return the language of a TOML text; raise TypeError, with the file's name, for an unknown or missing key."""
    values: dict[str, Any] = {
        key: value if key in _SINGLE_VALUES else tuple(value.split() if isinstance(value, str) else value)
        for key, value in tomllib.loads(text).items()
    }
    try:
        return Language(code=code, **values)
    except TypeError as error:
        error.add_note(f"in the table {code}.toml")
        raise


#: ISO 639-1 code → language.
LANGUAGES = {
    table.name.removesuffix(".toml"): _read(table.name.removesuffix(".toml"), table.read_text("utf-8"))
    for table in sorted(files(__name__).iterdir(), key=lambda table: table.name)
    if table.name.endswith(".toml")
}
#: Digest of all tables: pages are read again when one has changed.
VERSION = f"{zlib.crc32(repr(LANGUAGES).encode()):08x}"
#: ISO 639-1 code → Snowball's name of the stemmer.
STEMMERS = {code: language.stemmer for code, language in LANGUAGES.items() if language.stemmer}
ENGLISH = LANGUAGES["en"]
#: Languages with a decimal comma, and those in which what follows an apostrophe is a suffix.
DECIMAL_COMMA = frozenset(code for code in STEMMERS if "decimal_comma" in LANGUAGES[code].habits)
COMPOUNDING = frozenset(code for code in STEMMERS if "compounds" in LANGUAGES[code].habits)
SUFFIXED = frozenset(code for code in STEMMERS if "suffix_apostrophe" in LANGUAGES[code].habits)


def every(words: Callable[[Language], Iterable[str]]) -> Words:
    """Return the words that `words` selects from each language, without repetition, longest first.

    A regular expression takes the first alternative that matches, so a word must come before its prefixes.
    """
    selected = chain.from_iterable(map(words, LANGUAGES.values()))
    return tuple(sorted(set(selected), key=lambda word: (-len(word), word)))


def bare(words: Iterable[str]) -> frozenset[str]:
    """Return the words without the full stops that mark abbreviations."""
    return frozenset(word.removesuffix(_POINT) for word in words)


def alternatives(words: Iterable[str], *more: str) -> str:
    """Return a pattern, as one group, that matches any of these regular expressions."""
    return f"(?:{'|'.join((*words, *more))})"


def literal(words: Iterable[str]) -> str:
    """Return a pattern, as one group, that matches any of these words literally: of several, the longest.

    Beginnings that words share stand in it once: it is several times faster than one alternative a word.
    """
    return _branches(sorted(set(words)), 0)


#: From so many branches on, a look at the next letter comes before them.
_MANY_BRANCHES = 4


def _branches(words: Sequence[str], start: int) -> str:
    """Return the pattern of the rests, from `start` on, of sorted words that are the same before it."""
    ends = bool(words) and len(words[0]) == start
    groups = [(letter, list(group)) for letter, group in groupby(words[ends:], lambda word: word[start])]
    parts = [
        re.escape(group[0][start:]) if len(group) == 1 else re.escape(letter) + _branches(group, start + 1)
        for letter, group in groups
    ]
    look = f"(?=[{re.escape(''.join(letter for letter, _ in groups))}])" if len(parts) >= _MANY_BRANCHES else ""
    any_of = f"(?:{'|'.join(parts)})"
    return f"(?:{look}{any_of}){'?' if ends else ''}"


def _spellings(line: str) -> Words:
    """Return the spellings of one month or weekday."""
    return tuple(spelling.replace("_", " ") for spelling in line.split())


def _all_spellings(lines: Words) -> Words:
    return tuple(chain.from_iterable(map(_spellings, lines)))


def _titles(language: Language) -> Words:
    return (*language.titles_male, *language.titles_female, *language.titles)


#: Spelling of a month in any language, without the stop of an abbreviation → its number, 1 to 12.
MONTHS = {
    spelling.removesuffix(_POINT): number
    for language in LANGUAGES.values()
    for number, line in enumerate(language.months, start=1)
    for spelling in _spellings(line)
}
#: Spellings of weekdays in any language, without the stop of an abbreviation.
WEEKDAYS = bare(every(lambda language: _all_spellings(language.weekdays)))
#: Titles and ranks before a name, in any language.
TITLES = bare(every(_titles))
#: Words in lower case within names, in any language.
PARTICLES = frozenset(every(lambda language: language.particles))
#: Patterns that match the words of any language in a byline: occupations, with departments, `and`, `by`.
JOBS = literal(every(lambda language: language.jobs))
JOBS_AND_DESKS = literal(every(lambda language: (*language.jobs, *language.desks)))
CONJUNCTIONS = literal(every(lambda language: language.conjunctions))
BYLINE = alternatives(every(lambda language: language.byline))
#: Abbreviations of any language, without their full stop, which ends no sentence.
ABBREVIATIONS = bare(
    word
    for language in LANGUAGES.values()
    for word in (
        *language.abbreviations,
        *_all_spellings(language.months),
        *_all_spellings(language.weekdays),
        *_titles(language),
    )
    if word.endswith(_POINT)
)
#: Abbreviations whose full stop ends no sentence if a number follows, in any language.
BEFORE_NUMBERS = frozenset(every(lambda language: language.numbered))
#: Words, with a capital, that begin a new sentence where they follow an acronym, in any language.
OPENERS = frozenset(map(str.capitalize, every(lambda language: language.openers)))


def language_name(code: str) -> str:
    """Return the name of a language in that language, or the code if there is no table for it."""
    return LANGUAGES[code].name if code in LANGUAGES else code


def direction(code: str | None) -> str:
    """Return the value of HTML's `dir` attribute for a text of that language.

    `ltr` for a language without a table, and `auto` for None.
    """
    return LANGUAGES[code].direction if code in LANGUAGES else "ltr" if code else "auto"
