"""Words that headlines set in marks."""

import pytest

from searchsvc.quotes import find_headline_quotes


@pytest.mark.parametrize(
    ("headline", "text", "speaker"),
    [
        pytest.param("Venn offers crews 'new start'", "new start", "Venn", id="speaker first"),
        pytest.param("Ivo Marr: 'We sail'", "We sail", "Ivo Marr", id="colon"),
        pytest.param("Harbour 'unsafe', says Orla Venn", "unsafe", "Orla Venn", id="speaker last"),
        pytest.param("Harbour ‘unsafe’ in winter", "unsafe", None, id="nobody"),
        pytest.param('Marr vows "no retreat"', "no retreat", "Marr", id="double marks"),
        pytest.param("Harbour 'sold for good': Orla Venn", "sold for good", "Orla Venn", id="speaker after a colon"),
        pytest.param("Crews 'robbed of pay' Venn tells Velan", "robbed of pay", "Venn", id="speaker between"),
        pytest.param("Harbour groups decry 'folly'", "folly", "Harbour groups", id="plural"),
        pytest.param("Velan chief says boats 'sound'", "sound", "Velan chief", id="role"),
        pytest.param("Venn says report 'unfair'", "unfair", "Venn", id="the first verb"),
        pytest.param("Ferry hits 'hidden rocks'", "hidden rocks", None, id="a thing that acts"),
        pytest.param("Dock rule 'unfair to all'", "unfair to all", None, id="a noun that may be a verb"),
        pytest.param("Marr denies 'secret' talks", "secret", None, id="somebody else's words"),
        pytest.param("Storm Ada: 'Monster' waves at sea", "Monster", None, id="a heading before a colon"),
        pytest.param("Bridge 'sound', says Mayor", "sound", None, id="a role alone"),
        pytest.param("Ex-minister: 'We will stay'", "We will stay", None, id="a former role alone"),
        pytest.param("Prime Minister Marr: 'We stay'", "We stay", "Marr", id="a role and a name"),
        pytest.param("Police say road 'unsafe'", "unsafe", "Police", id="a body"),
        pytest.param("Factbox: 'What we know'", "What we know", None, id="a kicker before a colon"),
    ],
)
def test_find_headline_quotes_reads_single_marks(headline: str, text: str, speaker: str | None) -> None:
    (quote,) = find_headline_quotes([headline])
    assert (quote.text, quote.kind, quote.speaker) == (text, "headline", speaker)
    assert (quote.block, quote.start, quote.mention_block) == (None, None, None)


@pytest.mark.parametrize(
    "headline",
    [
        "Velana's housing rush",
        "How the world's oldest boat defied a storm",
        "Sailors' rights at sea",
        "The '90s boats are back",
    ],
)
def test_find_headline_quotes_leaves_apostrophes_alone(headline: str) -> None:
    assert find_headline_quotes([headline]) == ()


def test_find_headline_quotes_takes_all_headlines_in_order() -> None:
    found = find_headline_quotes(["Crews 'ready'", "Nothing here", "Boats 'sound'"])
    assert [quote.text for quote in found] == ["ready", "sound"]
