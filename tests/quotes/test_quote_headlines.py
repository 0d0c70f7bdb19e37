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
