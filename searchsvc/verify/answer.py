"""Say the result of a check in one sentence, and write a passage as text with its source.

Input is what was checked and the passages found; the sentence is a Message: pages say it in
the reader's language, JSON and terminals in English.
"""

import itertools
from collections.abc import Iterator, Sequence

from searchsvc.model.message import Message, join_messages
from searchsvc.verify.difference import Difference, DifferenceKind, SourcePassage, VerdictStatus
from searchsvc.verify.printed_stretch import MIN_STRETCH
from searchsvc.verify.reporting_clauses import PastedAttribution
from searchsvc.verify.resemblance import MIN_WORDS

#: Differences that a sentence names, at most, and code points of a stretch that it repeats.
MAX_NAMED, MAX_REPEATED = 3, 80


def answer_of(
    status: VerdictStatus,
    words: int,
    places: Sequence[SourcePassage],
    attribution: PastedAttribution | None,
    articles: int,
) -> Message:
    """Return what was found in one sentence, with a second one if words were pasted that say who spoke.

    Args:
        status: The verdict's.
        words: Number of words of the quotation.
        places: The passages, best first.
        attribution: What was pasted with the quotation.
        articles: Number of articles of the index.

    """
    found = _found(status, words, places[0] if places else None, articles)
    return join_messages((found, _attributed(attribution, places[0]))) if attribution and places else found


def _found(status: VerdictStatus, words: int, place: SourcePassage | None, articles: int) -> Message:
    """Return the first sentence."""
    if place is not None:
        return _printed(place, words)
    here = Message("the %(n)s article here", plural="the %(n)s articles here", n=articles)
    if articles == 1:
        here = Message("the one article here")
    if status == "too_short":
        return Message(
            "The word is not printed so in %(here)s; with fewer than %(least)s words nothing like them can be looked "
            "for.",
            plural="These %(n)s words are not printed so in %(here)s; with fewer than %(least)s words nothing like "
            "them can be looked for.",
            n=words,
            here=here,
            least=MIN_WORDS,
        )
    if words > MIN_STRETCH:
        return Message(
            "These %(words)s words are not printed in %(here)s, nor are %(stretch)s of them on end; "
            "that does not mean that nobody said so.",
            words=words,
            here=here,
            stretch=MIN_STRETCH,
        )
    return Message(
        "These %(words)s words are not printed in %(here)s; that does not mean that nobody said so.",
        words=words,
        here=here,
    )


def _printed(place: SourcePassage, words: int) -> Message:
    """Return what is printed in a passage of a quotation of so many words."""
    match place.status:
        case "exact":
            return Message(
                "The one word is printed exactly so.", plural="All %(n)s words are printed exactly so.", n=words
            )
        case "punctuation":
            return Message(
                "The one word is printed; punctuation, capitals or accents differ.",
                plural="All %(n)s words are printed in this order; punctuation, capitals or accents differ.",
                n=words,
            )
        case "split":
            return Message(
                "All %(words)s words are printed in this order; in print “%(clause)s” interrupts them.",
                words=words,
                clause=_first(place, "clause"),
            )
        case "stretch":
            return Message(
                "Of your %(words)s words, %(kept)s on end are printed, “%(run)s”; the rest is not.",
                words=words,
                kept=place.kept,
                run=_first(place, "same"),
            )
        case "words":
            return _different(words, place)


def _first(place: SourcePassage, kind: DifferenceKind) -> str:
    """Return the first printed text of a kind, shortened."""
    return _cut(next((one.printed for one in place.diff if one.kind == kind), ""))


def _different(words: int, place: SourcePassage) -> Message:
    """Return how many words are printed so, and which ones differ."""
    told = list(_differences(place.diff))
    more = len(told) - MAX_NAMED
    named = told[:MAX_NAMED] + ([Message("and %(n)s more", n=more)] if more > 0 else [])
    return Message(
        "%(kept)s of your %(words)s words are printed so, in this order; %(differences)s.",
        kept=place.kept,
        words=words,
        differences=join_messages(named, "; "),
    )


def _differences(diff: Sequence[Difference]) -> Iterator[Message]:
    for one in diff:
        quoted, printed = _cut(one.quoted), _cut(one.printed)
        match one.kind:
            case "same" | "declared":
                continue
            case "near":
                yield Message("“%(quoted)s” is “%(printed)s”, another form of the same", quoted=quoted, printed=printed)
            case "clause":
                yield Message("“%(printed)s” interrupts them", printed=printed)
            case _ if quoted and printed:
                yield Message("“%(quoted)s” is “%(printed)s”", quoted=quoted, printed=printed)
            case _ if printed:
                yield Message("“%(printed)s” is left out", printed=printed)
            case _:
                yield Message("“%(quoted)s” is not printed", quoted=quoted)


def _attributed(attribution: PastedAttribution, place: SourcePassage) -> Message:
    """Return whether the article names the speaker whom the pasted words name."""
    told = _cut(attribution.text)
    printed = place.quote and place.quote.who
    if attribution.speaker is None:
        return Message("“%(told)s” was not checked as part of it.", told=told)
    if attribution.agrees is None and not printed:
        return Message("“%(told)s” was not checked as part of it; the article names nobody.", told=told)
    who = printed or ""
    if attribution.agrees:
        return Message("“%(told)s” was not checked as part of it; the article names %(who)s, too.", told=told, who=who)
    if attribution.agrees is None:
        return Message("“%(told)s” was not checked as part of it; the article names %(who)s.", told=told, who=who)
    return Message("“%(told)s” was not checked as part of it; the article names %(who)s instead.", told=told, who=who)


def _cut(text: str) -> str:
    line = " ".join(text.split()).strip(' ,;:.!?"“”„«»')
    return line if len(line) <= MAX_REPEATED else line[: MAX_REPEATED - 1].rstrip() + "…"


def citation_of(place: SourcePassage) -> str:
    """Return a passage as text with its source: `“We dredge.” - Runa Asker, “Warden warns”, Echo, 5 May 2024`."""
    head, quote = place.head, place.quote
    day = head.dated_day
    source = (
        (quote.certain_speaker or quote.mention) if quote and place.quoted else None,
        f"“{head.title}”" if head.title else None,
        head.outlet,
        f"{day.day} {day:%B %Y}" if day else None,
        head.url,
    )
    return f"“{_balanced(place.text)}” - {', '.join(filter(None, source))}"


def _balanced(text: str) -> str:
    """Return a text in one line with single marks inside of it, one of which is added where only its half is there."""
    line = " ".join(text.split()).strip(' ,;"“”')
    marks = [mark for mark in line if mark in '"“”']
    straight = itertools.cycle("‘’" if marks.count('"') % 2 == 0 else "’‘")
    single = "".join({"“": "‘", "”": "’", '"': ""}.get(sign, sign) or next(straight) for sign in line)
    kinds = [sign for sign, was in zip(single, line, strict=True) if was in '"“”']
    return ("‘" if kinds[:1] == ["’"] else "") + single + ("’" if kinds[-1:] == ["‘"] else "")
