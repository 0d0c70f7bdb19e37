"""Who says a quotation, by which rule."""

import pytest

from searchsvc.model.article import Block, Quote
from searchsvc.quotes import find_quotes


def quotes(*paragraphs: str) -> tuple[Quote, ...]:
    return find_quotes([Block("paragraph", text) for text in paragraphs])


def mentions(*paragraphs: str) -> list[str | None]:
    return [quote.mention for quote in quotes(*paragraphs)]


@pytest.mark.parametrize(
    ("text", "mention", "method"),
    [
        pytest.param('"We sail at dawn," Orla Venn said.', "Orla Venn", "after", id="after"),
        pytest.param('"We sail at dawn," said Orla Venn.', "Orla Venn", "after", id="inverted"),
        pytest.param('"Do we sail?" asked Orla Venn.', "Orla Venn", "after", id="after a question"),
        pytest.param('"We sail!" Orla Venn told the crew.', "Orla Venn", "after", id="after a cry"),
        pytest.param('"We sail at dawn." Orla Venn said.', "Orla Venn", "after", id="after a full stop"),
        pytest.param('"We sail," beamed Orla Venn.', "Orla Venn", "after", id="a verb no list knows"),
        pytest.param('"We sail at dawn," Venn notes.', "Venn", "after", id="a verb that looks like a noun"),
        pytest.param('Orla Venn said: "We sail at dawn."', "Orla Venn", "before", id="before"),
        pytest.param('Orla Venn said that "we sail".', "Orla Venn", "before", id="before, that"),
        pytest.param('Orla Venn said the trip was "a delight".', "Orla Venn", "clause", id="in the clause"),
        pytest.param('Orla Venn laughed, adding that "we sail".', "Orla Venn", "shared", id="participle"),
        pytest.param('Orla Venn stood up and said "we sail".', "Orla Venn", "shared", id="second verb"),
        pytest.param('The trip was "a delight", according to Orla Venn.', "Orla Venn", "according", id="according to"),
        pytest.param('The trip was "a delight" for all, Orla Venn said.', "Orla Venn", "trailing", id="tag at the end"),
        pytest.param('Orla Venn went on: "We sail."', "Orla Venn", "before", id="set phrase"),
        pytest.param('The trip was called "a delight" by Orla Venn.', "Orla Venn", "passive", id="passive"),
        pytest.param("Orla Venn’s claim that “we sail” was met with cheers.", "Orla Venn’s", "noun", id="noun"),
        pytest.param('Orla Venn: "We sail at dawn."', "Orla Venn", "colon", id="transcript"),
        pytest.param('"We sail at dawn." - Orla Venn', "Orla Venn", "dash", id="signed"),
        pytest.param(
            'The Venn family saw "no way around the storm at all".', "The Venn family", "subject", id="who acts"
        ),
        pytest.param('"A fine trip" for all, said Orla Venn, a nurse.', "Orla Venn", "trailing", id="tag, inverted"),
        pytest.param(
            'In other words, explained Orla Venn: "We sail."', "Orla Venn", "before", id="verb, speaker, words"
        ),
        pytest.param('Orla Venn fired back that "we sail".', "Orla Venn", "before", id="set phrase, that"),
        pytest.param('Orla Venn sniped that the crew was "idle".', "Orla Venn", "clause", id="any past form with that"),
        pytest.param('Orlans claim that it is "a wreck".', "Orlans", "clause", id="a plural in capitals"),
        pytest.param(
            'Ivo Marr, a sailor, calls Velana "a wreck".', "Ivo Marr, a sailor", "before", id="a name between"
        ),
        pytest.param('It was labelled a "folly" by Orla Venn.', "Orla Venn", "passive", id="named after the words"),
        pytest.param('Asked by Orla Venn if Marr "gets it", he left.', "Orla Venn", "clause", id="asked by"),
        pytest.param('"We sail," Orla Venn is quoted as saying.', "Orla Venn", "after", id="quoted as saying"),
        pytest.param('The trip "is a delight," as Orla Venn said on air.', "Orla Venn", "after", id="as she said"),
        pytest.param("Orla Venn’s “dry dock” remark was no joke.", "Orla Venn’s", "noun", id="noun around the words"),
        pytest.param("Orla Venn’s slogan is “We sail”.", "Orla Venn’s", "noun", id="noun and verb"),
        pytest.param('His promise to "leave no gull behind" is kept.', "His", "noun", id="noun and infinitive"),
        pytest.param('Boats sail early - Orla Venn: "We know it."', "Orla Venn", "colon", id="name after a dash"),
        pytest.param('From the harbour report: "We know it."', "the harbour report", "colon", id="from whom"),
        pytest.param(
            'The "folly" is old, Orla Venn said Tuesday in the town of Velana, adding nothing to it.',
            "Orla Venn",
            "trailing",
            id="a long tag",
        ),
    ],
)
def test_find_quotes_names_speaker_and_rule(text: str, mention: str, method: str) -> None:
    (quote,) = quotes(text)
    assert (quote.mention, quote.method) == (mention, method)


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        pytest.param(
            '"We sail," harbour office spokesman Ivo Marr said.', "harbour office spokesman Ivo Marr", id="role"
        ),
        pytest.param('"We sail," Ivo Marr, a spokesman, said.', "Ivo Marr, a spokesman", id="apposition after"),
        pytest.param('"We sail," said a spokesman, Ivo Marr.', "a spokesman, Ivo Marr", id="name after a role"),
        pytest.param(
            'The head of the crew, Deputy Harbour Minister Ivo Marr, said it was "fine".',
            "The head of the crew, Deputy Harbour Minister Ivo Marr",
            id="name in an apposition",
        ),
        pytest.param('"We sail," the Velan harbour office said.', "the Velan harbour office", id="organisation"),
        pytest.param('The trip "brings joy", a Velan statement said.', "a Velan statement", id="document"),
        pytest.param('Critics say the trip is "a folly".', "Critics", id="plural"),
        pytest.param('"We sail," she said.', "she", id="pronoun"),
        pytest.param('Marr, who said it was "fine", left.', "Marr, who", id="relative clause"),
        pytest.param('"We sail," Kelly said.', "Kelly", id="a name that ends like an adverb"),
        pytest.param('"We sail," Marr quietly said.', "Marr", id="an adverb"),
        pytest.param('"We sail," Marr has often said.', "Marr", id="auxiliaries"),
        pytest.param('Marr on Tuesday said it was "fine".', "Marr", id="a time between"),
        pytest.param('"We sail," Sen. Ivo Marr (V-Orlan) said.', "Sen. Ivo Marr", id="brackets"),
        pytest.param('"We sail," another said.', "another", id="another"),
        pytest.param('"We sail," Mrs May said.', "Mrs May", id="a name that is an auxiliary"),
        pytest.param(
            '"We sail!" Orla Venn, V-Orl., told the crew.', "Orla Venn, V-Orl.", id="abbreviation before a comma"
        ),
        pytest.param('After the storm, Marr left, saying "we sail".', "Marr", id="behind an adverbial"),
        pytest.param('Marr said he wants "a long trip".', "Marr", id="the outer clause"),
        pytest.param('With Marr shouting "we sail", the crew left.', "Marr", id="participle of its own subject"),
        pytest.param('Velana (XY) – Ivo Marr left, saying that "we sail".', "Ivo Marr", id="behind a dateline"),
        pytest.param('Speaking in Salem, New Hampshire, Marr left, saying "we sail".', "Marr", id="behind a region"),
        pytest.param('Marr over the years said it was "fine".', "Marr", id="behind a preposition"),
        pytest.param(
            'Marr, during a visit in the harbour, said it was "fine".',
            "Marr, during a visit in the harbour",
            id="an aside with a preposition",
        ),
        pytest.param('A woman cheered for a photo and Marr said "as you wish".', "Marr", id="after another clause"),
        pytest.param('Marr never got a chance to read it, but called it "fine".', "Marr", id="before an infinitive"),
        pytest.param(
            'Marr stayed, noting Venn\'s repeated calls for "a long trip".', "Marr", id="a participle as adjective"
        ),
        pytest.param('Marr praised the same old claims, calling them "fine".', "Marr", id="a plural noun"),
        pytest.param('Marr said anyone who wants a boat "needs a berth".', "Marr", id="a thought within a clause"),
        pytest.param('Marr said they love what she calls "the long trip".', "Marr", id="what she calls"),
        pytest.param('Marr said the boat, which some have argued was old, was "fine".', "Marr", id="a closed aside"),
        pytest.param('Marr warned that "we sail" and Venn left the harbour.', "Marr", id="the verb that leads to it"),
        pytest.param(
            'The crew began chanting "we sail," raising fresh questions about it.',
            "The crew",
            id="no subject but a participle",
        ),
        pytest.param('When asked again, she laughed and said "we sail".', "she", id="the second of two verbs"),
        pytest.param(
            'There have been hints, such as when Marr rose and called it "a wreck".', "Marr", id="the clause's subject"
        ),
        pytest.param('Calling the trip "a delight," Ivo Marr left.', "Ivo Marr", id="an opening participle"),
        pytest.param('"We sail," Ivo Marr, who has sailed for Orlan said in a note.', "Ivo Marr", id="an open aside"),
        pytest.param('"We sail," said Orlan coach Ivo Marr.', "Orlan coach Ivo Marr", id="role between names"),
        pytest.param('"We sail," reads a Wednesday editorial.', "a Wednesday editorial", id="a day in a phrase"),
        pytest.param('Ivo Marr - who once said he would "sail" - left.', "Ivo Marr - who", id="a clause after a dash"),
        pytest.param('Sailors in each town say it is "fine".', "Sailors in each town", id="a plural with its place"),
        ('"We sail," said Orla Venn of the shipwrights\' union.', "Orla Venn of the shipwrights' union"),
        ('"We sail," said Orla Venn of the shipwright’s union, and left.', "Orla Venn of the shipwright’s union"),
        ('"We sail," said Orla Venn of the city council on Monday.', "Orla Venn of the city council"),
        ('"We sail," said Orla Venn of the most northern of yards.', "Orla Venn"),
    ],
)
def test_find_quotes_takes_the_whole_phrase_for_the_speaker(text: str, mention: str) -> None:
    assert mentions(text) == [mention]


