"""The seam at its plainest: the executable specification of `engines.base`. Exact, slow, nothing clever."""

from searchsvc.engines.memory.engine import MemoryEngine, Store

__all__ = ["MemoryEngine", "Store"]
