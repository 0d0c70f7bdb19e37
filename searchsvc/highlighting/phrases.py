"""Words of a text → where a phrase stands among them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from searchsvc.model.query import Phrase


def phrase_ranges(forms: Sequence[str], phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Yield a range of words for each exact phrase; for a near-phrase, one for each word where all stand near."""
    if phrase.slop:
        yield from _near(forms, phrase)
        return
    words = list(phrase.words)
    size = len(words)
    for at, form in enumerate(forms):
        if form == words[0] and forms[at : at + size] == words:
            yield at, at + size


def _near(forms: Sequence[str], phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Words of the phrase inside a window that holds all of them with at most `slop` others."""
    words = set(phrase.words)
    places = [at for at, form in enumerate(forms) if form in words]
    near: dict[int, None] = {}
    counts: Counter[str] = Counter()
    first = shown = 0
    for last, place in enumerate(places):
        counts[forms[place]] += 1
        while place - places[first] >= len(phrase.words) + phrase.slop:
            counts[forms[places[first]]] -= 1
            first += 1
        if all(counts[word] for word in words):
            near.update(dict.fromkeys(places[max(first, shown) : last + 1]))
            shown = last + 1
    yield from ((place, place + 1) for place in near)
