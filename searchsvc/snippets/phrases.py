"""Tokens → the spans of a phrase among them."""

from collections.abc import Iterator, Sequence

from searchsvc.analysis import Token
from searchsvc.model.query import Phrase
from searchsvc.model.result import Span


def phrase_spans(tokens: Sequence[Token], phrase: Phrase) -> Iterator[Span]:
    """Yield one span for each exact phrase; for a near-phrase, one for each of its words where they stand near."""
    if phrase.slop:
        yield from _near(tokens, phrase)
        return
    words = list(phrase.words)
    size = len(words)
    forms = [token.text for token in tokens]
    for at in range(len(forms) - size + 1):
        if forms[at] == words[0] and forms[at : at + size] == words:
            yield Span(tokens[at].start, tokens[at + size - 1].end)


def _near(tokens: Sequence[Token], phrase: Phrase) -> Iterator[Span]:
    """Words of the phrase inside a window that holds all of them with at most `slop` others."""
    words = set(phrase.words)
    places = [i for i, token in enumerate(tokens) if token.text in words]
    near: dict[int, None] = {}
    counts: dict[str, int] = {}
    first = 0
    for last, place in enumerate(places):
        counts[tokens[place].text] = counts.get(tokens[place].text, 0) + 1
        while place - places[first] >= len(phrase.words) + phrase.slop:
            _less(counts, tokens[places[first]].text)
            first += 1
        if len(counts) == len(words):
            near.update(dict.fromkeys(places[first : last + 1]))
    for place in sorted(near):
        yield Span(tokens[place].start, tokens[place].end)


def _less(counts: dict[str, int], word: str) -> None:
    counts[word] -= 1
    if not counts[word]:
        del counts[word]
