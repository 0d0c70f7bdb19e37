"""Surface forms of all segments → words that begin so, words spelled almost so, with their numbers of articles."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from searchsvc.engines.ranking_rules import FUZZY_FORMS, WEIGHTS
from searchsvc.engines.whoosh.arrays import union
from searchsvc.engines.whoosh.codec.string_table import form_key, unmark
from searchsvc.engines.whoosh.collection import Collection
from searchsvc.engines.whoosh.expansion import exactly
from searchsvc.engines.whoosh.spelling import near
from searchsvc.engines.whoosh.view import View
from searchsvc.model.query import Fuzzy

#: Of each segment's words that begin so, so many times more than are wanted are added up over the segments.
SPARE, AT_LEAST = 10, 500


class Vocabulary:
    """The words of the articles of one commit."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._exact = all(view.alive is None for view in collection.views)

    def words(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return words that begin so, most frequent first, ties by word."""
        key = prefix.encode("utf-8", "surrogatepass")
        enough = max(AT_LEAST, SPARE * limit)
        bounds: Counter[str] = Counter()
        for view in self._collection.views:
            low, high = view.arrays.forms.span(key)
            counts = view.arrays.forms.articles[low:high].astype(np.int64)
            self._add(bounds, view, (np.argsort(-counts, kind="stable")[:enough] + low).tolist())
        return self._most_frequent(bounds, limit)

    def similar(self, word: str, edits: int, limit: int) -> list[tuple[str, int]]:
        """Return words with the same first letter within so many edits, nearest first, then most frequent."""
        if not word:
            return []
        by_distance: dict[int, Counter[str]] = {}
        for view in self._collection.views:
            for number, distance in near(view.arrays.forms, word, edits, _first_letter(view, word)):
                self._add(by_distance.setdefault(distance, Counter()), view, [number])
        found: list[tuple[str, int]] = []
        for distance in sorted(by_distance):
            found += self._most_frequent(by_distance[distance], limit - len(found))
            if len(found) >= limit:
                break
        return found

    def expand(self, node: Fuzzy) -> Sequence[bytes]:
        """Return the entries of the tables a fuzzy word stands for: its most frequent forms, in every language."""
        bounds: Counter[str] = Counter()
        for view in self._collection.views:
            close = near(view.arrays.forms, node.text, node.edits, _first_letter(view, node.text))
            self._add(bounds, view, [number for number, _ in close])
        chosen = [word for word, _ in self._most_frequent(bounds, FUZZY_FORMS)]
        return [form_key(word, language) for word in chosen for language in self._collection.marks]

    @staticmethod
    def _add(bounds: Counter[str], view: View, numbers: Iterable[int]) -> None:
        forms = view.arrays.forms
        for number in numbers:
            articles = int(forms.articles[number])
            if articles:
                bounds[unmark(forms[number])[0]] += articles

    def _most_frequent(self, bounds: Counter[str], limit: int) -> list[tuple[str, int]]:
        """Return the most frequent words; the bounds count deleted articles too, so what they promise is looked at."""
        ordered = sorted(bounds.items(), key=lambda item: (-item[1], item[0]))
        if self._exact or limit <= 0:
            return ordered[: max(limit, 0)]
        found: list[tuple[int, str]] = []
        for word, bound in ordered:
            if len(found) >= limit and bound < -found[limit - 1][0]:
                break
            count = self._count(word)
            if count:
                found.append((-count, word))
                found.sort()
        return [(word, -count) for count, word in found[:limit]]

    def _count(self, word: str) -> int:
        """Return how many living articles have a word in the fields that bare words look into."""
        keys = [form_key(word, language) for language in self._collection.marks]
        total = 0
        for view in self._collection.views:
            forms = exactly(view.arrays, keys)
            fields = [view.arrays.fields[name] for name in WEIGHTS]
            total += view.count_living(union([forms.slots(text).documents()[0] for text in fields]))
        return total


def _first_letter(view: View, word: str) -> tuple[int, int]:
    """Return the range of the forms that begin with the same letter."""
    return view.arrays.forms.span(word[:1].encode("utf-8", "surrogatepass"))
