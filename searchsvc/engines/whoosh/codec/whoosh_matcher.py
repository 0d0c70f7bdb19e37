"""One term's postings → Whoosh's matcher, in virtual blocks of 128."""

# ruff: noqa: D102 - the methods are Whoosh's, and documented there

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.matching.mcore import LeafMatcher, ReadTooFar

from searchsvc.engines.whoosh.codec.container import Ints
from searchsvc.engines.whoosh.codec.whoosh_api import byte_to_length

#: Postings looked at together, as in Whoosh's own files: Whoosh skips whole blocks that cannot win.
BLOCK = 128


@dataclass(frozen=True)
class PostingList:
    """The postings of one term; a key has documents only."""

    doc: Ints
    tf: Ints | None = None
    pos: Ints | None = None
    #: Length of the field in each document, on Whoosh's scale.
    lengths: npt.NDArray[np.uint8] | None = None

    @cached_property
    def bounds(self) -> tuple[list[float], list[int], list[int]]:
        """Largest count, smallest and largest length of each block."""
        at = np.arange(0, len(self.doc), BLOCK)
        lengths = np.zeros(len(self.doc), np.uint8) if self.lengths is None else self.lengths
        tops = [1.0] * len(at) if self.tf is None else np.maximum.reduceat(self.tf, at).astype(float).tolist()
        return tops, np.minimum.reduceat(lengths, at).tolist(), np.maximum.reduceat(lengths, at).tolist()

    @cached_property
    def first_place(self) -> npt.NDArray[np.int64]:
        """Where the slots of each posting begin in `pos`."""
        tf = np.ones(len(self.doc), np.int64) if self.tf is None else self.tf.astype(np.int64)
        return np.cumsum(tf) - tf


class ArrayMatcher(LeafMatcher):
    """Whoosh's walk over the documents of a term."""

    def __init__(self, postings: PostingList, format_: Any, term: tuple[str, bytes], scorer: Any) -> None:
        self._postings, self.format, self._term, self.scorer = postings, format_, term, scorer
        self._load(0)

    def copy(self) -> "ArrayMatcher":
        other = ArrayMatcher(self._postings, self.format, self._term, self.scorer)
        other._load(self._block)
        other._i, other._end = self._i, self._end
        return other

    def reset(self) -> None:
        self._load(0)

    def _load(self, block: int) -> None:
        count = len(self._postings.doc)
        self._i, self._end = 0, block * BLOCK >= count
        # Whoosh asks exhausted matchers for their id and block quality: the last block stays.
        self._block = min(block, (count - 1) // BLOCK)
        start = self._block * BLOCK
        self._ids: list[int] = self._postings.doc[start : start + BLOCK].tolist()

    @property
    def _place(self) -> int:
        return self._block * BLOCK + self._i

    def is_active(self) -> bool:
        return not self._end

    def id(self) -> int:
        return self._ids[self._i]

    def all_ids(self) -> Iterator[int]:
        return iter(() if self._end else self._postings.doc[self._place :].tolist())

    def next(self) -> bool:  # type: ignore[override]  # Whoosh's own returns one, untyped
        if self._end:
            raise ReadTooFar
        self._i += 1
        if self._i < len(self._ids):
            return False
        self._load(self._block + 1)
        return True

    def skip_to(self, id: int) -> None:  # noqa: A002  # Whoosh's name
        if self._end:
            raise ReadTooFar
        if id <= self._ids[self._i]:
            return
        at = int(np.searchsorted(self._postings.doc, id))
        if at == len(self._postings.doc):
            self._load(-(-at // BLOCK))
        else:
            self._load(at // BLOCK)
            self._i = at % BLOCK

    def weight(self) -> float:
        tf = self._postings.tf
        return 1.0 if tf is None else float(tf[self._place])

    def block_max_weight(self) -> float:
        return self._postings.bounds[0][self._block]

    def block_min_length(self) -> int:
        return int(byte_to_length(self._postings.bounds[1][self._block]))

    def block_max_length(self) -> int:
        return int(byte_to_length(self._postings.bounds[2][self._block]))

    def block_min_id(self) -> int:
        return self._ids[0]

    def block_max_id(self) -> int:
        return self._ids[-1]

    def skip_to_quality(self, minquality: float) -> int:
        skipped = 0
        quality: Callable[[], float] = self.block_quality
        while self.is_active() and quality() <= minquality:
            self._load(self._block + 1)
            skipped += 1
        return skipped

    def _positions(self) -> list[int]:
        postings = self._postings
        if postings.pos is None:
            return []
        first = int(postings.first_place[self._place])
        found: list[int] = postings.pos[first : first + int(self.weight())].tolist()
        return found

    def supports(self, astype: str) -> bool:
        return bool(self.format.supports(astype))

    def value_as(self, astype: str) -> Any:
        if astype == "positions":
            return self._positions()
        if astype == "frequency":
            return int(self.weight())
        if astype == "weight":
            return self.weight()
        msg = f"{self._term!r}: no {astype}"
        raise ValueError(msg)

    def value(self) -> bytes:
        """Return the posting in Whoosh's own encoding."""
        return b"" if self._postings.pos is None else bytes(self.format.encode(self._positions()))
