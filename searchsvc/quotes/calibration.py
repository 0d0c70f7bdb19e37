"""How likely an attribution is right: P(mention | rule) times P(person | how the mention was resolved).

Both tables are counts of judged cases in `calibration.toml`, which `make calibration` writes: of the mention, from
articles with annotated attributions; of the person, from quotations whose speaker was read out with the full name.
A case is described by words from the general to the special (`after`, `after/full`, `after/full/pronoun`, …). The most
special description that was seen often enough gives the share; it is (right + 1/2) / (cases + 1), the mean of the
posterior with Jeffreys' prior, so that a description seen seldom is neither certain nor impossible.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from searchsvc.quotes.lexicon import CUE_FORMS, PRONOUNS, SPEECH_VERBS

#: Fewest judged cases of a description that gives a share of its own.
MIN_CASES: Final = 20
MIN_PERSON_CASES: Final = 8
#: Verbs that report speech and are hardly ever used otherwise.
_PLAIN_VERBS = frozenset({"say", "tell", "add", "write", "tweet", "explain", "ask"})
_RELATIVES = (" who", " which", " that")


class Share(NamedTuple):
    """Judged cases, and how many of them were right."""

    right: int
    cases: int

    @property
    def probability(self) -> float:
        """The share that is right, shrunk towards one half by Jeffreys' prior."""
        return (self.right + 0.5) / (self.cases + 1)


Table = dict[str, Share]


@cache
def _tables() -> dict[str, Table]:
    text = (files("searchsvc.quotes") / "calibration.toml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[int]]] = tomllib.loads(text)
    return {name: {key: Share(*counts) for key, counts in rows.items()} for name, rows in loaded.items()}


def mention_descriptions(rule: str, kind: str, mention: str, cue: str | None) -> list[str]:
    """Return the descriptions of how a mention was found, from the general to the special.

    >>> mention_descriptions("after", "full", "he", "said")
    ['after', 'after/full', 'after/full/pronoun', 'after/full/pronoun/plain']
    """
    words = [rule, kind, _form(mention), _cue_class(cue)]
    return ["/".join(words[:length]) for length in range(1, len(words) + 1)]


def person_descriptions(basis: str) -> list[str]:
    """Return the descriptions of how a person was resolved, from the general to the special.

    >>> person_descriptions("pronoun/speaker/near")
    ['pronoun', 'pronoun/speaker', 'pronoun/speaker/near']
    """
    words = basis.split("/")
    return ["/".join(words[:length]) for length in range(1, len(words) + 1)]


def rule_precision(rule: str) -> float | None:
    """Return the share of a rule's mentions that are right, to two decimals; None for a rule without judged cases."""
    share = _tables()["mention"].get(rule)
    return None if share is None else round(share.probability, 2)


def confidence(rule: str, kind: str, mention: str, cue: str | None, basis: str) -> float | None:
    """Return how likely a named speaker is right, 0 to 1; None if the rule or the resolution was never measured."""
    tables = _tables()
    return combined(
        tables["mention"],
        tables["person"],
        mention_descriptions(rule, kind, mention, cue),
        person_descriptions(basis),
    )


def combined(mentions: Table, persons: Table, found: list[str], resolved: list[str]) -> float | None:
    """Return the product of both probabilities, given the tables and the descriptions; None if one is not known."""
    mention = _most_special(mentions, found, MIN_CASES)
    person = _most_special(persons, resolved, MIN_PERSON_CASES)
    return None if mention is None or person is None else round(mention.probability * person.probability, 3)


def _most_special(table: Table, descriptions: list[str], fewest: int) -> Share | None:
    """Return the share of the most special description with enough cases; of the most general one if none has."""
    for description in reversed(descriptions):
        share = table.get(description)
        if share is not None and share.cases >= fewest:
            return share
    return table.get(descriptions[0])


def _form(mention: str) -> str:
    """Return what a mention is: a pronoun, a name, a phrase with a relative clause, or another phrase."""
    lower = mention.lower()
    if lower in PRONOUNS:
        return "pronoun"
    if any(word in lower for word in _RELATIVES):
        return "relative"
    words = mention.split()
    named = any(word[0].isupper() for word in words[words[0].lower() in {"the", "a", "an"} :])
    return "name" if named else "phrase"


def _cue_class(cue: str | None) -> str:
    """Return the class of the verb that attributes: plain verbs of speech, other verbs of speech, any other cue."""
    first = (cue or "").split(" ")[0].lower()
    base = CUE_FORMS.get(first, first)
    return "plain" if base in _PLAIN_VERBS else "speech" if base in SPEECH_VERBS else "other"
