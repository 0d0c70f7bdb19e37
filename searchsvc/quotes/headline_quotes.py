"""Headlines → the words they quote."""

from collections.abc import Sequence

from searchsvc.model.article import Quote
from searchsvc.quotes.entities import organisation_in, person_in
from searchsvc.quotes.lexicon import CUE_BASES, CUE_FORMS, GENITIVES, LINKS, PLURALS, word_set
from searchsvc.quotes.quotation_marks import QuotedSpan, find_quoted_spans, find_single_quoted_spans
from searchsvc.quotes.quotations import Found, confidence_of
from searchsvc.quotes.syntax import SentenceToken, tokenize_block
from searchsvc.quotes.syntax.noun_phrases import ORGANS

#: Headlines are cut short of this; what is longer is no headline.
_LONGEST = 500
METHOD = "headline"
#: Words of a speaker in a headline at most.
_LONGEST_NAME = 5
#: Whoever does this in a headline speaks in the words it marks. Verbs a thing may be the subject of ("hits", "signals",
#: "claims") are not here, nor those whose object somebody else said ("denies", "rejects").
_SAYING = word_set(
    "say tell warn urge call admit accuse attack blast slam vow pledge offer hail praise criticise criticize defend "
    "insist predict decry demand dismiss describe condemn concede confirm promise lament scold welcome ask announce "
    "declare acknowledge argue denounce deride mock write tweet advise caution"
)
_PAST = word_set("said told wrote")
_ROLES = word_set(
    "chief boss ceo cfo chairman chairwoman economist expert analyst aide adviser critic lawyer coach manager director "
    "general judge professor author founder owner editor head study report poll survey firm union group watchdog panel "
    "source regulator charity bank"
)
#: What a headline may begin with before a colon that is nobody.
_KICKERS = word_set(
    "factbox analysis timeline exclusive update video live opinion profile review watch pictures election poll special "
    "breaking interview how why what who"
)


def find_headline_quotes(headlines: Sequence[str]) -> tuple[Quote, ...]:
    """Return the words headlines set in marks, single ones too; each stands for itself, without a block."""
    return tuple(quote for headline in headlines for quote in _in_headline(headline[:_LONGEST]))


def _in_headline(text: str) -> list[Quote]:
    doubles = find_quoted_spans(text)
    marked = doubles if any(not span.single for span in doubles) else find_single_quoted_spans(text)
    tokens = tokenize_block(text, marked).tokens
    return [_quote(text, span, tokens, at) for at, span in _places(tokens, marked)]


def _places(tokens: list[SentenceToken], marked: Sequence[QuotedSpan]) -> list[tuple[int, QuotedSpan]]:
    return [(at, marked[token.quote]) for at, token in enumerate(tokens) if token.quote >= 0]


def _quote(text: str, span: QuotedSpan, tokens: list[SentenceToken], at: int) -> Quote:
    found = Found(-1, span)
    _attribute(found, text, tokens, at)
    mention = None if found.mention_start is None else text[found.mention_start : found.mention_end]
    person = person_in(mention) if mention else None
    return Quote(
        text[span.start : span.end],
        "headline",
        speaker=person.name if person else (organisation_in(mention) or None) if mention else None,
        mention=mention,
        cue=found.cue,
        method=found.method,
        confidence=confidence_of(found.method),
    )


def _attribute(found: Found, text: str, tokens: list[SentenceToken], at: int) -> None:
    """Name the speaker: "Name says 'words'", "Name: 'words'", "'Words', says Name", "'Words': Name"."""
    for cue in range(1, at):
        if tokens[cue].text == ":" or not tokens[cue].is_word:
            break
        if _says(tokens, cue):
            _take(found, text, tokens, (0, cue), cue)
            return
    if at > 1 and tokens[at - 1].text == ":" and " " in text[found.span.start : found.span.end]:
        _take(found, text, tokens, (0, at - 1), at - 1)
        return
    end = len(tokens)
    for cue in range(at + 1, end):
        if tokens[cue].text == ":" and not tokens[at + 1].is_word:
            _take(found, text, tokens, (cue + 1, end), cue)
            return
        if _says(tokens, cue):
            here = at + 1 + (tokens[at + 1].text == ",")
            _take(found, text, tokens, (cue + 1, end) if here == cue else (here, cue), cue)
            return


def _says(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a word is a verb of saying as headlines have them: "says", "told", and "say" after a plural."""
    low = tokens[at].low
    if not tokens[at].text.islower() or CUE_FORMS.get(low, low) not in _SAYING:
        return False
    if low in CUE_BASES:
        before = tokens[at - 1].low
        return before in PLURALS or (before.endswith("s") and not before.endswith(("ss", *GENITIVES)))
    return low.endswith("s") or low in _PAST


def _take(found: Found, text: str, tokens: list[SentenceToken], place: tuple[int, int], cue: int) -> None:
    """Take the words of a place for the speaker if they are a name, with a role at most."""
    words = tokens[slice(*place)]
    if not 0 < len(words) <= _LONGEST_NAME or not all(t.is_word for t in words) or words[0].low in _KICKERS:
        return
    lower = [t.low for t in words if t.text[0].islower()]
    plural = len(words) > 1 and tokens[cue].low in CUE_BASES
    if len(lower) == len(words) or any(not (plural or _is_role(low)) for low in lower):
        return
    found.method = METHOD
    found.mention_start, found.mention_end = words[0].start, words[-1].end
    found.cue = text[tokens[cue].start : tokens[cue].end]


def _is_role(low: str) -> bool:
    return low in _ROLES or low in ORGANS or low in LINKS or low.startswith("ex-")
