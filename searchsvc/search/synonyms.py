"""An operator's file of synonyms → Synonyms; parsed query × Synonyms → the query that also looks for them.

The file is plain text in UTF-8, a group a line; what follows `#` is a comment:

    car, automobile, motor car
    UK => United Kingdom, Great Britain

Words of a group with commas alone stand for each other; with `=>` what is on its left also finds what is on its right.
Words are compared by stem. Only words without operators are looked for in this way: `+car` and `"car"` mean the word.

Which synonyms a search has is kept in a context variable, as the deadline is: the service sets it for each request, a
command once, and every SearchRequest takes them when it is made.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from searchsvc.analysis import stem, tokenize
from searchsvc.errors import UsageError
from searchsvc.model.fields import TextField
from searchsvc.model.message import Message, join_messages
from searchsvc.model.query import And, Leaf, MinShouldMatch, Node, Notice, Or, ParsedQuery, Phrase, Word
from searchsvc.query_parser import conjunction, disjunction

#: Bytes of a file, words of an entry, entries of a line, at most.
MAX_FILE_BYTES, MAX_ENTRY_WORDS, MAX_ENTRIES = 1 << 20, 6, 50
#: Synonyms that are looked for in one search, at most: bounds its cost.
MAX_ADDED = 40
_ARROW = re.compile(r"=>|→")

#: Surface forms of a word or of several that stand side by side; and their stems, by which entries are found.
Entry = tuple[str, ...]
Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Synonyms:
    """The synonyms of a file, compared by identity."""

    #: Stems of an entry → the entries that it also finds, in the order of the file.
    others: Mapping[Stems, tuple[Entry, ...]] = field(default_factory=dict)
    #: Words of the longest entry that finds others.
    longest: int = 0


#: What is used where nothing is set.
NO_SYNONYMS = Synonyms()
_current: ContextVar[Synonyms] = ContextVar("synonyms", default=NO_SYNONYMS)


def current_synonyms() -> Synonyms:
    """Return the synonyms that new requests have."""
    return _current.get()


@contextmanager
def using_synonyms(synonyms: Synonyms) -> Iterator[None]:
    """Give these synonyms to the requests that are made in the block."""
    token = _current.set(synonyms)
    try:
        yield
    finally:
        _current.reset(token)


def load_synonyms(path: str | Path) -> Synonyms:
    """Return the synonyms of a file; an empty path has none.

    Raises:
        UsageError: It cannot be read, or a line cannot be understood; the message names file and line.

    """
    if not str(path):
        return NO_SYNONYMS
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: the synonyms cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"{path}: synonyms of more than {MAX_FILE_BYTES} bytes are not read")
    others: dict[Stems, dict[Entry, None]] = {}
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            _read_line(line.decode().partition("#")[0].strip(), others)
        except ValueError as error:
            reason = "these bytes are not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            raise UsageError(f"{path}, line {number}: {reason}") from error
    return Synonyms(
        MappingProxyType({key: tuple(entries) for key, entries in others.items()}), max(map(len, others), default=0)
    )


def _read_line(line: str, others: dict[Stems, dict[Entry, None]]) -> None:
    """Add the synonyms of a line; raise ValueError with the reason if it has another form."""
    if not line:
        return
    sides = [_entries(side) for side in _ARROW.split(line)]
    if len(sides) > 2:  # noqa: PLR2004 - one arrow
        raise ValueError("more than one =>: write each on a line of its own")
    if len(sides) == 1 and len(sides[0]) == 1:
        raise ValueError("a group needs two entries at least, with a comma or => between them")
    for entry in sides[0]:
        found = others.setdefault(_stems(entry), {})
        found.update(dict.fromkeys(other for other in sides[-1] if _stems(other) != _stems(entry)))


def _entries(text: str) -> list[Entry]:
    entries = [tuple(token.text for token in tokenize(part)) for part in text.split(",")]
    if not all(entries):
        raise ValueError("an entry without a word: give words between the commas and the =>")
    if len(entries) > MAX_ENTRIES or max(map(len, entries)) > MAX_ENTRY_WORDS:
        raise ValueError(f"{MAX_ENTRIES} entries of {MAX_ENTRY_WORDS} words at most")
    return entries


def _stems(entry: Entry) -> Stems:
    return tuple(map(stem, entry))


def with_synonyms(query: ParsedQuery, synonyms: Synonyms) -> ParsedQuery:
    """Return a query that also looks for the synonyms of its words; a notice names them.

    Its text stays as it is. What is excluded stays as it is, too, and so do phrases, prefixes, fuzzy words and `+word`.
    """
    expansion = _Expansion(synonyms)
    bare, fixed = expansion.run(query.bare, compounds=True), expansion.run(query.fixed)
    if (bare, fixed) == (query.bare, query.fixed):
        return query
    root = conjunction((*bare, *fixed))
    return replace(query, root=root, bare=bare, fixed=fixed, notices=(*query.notices, *expansion.notices()))


class _Expansion:
    """The expansion of one query."""

    def __init__(self, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        #: Words of the query → the synonyms that are looked for beside them.
        self._told: dict[Entry, tuple[Entry, ...]] = {}
        self._room = MAX_ADDED

    def run(self, nodes: Sequence[Node], *, compounds: bool = False) -> tuple[Node, ...]:
        """Return nodes that stand side by side with their synonyms; of entries that begin alike the longest counts.

        Args:
            nodes: The nodes.
            compounds: Whether phrases among them are compounds (`motor-car`), and not what was put in quotation marks.

        """
        expanded: list[Node] = []
        at = 0
        while at < len(nodes):
            size, node = self._longest(nodes[at : at + self._synonyms.longest], compounds=compounds) or (
                1,
                self._within(nodes[at]),
            )
            expanded.append(node)
            at += size
        return tuple(expanded)

    def _longest(self, nodes: Sequence[Node], *, compounds: bool) -> tuple[int, Node] | None:
        """Return how many of some nodes, from the first on, an entry has, and the node in their place."""
        for size in range(len(nodes), 0, -1):
            words = nodes[:size]
            first = words[0]
            if isinstance(first, Phrase) and compounds and size == 1 and not first.tail:
                form = first.words
            elif all(isinstance(word, Word) and not word.literal and word.field == _field(first) for word in words):
                form = tuple(word.text for word in words if isinstance(word, Word))
            else:
                continue
            others = self._synonyms.others.get(_stems(form), ())[: self._room]
            if others:
                self._room -= len(others)
                self._told[form] = others
                return size, disjunction([conjunction(words), *(_leaf(other, _field(first)) for other in others)])
        return None

    def _within(self, node: Node) -> Node:
        """Return a node with synonyms of the words in it."""
        match node:
            case Word(literal=True):
                return replace(node, literal=False)
            case And(children):
                return conjunction(self.run(children))
            case Or(children):
                return disjunction([self.run((child,))[0] for child in children])
            case MinShouldMatch(children):
                return replace(node, children=tuple(self.run((child,))[0] for child in children))
            case _:
                return node

    def notices(self) -> Iterator[Notice]:
        """Yield the notice that names the synonyms, if there are any."""
        if self._told:
            each = [
                Message("%(others)s (for %(word)s)", others=", ".join(map(" ".join, others)), word=" ".join(form))
                for form, others in self._told.items()
            ]
            only = " ".join(f"+{word}" for word in next(iter(self._told)))
            text = Message(
                "Also searched: %(each)s. %(only)s means the word alone.", each=join_messages(each, "; "), only=only
            )
            yield Notice("synonyms", text)


def _field(node: Node) -> TextField | None:
    return node.field if isinstance(node, Word | Phrase) else None


def _leaf(entry: Entry, name: TextField | None) -> Leaf:
    return Word(entry[0], name) if len(entry) == 1 else Phrase(entry, 0, name)
