"""Who is meant: people and bodies of an article, each under the fullest name."""

import pytest

from searchsvc.model.article import Block
from searchsvc.quotes import find_bounded_quotes, find_quotes
from searchsvc.quotes.bodies import body_in, organisation_in
from searchsvc.quotes.entities import person_in
from searchsvc.quotes.register import EntityRegister


def speakers(*paragraphs: str) -> list[str | None]:
    return [quote.speaker for quote in find_quotes([Block("paragraph", text) for text in paragraphs])]


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        pytest.param("Orla Venn", "Orla Venn", id="plain"),
        pytest.param("harbour office spokesman Orla Venn", "Orla Venn", id="role before"),
        pytest.param("Deputy Foreign Minister Orla Venn", "Orla Venn", id="titles"),
        pytest.param("Secretary of State Orla Venn", "Orla Venn", id="title of several words"),
        pytest.param("Orla Venn, a spokeswoman for Ivo Marr", "Orla Venn", id="apposition with another name"),
        pytest.param("The head of the crew, Captain Orla Venn", "Orla Venn", id="name in the apposition"),
        pytest.param("Gov. Orla Venn of Velana", "Orla Venn", id="place after"),
        pytest.param("Orla Venn of the campaign group Quiet Harbour", "Orla Venn", id="body with an article after"),
        pytest.param("Saturday", None, id="a day"),
        pytest.param("the Sands", None, id="a place"),
        pytest.param("Orla van der Venn", "Orla van der Venn", id="particles"),
        pytest.param("Mrs Venn", "Venn", id="courtesy title"),
        pytest.param('Orla "Gull" Venn', "Orla Venn", id="nickname"),
        pytest.param("a spokesman for Orla Venn", None, id="somebody else's spokesman"),
        pytest.param("the Orlan Ministry", None, id="body"),
        pytest.param("the BBC", None, id="acronym"),
        pytest.param("Keeper Dean Venn", "Dean Venn", id="given name that is a title, too"),
        pytest.param("Singer Orla Venn", "Orla Venn", id="occupation"),
        pytest.param("Harbour-master Orla Venn", "Orla Venn", id="occupation with a hyphen"),
        pytest.param("Boats founder and Chief Executive Orla Venn", "Orla Venn", id="two posts"),
        pytest.param("Bank of Velana governor Orla Venn", "Orla Venn", id="post in a body"),
        pytest.param("minister for ports Orla Venn", "Orla Venn", id="post for a thing"),
        pytest.param("a lawyer for actor Orla Venn", None, id="somebody else's lawyer"),
        pytest.param("Harbours’ Orla Venn", "Orla Venn", id="possessor"),
        pytest.param("Mr van der Venn", "van der Venn", id="particles at the start"),
        pytest.param("Carlos De Venn", "Carlos De Venn", id="particle with a capital"),
        pytest.param("Ahmed al-Venn", "Ahmed al-Venn", id="joined particle"),
        pytest.param("DCI Orla Venn", "Orla Venn", id="rank"),
        pytest.param("19-year-old Venn", "Venn", id="age"),
        pytest.param("Affairs Doris Venn", "Doris Venn", id="end of an office"),
        pytest.param("Orla Venn QC", "Orla Venn", id="letters behind"),
        pytest.param("Prince Orla", "Prince Orla", id="royal title"),
        pytest.param("Odo Venn III", "Odo Venn III", id="numeral"),
        pytest.param("the Velana Republican", None, id="description in capitals"),
        pytest.param("critics", None, id="plural"),
        pytest.param("He", None, id="pronoun"),
        pytest.param("QUAY OPENED Orla Venn", "Orla Venn", id="heading in capitals"),
        pytest.param("QUAY OPENED Venn", "Venn", id="heading before a surname"),
        pytest.param("JK Venn", "JK Venn", id="initials"),
        pytest.param("Chancellor Peter Marr and Energy Secretary Orla Venn", None, id="two people with titles"),
        pytest.param("Ivo Marr and Labour leader Anna Venn", None, id="two people"),
        pytest.param("Media and Sport Secretary Orla Venn", "Orla Venn", id="two fields of one post"),
        pytest.param("ferry committee member and Tory MP Orla Venn", "Orla Venn", id="member and another post"),
        pytest.param("Women", None, id="a group without an s"),
        pytest.param("Commuters", None, id="a group"),
    ],
)
def test_person_in_finds_the_name_without_titles(mention: str, name: str | None) -> None:
    person = person_in(mention)
    assert (person.name if person else None) == name


def test_organisation_in_cleans_without_cutting() -> None:
    assert organisation_in("statements by the Orlan office and the Velan ministry") == (
        "Orlan office and the Velan ministry"
    )
    assert organisation_in("a Florida strategist") == "Florida strategist"


def test_find_quotes_resolves_a_surname_to_the_only_full_name() -> None:
    assert speakers('"We sail," Ivo Marr said.', '"It is cold," Mr Marr said.') == ["Ivo Marr", "Ivo Marr"]


