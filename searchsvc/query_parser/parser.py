"""Parse the lexemes of a query into one clause, by recursive descent of limited depth."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.errors import QueryError
from searchsvc.model.fields import TextField
from searchsvc.model.message import Message
from searchsvc.model.query import And, Node, Notice
from searchsvc.query_parser.canonical_form import SMALL_NUMBER, conjunction, disjunction, negation
from searchsvc.query_parser.field_values import DATE_FIELDS, VALUE_FIELDS, Clock, is_relative_date
from searchsvc.query_parser.lexer import MAX_CLAUSES, MAX_DEPTH, Lexeme, first_words
from searchsvc.query_parser.terms import TEXT_FIELDS, TermParser


@dataclass(frozen=True, slots=True)
class Clause:
    """A parsed part of the query."""

    node: Node
    #: True if it has only words without field or operator: `match=any` and `match=auto` may leave it out.
    bare: bool
    #: The clauses that it joins, if it is a conjunction.
    parts: tuple["Clause", ...] = ()


class Parser:
    """Parser of one query: each method consumes lexemes and returns their clause, or None if they state nothing.

    One method for each rule of the grammar, from the loosest operator to the tightest:
    `query`, `_expression` (OR), `_conjunction` (AND), `_negation` (NOT), `_atom`.
    """

    def __init__(self, text: str, lexemes: Sequence[Lexeme], clock: Clock) -> None:
        """Start at the first lexeme of a text; relative dates count back from the clock."""
        self._text = text
        self._lexemes = lexemes
        self._at = self._depth = self._clauses = 0
        #: Text field that applies to the words read now: in `title:(a b)`, to both.
        self._field: TextField | None = None
        #: Field whose value, or whose values in parentheses, are read now: `section` in `section:(a b)`.
        self._condition: Lexeme | None = None
        #: Notices by code: only the first of each code is kept.
        self.notices: dict[str, Notice] = {}
        self._terms = TermParser(text, clock, self.notices)

    def query(self) -> Clause | None:
        """Parse all lexemes; closing parentheses without an opening one are skipped.

        Raises:
            QueryError: A value is not valid, or a limit is exceeded.

        """
        clauses: list[Clause] = []
        while self._peek() is not None:
            part = self._expression()
            if part is not None:
                clauses.append(part)
            if self._peek() == "close":
                self._note("repaired-parenthesis", "A parenthesis that closes nothing was left out.")
                self._at += 1
        return _and_of(clauses) or self._only_operators()

    def _only_operators(self) -> Clause | None:
        """Parse a query of nothing but operators as words: `OR` may be meant as Oregon."""
        parts = [self._as_word(lexeme) for lexeme in self._lexemes if lexeme.kind in {"or", "and", "not"}]
        if parts:
            self.notices.pop("operator-dropped", None)
            self._note("operator-as-word", "An operator with nothing beside it was read as a word.")
        return _and_of([part for part in parts if part])

    def _expression(self) -> Clause | None:
        """Parse `a OR b OR …`."""
        operands = [self._conjunction()]
        while self._peek() == "or":
            self._at += 1
            operands.append(self._conjunction())
        clauses = [operand for operand in operands if operand is not None]
        if len(clauses) < len(operands) > 1:
            self._note("operator-dropped", "An OR with nothing on one side was left out.")
        if len(clauses) > 1:
            return Clause(disjunction(clause.node for clause in clauses), all(clause.bare for clause in clauses))
        return clauses[0] if clauses else None

    def _conjunction(self) -> Clause | None:
        """Parse `a b` and `a AND b`; the operands of a written AND are required, so not bare.

        Among the values of a condition (`section:(a b)`) a space means OR.
        """
        clauses: list[Clause] = []
        joins = False
        while self._peek() not in {None, "or", "close"}:
            if self._peek() == "and":
                self._at += 1
                joins = bool(clauses) and self._peek() not in {None, "or", "close", "and"}
                if not joins:
                    self._note("operator-dropped", "An AND with nothing on one side was left out.")
                continue
            part = self._negation()
            if part is None:
                continue
            if joins:
                clauses[-1:] = [_required(clauses[-1]), _required(part)]
            else:
                clauses.append(part)
            joins = False
        if self._condition and len(clauses) > 1:
            self._note(
                "field-any", f"Values in parentheses are alternatives: any of them is right for {self._condition.text}:"
            )
            return Clause(disjunction(clause.node for clause in clauses), bare=False)
        return _and_of(clauses)

    def _negation(self) -> Clause | None:
        """Parse any number of `-` and `NOT` with their operand; an even number cancels out."""
        negations = 0
        while self._peek() in {"minus", "not"}:
            self._at += 1
            negations += not self._is_sign_of_number()
        if self._peek() in {None, "or", "and", "close"}:
            self._note("operator-dropped", "A NOT with nothing after it was left out.")
            return None
        part = self._atom()
        if part is None or negations % 2 == 0:
            return part
        return Clause(negation(part.node), bare=False)

    def _is_sign_of_number(self) -> bool:
        """Return whether the minus just read is the sign of a small number, with a notice: `temperature -5`."""
        minus, following = self._lexemes[self._at - 1], self._lexemes[self._at : self._at + 1]
        number = following[0].text if following and following[0].kind == "word" else ""
        if minus.kind != "minus" or not SMALL_NUMBER.fullmatch(number):
            return False
        self._note(
            "minus-number",
            Message("-%(number)s was read as a number that is looked for; NOT %(number)s excludes it.", number=number),
        )
        return True

    def _atom(self) -> Clause | None:
        """Parse a word, phrase, address, `field:…` or group in parentheses."""
        lexeme = self._lexemes[self._at]
        self._at += 1
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise QueryError(
                Message("the query has more than %(most)s parts", most=MAX_CLAUSES),
                position=lexeme.start,
                length=len(self._text) - lexeme.start,
                suggestion=first_words(self._text),
                too_costly=True,
            )
        if lexeme.kind == "open":
            return self._group(lexeme)
        if lexeme.kind == "field":
            return self._field_clause(lexeme)
        if self._condition:
            condition = self._terms.field_value(self._condition, lexeme)
            return None if condition is None else Clause(condition, bare=False)
        self._note_colon(lexeme)
        node = self._terms.read(lexeme, self._field)
        return None if node is None else Clause(node, self._field is None and lexeme.kind == "word")

    def _note_colon(self, lexeme: Lexeme) -> None:
        """Add a notice if a field's name has a space after its colon: `title: word` is two words."""
        name = lexeme.text[:-1].lower()
        if lexeme.kind == "word" and lexeme.text.endswith(":") and (name in TEXT_FIELDS or name in VALUE_FIELDS):
            self._note(
                "field-as-word",
                Message(
                    "%(field)s: was read as a word; as a field it has its value right after the colon.", field=name
                ),
            )

    def _group(self, opened: Lexeme) -> Clause | None:
        """Parse a group up to its closing parenthesis or the end of the query."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(
                Message("parentheses stand more than %(most)s deep", most=MAX_DEPTH),
                position=opened.start,
                length=1,
                suggestion=first_words(self._text),
                too_costly=True,
            )
        part = self._expression()
        if part is None:
            self._note("empty-group", Message("Parentheses with no word in them were left out."))
        self._depth -= 1
        if self._peek() == "close":
            if self._lexemes[self._at].ignored:
                self._terms.weight_ignored()
            self._at += 1
        else:
            self._note("repaired-parenthesis", Message("A parenthesis that was left open was closed at the end."))
        return part

    def _field_clause(self, lexeme: Lexeme) -> Clause | None:
        """Parse `field:` with the word, phrase, value or group after it; an unknown field is a word."""
        if self._peek() == "minus":  # `title:-word` excludes as `-title:word` does
            self._at += 1
            part = self._field_clause(lexeme)
            # In `after:-7d` the minus belongs to the relative date.
            relative = lexeme.text in DATE_FIELDS and is_relative_date(self._lexemes[self._at - 1].text)
            return part if relative else part and Clause(negation(part.node), bare=False)
        if lexeme.text not in TEXT_FIELDS and lexeme.text not in VALUE_FIELDS:
            self._note(
                "unknown-field", Message("There is no field %(field)s: it was read as a word.", field=lexeme.text)
            )
            return self._as_word(lexeme)
        if self._peek() not in {"open", "word", "phrase", "url"}:
            self._note("field-dropped", Message("%(field)s: with nothing after it was left out.", field=lexeme.text))
            return None
        outer = self._field, self._condition
        self._field, self._condition = TEXT_FIELDS.get(lexeme.text), lexeme if lexeme.text in VALUE_FIELDS else None
        part = self._atom()
        self._field, self._condition = outer
        return part and Clause(part.node, bare=False)

    def _as_word(self, lexeme: Lexeme) -> Clause | None:
        """Parse the name of an unknown field, or an operator, as a word."""
        word = self._terms.read(Lexeme("word", lexeme.text.lower(), lexeme.start, lexeme.end), self._field)
        return None if word is None else Clause(word, self._field is None)

    def _peek(self) -> str | None:
        """Return the kind of the next lexeme; None at the end."""
        return self._lexemes[self._at].kind if self._at < len(self._lexemes) else None

    def _note(self, code: str, text: str) -> None:
        self.notices.setdefault(code, Notice(code, text))


def _required(part: Clause) -> Clause:
    """Return the clause with every bare part marked as required."""
    return Clause(part.node, bare=False, parts=tuple(map(_required, part.parts)))


def _and_of(clauses: Sequence[Clause]) -> Clause | None:
    """Return the clauses joined by AND, with nested conjunctions flattened; None if there are none."""
    if len(clauses) <= 1:
        return clauses[0] if clauses else None
    parts = tuple(inner for clause in clauses for inner in (clause.parts or (clause,)))
    node = conjunction(part.node for part in parts)
    return Clause(node, all(part.bare for part in parts), parts if isinstance(node, And) else ())
