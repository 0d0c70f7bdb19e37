"""Words and phrases → leaves of the tree."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from searchsvc.analysis import Token, tokenize
from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.errors import QueryError
from searchsvc.model import fields
from searchsvc.model.fields import TextField
from searchsvc.model.query import Fuzzy, MatchAll, Node, Notice, Phrase, Prefix, Word
from searchsvc.query_parser.canonical_form import PRONOUN, conjunction, disjunction
from searchsvc.query_parser.field_values import Clock, FieldValueError, parse_field_value, parse_url, reversed_range
from searchsvc.query_parser.lexer import (
    LONGEST_PHRASE,
    MOST_EXPANSIONS,
    SHORTEST_FUZZY,
    SHORTEST_PREFIX,
    WIDEST_SLOP,
    Lexeme,
    first_words,
)

#: Word of a query → the text field it asks for.
TEXT_FIELDS: dict[str, TextField] = {word: row.name for row in fields.TEXT_FIELDS for word in row.words}
FUZZY = re.compile(r"(.+)~([0-9]*)(\.[0-9]*)?")
#: Operators of other search engines: an exclusion, the weight of a word.
EXCLUDED, WEIGHTED = re.compile(r"(?:!|--+)(?=\w)"), re.compile(r"(.*[^\W\d_][*~]?)(?:\^[0-9]*(?:\.[0-9]*)?)+")
MOST_EDITS = 2
#: Signs of the sentence around a word, after its `*` or `~`.
AFTER_WORD = ".,;:!?…'’"
#: What makes one compound of several words: `Cuban-American`, `bbc.co.uk`, `10:21`. Words that
#: anything else parts (`and/or`, `talks,migrants`, `l'accord`) are words of their own.
JOINS = re.compile(r"[-‐‑.@&+]+|(?<=\d):(?=\d)")


class TermParser:
    """Reads the leaves of one query and counts what they cost."""

    def __init__(self, text: str, clock: Clock, notices: dict[str, Notice]) -> None:
        """Keep the query for error places."""
        self._text = text
        self._clock = clock
        self._notices = notices
        self._expansions: set[Node] = set()

    def read(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return the leaf that a word, phrase or address is; None if it holds no word."""
        if lexeme.kind == "url" and field is None and (url := parse_url(lexeme.text)):
            return url
        if lexeme.kind == "phrase":
            return self._phrase(lexeme, field)
        return self._text_of(lexeme, field)

    def _text_of(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return what a word with the signs around it means."""
        if EXCLUDED.match(lexeme.text):
            self.note("sign-ignored", "Signs before a word were left out; -word excludes it.")
        weighted = WEIGHTED.fullmatch(lexeme.text.rstrip(AFTER_WORD))
        if weighted:
            self.weight_ignored()
            lexeme = replace(lexeme, text=weighted[1])
        if lexeme.text == "*" and field is None:
            return MatchAll()
        trimmed = lexeme.text.rstrip(AFTER_WORD)
        if "*" in trimmed:
            return self._prefix(lexeme, trimmed, field)
        fuzzy = FUZZY.fullmatch(trimmed)
        if fuzzy:
            if fuzzy[3]:
                self.note("fuzzy-whole", "~ takes a whole number of edits: ~1 or ~2.")
            return self._fuzzy(lexeme, fuzzy[1], fuzzy[2], field)
        return self._words(lexeme.text, field)

    def field_value(self, lexeme: Lexeme, following: Lexeme) -> Node | None:
        """Return the condition that `name:value` states; None if there is no value."""
        value = " ".join(following.text.split())
        if not value:
            self.note("field-dropped", f"{lexeme.text}: with nothing after it was left out.")
            return None
        if lexeme.text == "date" and reversed_range(value, self._clock):
            self.note("dates-exchanged", "The first date is the later one; the two were exchanged.")
        try:
            return parse_field_value(lexeme.text, value, self._clock)
        except FieldValueError as error:
            raise self._refused(str(error), lexeme.start, following.end, error.instead or "") from None

    def weight_ignored(self) -> None:
        """Say that a weight was left out."""
        self.note("weight-ignored", "^ and its number were left out: words weigh what they tell.")

    def note(self, code: str, text: str) -> None:
        """Remember how something was read; the first of a kind is enough."""
        self._notices.setdefault(code, Notice(code, text))

    def _words(self, text: str, field: TextField | None) -> Node | None:
        tokens = list(tokenize(text))
        if not tokens:
            self.note("signs-ignored", "Signs without letters or digits were left out.")
            return None
        if len(tokens) == 1:
            return self._word(tokens[0].text, field)
        gaps = (text[left.end : right.start] for left, right in pairwise(tokens))
        digits = tokens[0].text[0].isdigit()
        if all(JOINS.fullmatch(gap) or (gap == ":" and digits) for gap in gaps):
            return self._compound(tokens, field)
        return conjunction([self._word(token.text, field) for token in tokens])

    def _word(self, form: str, field: TextField | None) -> Node:
        if form != PRONOUN:
            return Word(form, field)
        self._either()
        return disjunction([Word(PRONOUN, field), Word(COUNTRY, field)])

    def _compound(self, tokens: Sequence[Token], field: TextField | None) -> Node:
        """Return the words as neighbours; of `us-led` also what it means with the country."""
        words = tuple(token.text for token in tokens[:LONGEST_PHRASE])
        if PRONOUN not in words:
            return Phrase(words, 0, field)
        self._either()
        country = tuple(COUNTRY if word == PRONOUN else word for word in words)
        return disjunction([Phrase(words, 0, field), Phrase(country, 0, field)])

    def _either(self) -> None:
        self.note("us-either", "us was read as the word and as the country; write US for the country alone.")

    def _phrase(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        url = parse_url(lexeme.text.strip()) if field is None and "://" in lexeme.text else None
        if url:
            return url
        if not lexeme.closed:
            self.note("repaired-quote", "A quotation mark without a partner was closed at the end, or left out.")
        forms = tuple(token.text for token in tokenize(lexeme.text))
        if not forms:
            if lexeme.closed:
                self.note("signs-ignored", "Signs without letters or digits were left out.")
            return None
        if len(forms) > LONGEST_PHRASE:
            self.note("phrase-cut", f"Of a long phrase the first {LONGEST_PHRASE} words were looked for.")
        if lexeme.slop > WIDEST_SLOP:
            self.note("slop-capped", f"Words at most {WIDEST_SLOP} apart are looked for.")
        if lexeme.spare.startswith("^"):
            self.weight_ignored()
        elif lexeme.spare:
            self.note("slop-unread", "What stands after a phrase's ~ and is no number was left out.")
        return Phrase(forms[:LONGEST_PHRASE], min(lexeme.slop, WIDEST_SLOP) if len(forms) > 1 else 0, field)

    def _prefix(self, lexeme: Lexeme, trimmed: str, field: TextField | None) -> Node:
        head = trimmed.rstrip("*")
        *before, last = [token.text for token in tokenize(head)] or [""]
        if "*" in head or not last:
            first = next((token.text for token in tokenize(head.replace("*", " "))), "")
            raise self._refused("* stands at the end of a word only", lexeme.start, lexeme.end, first)
        if sum(map(str.isalnum, last)) < SHORTEST_PREFIX:
            reason = f"“{last}*” has too few letters: write at least {SHORTEST_PREFIX} letters before *"
            raise self._refused(reason, lexeme.start, lexeme.end, head, too_costly=True)
        node = Prefix(last, field)
        self._expand(lexeme, node)
        return conjunction([*(self._word(form, field) for form in before), node])

    def _fuzzy(self, lexeme: Lexeme, word: str, edits: str, field: TextField | None) -> Node | None:
        *before, last = [token.text for token in tokenize(word)] or [""]
        if not last:
            return self._words(word, field)
        wanted = int(edits or 1)
        if wanted > MOST_EDITS:
            self.note("fuzzy-capped", f"Words at most {MOST_EDITS} edits away are looked for.")
        if sum(map(str.isalnum, last)) < SHORTEST_FUZZY:
            self.note("fuzzy-short", f"~ takes {SHORTEST_FUZZY} letters or more: “{last}” was read as a plain word.")
            wanted = 0
        node = Fuzzy(last, min(wanted, MOST_EDITS), field) if wanted else self._word(last, field)
        if wanted:
            self._expand(lexeme, node)
        return conjunction([*(self._word(form, field) for form in before), node])

    def _expand(self, lexeme: Lexeme, node: Node) -> None:
        self._expansions.add(node)
        if len(self._expansions) > MOST_EXPANSIONS:
            raise self._refused(
                f"more than {MOST_EXPANSIONS} words with * or ~", lexeme.start, lexeme.end, too_costly=True
            )

    def _refused(self, reason: str, start: int, end: int, instead: str = "", *, too_costly: bool = False) -> QueryError:
        rest = f"{self._text[:start]}{instead}{self._text[end:]}".strip()
        return QueryError(
            reason,
            position=start,
            length=end - start,
            suggestion=rest or first_words(self._text),
            too_costly=too_costly,
        )