def test_find_quotes_knows_a_name_with_an_initial() -> None:
    assert speakers("Ivo B. Marr Jr. runs the harbour.", '"It is cold," Mr Marr said.') == ["Ivo B. Marr Jr."]
    text = "Ivo Marr, or Ivo B. Marr, runs the harbour."
    assert speakers(text, '"It is cold," Marr said.') == ["Ivo Marr"]


def test_find_quotes_does_not_choose_between_two_of_one_surname() -> None:
    text = "Ivo Marr and Ada Marr run the harbour."
    assert speakers(text, '"It is cold," Marr said.') == [None]


def test_find_quotes_resolves_a_pronoun_to_the_only_speaker_before() -> None:
    assert speakers("Harbour expert Ivo Marr says the rule has failed.", '"It is cold," he told the Courier.') == [
        "Ivo Marr"
    ]


def test_find_quotes_resolves_a_pronoun_to_who_spoke_last_and_not_to_another_gender() -> None:
    talk = '"We sail," Mr Ivo Marr said. "We stay," Ms Orla Venn said.'
    assert speakers(talk, '"It is cold," he said.') == ["Ivo Marr", "Orla Venn", "Ivo Marr"]
    assert speakers(talk, '"It is cold," she said.') == ["Ivo Marr", "Orla Venn", "Orla Venn"]


def test_find_quotes_takes_who_was_introduced_and_not_a_speaker_further_off() -> None:
    found = speakers(
        '"We sail," Ivo Marr said.',
        'The line’s chairman, Orlo Venn, had written a letter. "It is cold," he said.',
    )
    assert found == ["Ivo Marr", "Orlo Venn"]


def test_find_quotes_heeds_the_titles_that_names_bear() -> None:
    told = '"We sail," Mr Ivo Marr said. "We stay," Ms Orla Venn said.'
    assert speakers(told, '"It is cold," she added.', '"It is late," he added.')[2:] == ["Orla Venn", "Ivo Marr"]
    assert speakers('"We sail," Mr Ivo Marr said.', '"It is cold," she added.') == ["Ivo Marr", None]
    family = 'Mr Marr and Mrs Marr came. "We sail," Ivo Marr said.'
    assert speakers(family, '"It is cold," she added.') == ["Ivo Marr", None]


@pytest.mark.parametrize("mention", ["one", "someone", "One of them"])
def test_find_quotes_names_nobody_where_nobody_in_particular_speaks(mention: str) -> None:
    assert speakers(f'"It is cold," said {mention}.') == [None]


def test_find_quotes_resolves_a_role_to_the_only_one_who_has_it() -> None:
    assert speakers('"We sail," Harbour Minister Ivo Marr said.', '"It is cold," the minister said.') == [
        "Ivo Marr",
        "Ivo Marr",
    ]


def test_find_quotes_takes_no_description_for_a_speaker() -> None:
    for mention in ("the minister", "a spokesman", "the report", "a Velan official", "police", "the 22-year-old"):
        (quote,) = find_quotes([Block("paragraph", f'"It is cold," {mention} said.')])
        assert (quote.speaker, quote.mention, quote.speaker_confidence) == (None, mention, None)


def test_find_quotes_gives_a_pronoun_to_who_spoke_in_reported_speech_before() -> None:
    text = 'Ivo Berg sold the boats. Odo Marr, a pilot, said that they would come earlier. "It is cold," he said.'
    assert speakers(text) == ["Odo Marr"]


def test_find_quotes_never_takes_a_body_a_plural_or_a_place_for_he() -> None:
    opening = "Boats chairman Ivo Marr wrote a letter. "
    for subject in ("Venn Holdings", "Women", "The crew", "West Velana"):
        assert speakers(f'{opening}{subject} sold the ships. "It is cold," he said.') == ["Ivo Marr"], subject


def test_find_quotes_ends_the_search_at_somebody_without_a_name() -> None:
    text = 'Mrs Ada Venn runs the line. A spokeswoman said the boats would sail. "It is cold," she said.'
    assert speakers(text) == [None]


def test_find_quotes_tells_whom_the_speaker_talks_of_from_the_speaker() -> None:
    said = 'Mr Ivo Marr said it was late. Mr Venn has failed the port, he said. "It is cold," he said.'
    assert speakers(f"Mr Odo Venn sells boats. {said}") == ["Ivo Marr"]


def test_find_quotes_takes_an_answer_for_that_of_who_was_asked() -> None:
    text = 'Reporter Odo Venn asked Captain Ivo Marr whether the port was open. "It is," he said.'
    assert speakers(text) == ["Ivo Marr"]


def test_find_quotes_goes_back_three_blocks_and_no_further() -> None:
    said = "Pilot Ivo Marr said it was late."
    silence = ["The sea was grey and the harbour was still."]
    assert speakers(said, *silence * 2, '"It is cold," he said.') == ["Ivo Marr"]
    assert speakers(said, *silence * 4, '"It is cold," he said.') == [None]


