"""Attribute quotations whose own sentence names no speaker to the speaker of a neighbouring sentence or block.

Within a block, a sentence that is only a quotation gets the speaker of the nearest quotation that
has one. From block to block, a quotation without closing mark passes its speaker to the one that
continues it; an introduction that ends with a colon, to the list below it; a block with speech, to
a following block that is only quotation.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import DETERMINERS, THIRD_PERSONS
from searchsvc.quotes.quotations import Attribution, Mention, Paragraph, Quotation

#: Kinds of blocks that interrupt the running text; speakers are carried across them.
ASIDES = frozenset({"crosshead", "caption", "pullquote", "table", "factbox"})

#: Code points of the shortest quotation that is taken for a clause, and may get the subject of its sentence as speaker.
_MIN_CLAUSE_LENGTH = 18
#: Code points of the shortest quotation that, at the beginning of a sentence, may get the speaker before it.
_MIN_OPENING_LENGTH = 25
#: First words of mentions that are no speaker of a neighbouring quotation.
_NOT_SPEAKERS = frozenset({"it", "this", "that", "these", "those", "there", "what", "we", "you", "i"})
#: A block that is only a signature: a dash, a name, and a few words about the person.
_SIGNATURE = re.compile(r"(?:--|[-–—])\s*([^\W\d_a-z](?:[^.!?:;\"“”\n]|\.(?=\s?\w)){1,80})\.?")
#: The same without the dash and before a closing mark, which closes the quotation of the block before.
_CLOSED_BY_NAME = re.compile(r"([^\W\d_a-z](?:[^!?:;\"“”\n.]|\.(?=\s?\w)){1,80})\.?[\"”]")


def propagate(paragraphs: Sequence[Paragraph], blocks: Sequence[Block]) -> tuple[Quotation, ...]:
    """Return the quotations of all blocks in order, with speakers carried over from their neighbours.

    Steps, each for quotations without a speaker after the one before: within each block; from a
    signature below; from the block before; back from the rest of a quotation to its first part; at
    last, from the subject of the quotation's own sentence.

    Args:
        paragraphs: One for each block, as `attribute` returns it.
        blocks: The blocks of the article.

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
    """Attribute sentences that are only a quotation to a speaker of their block.

    The rules in order: the reporting sentence right before; the nearest quotation before with a
    speaker; the nearest one after; the nearest sentence before that has a speaker or a subject.
    """
    quotations = list(paragraph.quotations)
    if all(quotation.attribution is not None for quotation in quotations):
        return paragraph
    for index, quotation in enumerate(quotations):
        context = quotation.context
        after_speech = index > 0 and context.alone and context.follows_reported_speech
        told = context.previous is not None and _words(paragraph, context.previous)[0].lower() not in _NOT_SPEAKERS
        if after_speech and told and context.previous is not None and quotation.attribution is None:
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
        told = previous is not None and _words(paragraph, previous)[0].lower() not in _NOT_SPEAKERS
        if told and previous is not None and quotation.context.alone and quotation.attribution is None:
            quotations[index] = quotation.attributed_to(previous, "previous-sentence")
    return paragraph._replace(quotations=tuple(quotations))


def _shares_speaker(quotation: Quotation, last: Quotation) -> bool:
    """Return whether a quotation has the speaker of another: it is a sentence by itself, or a clause that begins one.

    The clause must come after the other quotation, in a sentence without a reporting event.
    """
    if quotation.context.alone:
        return True
    after = last.span.start < quotation.span.start
    long = quotation.span.end - quotation.span.start >= _MIN_OPENING_LENGTH
    return after and quotation.context.opens and not quotation.reported and long


def _with_signature(here: Paragraph, after: Paragraph) -> Paragraph:
    """Attribute the quotations of a block to the signature that is the block after it: "– Ana Ruiz, nurse"."""
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
    """Attribute quotations at the beginning of a block to the speaker of the block before, or of the introduction.

    Args:
        before: The block before.
        here: The block.
        introducer: The speaker of the introduction of the list, or of the block before if that is one.
        in_list: True if the block is an item of a list.

    """
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
    """Return whether a block begins with a quotation, and the block before ends in one without a closing mark."""
    if not before.quotations or not here.quotations or before.quotations[-1].span.closed:
        return False
    return not here.text[: here.quotations[0].span.outer_start].strip()


def _speaker_of_neighbour(
    before: Paragraph, here: Paragraph, introducer: Attribution | None, *, continues: bool, in_list: bool
) -> tuple[Attribution | None, str]:
    """Return the speaker that the beginning of a block takes over, and the name of the rule; (None, "") for nobody."""
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
    """Return whether a block consists of quotations only."""
    quotations = paragraph.quotations
    if not quotations or quotations[0].span.outer_start or not all(q.context.alone for q in quotations):
        return False
    quoted = sum(q.span.outer_end - q.span.outer_start for q in quotations)
    # One space between them.
    return quoted + len(quotations) >= len(paragraph.text.strip())


def _carry_backward(before: Paragraph, here: Paragraph) -> Paragraph:
    """Attribute a quotation without closing mark to the speaker of its continuation in the next block."""
    first = here.quotations[0] if here.quotations else None
    if first is None or first.continues is None or first.attribution is None:
        return before
    open_part = before.quotations[-1]
    if open_part.attribution is not None:
        return before
    carried = open_part.attributed_to(first.attribution, "continuation")
    return before._replace(quotations=(*before.quotations[:-1], carried))


def _attribute_to_actors(paragraph: Paragraph) -> Paragraph:
    """Attribute quoted clauses that still have no speaker to the subject of their sentence."""
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
    """Return whether the words of a subject may name a speaker: not "it", "this", "claims"."""
    nobody = words[0].lower().replace("’", "'").removesuffix("'s") in _NOT_SPEAKERS
    return not nobody and (len(words) > 1 or words[0][0].isupper() or words[0] in THIRD_PERSONS)


def _credible_introducer(paragraph: Paragraph) -> Attribution | None:
    """Return the introducer of a paragraph if it is a full name or a personal pronoun: not "See", "Transcript"."""
    introducer = paragraph.introducer
    if introducer is None:
        return None
    words = _words(paragraph, introducer)
    named = sum(word[0].isupper() for word in words) > 1 or introducer.rule == "intro"
    return introducer if named or words[0].lower() in THIRD_PERSONS else None


def _is_somebody(words: Sequence[str]) -> bool:
    """Return whether the words of a mention are a name or a personal pronoun: not "some critics", "it"."""
    first = words[0].lower()
    if first in THIRD_PERSONS:
        return True
    named = words[first in DETERMINERS :]
    return first not in _NOT_SPEAKERS and any(word[0].isupper() for word in named)


def _words(paragraph: Paragraph, somebody: Attribution) -> list[str]:
    """Return the words of a mention that is in this paragraph."""
    return paragraph.text[somebody.mention.start : somebody.mention.end].split()


def _attribute_chosen(paragraph: Paragraph, chosen: Sequence[bool], somebody: Attribution, rule: str) -> Paragraph:
    """Return a paragraph whose chosen quotations (True at their index) are attributed to one speaker."""
    pairs = zip(paragraph.quotations, chosen, strict=True)
    return paragraph._replace(
        quotations=tuple(q.attributed_to(somebody, rule) if is_chosen else q for q, is_chosen in pairs)
    )
