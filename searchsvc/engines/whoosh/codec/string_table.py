"""Byte strings ↔ numbers: tables of strings inside a container, searched in the map without a copy.

Also the keys of these tables: a surface form or stem with the suffix of its language.
"""

from collections.abc import Iterable
from itertools import pairwise

from searchsvc.analysis import is_stop, stem
from searchsvc.engines.whoosh.codec.container import Container, Unsigned
from searchsvc.languages import STEMMERS

#: Strings that each table caches the numbers of; the cache is cleared when it is full.
REMEMBERED = 5_000


class StringColumn:
    """Strings by number: `column[i]` is string i.

    Attributes:
        offsets: (strings + 1,) offsets of the strings in their bytes.

    """

    offsets: Unsigned

    def __init__(self, file: Container, name: str, count: int | None = None) -> None:
        file.check(f"{name}.blob")
        self._at, size = file.where(f"{name}.blob")
        off = file.offsets(f"{name}.off", size, count=None if count is None else count + 1)
        self._map, self._off = file.map, off.data
        self.offsets = off

    def __len__(self) -> int:
        return len(self._off) - 1

    def __getitem__(self, i: int) -> bytes:
        return self._map[self._at + self._off[i] : self._at + self._off[i + 1]]

    def texts(self, numbers: Iterable[int]) -> list[str]:
        """Return the strings of some numbers as text."""
        data, at, off = self._map, self._at, self._off
        return [data[at + off[i] : at + off[i + 1]].decode("utf-8", "surrogatepass") for i in numbers]

    def stretch(self, low: int, high: int) -> bytes:
        """Return the bytes of the strings from `low` up to `high`, end to end; `offsets` cuts them."""
        return self._map[self._at + self._off[low] : self._at + self._off[high]]

    def all(self) -> list[bytes]:
        """Return every string, in order."""
        blob = self._map[self._at : self._at + self._off[len(self)]]
        cuts = self.offsets.tolist()
        return [blob[a:b] for a, b in pairwise(cuts)]


class StringTable(StringColumn):
    """Different strings in byte order: the number of a string is found by bisection."""

    def __init__(self, file: Container, name: str, count: int | None = None) -> None:
        super().__init__(file, name, count)
        self._known: dict[bytes, int] = {}

    def find(self, text: bytes) -> int:
        """Return the number of the first string not before `text` in byte order; the length if there is none."""
        low, high = 0, len(self)
        data, at, off = self._map, self._at, self._off
        while low < high:
            middle = (low + high) >> 1
            if data[at + off[middle] : at + off[middle + 1]] < text:
                low = middle + 1
            else:
                high = middle
        return low

    def index(self, text: bytes) -> int:
        """Return the number of a string, -1 if the table does not have it."""
        i = self._known.get(text)
        if i is None:
            i = self.find(text)
            if i == len(self) or self[i] != text:
                i = -1
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[text] = i
        return i

    def span(self, prefix: bytes) -> tuple[int, int]:
        """Return the half-open range of the numbers whose strings begin with `prefix`."""
        # The range ends before the first string that is greater than all strings with the prefix.
        after = prefix.rstrip(b"\xff")
        if not after:
            return self.find(prefix), len(self)
        return self.find(prefix), self.find(after[:-1] + bytes([after[-1] + 1]))


#: Control character between a form and the code of its language; `analysis.tokenize` never yields it in a word.
SEPARATOR = "\x1f"


def language_of(language: str | None) -> str | None:
    """Return the language whose stemmer an article's words get; None is English, also for languages without one.

    >>> language_of("de"), language_of("en"), language_of("xx"), language_of(None)
    ('de', None, None, None)
    """
    return language if language in STEMMERS and language != "en" else None


def with_suffix(text: str, language: str | None) -> bytes:
    r"""Return a form or stem as the tables hold it; `language` as `language_of` returns it.

    >>> with_suffix("haus", "de"), with_suffix("house", None)
    (b'haus\x1fde', b'house')
    """
    return (f"{text}{SEPARATOR}{language}" if language else text).encode("utf-8", "surrogatepass")


def with_suffixes(texts: Iterable[str], language: str | None) -> list[bytes]:
    r"""Return each form or stem as `with_suffix` does.

    >>> with_suffixes(["haus", "tag"], "de")
    [b'haus\x1fde', b'tag\x1fde']
    """
    end = f"{SEPARATOR}{language}".encode() if language else b""
    return [text.encode("utf-8", "surrogatepass") + end for text in texts]


def split_suffix(data: bytes) -> tuple[str, str | None]:
    r"""Return the form or stem, and the language, of an entry of the tables.

    >>> split_suffix(b'haus\x1fde'), split_suffix(b'house')
    (('haus', 'de'), ('house', None))
    """
    text, _, language = data.decode("utf-8", "surrogatepass").partition(SEPARATOR)
    return text, language or None


def stem_key(form: str, language: str | None) -> bytes:
    """Return the entry of `terms` under which a surface form is indexed in a language."""
    return with_suffix(stem(form, language), language)


def form_key(form: str, language: str | None) -> bytes:
    """Return the entry of `forms` of a surface form in a language."""
    return with_suffix(form, language)


def is_scored(form: str, language: str | None) -> bool:
    """Return whether a form counts in lengths and gets a dense row: stop words do not."""
    return not is_stop(form, language)
