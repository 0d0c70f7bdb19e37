import pytest

from searchsvc.parsing.language_detection import language_of

GERMAN = (
    "Der Hafen bleibt den ganzen Winter über geöffnet, das hat der Rat am Montag nach einer langen Sitzung"
    " entschieden, und alle freuen sich."
)


def test_language_of_hears_the_text() -> None:
    told = language_of(GERMAN)
    assert told is not None
    assert (told[0], told[1].rule, told[1].inferred) == ("de", "text", True)


def test_language_of_lets_the_text_decide_against_a_declaration() -> None:
    told = language_of(GERMAN, "en-GB")
    assert told is not None
    assert told[0] == "de"
    assert "html[lang] says en" in told[1].place


def test_language_of_is_told_outright_where_both_agree() -> None:
    told = language_of(GERMAN, "de-AT")
    assert told is not None
    assert (told[0], told[1].inferred) == ("de", False)


@pytest.mark.parametrize(
    ("declared", "code"), [("fr", "fr"), ("pt_BR", "pt"), ("nb", "no"), ("x-klingon", None), (None, None)]
)
def test_language_of_believes_the_page_where_the_text_is_short(declared: str | None, code: str | None) -> None:
    told = language_of("Trois mots.", declared)
    assert (told[0] if told else None) == code
