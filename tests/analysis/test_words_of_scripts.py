"""A word is a word in every script: found by itself and in a phrase, and marked from its first letter to its last."""

import re
import sys
import unicodedata
from itertools import groupby

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from searchsvc.analysis import characters, surface, surface_forms, tokenize
from searchsvc.analysis.tokenizer import printed_initials
from searchsvc.engines.memory import MemoryEngine
from searchsvc.search import SearchRequest, search_articles
from tests.engines.engine_articles import documents
from tests.examples import examples

#: Text, a word of it, a phrase of it, a word that it has not though its letters are in it; and the text's language.
LINES = {
    "Hindi": ("सुबह नाविक ने पुरानी नाव किनारे लगाई।", "नाविक", "पुरानी नाव", "नाक", "hi"),
    "Bengali": ("ভোরে জেলেরা ছোট নৌকা নিয়ে ফিরে এল।", "জেলেরা", "ছোট নৌকা", "জল", "bn"),
    "Tamil": ("காலையில் பழைய படகு துறைமுகம் வந்தது.", "துறைமுகம்", "பழைய படகு", "பட", "ta"),
    "Telugu": ("ఉదయం పాత పడవ తీరానికి చేరింది.", "తీరానికి", "పాత పడవ", "పడ", "te"),
    "Kannada": ("ಬೆಳಿಗ್ಗೆ ಹಳೆಯ ದೋಣಿ ದಡಕ್ಕೆ ಬಂದಿತು.", "ದಡಕ್ಕೆ", "ಹಳೆಯ ದೋಣಿ", "ದಡ", "kn"),
    "Malayalam": ("രാവിലെ പഴയ വഞ്ചി കരയിൽ എത്തി.", "കരയിൽ", "പഴയ വഞ്ചി", "കര", "ml"),
    "Gujarati": ("સવારે જૂની હોડી કિનારે આવી.", "કિનારે", "જૂની હોડી", "કનર", "gu"),
    "Punjabi": ("ਸਵੇਰੇ ਪੁਰਾਣੀ ਕਿਸ਼ਤੀ ਕੰਢੇ ਲੱਗੀ।", "ਕਿਸ਼ਤੀ", "ਪੁਰਾਣੀ ਕਿਸ਼ਤੀ", "ਕਤ", "pa"),
    "Sinhala": ("උදේ පරණ බෝට්ටුව වෙරළට ආවා.", "බෝට්ටුව", "පරණ බෝට්ටුව", "බටව", "si"),
    "Thai": ("เช้านี้เรือเก่ากลับถึงท่าเรืออย่างปลอดภัย", "ท่าเรือ", "เรือเก่า", "เรือใหม่", "th"),
    "Lao": ("ເຮືອເກົ່າກັບມາຮອດທ່າເຮືອຕອນເຊົ້າ", "ທ່າເຮືອ", "ເຮືອເກົ່າ", "ເຮືອໃໝ່", "lo"),
    "Khmer": ("ទូកចាស់មកដល់កំពង់ផែនៅព្រឹកនេះ", "កំពង់ផែ", "ទូកចាស់", "ទូកថ្មី", "km"),
    "Burmese": ("လှေဟောင်းသည်ဆိပ်ကမ်းသို့ပြန်ရောက်သည်", "ဆိပ်ကမ်း", "လှေဟောင်း", "လှေသစ်", "my"),
    "Chinese": ("今天早上旧船回到港口，船员都平安。", "港口", "旧船回到", "港船", "zh"),
    "Japanese": ("今朝、古い船がガラスの港に戻り、船員は無事だった。", "ガラス", "古い船", "カラス", "ja"),
    "Korean": ("오늘 아침 낡은 배가 항구로 돌아왔다.", "항구", "낡은 배가", "항의", "ko"),
    "Arabic": ("عادت السفينة القديمة إِلَى المِينَاء صباح اليوم.", "الميناء", "السفينة القديمه", "سفن", "ar"),
    "Persian": ("کشتی کهنه صبح امروز به بندر بازگشت و قایق‌ها ماندند.", "قایق‌ها", "كشتی کهنه", "کشت", "fa"),
    "Hebrew": ('דוח מנכ"ל הנמל פורסם, והסִּפִּינָה חזרה.', "מנכ״ל", "והספינה חזרה", "מנכ", "he"),
    "Greek": ("Το παλιό πλοίο γύρισε στο λιμάνι.", "ΛΙΜΑΝΙ", "παλιο πλοιο", "λίμα", "el"),
    "Ukrainian": ("Старий човен повернувся, і подвірʼя ожило.", "подвір'я", "старий човен", "подвір", "uk"),
    "Armenian": ("Հին նավը վերադարձավ նավահանգիստ։ Անձրև եկավ։", "նավահանգիստ", "հին նավը", "նավ", "hy"),
    "Georgian": ("ძველი ნავი დილით დაბრუნდა ნავსადგურში.", "ნავსადგურში", "ძველი ნავი", "ნავს", "ka"),
    "Amharic": ("አሮጌው ጀልባ ጠዋት ተመለሰ። ዝናብ ዘነበ።", "ጀልባ", "አሮጌው ጀልባ", "ጀል", "am"),
    "Tibetan": ("གྲུ་རྙིང་པ་ཞོགས་པར་ཕྱིར་ལོག་བྱུང་།", "རྙིང་པ", "ཕྱིར་ལོག", "གྲུ་པ", "bo"),
    "Thaana": ("އާ ބޯޓު ހެނދުނު ބަނދަރަށް އައެވެ.", "ބޯޓު", "އާ ބޯޓު", "ބޓ", "dv"),
    "Vietnamese": ("Sáng nay con thuyền cũ về đến bến cảng.", "thuyen", "ben cang", "thuy", "vi"),
    "Yoruba": ("Ní òwúrọ̀ ọkọ̀ àtijọ́ padà sí èbúté.", "ọkọ̀", "oko atijo", "owu", "yo"),
    "Uzbek": ("Eski kema bugun O‘zbekiston bandariga qaytdi.", "O'zbekiston", "bugun Ozbekiston", "zbekiston", "uz"),
    "Catalan": ("El vaixell vell de la col·lecció torna al port.", "col·leccio", "vaixell vell", "leccio", "ca"),
    "French": ("Près de 12\u202f000 marins d’hier rentrent au port.", "12000", "12 000 marins", "000", "fr"),
    "Italian": ("Il porto dell'11 settembre non c'è più.", "11", "dell'11 settembre", "dell11", "it"),
    "German": ("Die Grüne Woche kostet 3,5 Millionen.", "3,5", "Gruene Woche", "35", "de"),
    "Turkish": ("Kaptan Ayşe Demir'in eski teknesi limana döndü.", "teknesi", "Ayşe Demir", "demirin", "tr"),
    "Maltese": ("Il-vapur il-qadim ġie minn Ħamrun kmieni.", "hamrun", "minn Hamrun", "amrun", "mt"),
}
#: Languages of these whose words have no spaces between them.
UNSPACED = frozenset({"th", "lo", "km", "my", "zh", "ja"})