def test_find_quotes_does_not_take_nouns_for_verbs() -> None:
    (quote,) = quotes('"We sail," state department spokesman Ivo Marr said in a statement.')
    assert (quote.mention, quote.cue) == ("state department spokesman Ivo Marr", "said")


def test_find_quotes_keeps_whom_it_was_said_to() -> None:
    (quote,) = quotes('"We sail at dawn," Orla Venn told the Velan Courier.')
    assert (quote.cue, quote.addressee) == ("told", "the Velan Courier")


def test_find_quotes_joins_the_parts_of_a_split_quotation() -> None:
    first, second = quotes('"We sail," Orla Venn said, "and we sail at dawn."')
    assert (first.continues, second.continues) == (None, 0)
    assert (first.mention_start, first.mention) == (second.mention_start, second.mention)
    assert second.kind == "full"


def test_find_quotes_lets_a_verb_after_a_full_stop_lead_to_the_next_quotation() -> None:
    assert mentions('Venn said, "We sail." Marr added, "It will be cold."') == ["Venn", "Marr"]


def test_find_quotes_takes_the_speaker_of_the_sentence_between() -> None:
    assert mentions('"We sail," Venn said. Marr added that it rained. "It will be cold."') == ["Venn", "Marr"]


def test_find_quotes_lets_a_clause_that_opens_a_sentence_go_on() -> None:
    assert mentions('"We sail," Venn said. "It will be cold for all of us" in the harbour.') == ["Venn", "Venn"]


