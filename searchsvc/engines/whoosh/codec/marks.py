"""Language → mark: words of other languages carry their language, so that each has terms of its own.

Terms and surface forms of English, of texts of unknown language and of languages without a
stemmer stand as they are; those of the other languages end in U+001F and the language's code:
`migrant`, but `fluchtling␟de`.
"""

from collections.abc import Iterable

from searchsvc.analysis import is_stop, stem
from searchsvc.languages import STEMMERS

#: Never part of a word: it is no letter, digit or sign of the analysis.
SEPARATOR = "\x1f"


def language_of(language: str | None) -> str | None:
    """Return the language whose stems the words of an article get; None is English.

    >>> language_of("de"), language_of("en"), language_of("xx"), language_of(None)
    ('de', None, None, None)
    """
    return language if language in STEMMERS and language != "en" else None


def mark(text: str, language: str | None) -> bytes:
    r"""Return a form or stem as it stands in the tables; `language` as `language_of` returns it.

    >>> mark("haus", "de"), mark("house", None)
    (b'haus\x1fde', b'house')
    """
    return (f"{text}{SEPARATOR}{language}" if language else text).encode("utf-8", "surrogatepass")


def marked(texts: Iterable[str], language: str | None) -> list[bytes]:
    r"""Return forms or stems as `mark` returns each.

    >>> marked(["haus", "tag"], "de")
    [b'haus\x1fde', b'tag\x1fde']
    """
    end = f"{SEPARATOR}{language}".encode() if language else b""
    return [text.encode("utf-8", "surrogatepass") + end for text in texts]


def unmark(data: bytes) -> tuple[str, str | None]:
    r"""Return form and language of an entry of the tables.

    >>> unmark(b'haus\x1fde'), unmark(b'house')
    (('haus', 'de'), ('house', None))
    """
    text, _, language = data.decode("utf-8", "surrogatepass").partition(SEPARATOR)
    return text, language or None


def stem_key(form: str, language: str | None) -> bytes:
    """Return the entry of `terms` under which a surface form is indexed."""
    return mark(stem(form, language), language)


def form_key(form: str, language: str | None) -> bytes:
    """Return the entry of `forms` of a surface form."""
    return mark(form, language)


def is_scored(form: str, language: str | None) -> bool:
    """Return whether a form counts in lengths and scores: stop words do not."""
    return not is_stop(form, language)
