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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Der Sturm hat zwei Häuser am Kai beschädigt, verletzt wurde niemand.", "de"),
        ("今天早上旧船回到港口，船员都平安，渡轮明天恢复通航。", "zh"),
        ("今朝、古い船が港に戻り、船員は無事だった。", "ja"),
        ("오늘 아침 낡은 배가 항구로 돌아왔다.", "ko"),
        ("เช้านี้เรือเก่ากลับถึงท่าเรือ", "th"),
        ("Ο φάρος άναψε.", "el"),
        ("Quay 4", None),
    ],
)
def test_language_of_tells_short_texts_by_script_or_where_it_is_sure(text: str, code: str | None) -> None:
    told = language_of(text)
    assert (told[0] if told else None) == code
