import pytest

from searchsvc.decoding.language_detection import language_code, language_of, text_language

GERMAN = (
    "Der Hafen bleibt den ganzen Winter über geöffnet, das hat der Rat am Montag nach einer langen Sitzung"
    " entschieden, und alle freuen sich."
)


def test_text_language_says_how_sure_it_is() -> None:
    told = text_language(GERMAN)
    assert told is not None
    assert (told.code, told.rule, told.is_told, told.contradicts) == ("de", "text", True, True)
    assert text_language("Quay 4") is None


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "fr"), ("pt_BR", "pt"), ("nb", "no"), ("deu", "de"), ("en-GB", "en"), ("de_DE.UTF-8", "de"),
        ("zh-Hant-TW", "zh"), ("de, en", "de"), ("German", "de"), ("Deutsch", "de"), ("español", "es"),
        ("x-klingon", None), ("", None), ("tlh", None), ("all languages", None),
    ],
)  # fmt: skip
def test_language_code_of_tags_locales_and_names(tag: str, code: str | None) -> None:
    assert language_code(tag) == code


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
    assert language_of(text) == code
