"""What a sentence of a story looks like, and what a name."""

import re

from searchsvc.languages import PARTICLES

#: Marks that end a sentence in the scripts we know, and the closers that may follow them.
_END = re.compile(r"[.!?…:;。！？।۔؟][\"'”’»)\]*]*\s*$")
_QUESTION = re.compile(r"[?？؟][\"'”’»)\]]*\s*$")
_CAPITAL = re.compile(r"[\"'“‘«(]*[^\W\d_a-zß-öø-ÿа-я]")
_SMALL = frozenset({"of", "the", "for", "and", "in", "at", "&", "-"}) | PARTICLES
#: Words of a speaker's line in a quote box, at most, and the share of them that are capitalised.
_NAME_WORDS, _CAPITALS = 12, 0.6


def ends_sentence(text: str) -> bool:
    """Say whether a text ends as sentences do."""
    return bool(_END.search(text))


def ends_question(text: str) -> bool:
    """Say whether a text ends in a question mark."""
    return bool(_QUESTION.search(text))


def looks_named(text: str) -> bool:
    """Say whether a text is a person or body, perhaps with a post: `Nate Elliott, Jupiter Research`."""
    words = text.split()
    if len(words) > _NAME_WORDS or ends_sentence(text) or not _CAPITAL.match(text):
        return False
    name, comma, _ = text.partition(",")
    counted = [word for word in (name.split() if comma else words) if word.lower() not in _SMALL]
    capitals = sum(bool(_CAPITAL.match(word)) for word in counted)
    return bool(counted) and capitals >= _CAPITALS * len(counted)
