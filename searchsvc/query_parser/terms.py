"""Parse single words, phrases, addresses and field values into the leaves of the query tree."""

import re
from collections.abc import Sequence
from dataclasses import replace

from searchsvc.analysis import Token, grapheme_count, tokenize
from searchsvc.analysis.characters import WORD_JOINER
from searchsvc.analysis.numbers import readings
from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.analysis.variants import AMPERSAND
from searchsvc.errors import QueryError
from searchsvc.model import fields
from searchsvc.model.fields import TextField
from searchsvc.model.message import Message
from searchsvc.model.query import Fuzzy, MatchAll, Node, Notice, Phrase, Prefix, Tail, Word
from searchsvc.query_parser.canonical_form import PRONOUN, conjunction, disjunction
from searchsvc.query_parser.compounds import (
    MIN_PREFIX_LENGTH,
    MIN_SYLLABIC_LENGTH,
    SYLLABIC,
    before_suffix,
    chains,
    elided_word,
    is_long_enough,
)
from searchsvc.query_parser.field_values import Clock, FieldValueError, parse_field_value, parse_url, reversed_range
from searchsvc.query_parser.lexer import (
    MAX_EXPANSIONS,
    MAX_PHRASE_WORDS,
    MAX_SLOP,
    MIN_FUZZY_LENGTH,
    Lexeme,
    first_words,
)

#: Field name in a query → text field.
TEXT_FIELDS: dict[str, TextField] = {word: row.name for row in fields.TEXT_FIELDS for word in row.words}
#: `word~`, `word~2`; also the `word~0.8` of Lucene's older syntax, a similarity, which is read as one edit.
FUZZY = re.compile(r"(.+)~([0-9]*)(\.[0-9]*)?")
#: Operators of other search engines that have no meaning here: `!word` or `--word`, and the weight in `word^2`.
FOREIGN_EXCLUSION = re.compile(r"(?:!|--+)(?=\w)")
#: `+word` means this word, and not its synonyms.
LITERAL = re.compile(r"\+(?=\w)")
WEIGHTED_WORD = re.compile(r"(.*[^\W\d_][*~]?)(?:\^[0-9]*(?:\.[0-9]*)?)+")
MAX_EDITS = 2
#: Punctuation dropped after a word and its `*` or `~`: it belongs to the sentence around the query.
WORD_TRAILING_SIGNS = ".,;:!?…'’"
#: `3,5`: a decimal number, or two numbers.
DECIMAL = re.compile(r"\d+,\d+")
#: A phrase with an operator after its last word; operators elsewhere in a phrase; a wildcard of other search engines.
PHRASE_TAIL = re.compile(r"(.*?[^\s*~])(\*|~[12]?)", re.DOTALL)
OPERATOR_INSIDE = re.compile(r"\w[*~](?!\w)")
WILDCARD = re.compile(r"\w\?(?=\w)")