@pytest.mark.parametrize(
    "first",
    [
        "Ivo B. Marr",
        "Ivo Marr",
        "IVO MARR,",
        "Sir Ivo Marr",
        "Harbour-master Ivo Marr",
        "Boss Ivo Marr",
        "Velan Ivo Marr",
    ],
)
def test_find_quotes_merges_the_spellings_of_a_name(first: str) -> None:
    text = f'{first} runs the port. "We sail," said Ivo Marr. "It is cold," Mr Marr added.'
    assert speakers(text) == ["Ivo Marr", "Ivo Marr"]


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_find_quotes_knows_names_with_either_apostrophe(apostrophe: str) -> None:
    name = f"Ivo O{apostrophe}Marr"
    assert speakers(f'Lock {name} trained. "We are ready," said O{apostrophe}Marr.') == [name]


def test_find_quotes_takes_no_name_from_headings_or_words_that_open_a_sentence() -> None:
    said = 'OPENING THE PORT Ruiz said it was late. Joining Ruiz was a pilot. "It is cold," Ruiz said.'
    assert speakers(f"Ana Ruiz runs the port. {said}") == ["Ana Ruiz"]


@pytest.mark.parametrize("title", ["Sir", "Dame"])
def test_find_quotes_takes_what_follows_sir_for_a_given_name(title: str) -> None:
    begin = f"{title} Robin Venn-Marr opened the inquiry."
    assert speakers(begin, f"“Nobody will be spared,” {title} Robin said.") == ["Robin Venn-Marr"]
    assert speakers("Mr Robin Venn-Marr came first.", "“I was early,” said Mr Robin.") == ["Robin"]


@pytest.mark.parametrize("group", ["Women", "Parents", "Firefighters", "Locals"])
def test_find_quotes_names_no_group(group: str) -> None:
    assert speakers(f"{group} said: “Nobody told us anything.”") == [None]
    assert speakers(f"{group} said they had waited for hours. “Nobody told us anything,” she said.") == [None]


def test_find_quotes_names_nobody_where_two_speak() -> None:
    assert speakers("“A scandal,” said Chancellor Peter Marr and Energy Secretary Anna Venn.") == [None]
    assert speakers("“A scandal,” said Tory MP Peter Marr and Labour peer Baroness Venn.") == [None]


def test_nobody_is_named_in_another_language_than_english() -> None:
    blocks = [Block("paragraph", "Der Trainer Jörg Wenn meinte: „Das war zu wenig.“")]
    (named,) = find_bounded_quotes(blocks, [], "en").quotes
    (left,) = find_bounded_quotes(blocks, [], "de").quotes
    assert named.speaker is not None
    assert (left.text, left.kind, left.block, left.start, left.end) == (
        named.text,
        named.kind,
        named.block,
        named.start,
        named.end,
    )
    assert not any((left.speaker, left.mention, left.method, left.speaker_confidence))


def test_find_quotes_tells_a_shadow_minister_from_the_minister() -> None:
    text = "Shadow chancellor Odo Venn wept. The chancellor, Ada Marr, laughed."
    assert speakers(text, '"It is cold," the chancellor said.') == ["Ada Marr"]
    assert speakers("Shadow chancellor Odo Venn wept.", '"It is cold," the chancellor said.') == [None]


def test_find_quotes_gives_it_to_a_body_and_never_to_a_person() -> None:
    quote = find_quotes(
        [
            Block(
                "paragraph",
                'Captain Ivo Marr sold a boat. Venn Holdings said it would pay. "We can," the company said.',
            )
        ]
    )[-1]
    assert quote.speaker in {"Venn Holdings", None}
    assert speakers('Captain Ivo Marr sold a boat. "We can," it said.') == [None]


def test_the_register_knows_who_is_a_person() -> None:
    register = EntityRegister(
        [Block("paragraph", "Neelie Marr, the pilot, met Ana Ruiz in New York of Venn Holdings.")]
    )
    named = {name: register.bearers(name) for name in ("marr", "ruiz", "york", "holdings")}
    assert register.is_person(named["marr"][0])
    assert register.gender(named["ruiz"][0]) == "female"
    assert not any(register.is_person(one) for one in named["york"])
    assert named["holdings"] == []


def test_body_in_keeps_bodies_and_drops_descriptions() -> None:
    assert [body_in(text) for text in ("the Orlan Ministry", "Velana police", "the BBC", "Bank of Orlan")] == [
        "Orlan Ministry",
        "Velana police",
        "BBC",
        "Bank of Orlan",
    ]
    assert [body_in(text) for text in ("the report", "Tory MPs", "British officials", "the firm", "Americans")] == [
        None
    ] * 5


def test_find_quotes_ends_where_descriptions_hang_on_one_another() -> None:
    assert speakers('The captain asked the pilot. "It is cold," the pilot said.') == [None]
    chain = " ".join(["The minister told the mayor that the judge had asked the captain."] * 60)
    assert speakers(f'{chain} "It is cold," the captain said.') == [None]
