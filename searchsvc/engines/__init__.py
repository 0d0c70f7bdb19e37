"""URL → engine. An engine's library is imported only when it is asked for."""

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


class _Scheme(NamedTuple):
    """How the URLs of an engine look, whether they name a folder, and what opens it."""

    form: str
    needs_folder: bool
    open: Callable[[str], Engine]


#: The first is that of a folder alone.
_SCHEMES: Mapping[str, _Scheme] = {
    "whoosh": _Scheme("whoosh:DIR", needs_folder=True, open=_open_whoosh),
    "memory": _Scheme("memory:", needs_folder=False, open=_open_memory),
}
_URL = re.compile(r"[a-z][a-z0-9+.-]+:")


def engine_url(index: str | Path) -> str:
    """Return the URL of an index: a URL is one already, anything else is a folder of the default engine.

    A folder whose name begins as a URL does is written with its path: `./news:old`.
    """
    if isinstance(index, str) and _URL.match(index):
        return index
    return f"{next(iter(_SCHEMES))}:{Path(index)}"


def open_engine(url: str) -> Engine:
    """Open the engine that a URL names: `whoosh:DIR`, or `memory:` for an empty one that keeps nothing.

    Raises:
        UsageError: The scheme is not known.
        EngineError: The index cannot be opened.

    """
    name, _, folder = url.partition(":")
    scheme = _SCHEMES.get(name)
    if scheme is None or (scheme.needs_folder and not folder):
        forms = " or ".join(known.form for known in _SCHEMES.values())
        raise UsageError(f"{url!r} names no engine: use {forms}")
    return scheme.open(folder)
