"""Fields of the query form → the text of a query: for those who type no operators.

Every field holds mere words: signs in them are no operators. The text is written by `query_parser.format_query`, so it
reads back as what was meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import urlencode

from searchsvc.model.fields import SPEAKER_NAME, TEXT, TextField
from searchsvc.model.query import Node, Phrase, Word
from searchsvc.query_parser import conjunction, disjunction, format_query, negation, parse_query, plain_query
from searchsvc.search import SearchRequest

#: What must hold all of the words.
Unit = Literal["article", "paragraph", "sentence"]
#: Names of the fields that are words.
WORD_FIELDS = ("all", "exact", "any", "none", "who")


@dataclass(frozen=True, slots=True)
class QueryForm:
    """What the form was filled with; each value as typed."""

    #: All of these words, in one article, paragraph or sentence; these words in this order; any; none of them.
    all: str = ""
    exact: str = ""
    any: str = ""
    none: str = ""
    #: A person who is quoted.
    who: str = ""
    #: Field that all words, the exact ones and any of them stand in; "" for anywhere.
    where: str = ""
    unit: Unit = "article"
    #: First and last day, as the browser sends them.
    first: str = ""
    last: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "QueryForm":
        """Return the form of a query string; a place or unit that there is none of counts as not chosen."""
        words = {name: args.get(name, "").strip() for name in WORD_FIELDS}
        where, unit = args.get("where", ""), args.get("unit", "")
        return cls(
            **words,
            where=where if where in TEXT else "",
            unit=unit if unit in get_args(Unit) else "article",  # type: ignore[arg-type]  # one of them
            first=args.get("from", "").strip(),
            last=args.get("to", "").strip(),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in that a search could look for."""
        return not any([self.all, self.exact, self.any, self.none, self.who, self.first, self.last])

    def text(self) -> str:
        """Return the query.

        Raises:
            QueryError: There are too many words, or what is to be excluded is all there is to look for.

        """
        nodes = [*self._nodes()]
        text = format_query(conjunction(nodes)) if nodes else ""
        request = SearchRequest(text)
        parse_query(text, now=request.now)
        return text

    def address(self) -> str:
        """Return the query string of the search; errors as `text`."""
        parameters = {"q": self.text(), "from": self.first, "to": self.last}
        return f"?{urlencode({name: value for name, value in parameters.items() if value})}"

    def _nodes(self) -> Iterator[Node]:
        field = TextField(self.where) if self.where else None
        if words := _words(self.all):
            yield from self._together(words, field)
        if exact := _forms(self.exact):
            yield Phrase(exact, 0, field)
        if words := _words(self.any):
            yield disjunction([_within(word, field) for word in words])
        for word in _words(self.none):
            yield negation(word)
        if who := _forms(self.who):
            yield Phrase(who, 0, SPEAKER_NAME)

    def _together(self, words: tuple[Node, ...], field: TextField | None) -> Iterator[Node]:
        forms = tuple(dict.fromkeys(form for word in words for form in _forms_of(word)))
        if self.unit == "article" or len(forms) == 1:
            yield from (_within(word, field) for word in words)
        else:
            yield Phrase(forms, 0, field, within=self.unit)


def _words(text: str) -> tuple[Node, ...]:
    """Return the words of a text, each a word or a compound: what stands between white space is read by itself."""
    return tuple(node for piece in text.split() for node in plain_query(piece).bare)


def _forms(text: str) -> tuple[str, ...]:
    return tuple(form for word in plain_query(text).bare for form in _forms_of(word))


def _forms_of(node: Node) -> tuple[str, ...]:
    return node.words if isinstance(node, Phrase) else (node.text,) if isinstance(node, Word) else ()


def _within(node: Node, field: TextField | None) -> Node:
    return replace(node, field=field) if isinstance(node, Word | Phrase) else node
