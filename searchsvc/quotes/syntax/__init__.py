"""Block with its quotations → sentences of tokens, each quotation one token."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from searchsvc.quotes.lexicon import CUE_FORMS
from searchsvc.quotes.quotation_marks import QuotedSpan

_TOKEN = re.compile(
    # Most words are plain: they are tried first, for speed alone.
    r"\s*+([a-zA-Z][a-z]*+(?= )"
    r"|\((?=[^()\"“”]{0,80}\))[^()\"“”]{0,80}\)"
    r"|(?=[^\W\d_]\.)(?:[^\W\d_]\.){2,}"
    r"|(?=[A-Z])(?:Mr|Mrs|Ms|Dr|Sen|Sens|Rep|Reps|Gov|Govs|Gen|Col|Lt|Sgt|Cpl|Capt|Adm|Maj|Cmdr|Rev|Prof|Hon|St|Jr|Sr|Inc|Corp|Ltd"
    r"|Bros|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec|Pres|Supt|Det|Insp|Atty|Asst|Fr|[A-Z])\.(?=\s|$)"
    r"|[\w$£€@#&%]+(?:[’'.,/-][\w&%]+)*(?:[sS][’'](?=\s)|\.(?=,))?|[’'][a-z]{1,2}\b|--+|[^\w\s])"
)
#: A quotation that ends a sentence may still be followed by its attribution within so many words.
_MAX_TAG_TOKENS = 7
_MAX_APPOSITION_TOKENS = 24
#: A dateline ends within so many tokens: "PARIS, July 25 (XY) —".
_MAX_DATELINE_TOKENS = 8
_NICKNAME = re.compile(r"[^\W\d_a-z][\w’'-]*")
_NAME_BEFORE = re.compile(r"(?:^|\s)[^\W\d_a-z][\w’'-]+\s$")
_NAME_AFTER = re.compile(r"\s[^\W\d_a-z]")
_NAME_WINDOW = 24
_SENTENCE_ENDS = frozenset(".?!")
#: A word may begin with them.
_WORD_SIGNS = frozenset("$£€@#’'&")
_NEW_TUPLE = tuple.__new__


class SentenceToken(NamedTuple):
    """A word, a punctuation mark, or a whole quotation as one token."""

    text: str
    lower: str
    start: int
    end: int
    #: Index of the quotation in the block, or -1.
    quote: int
    #: True for a word.
    is_word: bool


class Sentence(NamedTuple):
    """The tokens `first` to `last` (exclusive) of a tokenized block."""

    first: int
    last: int


class TokenizedBlock(NamedTuple):
    """A block as tokens and sentences."""

    tokens: list[SentenceToken]
    sentences: list[Sentence]
    #: Where its quotations stand among the tokens.
    quotations: list[int]


def tokenize_block(text: str, spans: Sequence[QuotedSpan]) -> TokenizedBlock:
    """Return the words around the quoted spans of a block, cut into sentences."""
    tokens: list[SentenceToken] = []
    quotations: list[int] = []
    stops: list[int] = []
    at = 0
    for number, span in enumerate(spans):
        _add_words(tokens, stops, text, at, span.outer_start)
        if _is_nickname(text, span):
            _add_words(tokens, stops, text, span.start, span.end)
        else:
            quotations.append(len(tokens))
            stops.append(len(tokens))
            tokens.append(
                SentenceToken("“”", f"“{text[span.end - 1]}", span.outer_start, span.outer_end, number, is_word=False)
            )
        at = span.outer_end
    _add_words(tokens, stops, text, at, len(text))
    return TokenizedBlock(tokens, list(_sentences(text, tokens, stops, spans)), quotations)


def _is_nickname(text: str, span: QuotedSpan) -> bool:
    """Return whether a quotation stands within a name: `Ana "Red" Ruiz`."""
    if not _NICKNAME.fullmatch(text, span.start, span.end):
        return False
    before, after = (
        text[max(0, span.outer_start - _NAME_WINDOW) : span.outer_start],
        text[span.outer_end : span.outer_end + 2],
    )
    return _NAME_BEFORE.search(before) is not None and _NAME_AFTER.match(after) is not None


def _add_words(tokens: list[SentenceToken], stops: list[int], text: str, start: int, end: int) -> None:
    """Add the words of a stretch of text, and where a sentence may end."""
    for match in _TOKEN.finditer(text, start, end):
        word = match[1]
        first = word[0]
        # Short remarks in brackets stand beside the sentence: "Ana Ruiz (V-Orlan) said".
        if first != "(" or len(word) == 1:
            begins, ends = match.span(1)
            if first in _SENTENCE_ENDS:
                stops.append(len(tokens))
            # A named tuple's own constructor would take a third of the time of the whole.
            tokens.append(
                _NEW_TUPLE(
                    SentenceToken, (word, word.lower(), begins, ends, -1, first.isalnum() or first in _WORD_SIGNS)
                )
            )


def _sentences(
    text: str, tokens: list[SentenceToken], stops: list[int], spans: Sequence[QuotedSpan]
) -> Iterator[Sentence]:
    first = 0
    for at in stops:
        token = tokens[at]
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if after is None:
            break
        if token.quote >= 0:
            ends = _quotation_ends(text, tokens, at, spans[token.quote])
        else:
            ends = after.quote >= 0 or (after.is_word and not after.text[0].islower())
        if ends:
            yield Sentence(first, at + 1)
            first = at + 1
    if first < len(tokens):
        yield Sentence(first, len(tokens))


def _quotation_ends(text: str, tokens: list[SentenceToken], at: int, span: QuotedSpan) -> bool:
    """Return whether a sentence ends with the quotation at a token."""
    last = text[span.start : span.end].rstrip(" \xa0’'")[-1:]
    after = tokens[at + 1]
    if after.quote >= 0:
        return last in ".?!…"
    if last not in ".?!…" or not after.is_word or after.text[0].islower():
        return False
    led = at > 1 and tokens[at - 1].text in {":", ","} and tokens[at - 2].is_word
    return led or not _attribution_follows(tokens, at + 1, asks=last in "?!")


def _attribution_follows(tokens: list[SentenceToken], at: int, *, asks: bool) -> bool:
    """Return whether a clause of saying starts at a token: `"No." Kelly said.`, `"No?" Kelly, a nurse, asked her.`.

    After a full stop nothing else may follow the verb; after a question or a cry anything
    may but the beginning of other speech.
    """
    commas = 0
    for here in range(at, min(at + (_MAX_APPOSITION_TOKENS if commas or asks else _MAX_TAG_TOKENS), len(tokens))):
        token = tokens[here]
        if token.text == "," and here > at and asks:
            commas += 1
            continue
        if not token.is_word or (not commas and here - at > _MAX_TAG_TOKENS):
            return False
        if here > at and token.lower in CUE_FORMS and token.text[0].islower() and commas != 1:
            after = tokens[here + 1] if here + 1 < len(tokens) else None
            if after is not None and after.text == "," and not asks and here + 2 < len(tokens):
                # "He added," leads to the next quotation.
                return tokens[here + 2].quote < 0
            if after is None or after.text in {".", ","}:
                return True
            return asks and after.quote < 0 and after.text != ":" and after.lower not in {"that", "he", "she", "they"}
    return False


def after_dateline(tokens: list[SentenceToken], low: int, high: int) -> int:
    """Return where a sentence begins after its dateline, if it has one."""
    first = tokens[low].text
    for at in range(low + 1, min(low + _MAX_DATELINE_TOKENS, high - 1)):
        if tokens[at].text in {"—", "–", "-", "--"}:
            # The agency in brackets is no token: "Orlan (XY) –".
            agency = tokens[at].start - tokens[at - 1].end > len(" () ")
            return at + 1 if agency or (first.isupper() and len(first) > len("UN")) else low
    return low
