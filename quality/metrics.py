"""The measures, each with its source."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

WORD = re.compile(r"\w+")


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulated gain (Järvelin & Kekäläinen 2002), gain linear, unjudged = 0."""
    gained = sum(grades.get(document, 0) / math.log2(i + 2) for i, document in enumerate(ranked[:depth]))
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum(grade / math.log2(i + 2) for i, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def f1(right: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Return precision, recall and their harmonic mean."""
    precision, recall = right / max(1, found), right / max(1, wanted)
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def text_f1(gold: str, found: str, size: int = 4) -> float:
    """F1 of the multisets of word 4-grams (as in the article extraction benchmark of Scrapinghub)."""
    wanted, got = shingles(gold, size), shingles(found, size)
    return f1(sum((wanted & got).values()), sum(got.values()), sum(wanted.values()))[2]


def shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    """Return the word n-grams of a text with their counts; a shorter text is one."""
    words = WORD.findall(text.lower())
    return Counter(tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))) if words else Counter()


def items_f1(pages: Iterable[tuple[Sequence[Hashable], Sequence[Hashable]]]) -> float:
    """F1 of listed items over all pages: (wanted, found) each."""
    right = found = wanted = 0
    for gold, got in pages:
        right += sum((Counter(gold) & Counter(got)).values())
        found += len(got)
        wanted += len(gold)
    return f1(right, found, wanted)[2]


def plain(text: str | None) -> str:
    """Return the words of a text in lower case, for comparing lines."""
    return " ".join(WORD.findall((text or "").lower()))


def folded_names(names: Iterable[str] | None) -> set[str]:
    """Return names without case, accents, points and spaces, for comparing who is named."""
    return {"".join(filter(str.isalnum, unicodedata.normalize("NFKD", name.casefold()))) for name in names or ()}


def days_of(stamp: str) -> set[str]:
    """Return the day of a stamp as it is written and, where the stamp has a zone, in UTC; `YYYY-MM-DD`."""
    days = {stamp[:10]}
    if len(stamp) > len("YYYY-MM-DD") and (when := datetime.fromisoformat(stamp)).tzinfo:
        days.add(when.astimezone(UTC).date().isoformat())
    return days


def mean(values: Iterable[float]) -> float:
    """Return the mean; 0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
