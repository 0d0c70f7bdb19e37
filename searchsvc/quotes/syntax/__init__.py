"""Split a block into tokens and sentences, with each quotation as a single token."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from searchsvc.quotes.lexicon import CUE_FORMS
from searchsvc.quotes.quotation_marks import QuotedSpan

_TOKEN = re.compile(
    # Words of ASCII letters are the most frequent, so they are tried first; then the marks that are.
    r"\s*+(?:[a-zA-Z][a-z]*+(?=,? )|[,.]"
    r"|\((?=[^()\"“”]{0,80}\))[^()\"“”]{0,80}\)"
    r"|(?=[^\W\d_]\.)(?:[^\W\d_]\.){2,}"
    r"|(?=[A-Z])(?:Mr|Mrs|Ms|Dr|Sen|Sens|Rep|Reps|Gov|Govs|Gen|Col|Lt|Sgt|Cpl|Capt|Adm|Maj|Cmdr|Rev|Prof|Hon|St|Jr|Sr|Inc|Corp|Ltd"
    r"|Bros|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec|Pres|Supt|Det|Insp|Atty|Asst|Fr|[A-Z])\.(?=\s|$)"
    r"|[\w$£€@#&%]+(?:[’'.,/-][\w&%]+)*(?:[sS][’'](?=\s)|\.(?=,))?|[’'][a-z]{1,2}\b|--+|[^\w\s])"
)
#: Most tokens from a quotation that ends like a sentence to the verb of its tag, without and with an apposition.
_MAX_TAG_TOKENS = 7
_MAX_APPOSITION_TOKENS = 24
#: Most tokens of a dateline: "PARIS, July 25 (XY) —".
_MAX_DATELINE_TOKENS = 8
#: A nickname in quotation marks, and the name before and after it.
_NICKNAME = re.compile(r"[^\W\d_a-z][\w’'-]*")
_NAME_BEFORE = re.compile(r"(?:^|\s)[^\W\d_a-z][\w’'-]+\s$")
_NAME_AFTER = re.compile(r"\s[^\W\d_a-z]")
#: Code points before a nickname that are searched for the name.
_NAME_WINDOW = 24
_SENTENCE_ENDS = frozenset(".?!")
#: Characters other than letters and digits that may begin a word.
_WORD_SIGNS = frozenset("$£€@#’'&")
_NEW_TUPLE = tuple.__new__


class SentenceToken(NamedTuple):
    """A word, a punctuation mark, or a whole quotation as one token."""

    #: The text as written; of a quotation `“”`.
    text: str
    #: The text in lower case; of a quotation `“` and its last character.
    lower: str
    #: Offsets in the block's text, of a quotation with its marks; the end is exclusive.
    start: int
    end: int
    #: Index of the quotation among those of the block; -1 for other tokens.
    quote: int
    #: True for a word.
    is_word: bool


class Sentence(NamedTuple):
    """A sentence: the tokens `first` to `last` (exclusive) of a tokenized block."""

    first: int
    last: int


class TokenizedBlock(NamedTuple):
    """The tokens and sentences of a block. Each token belongs to exactly one sentence."""

    tokens: list[SentenceToken]
    sentences: list[Sentence]
    #: Indexes of the tokens that are quotations, ascending.
    quotations: list[int]


def tokenize_block(text: str, spans: Sequence[QuotedSpan]) -> TokenizedBlock:
    """Return the tokens and sentences of a block.

    A quoted nickname (`Ana "Red" Ruiz`) is an ordinary word, and a short remark in parentheses is no token.

    Args:
        text: The block.
        spans: Its quoted spans, in order and without overlap.

    """
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
    """Return whether a quotation is a nickname within a name: `Ana "Red" Ruiz`."""
    if not _NICKNAME.fullmatch(text, span.start, span.end):
        return False
    before, after = (
        text[max(0, span.outer_start - _NAME_WINDOW) : span.outer_start],
        text[span.outer_end : span.outer_end + 2],
    )
    return _NAME_BEFORE.search(before) is not None and _NAME_AFTER.match(after) is not None


def _add_words(tokens: list[SentenceToken], stops: list[int], text: str, start: int, end: int) -> None:
    """Append the tokens of `text[start:end]` to `tokens`, and the indexes of sentence-ending marks to `stops`."""
    at = start
    # Matches follow each other without a gap; their texts alone take half the time of match objects (timeit).
    for piece in _TOKEN.findall(text, start, end):
        at += len(piece)
        word = piece.lstrip()
        first = word[0]
        is_word = first.isalnum()
        if not is_word:
            if first == "(" and len(word) > 1:
                continue  # A short remark in parentheses is no part of the sentence: "Ana Ruiz (V-Orlan) said".
            if first in _SENTENCE_ENDS:
                stops.append(len(tokens))
            is_word = first in _WORD_SIGNS
        # `tuple.__new__` takes half the time of the constructor of a named tuple (timeit).
        tokens.append(_NEW_TUPLE(SentenceToken, (word, word.lower(), at - len(word), at, -1, is_word)))


def _sentences(
    text: str, tokens: list[SentenceToken], stops: list[int], spans: Sequence[QuotedSpan]
) -> Iterator[Sentence]:
    """Yield the sentences of a block; `stops` are the tokens that may end one."""
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
    """Return whether a sentence ends with the quotation at a token, and not with a tag after it."""
    last = text[span.start : span.end].rstrip(" \xa0’'")[-1:]
    after = tokens[at + 1]
    if after.quote >= 0:
        return last in ".?!…"
    if last not in ".?!…" or not after.is_word or after.text[0].islower():
        return False
    led = at > 1 and tokens[at - 1].text in {":", ","} and tokens[at - 2].is_word
    return led or not _attribution_follows(tokens, at + 1, asks=last in "?!")


def _attribution_follows(tokens: list[SentenceToken], at: int, *, asks: bool) -> bool:
    """Return whether a tag starts at a token: `"No." Kelly said.`, `"No?" Kelly, a nurse, asked her.`.

    After a quotation that ends with a full stop, the tag must end with its verb. After a question
    or exclamation mark (`asks`) more may follow, but not the beginning of other speech.
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
    """Return the index of the first token after the dateline of a sentence; `low` if it has none."""
    first = tokens[low].text
    for at in range(low + 1, min(low + _MAX_DATELINE_TOKENS, high - 1)):
        if tokens[at].text in {"—", "–", "-", "--"}:
            # The agency in parentheses is no token, but leaves a gap: "Orlan (XY) –".
            agency = tokens[at].start - tokens[at - 1].end > len(" () ")
            return at + 1 if agency or (first.isupper() and len(first) > len("UN")) else low
    return low
