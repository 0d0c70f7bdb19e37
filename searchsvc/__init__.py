"""Full-text search for archives of saved news pages: what a page says, who said it, and why it was found.

from searchsvc import SearchRequest, open_engine, reindex_places, search_articles

reindex_places(["seeds"], index="index")
engine = open_engine("whoosh:index")
for result in search_articles(engine, SearchRequest("migration talks")).results:
    print(result.head.title)
"""

# ruff: noqa: E402  the imports below must not find modules in the current folder
from searchsvc.interpreter import leave_current_folder

leave_current_folder()

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchsvc.engines import open_engine
    from searchsvc.errors import SearchsvcError
    from searchsvc.reindex import reindex_places
    from searchsvc.search import SearchRequest, find_speaker, search_articles, search_quotes
    from searchsvc.verify import verify_quotation

__all__ = [
    "SearchRequest",
    "SearchsvcError",
    "__version__",
    "find_speaker",
    "open_engine",
    "reindex_places",
    "search_articles",
    "search_quotes",
    "verify_quotation",
]

#: Module of each export. It is imported when the export is first used: a process that only unpacks files starts without
#: numpy and the engines, in a sixth of the time.
_MODULES = {
    "SearchRequest": "searchsvc.search",
    "SearchsvcError": "searchsvc.errors",
    "find_speaker": "searchsvc.search",
    "open_engine": "searchsvc.engines",
    "reindex_places": "searchsvc.reindex",
    "search_articles": "searchsvc.search",
    "search_quotes": "searchsvc.search",
    "verify_quotation": "searchsvc.verify",
}

__version__: str


def __getattr__(name: str) -> object:
    """Return an export, or the version, at its first use (PEP 562).

    Raises:
        AttributeError: There is no such export.

    """
    if name == "__version__":
        value: object = import_module("importlib.metadata").version("searchsvc")
    elif name in _MODULES:
        value = getattr(import_module(_MODULES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the names of the module with its exports."""
    return sorted({*globals(), *__all__})
