"""Segments → which of them to join: few segments to search, little rewriting."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from searchsvc.engines.whoosh.codec.commit import SegmentEntry

#: Sizes are counted in levels, each FACTOR times the one before, from SMALLEST documents on.
SMALLEST, FACTOR = 64, 8
#: So many segments of one level are joined, with all smaller ones.
CROWD = 5
#: A segment is rewritten when more than one of so many of its documents are deleted.
DEAD_SHARE = 3


def choose(
    sizes: Sequence[SegmentEntry], most_slots: int, *, everything: bool = False, purged: Collection[str] = ()
) -> list[list[str]]:
    """Return groups of segments (of one family) to be joined, in the order given; a group of one is rewritten.

    Args:
        sizes: The segments.
        most_slots: Slots a joined segment may have at most.
        everything: Join all that fit together, whatever their sizes.
        purged: Segments that are rewritten in any case: their files hold what has to go.

    """
    if everything:
        wanted = list(sizes) if len(sizes) > 1 or any(s.living < s.documents for s in sizes) else []
    else:
        crowded = _crowded(sizes)
        wanted = [
            s
            for s in sizes
            if _level(s) <= crowded or s.documents - s.living > s.documents / DEAD_SHARE or s.id in purged
        ]
    groups: list[list[str]] = []
    slots = 0
    for size in wanted:
        if not groups or slots + size.slots > most_slots:
            groups.append([])
            slots = 0
        groups[-1].append(size.id)
        slots += size.slots
    alone = {size.id for size in sizes if size.living == size.documents and size.id not in purged}
    return [group for group in groups if len(group) > 1 or group[0] not in alone]


def _crowded(sizes: Sequence[SegmentEntry]) -> int:
    """Return the highest level that has a crowd of segments, -1 if none has."""
    levels: dict[int, int] = defaultdict(int)
    for size in sizes:
        levels[_level(size)] += 1
    return max((level for level, count in levels.items() if count >= CROWD), default=-1)


def _level(size: SegmentEntry) -> int:
    level, top = 0, SMALLEST * FACTOR
    while size.living >= top:
        level, top = level + 1, top * FACTOR
    return level
