"""The words of the scripts, in the language of a page: `site.js` reads them out of the page, `news-search.js` has all.

A text that counts is given for each plural form that the language has, by the name that `Intl.PluralRules` calls it.
"""

import json
from collections.abc import Mapping
from functools import lru_cache

from searchsvc.model.message import Message
from searchsvc.web.page_language import page_language
from searchsvc.web.ui_languages import ENGLISH, UiLanguage, ui_languages

#: Texts of `site.js` by their name there. `{shown}` is what the script fills in.
SITE_WORDS: Mapping[str, Message] = {
    "keys-off": Message("Turn off the keys / j k"),
    "keys-on": Message("Turn on the keys / j k"),
    "copy": Message("Copy"),
    "copied": Message("Copied"),
    "copy-link": Message("Copy link"),
    "filters": Message("Filters"),
    "show": Message("Show {shown}"),
    "suggestions": Message("Suggestions"),
    "speaker": Message("People"),
    "title": Message("Articles"),
    "word": Message("Searches"),
    "undated": Message("undated"),
}
#: Texts that count, with `{n}` for the number.
COUNTED_WORDS: Mapping[str, Message] = {
    "found": Message("{n} suggestion", plural="{n} suggestions", n=0),
    "quotes": Message("{n} quote", plural="{n} quotes", n=0),
    "articles": Message("{n} article", plural="{n} articles", n=0),
}
#: Texts of `<news-search>` by the attribute that gives another one; `{n}` is a number, `{shown}` another one.
EMBEDDED_WORDS: Mapping[str, Message] = {
    "label": Message("Search the archive"),
    "button": Message("Search"),
    "searches": Message("Searches"),
    "people": Message("People"),
    "headlines": Message("Articles"),
    "suggestions-found": Message("Suggestions: {n}"),
    "searching": Message("Searching …"),
    "results-found": Message("Articles found: {n}, shown: {shown}"),
    "nothing-found": Message("Nothing found"),
    "all-results": Message("All results in the archive"),
    "failed": Message("The archive cannot be reached just now. Please try again in a moment."),
    "no-endpoint": Message("This search box has no address of an archive."),
}
#: What stands in `news-search.js` where its words belong, in the languages of the service.
_PLACE = b"{ /* words of other languages */ }"
#: Numbers among which every plural form of a language occurs.
_SAMPLES = range(201)


def site_words() -> Mapping[str, object]:
    """Return the words of `site.js` in the language of the page, by name; a counted one by plural form."""
    return _words_of(page_language())


@lru_cache
def _words_of(language: UiLanguage) -> Mapping[str, object]:
    rule = language.locale.plural_form
    counted = {
        name: {rule(n): language.pattern(text.pattern, text.plural, n) for n in _SAMPLES}
        for name, text in COUNTED_WORDS.items()
    }
    return {**{name: language.told(text) for name, text in SITE_WORDS.items()}, **counted}


def with_words(script: bytes) -> bytes:
    """Return a script with the words of all languages but English, which it has; as it is if it has no place for them.

    `news-search.js` has one.
    """
    if _PLACE not in script:
        return script
    words = {
        tag: {name: one.told(text) for name, text in EMBEDDED_WORDS.items()}
        for tag, one in ui_languages().items()
        if tag != ENGLISH
    }
    return script.replace(_PLACE, json.dumps(words, ensure_ascii=False).encode())
