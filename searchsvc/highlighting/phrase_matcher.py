"""Phrase × surface forms of a text → the ranges in which the phrase stands."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from searchsvc.analysis import edit_distance, spellings
from searchsvc.model.query import Fuzzy, Phrase, Prefix


def has_form(leaf: Prefix | Fuzzy, form: str) -> bool:
    """Return whether a surface form matches a prefix or fuzzy word."""
    if isinstance(leaf, Prefix):
        return form.startswith(leaf.text)
    return edit_distance(form, leaf.text, leaf.edits) is not None


class MatchedPhrase:
    """A phrase, looked for in texts of one language."""

    def __init__(self, phrase: Phrase, language: str | None) -> None:
        """Look up the spellings of its words."""
        self._ending = phrase.ending
        self._slop = phrase.slop
        #: The part of a text that must have all words; "": they follow each other.
        self.within = phrase.within
        exact = phrase.words[:-1] if self._ending else phrase.words
        #: For each word of the phrase, but for a last one that stands for others, the forms that it has.
        self.words = [frozenset(spellings(word, language)) for word in exact]

    def heads(self) -> Iterable[str]:
        """Return the forms of its longest word: only texts that have one of them are searched for the phrase."""
        return max(self.words, key=lambda forms: min(map(len, forms)))

    def ranges(self, forms: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield half-open ranges of indices of `forms` in which the phrase stands.

        Of a phrase without `slop` each range has all of its words. With `slop` each range is one word that is marked,
        and so it is of a phrase `within` a unit, of which `forms` are those of one unit.
        """
        if self.within:
            yield from self._anywhere(forms)
            return
        if self._slop:
            yield from self._near(forms)
            return
        first, size = self.words[0], len(self.words)
        for at, form in enumerate(forms):
            if form in first and self._stands(forms, at):
                yield at, at + size + (self._ending is not None)

    def _stands(self, forms: Sequence[str], at: int) -> bool:
        """Return whether the phrase stands at an index, where its first word does."""
        size = len(self.words)
        here = forms[at : at + size]
        if len(here) < size or not all(form in word for form, word in zip(here, self.words, strict=True)):
            return False
        return self._ending is None or (at + size < len(forms) and has_form(self._ending, forms[at + size]))

    def _anywhere(self, forms: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield a range for each place of a word of the phrase, if all of its words are there."""
        present = set(forms)
        if all(not present.isdisjoint(word) for word in self.words):
            yield from ((at, at + 1) for at, form in enumerate(forms) if any(form in word for word in self.words))

    def _near(self, forms: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield a range for each word of the phrase in a window that has all of them and at most `slop` others."""
        words = {form: i for i, spelled in enumerate(self.words) for form in spelled}
        places = [at for at, form in enumerate(forms) if form in words]
        wanted = set(words.values())
        near: dict[int, None] = {}
        counts: Counter[int] = Counter()
        first = shown = 0
        for last, place in enumerate(places):
            counts[words[forms[place]]] += 1
            while place - places[first] >= len(self.words) + self._slop:
                counts[words[forms[places[first]]]] -= 1
                first += 1
            if all(counts[word] for word in wanted):
                near.update(dict.fromkeys(places[max(first, shown) : last + 1]))
                shown = last + 1
        yield from ((place, place + 1) for place in near)
