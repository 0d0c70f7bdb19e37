"""Words, phrases and conditions → leaves of the tree."""

import re
from datetime import datetime

from searchsvc.analysis import LANGUAGES, fold, tokenize
from searchsvc.analysis.words import COUNTRY
from searchsvc.errors import QueryError
from searchsvc.model.query import (
    Everything,
    Facet,
    FacetField,
    Fuzzy,
    Node,
    Notice,
    Phrase,
    Prefix,
    TextField,
    Url,
    Word,
)
from searchsvc.query_parser.lexer import Lexeme
from searchsvc.query_parser.limits import (
    LONGEST_PHRASE,
    MOST_EXPANSIONS,
    SHORTEST_PREFIX,
    WIDEST_SLOP,
    first_words,
)
from searchsvc.query_parser.times import published
from searchsvc.query_parser.tree import PRONOUN, any_of

TEXT_FIELDS: dict[str, TextField] = {
    "title": "title",
    "headline": "title",
    "lead": "lead",
    "body": "body",
    "crosshead": "crossheads",
    "crossheads": "crossheads",
    "caption": "captions",
    "captions": "captions",
    "quote": "quotes",
    "quotes": "quotes",
    "related": "related",
    "speaker": "speaker",
    "author": "author",
}
CONDITIONS = frozenset({"section", "outlet", "lang", "language", "byline", "said", "url", "after", "before", "date"})
FACETS: dict[str, FacetField] = {"section": "section", "outlet": "outlet", "byline": "author", "said": "speaker"}
FUZZY = re.compile(r"(.+)~(\d*)")
MOST_EDITS = 2
LANGUAGE = re.compile(r"[a-z]{2,3}")


class Terms:
    """Reads the leaves of one query and counts what they cost."""

    def __init__(self, text: str, now: datetime, notices: dict[str, Notice]) -> None:
        """Keep the query for error places."""
        self._text = text
        self._now = now
        self._notices = notices
        self._expansions = 0

    def text_field(self, name: str) -> TextField | None:
        """Return the text field of that name, or None."""
        return TEXT_FIELDS.get(name)

    def is_condition(self, name: str) -> bool:
        """Return whether `name:` states a condition on a column."""
        return name in CONDITIONS

    def read(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        """Return the leaf that a word, phrase or address is; None if it holds no word."""
        if lexeme.kind == "phrase":
            return self._phrase(lexeme, field)
        if lexeme.kind == "url":
            return Url(lexeme.text)
        if lexeme.text == "*":
            return Everything()
        if "*" in lexeme.text or "?" in lexeme.text.rstrip("?!.,;:"):
            return self._prefix(lexeme, field)
        fuzzy = FUZZY.fullmatch(lexeme.text)
        if fuzzy:
            return self._fuzzy(lexeme, fuzzy.group(1), fuzzy.group(2), field)
        return self._words(lexeme, field)

    def condition(self, lexeme: Lexeme, following: Lexeme) -> Node:
        """Return the condition that `name:value` states."""
        name, value = lexeme.text, following.text.strip()
        if name in {"after", "before", "date"}:
            found = published(name, value, self._now)
            if found is None:
                raise self._refused(
                    f"{value!r} is no date: write 2009, 2009-07, 2009-07-15, 7d or (date:) 2009-07..2009-09",
                    lexeme.start,
                    following.end,
                )
            return found
        if name == "url":
            return Url(value)
        if name in {"lang", "language"}:
            code = fold(value)
            if code not in LANGUAGES and not LANGUAGE.fullmatch(code):
                raise self._refused(f"{value!r} is no language code: write en, de, fr …", lexeme.start, following.end)
            return Facet("language", code)
        if not value:
            raise self._refused(f"{name}: has no value", lexeme.start, following.end)
        return Facet(FACETS[name], value)

    def _words(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        forms = [token.text for token in tokenize(lexeme.text)]
        if not forms:
            self._note("signs-ignored", "Signs without letters or digits were left out.")
            return None
        if len(forms) > 1:
            return Phrase(tuple(forms[:LONGEST_PHRASE]), 0, field)
        if forms[0] == PRONOUN and lexeme.text != "US":
            self._note("us-either", "us was read as the word and as the country; write US for the country alone.")
            return any_of([Word(PRONOUN, field), Word(COUNTRY, field)])
        return Word(forms[0], field)

    def _phrase(self, lexeme: Lexeme, field: TextField | None) -> Node | None:
        if not lexeme.closed:
            self._note("repaired-quote", "A quotation mark that was left open was closed at the end.")
        forms = tuple(token.text for token in tokenize(lexeme.text))
        if not forms:
            self._note("signs-ignored", "Signs without letters or digits were left out.")
            return None
        if len(forms) > LONGEST_PHRASE:
            self._note("phrase-cut", f"Of a long phrase the first {LONGEST_PHRASE} words were looked for.")
        return Phrase(forms[:LONGEST_PHRASE], min(lexeme.slop, WIDEST_SLOP), field)

    def _prefix(self, lexeme: Lexeme, field: TextField | None) -> Node:
        bare = lexeme.text.rstrip("*")
        forms = [token.text for token in tokenize(bare)]
        letters = forms[0] if len(forms) == 1 else ""
        if "*" in bare or "?" in bare or not letters:
            raise self._refused(
                "* stands at the end of a word only",
                lexeme.start,
                lexeme.end,
                "".join(c for c in bare.partition("*")[0] if c.isalnum()),
            )
        if len(letters) < SHORTEST_PREFIX:
            raise self._refused(
                f"{lexeme.text} has too few letters: write at least {SHORTEST_PREFIX} letters before *",
                lexeme.start,
                lexeme.end,
                letters,
                too_costly=True,
            )
        self._expand(lexeme)
        return Prefix(letters, field)

    def _fuzzy(self, lexeme: Lexeme, word: str, edits: str, field: TextField | None) -> Node | None:
        forms = [token.text for token in tokenize(word)]
        if len(forms) != 1:
            return self._words(lexeme, field)
        self._expand(lexeme)
        wanted = int(edits or 1)
        if wanted > MOST_EDITS:
            self._note("fuzzy-capped", f"Words at most {MOST_EDITS} edits away are looked for.")
        return Fuzzy(forms[0], min(wanted, MOST_EDITS), field) if wanted else Word(forms[0], field)

    def _expand(self, lexeme: Lexeme) -> None:
        self._expansions += 1
        if self._expansions > MOST_EXPANSIONS:
            raise self._refused(
                f"more than {MOST_EXPANSIONS} words with * or ~", lexeme.start, lexeme.end, "", too_costly=True
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

    def _note(self, code: str, text: str) -> None:
        self._notices.setdefault(code, Notice(code, text))
