"""Canonical speakers within an article, only where it is safe."""

import pytest

from searchsvc.model.article import Block
from searchsvc.quotes import find_quotes
from searchsvc.quotes.entities import organisation_in, person_in


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
        pytest.param("critics", None, id="plural"),
        pytest.param("He", None, id="pronoun"),
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
    assert speakers("Ivo B. Marr Jr. runs the harbour.", '"It is cold," Mr Marr said.') == ["Ivo B. Marr Jr"]
    text = "Ivo Marr, or Ivo B. Marr, runs the harbour."
    assert speakers(text, '"It is cold," Marr said.') == ["Ivo Marr"]


def test_find_quotes_does_not_choose_between_two_of_one_surname() -> None:
    text = "Ivo Marr and Ada Marr run the harbour."
    assert speakers(text, '"It is cold," Marr said.') == ["Marr"]


def test_find_quotes_resolves_a_pronoun_to_the_only_speaker_before() -> None:
    assert speakers("Harbour expert Ivo Marr says the rule has failed.", '"It is cold," he told the Courier.') == [
        "Ivo Marr"
    ]


def test_find_quotes_leaves_a_pronoun_open_between_two() -> None:
    first, second, third = find_quotes(
        [
            Block("paragraph", '"We sail," Ivo Marr said. "We stay," Orla Venn said.'),
            Block("paragraph", '"It is cold," he said.'),
        ]
    )
    assert (first.speaker, second.speaker) == ("Ivo Marr", "Orla Venn")
    assert (third.speaker, third.mention) == (None, "he")


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


def test_find_quotes_lets_an_unknown_role_stand_as_written() -> None:
    assert speakers('"It is cold," the minister said.') == ["minister"]
