"""Byte strings ↔ numbers: a sorted table of strings inside a container, searched where it lies."""

from collections.abc import Iterable
from itertools import pairwise

from searchsvc.analysis import is_stop, stem
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.languages import STEMMERS

#: Looked-up strings remembered by each table; past that the memory starts afresh.
REMEMBERED = 5_000


class StringColumn:
    """Strings by number. `column[i]` is the i-th."""

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
        """Return some strings as text."""
        data, at, off = self._map, self._at, self._off
        return [data[at + off[i] : at + off[i + 1]].decode("utf-8", "surrogatepass") for i in numbers]

    def stretch(self, low: int, high: int) -> bytes:
        """Return the strings of a range, end to end; `offsets` says where each starts."""
        return self._map[self._at + self._off[low] : self._at + self._off[high]]

    def all(self) -> list[bytes]:
        """Return every string, in order."""
        blob = self._map[self._at : self._at + self._off[len(self)]]
        cuts = self.offsets.tolist()
        return [blob[a:b] for a, b in pairwise(cuts)]


class StringTable(StringColumn):
    """Strings in byte order, without repetition: a dictionary."""

    def __init__(self, file: Container, name: str, count: int | None = None) -> None:
        super().__init__(file, name, count)
        self._known: dict[bytes, int] = {}

    def find(self, text: bytes) -> int:
        """Return the first number whose string is `text` or comes after it."""
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
        """Return the number of a string, or -1."""
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
        """Return the range of numbers whose strings begin with `prefix`."""
        after = prefix.rstrip(b"\xff")
        if not after:
            return self.find(prefix), len(self)
        return self.find(prefix), self.find(after[:-1] + bytes([after[-1] + 1]))


#: Never part of a word: it is no letter, digit or sign of the analysis.
SEPARATOR = "\x1f"


def language_of(language: str | None) -> str | None:
    """Return the language whose stems the words of an article get; None is English.

    >>> language_of("de"), language_of("en"), language_of("xx"), language_of(None)
    ('de', None, None, None)
    """
    return language if language in STEMMERS and language != "en" else None


def with_suffix(text: str, language: str | None) -> bytes:
    r"""Return a form or stem as it stands in the tables; `language` as `language_of` returns it.

    >>> mark("haus", "de"), mark("house", None)
    (b'haus\x1fde', b'house')
    """
    return (f"{text}{SEPARATOR}{language}" if language else text).encode("utf-8", "surrogatepass")


def with_suffixes(texts: Iterable[str], language: str | None) -> list[bytes]:
    r"""Return forms or stems as `with_suffix` returns each.

    >>> marked(["haus", "tag"], "de")
    [b'haus\x1fde', b'tag\x1fde']
    """
    end = f"{SEPARATOR}{language}".encode() if language else b""
    return [text.encode("utf-8", "surrogatepass") + end for text in texts]


def split_suffix(data: bytes) -> tuple[str, str | None]:
    r"""Return form and language of an entry of the tables.

    >>> unmark(b'haus\x1fde'), unmark(b'house')
    (('haus', 'de'), ('house', None))
    """
    text, _, language = data.decode("utf-8", "surrogatepass").partition(SEPARATOR)
    return text, language or None


def stem_key(form: str, language: str | None) -> bytes:
    """Return the entry of `terms` under which a surface form is indexed."""
    return with_suffix(stem(form, language), language)


def form_key(form: str, language: str | None) -> bytes:
    """Return the entry of `forms` of a surface form."""
    return with_suffix(form, language)


def is_scored(form: str, language: str | None) -> bool:
    """Return whether a form counts in lengths and scores: stop words do not."""
    return not is_stop(form, language)
