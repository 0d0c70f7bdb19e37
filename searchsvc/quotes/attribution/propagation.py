"""Quotations without a speaker of their own → the speaker of a neighbouring block.

A quotation left open goes on in the next block; an introduction speaks for the list under
it; a block that is nothing but quotation belongs to whoever spoke before.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import DETERMINERS
from searchsvc.quotes.quotations import Found, Paragraph

#: Blocks that stand between paragraphs without being part of the running text.
ASIDES = frozenset({"crosshead", "caption", "pullquote", "table", "factbox"})

#: Shorter words in marks are no clause.
_CLAUSE = 18
_NOBODY = frozenset({"it", "this", "that", "these", "those", "there", "what", "we", "you", "i"})
#: A name after a dash, with at most a few words of who it is.
_SIGNATURE = re.compile(r"(?:--|[-–—])\s*([^\W\d_a-z](?:[^.!?:;\"“”\n]|\.(?=\s?\w)){1,80})\.?")
#: The same closing a quotation left open in the block before.
_CLOSED_BY_NAME = re.compile(r"([^\W\d_a-z](?:[^!?:;\"“”\n.]|\.(?=\s?\w)){1,80})\.?[\"”]")


def propagate(paragraphs: Sequence[Paragraph], blocks: Sequence[Block]) -> None:
    """Carry speakers from block to block, forwards and then back through quotations left open."""
    running = [p for p in paragraphs if blocks[p.number].kind not in ASIDES]
    for here, after in pairwise(running):
        _signed(here, after)
    intro: Found | None = None
    for before, here in pairwise(running):
        is_item = blocks[here.number].kind == "bullet"
        if before.leads:
            intro = before.last or _credible(before)
        elif not is_item:
            intro = None
        _forward(before, here, intro if is_item or before.leads else None, in_list=is_item)
    _backward(running)
    for paragraph in running:
        for quote in paragraph.found:
            if blocks[paragraph.number].kind == "paragraph" and quote.actor and not quote.attributed:
                _by_actor(quote, paragraph.text)


def _is_somebody(paragraph: Paragraph, teller: Found) -> bool:
    """Return whether a teller is a name or a person: not "some critics", "it"."""
    words = paragraph.text[teller.mention_start : teller.mention_end].split()
    if words[0].lower() in {"he", "she", "they"}:
        return True
    named = words[words[0].lower() in DETERMINERS :]
    return words[0].lower() not in _NOBODY and any(word[0].isupper() for word in named)


def _credible(before: Paragraph) -> Found | None:
    """Return who acts in the sentence that leads on, if it is a name or a person: not "See", "Transcript"."""
    actor = before.actor
    if actor is None or actor.mention_start is None:
        return None
    words = before.text[actor.mention_start : actor.mention_end].split()
    named = sum(word[0].isupper() for word in words) > 1
    return actor if named or words[0].lower() in {"he", "she", "they"} else None


def _forward(before: Paragraph, here: Paragraph, intro: Found | None, *, in_list: bool) -> None:
    continues = _goes_on(before, here)
    source, method = _source(before, here, intro, continues=continues, in_list=in_list)
    if continues:
        here.found[0].continues_found = before.found[-1]
    if source is None or not source.attributed:
        return
    for place, quote in enumerate(here.found):
        if quote.attributed:
            break
        if quote.alone or in_list or (continues and place == 0):
            quote.take(source, method)


def _goes_on(before: Paragraph, here: Paragraph) -> bool:
    """Return whether the first quotation of a block is the rest of one left open before."""
    if not before.found or not here.found or before.found[-1].span.closed:
        return False
    return not here.text[: here.found[0].span.outer_start].strip()


def _source(
    before: Paragraph, here: Paragraph, intro: Found | None, *, continues: bool, in_list: bool
) -> tuple[Found | None, str]:
    if continues:
        return before.found[-1], "continuation"
    if intro is not None or in_list:
        return intro, "intro"
    if before.found:
        return before.found[-1], "floating"
    teller = before.teller
    if teller is not None and _is_mere_quotation(here) and _is_somebody(before, teller):
        return teller, "floating"
    return None, ""


def _is_mere_quotation(paragraph: Paragraph) -> bool:
    """Return whether a block holds nothing but quotations."""
    found = paragraph.found
    if not found or found[0].span.outer_start or not all(quote.alone for quote in found):
        return False
    quoted = sum(quote.span.outer_end - quote.span.outer_start for quote in found)
    # One space between them.
    return quoted + len(found) >= len(paragraph.text.strip())


def _backward(running: Sequence[Paragraph]) -> None:
    """Give the open parts of a long quotation the speaker named only at its end."""
    for here in reversed(running):
        first = here.found[0] if here.found else None
        if first is None or first.continues_found is None or not first.attributed:
            continue
        earlier = first.continues_found
        if not earlier.attributed:
            earlier.take(first, "continuation")


def _by_actor(quote: Found, text: str) -> None:
    """Give a clause in marks to who acts in its sentence, if no other rule has named anybody."""
    actor = quote.actor
    if actor is None or quote.span.end - quote.span.start < _CLAUSE:
        return
    words = text[actor.mention_start : actor.mention_end].split()
    nobody = words[0].lower().replace("’", "'").removesuffix("'s") in _NOBODY
    if not nobody and (len(words) > 1 or words[0][0].isupper() or words[0] in {"he", "she", "they"}):
        quote.take(actor, "subject")


def _signed(here: Paragraph, after: Paragraph) -> None:
    """Give a block of mere quotation the name that stands under it after a dash."""
    if not here.found or after.found or here.found[-1].attributed or not here.found[-1].alone:
        return
    pattern = _SIGNATURE if here.found[-1].span.closed else _CLOSED_BY_NAME
    signature = pattern.fullmatch(after.text.strip())
    if signature is None or signature[1][-1] in "–—-":
        return
    start = after.text.index(signature[1])
    for quote in here.found:
        if quote.alone and not quote.attributed:
            quote.method, quote.spoken = "dash", True
            quote.mention_block, quote.mention_start, quote.mention_end = after.number, start, start + len(signature[1])
