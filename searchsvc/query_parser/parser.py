"""Lexemes → tree, by recursive descent of limited depth."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.errors import QueryError
from searchsvc.model.fields import TextField
from searchsvc.model.query import And, Node, Notice
from searchsvc.query_parser.canonical_form import conjunction, disjunction, negation
from searchsvc.query_parser.field_values import CONDITIONS, TIMES, Clock, is_ago
from searchsvc.query_parser.lexer import DEEPEST, MOST_CLAUSES, Lexeme, first_words
from searchsvc.query_parser.terms import TEXT_FIELDS, TermParser


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the query, parsed."""

    node: Node
    #: It is made of bare words: `match=any` and `match=auto` may do without it.
    bare: bool
    #: What it joins, if it is a conjunction.
    parts: tuple["Clause", ...] = ()


class Parser:
    """Reads one query. Every method takes lexemes and returns what they say, None for nothing."""

    def __init__(self, text: str, lexemes: Sequence[Lexeme], clock: Clock) -> None:
        """Start at the first lexeme."""
        self._text = text
        self._lexemes = lexemes
        self._at = self._depth = self._clauses = 0
        self._field: TextField | None = None
        #: The field of a column whose value comes next, or whose values stand in the open parenthesis.
        self._condition: Lexeme | None = None
        self.notices: dict[str, Notice] = {}
        self._terms = TermParser(text, clock, self.notices)

    def query(self) -> Clause | None:
        """Read all of it; a parenthesis that closes nothing is passed over."""
        found: list[Clause] = []
        while self._peek() is not None:
            part = self._expression()
            if part is not None:
                found.append(part)
            if self._peek() == "close":
                self._note("repaired-parenthesis", "A parenthesis that closes nothing was left out.")
                self._at += 1
        return _joined(found) or self._only_operators()

    def _only_operators(self) -> Clause | None:
        """Take operators that have nothing at all to work on as words: OR may be Oregon."""
        parts = [self._as_word(lexeme) for lexeme in self._lexemes if lexeme.kind in {"or", "and", "not"}]
        if parts:
            self.notices.pop("operator-dropped", None)
            self._note("operator-as-word", "An operator with nothing beside it was read as a word.")
        return _joined([part for part in parts if part])

    def _expression(self) -> Clause | None:
        choices = [self._conjunction()]
        while self._peek() == "or":
            self._at += 1
            choices.append(self._conjunction())
        found = [part for part in choices if part is not None]
        if len(found) < len(choices) > 1:
            self._note("operator-dropped", "An OR with nothing on one side was left out.")
        if len(found) > 1:
            return Clause(disjunction(part.node for part in found), all(part.bare for part in found))
        return found[0] if found else None

    def _conjunction(self) -> Clause | None:
        found: list[Clause] = []
        joins = False
        while self._peek() not in {None, "or", "close"}:
            if self._peek() == "and":
                self._at += 1
                joins = bool(found) and self._peek() not in {None, "or", "close", "and"}
                if not joins:
                    self._note("operator-dropped", "An AND with nothing on one side was left out.")
                continue
            part = self._negation()
            if part is None:
                continue
            if joins:  # who writes AND means it
                found[-1:] = [_held(found[-1]), _held(part)]
            else:
                found.append(part)
            joins = False
        if self._condition and len(found) > 1:
            self._note(
                "field-any", f"Values in parentheses are alternatives: any of them is right for {self._condition.text}:"
            )
            return Clause(disjunction(part.node for part in found), bare=False)
        return _joined(found)

    def _negation(self) -> Clause | None:
        negations = 0
        while self._peek() in {"minus", "not"}:
            self._at += 1
            negations += 1
        if self._peek() in {None, "or", "and", "close"}:
            self._note("operator-dropped", "A NOT with nothing after it was left out.")
            return None
        part = self._atom()
        if part is None or negations % 2 == 0:
            return part
        return Clause(negation(part.node), bare=False)

    def _atom(self) -> Clause | None:
        lexeme = self._lexemes[self._at]
        self._at += 1
        self._clauses += 1
        if self._clauses > MOST_CLAUSES:
            raise QueryError(
                f"the query has more than {MOST_CLAUSES} parts",
                position=lexeme.start,
                length=len(self._text) - lexeme.start,
                suggestion=first_words(self._text),
                too_costly=True,
            )
        if lexeme.kind == "open":
            return self._group(lexeme)
        if lexeme.kind == "field":
            return self._fielded(lexeme)
        if self._condition:
            stated = self._terms.field_value(self._condition, lexeme)
            return None if stated is None else Clause(stated, bare=False)
        self._note_colon(lexeme)
        node = self._terms.read(lexeme, self._field)
        return None if node is None else Clause(node, self._field is None and lexeme.kind == "word")

    def _note_colon(self, lexeme: Lexeme) -> None:
        """Say of `title: word` that it is two words."""
        name = lexeme.text[:-1].lower()
        if lexeme.kind == "word" and lexeme.text.endswith(":") and (name in TEXT_FIELDS or name in CONDITIONS):
            self._note(
                "field-as-word", f"{name}: was read as a word; as a field it has its value right after the colon."
            )

    def _group(self, opened: Lexeme) -> Clause | None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(
                f"parentheses stand more than {DEEPEST} deep",
                position=opened.start,
                length=1,
                suggestion=first_words(self._text),
                too_costly=True,
            )
        part = self._expression()
        if part is None:
            self._note("empty-group", "Parentheses with no word in them were left out.")
        self._depth -= 1
        if self._peek() == "close":
            if self._lexemes[self._at].spare:
                self._terms.weight_ignored()
            self._at += 1
        else:
            self._note("repaired-parenthesis", "A parenthesis that was left open was closed at the end.")
        return part

    def _fielded(self, lexeme: Lexeme) -> Clause | None:
        if self._peek() == "minus":  # `title:-word` excludes as `-title:word` does
            self._at += 1
            part = self._fielded(lexeme)
            ago = lexeme.text in TIMES and is_ago(self._lexemes[self._at - 1].text)
            return part if ago else part and Clause(negation(part.node), bare=False)
        if lexeme.text not in TEXT_FIELDS and lexeme.text not in CONDITIONS:
            self._note("unknown-field", f"There is no field {lexeme.text}: it was read as a word.")
            return self._as_word(lexeme)
        if self._peek() not in {"open", "word", "phrase", "url"}:
            self._note("field-dropped", f"{lexeme.text}: with nothing after it was left out.")
            return None
        before = self._field, self._condition
        self._field, self._condition = TEXT_FIELDS.get(lexeme.text), lexeme if lexeme.text in CONDITIONS else None
        part = self._atom()
        self._field, self._condition = before
        return part and Clause(part.node, bare=False)

    def _as_word(self, lexeme: Lexeme) -> Clause | None:
        word = self._terms.read(Lexeme("word", lexeme.text.lower(), lexeme.start, lexeme.end), self._field)
        return None if word is None else Clause(word, self._field is None)

    def _peek(self) -> str | None:
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else None

    def _note(self, code: str, text: str) -> None:
        self.notices.setdefault(code, Notice(code, text))


def _held(part: Clause) -> Clause:
    """Return the part as one that always holds."""
    return Clause(part.node, bare=False, parts=tuple(map(_held, part.parts)))


def _joined(found: Sequence[Clause]) -> Clause | None:
    if len(found) <= 1:
        return found[0] if found else None
    parts = tuple(inner for part in found for inner in (part.parts or (part,)))
    node = conjunction(part.node for part in parts)
    return Clause(node, all(part.bare for part in parts), parts if isinstance(node, And) else ())
