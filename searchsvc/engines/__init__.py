"""URL of an index → its engine. The engine's module and its libraries are imported when the URL is opened."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from searchsvc.engines.base import Engine
from searchsvc.errors import UsageError


def _open_whoosh(folder: str) -> Engine:
    from searchsvc.engines.whoosh import WhooshEngine

    return WhooshEngine(folder)


def _open_memory(_: str) -> Engine:
    from searchsvc.engines.memory import MemoryEngine

    return MemoryEngine()


def _open_opensearch(url: str) -> Engine:
    try:
        from searchsvc.engines.opensearch import OpenSearchEngine
    except ModuleNotFoundError as error:
        if error.name != "opensearchpy":
            raise
        raise UsageError("an index in a cluster needs opensearch-py: pip install 'searchsvc[opensearch]'") from error
    return OpenSearchEngine(url)


class _Scheme(NamedTuple):
    """A scheme of index URLs."""

    #: How its URLs look, for messages.
    form: str
    #: Whether a folder, or the address of a cluster, follows the scheme.
    needs_folder: bool
    #: Opens the engine of what follows the scheme.
    open: Callable[[str], Engine]


#: Schemes by name; the first is the default, for a folder without a scheme.
_SCHEMES: Mapping[str, _Scheme] = {
    "whoosh": _Scheme("whoosh:DIR", needs_folder=True, open=_open_whoosh),
    "memory": _Scheme("memory:", needs_folder=False, open=_open_memory),
    "opensearch": _Scheme("opensearch://HOST:9200,HOST:9200/NAME", needs_folder=True, open=_open_opensearch),
}
_URL = re.compile(r"[a-z][a-z0-9+.-]+:")


def engine_url(index: str | Path) -> str:
    """Return the URL of an index given as a URL, or as a folder of the default engine.

    A relative folder whose name begins like a URL must be given with a path: `./news:old`.
    """
    if isinstance(index, str) and _URL.match(index):
        return index
    return f"{next(iter(_SCHEMES))}:{Path(index)}"


def open_engine(url: str) -> Engine:
    """Open the engine of a URL: `whoosh:DIR`, `opensearch://HOST:9200/NAME`, or `memory:` for one that is not kept.

    Raises:
        UsageError: The scheme is not known, its folder or cluster is missing, or its library is not installed.
        EngineError: The index cannot be opened.

    """
    name, _, folder = url.partition(":")
    scheme = _SCHEMES.get(name)
    if scheme is None or (scheme.needs_folder and not folder):
        forms = " or ".join(known.form for known in _SCHEMES.values())
        raise UsageError(f"{url!r} names no engine: use {forms}")
    return scheme.open(folder)
