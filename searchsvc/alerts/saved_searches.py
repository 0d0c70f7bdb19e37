"""A saved search: what is looked for, and the address to which its new results are sent; and the file that lists some.

The file is TOML, a table `[[alert]]` for each search:

    [[alert]]
    name = "sea wall"
    query = "sea wall crack"
    url = "https://desk.example/hooks/archive"
    outlet = ["The Aldous Courier"]

Keys are `name`, `query`, `url`, `of` (`articles` or `quotes`), `from`, `to`, and the parameters of the facets.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

import msgspec

from searchsvc.errors import QueryError, UsageError
from searchsvc.model.fields import FACETS, FacetField
from searchsvc.search import SearchRequest

#: What is sent: the articles that match, or the quotes.
AlertKind = Literal["articles", "quotes"]
#: Letters of a name, and of the file: longer ones are refused.
MAX_NAME, MAX_FILE = 80, 1 << 20
_NAME = re.compile(r"[^\x00-\x1f\x7f]+")
_FACETS: Mapping[str, FacetField] = {row.parameter: row.name for row in FACETS}


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search whose new results are sent.

    Raises:
        UsageError: Name, address or query cannot be used.

    """

    name: str
    url: str
    query: str = ""
    of: AlertKind = "articles"
    #: Parameter of a facet → its values, of which an article must have one.
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: First and last day of the articles, both included.
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        """Check what cannot be used."""
        if not _NAME.fullmatch(self.name) or len(self.name) > MAX_NAME or self.name != self.name.strip():
            raise UsageError(f"{self.name!r} is no name of an alert: give 1 to {MAX_NAME} letters in one line")
        if not _is_web_address(self.url):
            raise UsageError(f"alert {self.name!r}: its url must begin with https:// or http://, without name and #")
        if self.of not in get_args(AlertKind):
            raise UsageError(f"alert {self.name!r}: of is {self.of!r}: give {' or '.join(get_args(AlertKind))}")
        if unknown := self.filters.keys() - _FACETS.keys():
            raise UsageError(f"alert {self.name!r}: {', '.join(sorted(unknown))}: no such key")
        try:
            _ = self.request.understood
        except QueryError as error:
            raise UsageError(f"alert {self.name!r}: its query cannot be read: {error}") from error

    @property
    def request(self) -> SearchRequest:
        """The search: all the words, as typed, what came in last first."""
        chosen = {_FACETS[name]: values for name, values in self.filters.items()}
        search = SearchRequest(self.query, sort="added", match="all", spelling="typed", chosen=chosen)
        return replace(search, first=self.first, last=self.last)

    def to_json(self) -> bytes:
        """Return it as JSON, as `from_json` reads it."""
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, text: bytes) -> "SavedSearch":
        """Return what `to_json` wrote; raise UsageError if it cannot be used."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise UsageError(f"a saved search cannot be read: {error}") from error


def _is_web_address(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc and "#" not in url


def read_saved_searches(path: str) -> tuple[SavedSearch, ...]:
    """Return the saved searches of a file.

    Raises:
        UsageError: It cannot be read, a table lacks a key or has one too many, or two have one name.

    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise UsageError(f"{path}: it has more than {MAX_FILE} bytes")
        content = tomllib.loads(data.decode())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: the file of saved searches cannot be read") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: it is no TOML file: {error}") from error
    tables = content.pop("alert", [])
    if content or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{path}: write a table [[alert]] for each saved search, and nothing beside")
    found = tuple(_saved_search(path, table) for table in tables)
    names = [one.name for one in found]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise UsageError(f"{path}: several alerts are called {', '.join(sorted(repeated))}")
    return found


def _saved_search(path: str, table: Mapping[str, object]) -> SavedSearch:
    try:
        texts = {name: _text(table[name]) for name in ("name", "url", "query", "of") if name in table}
        filters = {name: _texts(value) for name, value in table.items() if name not in _OTHER_KEYS}
        days = {to: _day(table[name]) for name, to in (("from", "first"), ("to", "last")) if name in table}
        return msgspec.convert({**texts, "filters": filters, **days}, SavedSearch)
    except (ValueError, msgspec.MsgspecError) as error:
        raise UsageError(f"{path}: an alert cannot be read: {error}") from error


_OTHER_KEYS = frozenset({"name", "url", "query", "of", "from", "to"})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")  # noqa: TRY004  it is told with the file
    return value


def _texts(value: object) -> tuple[str, ...]:
    values: Iterable[object] = value if isinstance(value, list) else (value,)
    return tuple(map(_text, values))


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(_text(value))
