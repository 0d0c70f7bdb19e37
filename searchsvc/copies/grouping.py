"""Fingerprints of different texts → CopyLinks: which of them are copies, brought up to date by what is new or gone.

Texts that resemble each other are linked; what hangs together by links is a component. In a component the longest text
leads a group; each further text, from long to short, joins the first leader that it resembles itself, or leads a group
of its own. Components are compared anew only where a text came in or went, so the result is that of a run from scratch.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from searchsvc.copies.banding import RowMask, Rows, candidate_pairs
from searchsvc.copies.fingerprint import Fingerprints, Words64
from searchsvc.copies.same_story import ComparedText, are_copies

#: Gives the text of a row of the fingerprints.
TextReader = Callable[[int], ComparedText]
#: Texts that are kept while pairs are compared.
KEPT_TEXTS = 512


@dataclass(frozen=True, slots=True)
class CopyLinks:
    """The texts that are linked with others. A text without links has only such copies as are equal to it."""

    #: (linked texts,) digests, ascending.
    text: Words64
    #: (linked texts,) digest of the text that leads the group; and the least digest of the component.
    leader: Words64
    component: Words64

    def groups_of(self, digests: Words64) -> Words64:
        """Return (n,) the group of each digest: its leader's digest, or its own if it is not linked."""
        if not len(self.text):
            return digests
        place = np.searchsorted(self.text, digests).clip(max=len(self.text) - 1)
        return np.where(self.text[place] == digests, self.leader[place], digests)


_NONE: Words64 = np.empty(0, np.uint64)
#: No text is linked.
NO_LINKS = CopyLinks(_NONE, _NONE, _NONE)


def update_links(old: CopyLinks, texts: Fingerprints, new: RowMask, read: TextReader) -> CopyLinks:
    """Return the links between some texts.

    Args:
        old: Links between the texts that there were before.
        texts: Fingerprints of all texts that there are now, each text once.
        new: (n,) which of them were not there before.
        read: Gives the text of a row; it is called for texts that may be copies only.

    """
    kept = _surviving(old, texts.text)
    compared = new | _rows_where(texts.text, old.text, ~kept)
    components = _Components(len(texts.text))
    rows = _rows_of(texts.text, old.text[kept])
    components.join_all(rows, old.component[kept])
    known = _Comparisons(read)
    changed = {
        row
        for one, other in candidate_pairs(texts, compared).tolist()
        if components.find(one) != components.find(other) and known.are_copies(one, other)
        for row in (components.join(one, other),)
    }
    roots = {components.find(row) for row in changed}
    leader_of: dict[int, int] = {}
    members = components.members(roots)
    for linked in members.values():
        leader_of |= _led(linked, texts.text, known)
    same = np.array([components.find(row) not in roots for row in rows.tolist()], np.bool_)
    return _sorted_links(
        np.concatenate([texts.text[rows[same]], texts.text[np.array(list(leader_of), np.intp)]]),
        np.concatenate([old.leader[kept][same], texts.text[np.array(list(leader_of.values()), np.intp)]]),
        np.concatenate([old.component[kept][same], _least(leader_of, members, texts.text)]),
    )


def _surviving(old: CopyLinks, living: Words64) -> RowMask:
    """Return (linked texts,) which of them are in components of which all texts are still there."""
    gone = np.unique(old.component[~np.isin(old.text, living)])
    return ~np.isin(old.component, gone)


def _rows_where(texts: Words64, digests: Words64, wanted: RowMask) -> RowMask:
    return np.isin(texts, digests[wanted])


def _rows_of(texts: Words64, digests: Words64) -> Rows:
    """Return the rows of some digests, all of which are there."""
    order = texts.argsort()
    return order[np.searchsorted(texts, digests, sorter=order)]


class _Components:
    """Rows that hang together: disjoint sets."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self._linked: set[int] = set()

    def find(self, row: int) -> int:
        """Return the row that stands for a row's component."""
        parent = self._parent
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    def join(self, one: int, other: int) -> int:
        """Join two components; return the row that stands for both."""
        self._linked.update((one, other))
        root, gone = sorted((self.find(one), self.find(other)))
        self._parent[gone] = root
        return root

    def join_all(self, rows: Rows, keys: Words64) -> None:
        """Join rows with equal keys."""
        first: dict[int, int] = {}
        for row, key in zip(rows.tolist(), keys.tolist(), strict=True):
            self.join(first.setdefault(key, row), row)

    def members(self, roots: set[int]) -> dict[int, list[int]]:
        """Return the rows of some components, by the rows that stand for them."""
        found: dict[int, list[int]] = {root: [] for root in roots}
        for row in sorted(self._linked):
            root = self.find(row)
            if root in found:
                found[root].append(row)
        return found


class _Comparisons:
    """Compares texts by their rows, each pair once."""

    def __init__(self, read: TextReader) -> None:
        self._text_of = lru_cache(maxsize=KEPT_TEXTS)(self._read)
        self._from = read
        self._lengths: dict[int, int] = {}
        self._verdicts: dict[tuple[int, int], bool] = {}

    def _read(self, row: int) -> ComparedText:
        text = self._from(row)
        self._lengths[row] = len(text.words)
        return text

    def words(self, row: int) -> int:
        """Return the number of words of a text."""
        if row not in self._lengths:
            self._text_of(row)
        return self._lengths[row]

    def are_copies(self, one: int, other: int) -> bool:
        """Return whether two texts are copies."""
        pair = min(one, other), max(one, other)
        verdict = self._verdicts.get(pair)
        if verdict is None:
            verdict = self._verdicts[pair] = are_copies(self._text_of(one), self._text_of(other))
        return verdict


def _led(rows: Sequence[int], digests: Words64, known: _Comparisons) -> dict[int, int]:
    """Return the leader of each row of one component."""
    leaders: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (-known.words(row), int(digests[row]))):
        heads = dict.fromkeys(leaders.values())
        leaders[row] = next((leader for leader in heads if known.are_copies(leader, row)), row)
    return leaders


def _least(leader_of: dict[int, int], members: dict[int, list[int]], digests: Words64) -> Words64:
    """Return for each row of `leader_of` the least digest of its component."""
    least = dict(_named(members, digests))
    return np.array([least[row] for row in leader_of], np.uint64)


def _named(members: dict[int, list[int]], digests: Words64) -> Iterator[tuple[int, int]]:
    for rows in members.values():
        name = int(digests[rows].min())
        yield from ((row, name) for row in rows)


def _sorted_links(text: Words64, leader: Words64, component: Words64) -> CopyLinks:
    order = text.argsort()
    return CopyLinks(text[order], leader[order], component[order])
