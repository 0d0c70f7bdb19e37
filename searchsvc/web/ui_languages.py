"""The languages that pages can be in: the translations of each, and how it writes numbers and days.

Each has a folder in `translations/`, `<tag>/LC_MESSAGES/messages.po`, with the `.mo` that is made of it and read
here; docs/translating.md says how to make one. English needs none: its texts are the keys of all others.
"""

import gettext
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from searchsvc.model.message import Message

#: The language of the keys, and the locale by which it writes days: `15 July 2009`.
ENGLISH, ENGLISH_LOCALE = "en", "en_GB"
DOMAIN = "messages"
#: A letter of a script that is written from right to left.
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
#: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE of Unicode: what stands between them has an order of its own.
_ISOLATE, _POP = "\u2068", "\u2069"


@dataclass(frozen=True, eq=False)
class UiLanguage:
    """A language that pages can be in, compared by identity."""

    #: Language tag (BCP 47): `de`, `pt-BR`; value of `lang` and of the parameter `ui`.
    tag: str
    #: Knows how the language writes numbers and days.
    locale: Locale
    texts: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    @cached_property
    def name(self) -> str:
        """Its name in the language itself: `Deutsch`."""
        own = self.locale.languages.get(self.locale.language, self.tag)
        territory = self.locale.territory if "-" in self.tag else None
        return f"{own} ({self.locale.territories.get(territory, territory)})" if territory else own

    @property
    def direction(self) -> str:
        """Where lines begin: `ltr` or `rtl`."""
        return str(self.locale.text_direction)

    def pattern(self, singular: str, plural: str | None = None, n: object = None) -> str:
        """Return the translation of a pattern; of one that counts, for a number. A text without one stays English."""
        if plural is None:
            return self.texts.gettext(singular) if singular else singular
        return self.texts.ngettext(singular, plural, n if isinstance(n, int) else 0)

    def told(self, message: Message) -> str:
        """Return a message in this language."""
        values = {name: self.written(value) for name, value in message.values.items()}
        return self.pattern(message.pattern, message.plural, message.values.get("n")) % values

    def written(self, value: object) -> object:
        """Return a value of a text as this language writes it: messages, numbers, days; anything else as it is."""
        match value:
            case Message():
                return self.told(value)
            case str():
                return value if hasattr(value, "__html__") else isolated(value)
            case int() if not isinstance(value, bool):
                return self.number(value)
            case float():
                return self.decimal(value)
            case date():
                return self.day(value)
            case _:
                return value

    def number(self, n: int) -> str:
        """Return a whole number: `1,234`."""
        return _number(n, self.locale)

    def decimal(self, value: float, digits: int | None = None) -> str:
        """Return a number with so many digits behind the point; without `digits`, those that it has, 3 at most."""
        places = "0.###" if digits is None else f"#,##0.{'0' * digits}".removesuffix(".")
        return str(format_decimal(value, places, self.locale))

    def day(self, value: date | None) -> str:
        """Return a day: `15 July 2009`; "" for None."""
        return _day(value, self.locale) if value else ""

    def month(self, first: date) -> str:
        """Return the month of a day with its year: `July 2009`."""
        return str(format_skeleton("yMMMM", first, locale=self.locale))

    def short_day(self, value: date) -> str:
        """Return a day in few letters: `15 Jul 2009`."""
        return str(format_date(value, "medium", self.locale))

    def short_month(self, first: date) -> str:
        """Return the month of a day in a few letters, without its year: `Jul`."""
        return str(self.locale.months["stand-alone"]["abbreviated"][first.month])


def isolated(text: str) -> str:
    """Return a text to stand among others in a line: one of right-to-left script leaves their order alone."""
    return f"{_ISOLATE}{text}{_POP}" if _RIGHT_TO_LEFT.search(text) else text


@lru_cache(maxsize=1)
def ui_languages() -> Mapping[str, UiLanguage]:
    """Return the languages by tag: English first, then by tag."""
    english = UiLanguage(ENGLISH, Locale.parse(ENGLISH_LOCALE))
    others = (UiLanguage(tag, Locale.parse(tag, sep="-"), _read(folder)) for tag, folder in _folders())
    return {one.tag: one for one in (english, *others)}


def translation_files() -> Iterator[Traversable]:
    """Yield the compiled ui_languages, by tag."""
    for _, folder in _folders():
        yield folder.joinpath("LC_MESSAGES", f"{DOMAIN}.mo")


def _folders() -> Iterator[tuple[str, Traversable]]:
    found = files("searchsvc.web").joinpath("translations")
    for folder in sorted((one for one in found.iterdir() if one.is_dir()), key=lambda one: one.name):
        if folder.joinpath("LC_MESSAGES", f"{DOMAIN}.mo").is_file():
            yield folder.name.replace("_", "-"), folder


def _read(folder: Traversable) -> gettext.NullTranslations:
    with folder.joinpath("LC_MESSAGES", f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@lru_cache(maxsize=4096)
def _number(n: int, locale: Locale) -> str:
    return str(format_decimal(n, locale=locale))


@lru_cache(maxsize=4096)
def _day(value: date, locale: Locale) -> str:
    return str(format_date(value, "long", locale))