def _chains(text: str) -> list[list[Token]]:
    """Return the words of a text, those that stand side by side together; a lone `&` is no word."""
    return [chain for chain in chains(text) if chain[0].text != AMPERSAND or len(chain) > 1]


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
            self.note("sign-ignored", Message("Signs before a word were left out; -word excludes it."))
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
            edits = fuzzy[2]
            if fuzzy[3]:
                self.note("fuzzy-whole", Message("~ takes a whole number of edits: ~1 or ~2."))
                edits = edits if edits.strip("0") else "1"
            return self._fuzzy(lexeme, fuzzy[1], edits, field)
        node = self._words(lexeme.text, field)
        return replace(node, literal=True) if isinstance(node, Word) and LITERAL.match(lexeme.text) else node

    def field_value(self, lexeme: Lexeme, following: Lexeme) -> Node | None:
        """Return the node of the condition `lexeme:following`; None if the value is empty.

        Raises:
            QueryError: The value is not valid for the field.

        """
        value = " ".join(following.text.replace(WORD_JOINER, " ").split())
        if not value:
            self.note("field-dropped", Message("%(field)s: with nothing after it was left out.", field=lexeme.text))
            return None
        if lexeme.text == "date" and reversed_range(value, self._clock):
            self.note("dates-exchanged", Message("The first date is the later one; the two were exchanged."))
        try:
            return parse_field_value(lexeme.text, value, self._clock)
        except FieldValueError as error:
            raise self._error(error.args[0], lexeme.start, following.end, error.instead or "") from None

    def weight_ignored(self) -> None:
        """Add the notice that a weight was ignored."""
        self.note("weight-ignored", Message("^ and its number were left out: words weigh what they tell."))

    def note(self, code: str, text: str) -> None:
        """Add a notice, unless there is one with this code already."""
        self._notices.setdefault(code, Notice(code, text))

    def _words(self, text: str, field: TextField | None) -> Node | None:
        """Return the node of text without spaces and operators: a word, a compound, or several joined by AND."""
        if WILDCARD.search(text):
            self.note(
                "wildcard-unread", Message("? stands for no letter: only * at the end of a word stands for others.")
            )
        found = _chains(text)
        if not found:
            self.note("signs-ignored", Message("Signs without letters or digits were left out."))
            return None
        if elided := elided_word(text):
            return disjunction([Phrase(elided, 0, field), self._word(elided[1], field)])
        if stem_form := before_suffix(text):
            return disjunction([*map(self._word, (found[0][0].text, stem_form), (field, field))])
        return conjunction([self._chain(chain, text, field) for chain in found])

    def _chain(self, chain: Sequence[Token], text: str, field: TextField | None) -> Node:
        """Return the node of words that stand side by side; of a number with a comma, also the decimal number."""
        if len(chain) == 1:
            return self._word(chain[0].text, field)
        if DECIMAL.fullmatch(text):
            decimal = Word(".".join(token.text for token in chain), field)
            return disjunction([decimal, Phrase(tuple(token.text for token in chain), 0, field)])
        return self._compound(chain, field)

    def _word(self, form: str, field: TextField | None) -> Node:
        """Return the node of one word; of `us`, the pronoun or the country; of `12.500`, that or 12500."""
        if form != PRONOUN:
            return disjunction([Word(reading, field) for reading in readings(form)])
        self._note_either_us()
        return disjunction([Word(PRONOUN, field), Word(COUNTRY, field)])

    def _compound(self, tokens: Sequence[Token], field: TextField | None, tail: Tail = "") -> Node:
        """Return the words as a phrase; with `us` among them (`us-led`), also the phrase with the country."""
        if len(tokens) > MAX_PHRASE_WORDS:
            self._note_cut()
            tail = ""
        words = tuple(token.text for token in tokens[:MAX_PHRASE_WORDS])
        if PRONOUN not in words:
            return Phrase(words, 0, field, tail)
        self._note_either_us()
        country = tuple(COUNTRY if word == PRONOUN else word for word in words)
        return disjunction([Phrase(words, 0, field, tail), Phrase(country, 0, field, tail)])

    def _note_cut(self) -> None:
        self.note(
            "phrase-cut", Message("Of a long phrase the first %(most)s words were looked for.", most=MAX_PHRASE_WORDS)
        )

    def _note_either_us(self) -> None:
        self.note("us-either", Message("us was read as the word and as the country; write US for the country alone."))

    def _phrase(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return the node of a phrase, cut to the limits; of an address in quotation marks, a Url."""
        url = parse_url(lexeme.text.strip()) if field is None and "://" in lexeme.text else None
        if url:
            return url
        self._note_signs_of(lexeme)
        ending = PHRASE_TAIL.fullmatch(lexeme.text.rstrip(WORD_TRAILING_SIGNS + " "))
        tokens = list(tokenize(ending[1] if ending else lexeme.text))
        if not tokens:
            if lexeme.closed:
                self.note("signs-ignored", Message("Signs without letters or digits were left out."))
            return None
        if OPERATOR_INSIDE.search(ending[1] if ending else lexeme.text):
            self.note(
                "operator-in-phrase", Message("Within quotation marks only a * or ~ after the last word has a meaning.")
            )
        if ending and ending[2] and (node := self._open_phrase(lexeme, tokens, ending[2], field)):
            return node
        if len(tokens) > MAX_PHRASE_WORDS:
            self._note_cut()
        forms = tuple(token.text for token in tokens[:MAX_PHRASE_WORDS])
        if lexeme.within:
            forms = tuple(dict.fromkeys(forms))
            return Phrase(forms, 0, field, "", lexeme.within if len(forms) > 1 else "")
        return Phrase(forms, min(lexeme.slop, MAX_SLOP) if len(forms) > 1 else 0, field)

    def _note_signs_of(self, lexeme: Lexeme) -> None:
        """Add notices about the marks of a phrase and what follows them."""
        if not lexeme.closed:
            self.note(
                "repaired-quote", Message("A quotation mark without a partner was closed at the end, or left out.")
            )
        if lexeme.slop > MAX_SLOP:
            self.note("slop-capped", Message("Words at most %(most)s apart are looked for.", most=MAX_SLOP))
        if lexeme.ignored.startswith("^"):
            self.weight_ignored()
        elif lexeme.ignored:
            self.note(
                "slop-unread",
                Message("What stands after a phrase's ~ and is no number, or after its @s, was left out."),
            )

    def _open_phrase(self, lexeme: Lexeme, tokens: Sequence[Token], sign: str, field: TextField | None) -> Node | None:
        """Return the node of a phrase whose last word has a `*` or `~`; None, with a notice, if it must be exact."""
        last, others = tokens[-1].text, tokens[:-1]
        if lexeme.slop or lexeme.within or len(tokens) > MAX_PHRASE_WORDS:
            self.note("operator-in-phrase", Message("A phrase whose words may stand apart has no * or ~ within."))
            return None
        long = is_long_enough(last, others=others) if sign == "*" else grapheme_count(last) >= MIN_FUZZY_LENGTH
        if not long:
            self.note(
                "tail-short",
                Message(
                    "“%(word)s” has too few letters: it was read without the %(sign)s.",
                    word=f"{last}{sign}",
                    sign=sign[0],
                ),
            )
            return None
        self.note(
            "phrase-open", Message("The last word of the phrase stands for others: %(word)s.", word=f"{last}{sign}")
        )
        node = self._open(others, last, "*" if sign == "*" else "~2" if sign == "~2" else "~1", field)
        self._count_expansion(lexeme, node)
        return node

    @staticmethod
    def _open(others: Sequence[Token], last: str, tail: Tail, field: TextField | None) -> Phrase | Prefix | Fuzzy:
        """Return the phrase of some words and a last one with a tail; without others, that word alone."""
        phrase = Phrase((*(token.text for token in others), last), 0, field, tail)
        return (phrase.ending if not others else None) or phrase

    def _prefix(self, lexeme: Lexeme, trimmed: str, field: TextField | None) -> Node:
        """Return the node of `prefix*`; of a compound (`Cuban-Amer*`, `渔民*`), the phrase that ends in the prefix.

        Args:
            lexeme: The word as written.
            trimmed: Its text without trailing punctuation.
            field: The text field, or None.

        """
        head = trimmed.rstrip("*")
        *before, last = _chains(head) or [[]]
        if "*" in head or not last:
            first = next((token.text for token in tokenize(head.replace("*", " "))), "")
            raise self._error(Message("* stands at the end of a word only"), lexeme.start, lexeme.end, first)
        form, others = last[-1].text, last[:-1]
        if not is_long_enough(form, others=others):
            least = MIN_SYLLABIC_LENGTH if others or form >= SYLLABIC else MIN_PREFIX_LENGTH
            reason = Message(
                "“%(word)s” has too few letters: write at least %(least)s letters before *",
                word=f"{form}*",
                least=least,
            )
            raise self._error(reason, lexeme.start, lexeme.end, head, too_costly=True)
        node = self._open(others, form, "*", field)
        self._count_expansion(lexeme, node)
        return conjunction([*(self._chain(chain, "", field) for chain in before), node])

    def _fuzzy(self, lexeme: Lexeme, word: str, edits: str, field: TextField | None) -> Node | None:
        """Return the node of `word~edits`; `edits` is empty for 1, and 0 gives a plain word."""
        *before, last = _chains(word) or [[]]
        if not last:
            return self._words(word, field)
        form, others = last[-1].text, last[:-1]
        distance = int(edits or 1)
        if distance > MAX_EDITS:
            self.note("fuzzy-capped", Message("Words at most %(most)s edits away are looked for.", most=MAX_EDITS))
        if grapheme_count(form) < MIN_FUZZY_LENGTH:
            self.note(
                "fuzzy-short",
                Message(
                    "~ takes %(least)s letters or more: “%(word)s” was read as a plain word.",
                    least=MIN_FUZZY_LENGTH,
                    word=form,
                ),
            )
            distance = 0
        node = self._open(others, form, "~2" if distance > 1 else "~1", field) if distance else None
        if node:
            self._count_expansion(lexeme, node)
        return conjunction([*(self._chain(chain, "", field) for chain in before), node or self._chain(last, "", field)])

    def _count_expansion(self, lexeme: Lexeme, node: Node) -> None:
        """Count a prefix or fuzzy word, equal ones once; raise QueryError above MAX_EXPANSIONS."""
        self._expansions.add(node)
        if len(self._expansions) > MAX_EXPANSIONS:
            raise self._error(
                Message("more than %(most)s words with * or ~", most=MAX_EXPANSIONS),
                lexeme.start,
                lexeme.end,
                too_costly=True,
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
