"""Quotations without a speaker of their own → the speaker of a neighbour, within the block and from block to block.

A sentence that is nothing but a quotation belongs to whoever spoke beside it. A quotation left
open goes on in the next block; an introduction speaks for the list under it; a block that is
nothing but quotation belongs to whoever spoke before.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import DETERMINERS, THIRD_PERSONS
from searchsvc.quotes.quotations import Attribution, Mention, Paragraph, Quotation

#: Blocks that stand between paragraphs without being part of the running text.
ASIDES = frozenset({"crosshead", "caption", "pullquote", "table", "factbox"})

#: Shorter words in marks are no clause.
_MIN_CLAUSE_LENGTH = 18
#: A quotation that opens a sentence goes on with the speaker before if it is at least a clause so long.
_MIN_OPENING_LENGTH = 25
_NOT_SPEAKERS = frozenset({"it", "this", "that", "these", "those", "there", "what", "we", "you", "i"})
#: A name after a dash, with at most a few words of who it is.
_SIGNATURE = re.compile(r"(?:--|[-–—])\s*([^\W\d_a-z](?:[^.!?:;\"“”\n]|\.(?=\s?\w)){1,80})\.?")
#: The same closing a quotation left open in the block before.
_CLOSED_BY_NAME = re.compile(r"([^\W\d_a-z](?:[^!?:;\"“”\n.]|\.(?=\s?\w)){1,80})\.?[\"”]")


def propagate(paragraphs: Sequence[Paragraph], blocks: Sequence[Block]) -> tuple[Quotation, ...]:
    """Return the quotations of all blocks, with the speakers of their neighbours.

    Speakers go first from sentence to sentence, then from block to block: forwards, and back
    through quotations left open. Last comes who merely acts in the sentence of a quotation.
    """
    spread = [_within_block(paragraph) for paragraph in paragraphs]
    running = [number for number, block in enumerate(blocks) if block.kind not in ASIDES]
    pairs = list(pairwise(running))
    for here, after in pairs:
        spread[here] = _with_signature(spread[here], spread[after])
    introducer: Attribution | None = None
    for before, here in pairs:
        leading, is_item = spread[before], blocks[here].kind == "bullet"
        if leading.introduces:
            introducer = leading.last_speaker or _credible_introducer(leading)
        elif not is_item:
            introducer = None
        introduced = is_item or leading.introduces
        spread[here] = _carry_forward(leading, spread[here], introducer if introduced else None, in_list=is_item)
    for before, here in reversed(pairs):
        spread[before] = _carry_backward(spread[before], spread[here])
    for number in running:
        if blocks[number].kind == "paragraph":
            spread[number] = _attribute_to_actors(spread[number])
    return tuple(quotation for paragraph in spread for quotation in paragraph.quotations)


def _within_block(paragraph: Paragraph) -> Paragraph:
    """Give a sentence that is nothing but a quotation the speaker of the one before, else of the one after."""
    quotations = list(paragraph.quotations)
    if all(quotation.attribution is not None for quotation in quotations):
        return paragraph
    for index, quotation in enumerate(quotations):
        context = quotation.context
        after_speech = index > 0 and context.alone and context.follows_reported_speech
        if after_speech and context.previous is not None and quotation.attribution is None:
            quotations[index] = quotation.attributed_to(context.previous, "same-paragraph")
    indexes = range(len(quotations))
    for order in (indexes, reversed(indexes)):
        last: Quotation | None = None
        for index in order:
            quotation = quotations[index]
            if quotation.attribution is not None:
                last = quotation
            elif last is not None and last.attribution is not None and _shares_speaker(quotation, last):
                quotations[index] = quotation.attributed_to(last.attribution, "same-paragraph")
    for index, quotation in enumerate(quotations):
        previous = quotation.context.previous
        if previous is not None and quotation.context.alone and quotation.attribution is None:
            quotations[index] = quotation.attributed_to(previous, "previous-sentence")
    return paragraph._replace(quotations=tuple(quotations))


def _shares_speaker(quotation: Quotation, last: Quotation) -> bool:
    """Return whether a quotation is a sentence of its own, or a clause that opens one after that speaker's words."""
    if quotation.context.alone:
        return True
    after = last.span.start < quotation.span.start
    long = quotation.span.end - quotation.span.start >= _MIN_OPENING_LENGTH
    return after and quotation.context.opens and not quotation.reported and long


def _with_signature(here: Paragraph, after: Paragraph) -> Paragraph:
    """Give a block of mere quotation the name that stands under it after a dash."""
    if not here.quotations or after.quotations:
        return here
    final = here.quotations[-1]
    if final.attribution is not None or not final.context.alone:
        return here
    pattern = _SIGNATURE if final.span.closed else _CLOSED_BY_NAME
    signature = pattern.fullmatch(after.text.strip())
    if signature is None or signature[1][-1] in "–—-":
        return here
    start = after.text.index(signature[1])
    signer = Attribution(Mention(after.block, start, start + len(signature[1])), None, "dash")
    return _attribute_chosen(here, [q.context.alone and q.attribution is None for q in here.quotations], signer, "dash")


