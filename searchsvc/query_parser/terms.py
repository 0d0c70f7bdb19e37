"""Parse single words, phrases, addresses and field values into the leaves of the query tree."""

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
    MAX_EXPANSIONS,
    MAX_PHRASE_WORDS,
    MAX_SLOP,
    MIN_FUZZY_LENGTH,
    MIN_PREFIX_LENGTH,
    Lexeme,
    first_words,
)

#: Field name in a query → text field.
TEXT_FIELDS: dict[str, TextField] = {word: row.name for row in fields.TEXT_FIELDS for word in row.words}
#: `word~`, `word~2`; also the `word~0.8` of Lucene's older syntax, whose fraction is ignored.
FUZZY = re.compile(r"(.+)~([0-9]*)(\.[0-9]*)?")
#: Operators of other search engines that have no meaning here: `!word` or `--word`, and the weight in `word^2`.
FOREIGN_EXCLUSION = re.compile(r"(?:!|--+)(?=\w)")
WEIGHTED_WORD = re.compile(r"(.*[^\W\d_][*~]?)(?:\^[0-9]*(?:\.[0-9]*)?)+")
MAX_EDITS = 2
#: Punctuation dropped after a word and its `*` or `~`: it belongs to the sentence around the query.
WORD_TRAILING_SIGNS = ".,;:!?…'’"
#: Characters between words that make them a compound, read as a phrase: `Cuban-American`, `bbc.co.uk`, `10:21`.
#: With other characters between them (`and/or`, `talks,migrants`, `l'accord`) they are separate words.
COMPOUND_JOINT = re.compile(r"[-‐‑.@&+]+|(?<=\d):(?=\d)")