def engine_of(text: str, language: str | None = None) -> MemoryEngine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(documents("one", "t", text, language=language))
    return engine


def marks(engine: MemoryEngine, query: str, *, plain: bool = False) -> list[str] | None:
    """Return what is marked in the snippets; None if the article is not found."""
    page = search_articles(engine, SearchRequest(text=query, match="all", plain=plain))
    snippets = [snippet for result in page.results for snippet in result.snippets]
    return [s.text[mark.start : mark.end] for s in snippets for mark in s.marks] if page.results else None


def core(text: str) -> str:
    """Return a text without the signs at its ends."""
    inside = [at for at, sign in enumerate(text) if unicodedata.category(sign)[0] in "LNM"]
    return text[inside[0] : inside[-1] + 1]


@pytest.mark.parametrize("name", LINES)
def test_a_word_is_found_and_marked_whole(name: str) -> None:
    text, word, phrase, lacking, language = LINES[name]
    engine = engine_of(text, language)
    for query in (word, f'"{phrase}"'):
        marked = marks(engine, query)
        assert marked, query
        assert len(set(marked)) == 1, query
        begin = text.index(marked[0])
        end = begin + len(marked[0])
        assert core(marked[0])[0] == marked[0][0]
        assert unicodedata.category(text[end : end + 1] or " ")[0] != "M"
        spaced = unicodedata.category(marked[0][0])[0] in "LN" and language not in UNSPACED
        assert not spaced or not (text[begin - 1 : begin].isalnum() or text[end : end + 1].isalnum())
    assert marks(engine, f'"{lacking}"') is None


