"""Query → the same query that also finds what is written in other ways: `email`, `e-mail` and `e mail`; possessives.

The exact spelling ranks first. Only spellings that the index has are added, and a notice names them.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from searchsvc.analysis import is_stop, is_unspaced, stem
from searchsvc.engines.base import Engine, Expected
from searchsvc.languages import COMPOUNDING
from searchsvc.model.message import Message
from searchsvc.model.query import And, MatchAll, MinShouldMatch, Node, Notice, Or, ParsedQuery, Phrase, Word
from searchsvc.model.result import Hit
from searchsvc.search.spelling import MIN_HALF, article_counts

#: Letters of a word that may be written as two, at least; words of a query that are looked up so, at most.
FEWEST_LETTERS, MOST_WORDS = 4, 8
#: Words that fewer articles have are parted at each place; others only after these prefixes, and before digits.
RARE = 20
PARTED = frozenset({
    "anti", "co", "counter", "cross", "e", "ex", "fire", "inter", "life", "mid", "mini", "multi", "non", "part", "post",
    "pre", "re", "sea", "semi", "sub", "wi",
})  # fmt: skip
#: Letters of a part of a compound at least; compounds that a rare word is looked for in, at most.
FEWEST_OF_PART, MOST_COMPOUNDS = 5, 8
#: Hits among which those that print a phrase as typed come first.
EXACT_WINDOW = 100
#: Words of a phrase that may be possessives, at most: each doubles the phrases that are looked for.
MOST_POSSESSIVES = 3
#: Letters of such a word at least.
FEWEST_OF_POSSESSIVE = 4


@dataclass(frozen=True, slots=True)
class Widened:
    """A query with other spellings."""

    understood: ParsedQuery
    #: What an article with all words matches, in any spelling.
    all_words: Node
    notice: Notice


def widened(engine: Engine, understood: ParsedQuery, language: str | None) -> Widened | None:
    """Return the query with its bare words also in one word or two, if an article has them so; else None.

    Its root ranks articles with the typed spellings first. In a language that writes several words as one, rare words
    are also found where a printed word begins with them: `Sturmflut` in `Sturmflutwarnung`.
    """
    others = dict(_candidates(understood.bare[:MOST_WORDS]))
    counts = article_counts(engine, [leaf for node, leaves in others.items() for leaf in (node, *leaves)])
    rare = [node for node in others if isinstance(node, Word) and _may_part(node.text) and counts[node] < RARE]
    for node in rare:
        others[node] += [phrase for phrase in _parted(node.text, everywhere=True) if phrase not in counts]
        if not counts[node]:
            # A word that no article has, in two halves of some letters, is a misspelling: `spelling` offers them.
            others[node] = [leaf for leaf in others[node] if isinstance(leaf, Word) or _shortest(leaf) < MIN_HALF]
    counts |= article_counts(engine, [leaf for node in rare for leaf in others[node] if leaf not in counts])
    found: dict[Node, list[Word | Phrase]] = {
        node: [leaf for leaf in leaves if counts[leaf]] for node, leaves in others.items()
    }
    if language in COMPOUNDING:
        for node in rare:
            found[node] = [*found[node], *_compounds(engine, node)]
    if not any(found.values()):
        return None
    wide = tuple(Or((node, *found[node])) if found.get(node) else node for node in understood.bare)
    all_words = _conjunction((*wide, *understood.fixed))
    shown = ", ".join(dict.fromkeys(_text(leaf) for leaves in found.values() for leaf in leaves))
    notice = Notice(
        "other-spellings", Message("Also looked for: %(shown)s. In quotation marks words stand as typed.", shown=shown)
    )
    root = MinShouldMatch((understood.root, all_words), 1)
    return Widened(replace(understood, root=root, bare=wide), all_words, notice)


def expected_spellings(understood: ParsedQuery) -> Expected:
    """Return what `widened` asks the engine."""
    others = dict(_candidates(understood.bare[:MOST_WORDS]))
    likely = [leaf for node, leaves in others.items() for leaf in (node, *leaves)]
    parted = [
        [phrase for phrase in _parted(node.text, everywhere=True) if phrase not in likely]
        for node in others
        if isinstance(node, Word)
    ]
    return Expected(leaves=likely, seldom=[group for group in parted if group])


def _candidates(bare: Sequence[Node]) -> Iterator[tuple[Word | Phrase, list[Word | Phrase]]]:
    """Yield each word or compound that may be written otherwise, with the likeliest of its other spellings."""
    for at, node in enumerate(bare):
        match node:
            case Word(text, None):
                beside = [
                    near for near in (*bare[max(0, at - 1) : at], *bare[at + 1 : at + 2]) if isinstance(near, Word)
                ]
                pairs = [(near, node) if bare.index(near) < at else (node, near) for near in beside]
                joined = [Word(left.text + right.text) for left, right in pairs if _may_join(left.text, right.text)]
                parted = _parted(text, everywhere=False) if _may_part(text) else ()
                if joined or parted != ():
                    yield node, [*joined, *parted]
            case Phrase((first, second), 0, None, "", "") if _may_join(first, second):
                yield node, [Word(first + second)]


def with_possessives(understood: ParsedQuery) -> ParsedQuery | None:
    """Return a query whose phrases may have possessives where they have an s: `Aldermans shop` finds Alderman's shop.

    None if no phrase has such a word.
    """
    fixed = tuple(_possessive(node) if isinstance(node, Phrase) else node for node in understood.fixed)
    if fixed == understood.fixed:
        return None
    return replace(understood, root=_conjunction((*understood.bare, *fixed)), fixed=fixed)


def exact_first(hits: Sequence[Hit], printed: Sequence[str]) -> list[Hit]:
    """Return hits in order, those first that print all of some phrases as they were typed, up to case."""
    wanted = [_composed(text) for text in printed]

    def lacks(hit: Hit) -> bool:
        text = _composed("\n".join((hit.head.title, *(block.text for block in hit.blocks))))
        return not all(phrase in text for phrase in wanted)

    return sorted(hits, key=lacks)


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _may_part(text: str) -> bool:
    """Return whether a word may be written as two: it is of letters and digits of a script with spaces."""
    return len(text) >= FEWEST_LETTERS and text.isalnum() and not is_stop(text) and not is_unspaced(text[0])


def _parted(text: str, *, everywhere: bool) -> Iterator[Phrase]:
    """Yield a word in two words: parted at each place, or only after the prefixes that are often parted."""
    for at in range(1, len(text)):
        parted = everywhere or text[:at] in PARTED or text[at:].isdigit()
        if parted and not is_stop(text[:at]) and not is_stop(text[at:]):
            yield Phrase((text[:at], text[at:]))


def _compounds(engine: Engine, word: Word) -> list[Word]:
    """Return the most frequent words of the index that begin with a word, with FEWEST_OF_PART letters more at least."""
    if len(word.text) < FEWEST_OF_PART:
        return []
    longer = engine.words(word.text, limit=MOST_COMPOUNDS * 4)
    return [Word(form) for form, _ in longer if len(form) >= len(word.text) + FEWEST_OF_PART][:MOST_COMPOUNDS]


def _may_join(first: str, second: str) -> bool:
    """Return whether two words may be written as one."""
    words = (first, second)
    return (
        len(first + second) >= FEWEST_LETTERS
        and len(second) > 1
        and stem(first + second) not in map(stem, words)
        and all(word.isalnum() and not is_stop(word) and not is_unspaced(word[0]) for word in words)
        and not all(map(str.isdigit, words))
    )


def _possessive(phrase: Phrase) -> Node:
    """Return a phrase, or it and those without the s of some of its words."""
    spelled: list[tuple[str, ...]] = [()]
    choices = 0
    for word in phrase.words:
        ways: tuple[str, ...] = (word,)
        if word.endswith("s") and len(word) >= FEWEST_OF_POSSESSIVE and choices < MOST_POSSESSIVES:
            choices += 1
            ways = (word, word[:-1])
        spelled = [(*words, way) for words in spelled for way in ways]
    return Or(tuple(replace(phrase, words=words) for words in spelled)) if choices else phrase


def _conjunction(nodes: Sequence[Node]) -> Node:
    kept = tuple(node for node in nodes if not isinstance(node, MatchAll)) or (MatchAll(),)
    return kept[0] if len(kept) == 1 else And(kept)


def _shortest(phrase: Phrase) -> int:
    return min(map(len, phrase.words))


def _text(leaf: Word | Phrase) -> str:
    return leaf.text if isinstance(leaf, Word) else " ".join(leaf.words)
