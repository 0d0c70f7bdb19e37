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

from importlib.metadata import version

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

__version__ = version("searchsvc")