def _carry_forward(before: Paragraph, here: Paragraph, introducer: Attribution | None, *, in_list: bool) -> Paragraph:
    """Give quotations at the beginning of a block the speaker of the block before, or of its introduction."""
    continues = _continues_open_quotation(before, here)
    source, rule = _speaker_of_neighbour(before, here, introducer, continues=continues, in_list=in_list)
    if continues:
        first = replace(here.quotations[0], continues=before.quotations[-1].number)
        here = here._replace(quotations=(first, *here.quotations[1:]))
    if source is None:
        return here
    unnamed = True
    chosen = []
    for index, quotation in enumerate(here.quotations):
        unnamed = unnamed and quotation.attribution is None
        chosen.append(unnamed and (quotation.context.alone or in_list or (continues and index == 0)))
    return _attribute_chosen(here, chosen, source, rule)


def _continues_open_quotation(before: Paragraph, here: Paragraph) -> bool:
    """Return whether the first quotation of a block is the rest of one left open before."""
    if not before.quotations or not here.quotations or before.quotations[-1].span.closed:
        return False
    return not here.text[: here.quotations[0].span.outer_start].strip()


def _speaker_of_neighbour(
    before: Paragraph, here: Paragraph, introducer: Attribution | None, *, continues: bool, in_list: bool
) -> tuple[Attribution | None, str]:
    if continues:
        return before.quotations[-1].attribution, "continuation"
    if introducer is not None or in_list:
        return introducer, "intro"
    if before.quotations:
        return before.quotations[-1].attribution, "floating"
    reporter = before.reporter
    if reporter is not None and _is_mere_quotation(here) and _is_somebody(_words(before, reporter)):
        return reporter, "floating"
    return None, ""


def _is_mere_quotation(paragraph: Paragraph) -> bool:
    """Return whether a block holds nothing but quotations."""
    quotations = paragraph.quotations
    if not quotations or quotations[0].span.outer_start or not all(q.context.alone for q in quotations):
        return False
    quoted = sum(q.span.outer_end - q.span.outer_start for q in quotations)
    # One space between them.
    return quoted + len(quotations) >= len(paragraph.text.strip())


def _carry_backward(before: Paragraph, here: Paragraph) -> Paragraph:
    """Give the open part of a long quotation the speaker named only where it goes on."""
    first = here.quotations[0] if here.quotations else None
    if first is None or first.continues is None or first.attribution is None:
        return before
    open_part = before.quotations[-1]
    if open_part.attribution is not None:
        return before
    carried = open_part.attributed_to(first.attribution, "continuation")
    return before._replace(quotations=(*before.quotations[:-1], carried))


def _attribute_to_actors(paragraph: Paragraph) -> Paragraph:
    """Give clauses in marks to who acts in their sentence, if no other rule has named anybody."""
    quotations = list(paragraph.quotations)
    if all(quotation.attribution is not None for quotation in quotations):
        return paragraph
    for index, quotation in enumerate(quotations):
        actor = quotation.context.actor
        is_clause = quotation.span.end - quotation.span.start >= _MIN_CLAUSE_LENGTH
        if actor is not None and quotation.attribution is None and is_clause and _is_actor(_words(paragraph, actor)):
            quotations[index] = quotation.attributed_to(actor, "subject")
    return paragraph._replace(quotations=tuple(quotations))


def _is_actor(words: Sequence[str]) -> bool:
    """Return whether the words of a subject are somebody who may be quoted: not "it", "this", "claims"."""
    nobody = words[0].lower().replace("’", "'").removesuffix("'s") in _NOT_SPEAKERS
    return not nobody and (len(words) > 1 or words[0][0].isupper() or words[0] in THIRD_PERSONS)


def _credible_introducer(paragraph: Paragraph) -> Attribution | None:
    """Return who acts in the sentence that leads on, if it is a name or a person: not "See", "Transcript"."""
    introducer = paragraph.introducer
    if introducer is None:
        return None
    words = _words(paragraph, introducer)
    named = sum(word[0].isupper() for word in words) > 1
    return introducer if named or words[0].lower() in THIRD_PERSONS else None


def _is_somebody(words: Sequence[str]) -> bool:
    """Return whether the words of a mention are a name or a person: not "some critics", "it"."""
    first = words[0].lower()
    if first in THIRD_PERSONS:
        return True
    named = words[first in DETERMINERS :]
    return first not in _NOT_SPEAKERS and any(word[0].isupper() for word in named)


def _words(paragraph: Paragraph, somebody: Attribution) -> list[str]:
    return paragraph.text[somebody.mention.start : somebody.mention.end].split()


def _attribute_chosen(paragraph: Paragraph, chosen: Sequence[bool], somebody: Attribution, rule: str) -> Paragraph:
    """Return a paragraph of which some quotations are attributed to somebody."""
    pairs = zip(paragraph.quotations, chosen, strict=True)
    return paragraph._replace(
        quotations=tuple(q.attributed_to(somebody, rule) if is_chosen else q for q, is_chosen in pairs)
    )
