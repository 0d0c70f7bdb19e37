"""URL → engine. An engine's library is imported only when it is asked for."""

from searchsvc.engines.base import Engine
from searchsvc.errors import UsageError


def open_engine(url: str) -> Engine:
    """Open the engine that a URL names: `whoosh:DIR`, or `memory:` for an empty one that keeps nothing.

    Raises:
        UsageError: The scheme is not known.
        EngineError: The index cannot be opened.

    """
    scheme, _, place = url.partition(":")
    match scheme:
        case "whoosh" if place:
            from searchsvc.engines.whoosh import WhooshEngine

            return WhooshEngine(place)
        case "memory":
            from searchsvc.engines.memory import MemoryEngine

            return MemoryEngine()
        case _:
            msg = f"{url!r} names no engine: use whoosh:DIR or memory:"
            raise UsageError(msg)