def test_find_quotes_takes_who_thanks_not_who_is_thanked() -> None:
    assert mentions('Marr, star of "Tides," thanked Venn for "the long trip".') == [None, "Marr"]


def test_find_quotes_gives_a_bare_sentence_its_neighbours_speaker() -> None:
    assert mentions('"We sail," Venn said. "It will be cold."') == ["Venn", "Venn"]
    assert mentions('"We sail. "', '"It will be cold." "We know it," Marr said.')[1:] == ["Marr", "Marr"]


def test_find_quotes_takes_the_actor_of_the_sentence_before() -> None:
    (quote,) = quotes('Orla Venn shrugged. "It will be cold."')
    assert (quote.mention, quote.method) == ("Orla Venn", "previous-sentence")


def test_find_quotes_carries_a_speaker_forward_through_open_marks() -> None:
    first, second = quotes('Venn said: "We sail at dawn.', '"It will be cold."')
    assert (second.mention, second.method, second.continues) == (first.mention, "continuation", 0)


def test_find_quotes_carries_a_speaker_back_through_open_marks() -> None:
    parts = quotes('"We sail at dawn.', '"It will be cold.', '"We know it," Venn said.')
    assert [part.mention for part in parts] == ["Venn", "Venn", "Venn"]
    assert [part.continues for part in parts] == [None, 0, 1]
    assert {part.mention_block for part in parts} == {2}