@pytest.mark.parametrize(
    ("printed", "found", "lacking"),
    [
        ("It cost £1.5bn and 10.5m more", ("1.5bn", "£1.5bn", "10.5m", "1.5"), ("5bn", "10", "5m", "15bn")),
        ("See pages 12,14 and 1,250,000 or 12,50,000", ("14", "1250000", "1,250,000"), ("1214", "250")),
        ("It lay 6'2\" deep for 1½ hours on 9/11 and 24/7", ("9/11", "24/7", "1½"), ("62", "112", "911", "1 hours")),
        ("On 15.07.2009 version 3.11.2 took 12 000 years", ("2009", "3.11.2", "12000", "15.07.2009"), ("3.11", "000")),
        ("A lobster of 5 kg at 3:30pm, 12'000 of them", ("5kg", "3:30 pm", "12000"), ("5g", "330pm")),
        ("The trawler¹ of 400 m² gave CO₂ in 1914¹² on the 25th", ("trawler", "m2", "CO2", "1914", "25th"), ("19141",)),
        ("He would _never_ say don‘t, AT&T's and the US's", ("never", "don't", "AT&T", "US"), ("nev", "t")),
        ("J. K. Ashdown of B & Q and U. S. navy", ('"JK Ashdown"', '"J.K. Ashdown"', "B&Q", '"US navy"'), ("k",)),
        ("Johnson & Holt said so", ('"Johnson and Holt"', "Johnson&Holt", '"Johnson & Holt"'), ('"Johnson Holt"',)),
        (
            "The break\u2060water, light\u200bhouse, Ge\u00ad\u00adrat",
            ("breakwater", "lighthouse", "Gerat"),
            ("water",),
        ),
        ("The ＮＡＴＯ of ２０２４ at ③ 🌊 and 👍🏽", ("NATO", "2024", "3", "🌊", "👍"), ("👎",)),
    ],
)
def test_signs_and_numbers_mean_one_thing(printed: str, found: tuple[str, ...], lacking: tuple[str, ...]) -> None:
    engine = engine_of(printed, "en")
    assert [query for query in found if not marks(engine, query)] == []
    assert [query for query in lacking if marks(engine, query, plain=query != '"Johnson Holt"')] == []


@given(st.text(min_size=1, max_size=60) | st.text("aB1 2.,'’&-_kmS°ऀिकाאב״·½²¹渔民ガﾞ́ʼ‘#+0०", min_size=1, max_size=30))
@examples(60)
def test_every_word_asked_plainly_is_found_and_marked_whole(text: str) -> None:
    text = " ".join(text.split())
    tokens = list(tokenize(text))
    assume(tokens)
    engine = engine_of(text)
    for token in tokens[:4]:
        printed = text[token.start : token.end]
        marked = marks(engine, printed, plain=True)
        assert marked is not None, printed
        assert any(printed in mark for mark in marked), (printed, marked)


def _scripts() -> dict[str, list[str]]:
    """Return the letters and marks of each script, told by the first word of their names."""
    named = (
        (unicodedata.name(sign, "").split(" ")[0].split("-")[0], sign)
        for sign in map(chr, range(0x20, 0x1FFFF))
        if unicodedata.category(sign)[0] in "LM"
    )
    return {name: [sign for _, sign in group] for name, group in groupby(sorted(named), key=lambda pair: pair[0])}


SCRIPTS = {
    name: signs
    for name, signs in _scripts().items()
    if sum(unicodedata.category(sign)[0] == "L" for sign in signs) >= 10
}


@pytest.mark.parametrize("script", SCRIPTS)
@given(data=st.data())
@examples(3)
def test_a_word_of_any_script_is_found_and_marked_whole(script: str, data: st.DataObject) -> None:
    """Letters and marks by chance: they need not be a word that anyone writes."""
    letters = [sign for sign in SCRIPTS[script] if unicodedata.category(sign)[0] == "L"]
    assume(letters)
    first = data.draw(st.sampled_from(letters))
    word = first + data.draw(st.text(st.sampled_from(SCRIPTS[script]), min_size=2, max_size=5))
    assume(surface(word) and "".join(token.text for token in tokenize(word)))
    marked = marks(engine_of(f"The sign read {word} in red.", "en"), word)
    assert marked is not None, word
    assert any(core(word) in mark for mark in marked), (word, marked)


def test_the_tables_of_characters_are_unicode_s() -> None:
    """Each mark that this Python knows is in the table, and what else is there it does not know yet."""
    mark = re.compile(f"[{characters.MARKS}]")
    known = {sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign)[0] == "M"}
    table = {sign for sign in map(chr, range(sys.maxunicode + 1)) if mark.match(sign)}
    assert known <= table
    assert {unicodedata.category(sign) for sign in table - known} <= {"Cn", "Lm"}
    unspaced = re.compile(f"[{characters.UNSPACED}]")
    assert not [sign for sign in table if unspaced.match(sign)]


@pytest.mark.parametrize("before", ["港", "a", "1", "א"])
def test_no_mark_makes_several_words_of_one(before: str) -> None:
    """What a mark becomes in lower case may be a letter (U+0345): the form of the word it stands in stays one word."""
    marks_of_unicode = (sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign)[0] == "M")
    forms = {form for mark in marks_of_unicode for form in (token.text for token in tokenize(before + mark))}
    assert [form for form in forms if [token.text for token in tokenize(form)] != [form]] == []


@pytest.mark.parametrize("language", ["en", "de", "tr", None])
@given(text=st.text(st.sampled_from("aBßÉжก日1.,’'\"( \u00a0&İ"), max_size=40))
def test_forms_and_initials_of_pieces_are_those_of_the_words(language: str | None, text: str) -> None:
    words = list(tokenize(text, language))
    assert surface_forms(text, language) == [word.text for word in words]
    assert printed_initials(text, language) == [text[word.start] for word in words]