class TermParser:
    """Parser of the leaves of one query. It counts `prefix*` and `fuzzy~` over the whole query."""

    def __init__(self, text: str, clock: Clock, notices: dict[str, Notice]) -> None:
        """Start without expansions.

        Args:
            text: The whole query, for the suggestions of errors.
            clock: Time that relative dates count back from.
            notices: By code; new notices are added to it.

        """
        self._text = text
        self._clock = clock
        self._notices = notices
        self._expansions: set[Node] = set()

    def read(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return the node of a word, phrase or address in a text field; None if it has no letters or digits.

        Raises:
            QueryError: `*` is misplaced, a prefix is too short, or there are more than MAX_EXPANSIONS.

        """
        if lexeme.kind == "url" and field is None and (url := parse_url(lexeme.text)):
            return url
        if lexeme.kind == "phrase":
            return self._phrase(lexeme, field)
        return self._word_with_operators(lexeme, field)

    def _word_with_operators(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return the node of a word with its operators: `prefix*`, `fuzzy~1`, `weighted^2`; of `*`, MatchAll."""
        if FOREIGN_EXCLUSION.match(lexeme.text):
            self.note("sign-ignored", "Signs before a word were left out; -word excludes it.")
        weighted = WEIGHTED_WORD.fullmatch(lexeme.text.rstrip(WORD_TRAILING_SIGNS))
        if weighted:
            self.weight_ignored()
            lexeme = replace(lexeme, text=weighted[1])
        if lexeme.text == "*" and field is None:
            return MatchAll()
        trimmed = lexeme.text.rstrip(WORD_TRAILING_SIGNS)
        if "*" in trimmed:
            return self._prefix(lexeme, trimmed, field)
        fuzzy = FUZZY.fullmatch(trimmed)
        if fuzzy:
            if fuzzy[3]:
                self.note("fuzzy-whole", "~ takes a whole number of edits: ~1 or ~2.")
            return self._fuzzy(lexeme, fuzzy[1], fuzzy[2], field)
        return self._words(lexeme.text, field)

    def field_value(self, lexeme: Lexeme, following: Lexeme) -> Node | None:
        """Return the node of the condition `lexeme:following`; None if the value is empty.

        Raises:
            QueryError: The value is not valid for the field.

        """
        value = " ".join(following.text.split())
        if not value:
            self.note("field-dropped", f"{lexeme.text}: with nothing after it was left out.")
            return None
        if lexeme.text == "date" and reversed_range(value, self._clock):
            self.note("dates-exchanged", "The first date is the later one; the two were exchanged.")
        try:
            return parse_field_value(lexeme.text, value, self._clock)
        except FieldValueError as error:
            raise self._error(str(error), lexeme.start, following.end, error.instead or "") from None

    def weight_ignored(self) -> None:
        """Add the notice that a weight was ignored."""
        self.note("weight-ignored", "^ and its number were left out: words weigh what they tell.")

    def note(self, code: str, text: str) -> None:
        """Add a notice, unless there is one with this code already."""
        self._notices.setdefault(code, Notice(code, text))

    def _words(self, text: str, field: TextField | None) -> Node | None:
        """Return the node of text without spaces and operators: a word, a compound, or several words joined by AND."""
        tokens = list(tokenize(text))
        if not tokens:
            self.note("signs-ignored", "Signs without letters or digits were left out.")
            return None
        if len(tokens) == 1:
            return self._word(tokens[0].text, field)
        gaps = (text[left.end : right.start] for left, right in pairwise(tokens))
        digits = tokens[0].text[0].isdigit()
        if all(COMPOUND_JOINT.fullmatch(gap) or (gap == ":" and digits) for gap in gaps):
            return self._compound(tokens, field)
        return conjunction([self._word(token.text, field) for token in tokens])

    def _word(self, form: str, field: TextField | None) -> Node:
        """Return the node of one word; of `us`, the pronoun or the country."""
        if form != PRONOUN:
            return Word(form, field)
        self._note_either_us()
        return disjunction([Word(PRONOUN, field), Word(COUNTRY, field)])

    def _compound(self, tokens: Sequence[Token], field: TextField | None) -> Node:
        """Return the words as a phrase; with `us` among them (`us-led`), also the phrase with the country."""
        words = tuple(token.text for token in tokens[:MAX_PHRASE_WORDS])
        if PRONOUN not in words:
            return Phrase(words, 0, field)
        self._note_either_us()
        country = tuple(COUNTRY if word == PRONOUN else word for word in words)
        return disjunction([Phrase(words, 0, field), Phrase(country, 0, field)])

    def _note_either_us(self) -> None:
        self.note("us-either", "us was read as the word and as the country; write US for the country alone.")

    def _phrase(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return the node of a phrase, cut to the limits; of an address in quotation marks, a Url."""
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
        if len(forms) > MAX_PHRASE_WORDS:
            self.note("phrase-cut", f"Of a long phrase the first {MAX_PHRASE_WORDS} words were looked for.")
        if lexeme.slop > MAX_SLOP:
            self.note("slop-capped", f"Words at most {MAX_SLOP} apart are looked for.")
        if lexeme.ignored.startswith("^"):
            self.weight_ignored()
        elif lexeme.ignored:
            self.note("slop-unread", "What stands after a phrase's ~ and is no number was left out.")
        return Phrase(forms[:MAX_PHRASE_WORDS], min(lexeme.slop, MAX_SLOP) if len(forms) > 1 else 0, field)

    def _prefix(self, lexeme: Lexeme, trimmed: str, field: TextField | None) -> Node:
        """Return the node of `prefix*`; of several words (`Cuban-Amer*`), the last is the prefix and all are required.

        Args:
            lexeme: The word as written.
            trimmed: Its text without trailing punctuation.
            field: The text field, or None.

        """
        head = trimmed.rstrip("*")
        *before, last = [token.text for token in tokenize(head)] or [""]
        if "*" in head or not last:
            first = next((token.text for token in tokenize(head.replace("*", " "))), "")
            raise self._error("* stands at the end of a word only", lexeme.start, lexeme.end, first)
        if sum(map(str.isalnum, last)) < MIN_PREFIX_LENGTH:
            reason = f"“{last}*” has too few letters: write at least {MIN_PREFIX_LENGTH} letters before *"
            raise self._error(reason, lexeme.start, lexeme.end, head, too_costly=True)
        node = Prefix(last, field)
        self._count_expansion(lexeme, node)
        return conjunction([*(self._word(form, field) for form in before), node])

    def _fuzzy(self, lexeme: Lexeme, word: str, edits: str, field: TextField | None) -> Node | None:
        """Return the node of `word~edits`; `edits` is empty for 1, and 0 gives a plain word."""
        *before, last = [token.text for token in tokenize(word)] or [""]
        if not last:
            return self._words(word, field)
        distance = int(edits or 1)
        if distance > MAX_EDITS:
            self.note("fuzzy-capped", f"Words at most {MAX_EDITS} edits away are looked for.")
        if sum(map(str.isalnum, last)) < MIN_FUZZY_LENGTH:
            self.note("fuzzy-short", f"~ takes {MIN_FUZZY_LENGTH} letters or more: “{last}” was read as a plain word.")
            distance = 0
        node = Fuzzy(last, min(distance, MAX_EDITS), field) if distance else self._word(last, field)
        if distance:
            self._count_expansion(lexeme, node)
        return conjunction([*(self._word(form, field) for form in before), node])

    def _count_expansion(self, lexeme: Lexeme, node: Node) -> None:
        """Count a prefix or fuzzy word, equal ones once; raise QueryError above MAX_EXPANSIONS."""
        self._expansions.add(node)
        if len(self._expansions) > MAX_EXPANSIONS:
            raise self._error(
                f"more than {MAX_EXPANSIONS} words with * or ~", lexeme.start, lexeme.end, too_costly=True
            )

    def _error(self, reason: str, start: int, end: int, instead: str = "", *, too_costly: bool = False) -> QueryError:
        """Return an error at a place of the query; the suggestion is the query with `instead` in that place."""
        corrected = f"{self._text[:start]}{instead}{self._text[end:]}".strip()
        return QueryError(
            reason,
            position=start,
            length=end - start,
            suggestion=corrected or first_words(self._text),
            too_costly=too_costly,
        )