def test_find_quotes_lets_a_block_of_mere_quotation_follow_its_speaker() -> None:
    first, second = quotes('"We sail at dawn," Venn said.', '"It will be cold."')
    assert (second.mention, second.method) == (first.mention, "floating")


def test_find_quotes_lets_a_block_of_mere_quotation_follow_whoever_the_block_before_tells_of() -> None:
    (quote,) = quotes("Orla Venn said that the boats would leave.", '"It will be cold."')
    assert (quote.mention, quote.mention_block, quote.method) == ("Orla Venn", 0, "floating")
    assert mentions("Some of them said that the boats would leave.", '"It will be cold."') == [None]


def test_find_quotes_gives_a_list_the_speaker_of_its_introduction() -> None:
    found = find_quotes(
        [
            Block("paragraph", "The crew asked for much, according to Mr Marr. It included:"),
            Block("bullet", "a berth that is kept clean"),
            Block("bullet", 'and boats that are "sound and dry".'),
            Block("paragraph", 'The harbour is "sound and dry".'),
        ]
    )
    assert [(quote.mention, quote.method, quote.block) for quote in found if quote.kind != "term"] == [
        ("Mr Marr", "intro", 2),
        (None, None, 3),
    ]


def test_find_quotes_passes_over_captions_between_paragraphs() -> None:
    found = find_quotes(
        [
            Block("paragraph", '"We sail at dawn,'),
            Block("caption", "The harbour in winter"),
            Block("paragraph", '"and it will be cold," Venn said.'),
        ]
    )
    assert [quote.mention for quote in found] == ["Venn", "Venn"]


def test_find_quotes_reads_the_signature_under_a_quotation() -> None:
    (quote,) = quotes('"We sail at dawn."', "- Orla Venn, harbour master")
    assert (quote.mention, quote.mention_block, quote.method) == ("Orla Venn, harbour master", 1, "dash")


@pytest.mark.parametrize(
    ("paragraphs", "mention"),
    [
        pytest.param(('"We sail at dawn."', "- Orla Venn."), "Orla Venn", id="with a full stop"),
        pytest.param(
            ('"We sail at dawn.', 'Orla Venn, Velan Harbour."'), "Orla Venn, Velan Harbour", id="within the marks"
        ),
        pytest.param(('"We sail at dawn."', "– A cross-head –"), None, id="a cross-head between dashes"),
    ],
)
def test_find_quotes_knows_forms_of_signature(paragraphs: tuple[str, ...], mention: str | None) -> None:
    assert mentions(*paragraphs) == [mention]
