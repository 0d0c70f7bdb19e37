"""Encodings: labels as browsers read them, texts without a true label, controls and second encodings undone."""

import pytest

from searchsvc.decoding import decode_markup, decode_page, without_second_encoding
from searchsvc.decoding.encoding_labels import codec_of, decoded
from searchsvc.model.source import Source
from searchsvc.parsing import parse

#: Code of a language → a text of it, and the old encodings in which it must be found by its language.
TEXTS = {
    "pl": ("Zarząd portu zamknie swoją najstarszą śluzę na dziewięć tygodni, więc łodzie zostaną.", "cp1250 iso8859-2"),
    "cs": ("Přístavní úřad zavře tuto zimu nejstarší zdymadlo na devět týdnů.", "cp1250 iso8859-2"),
    "hu": ("A kikötői hatóság kilenc hétre bezárja a legrégebbi zsilipet, mondta őrült sűrűn.", "cp1250 iso8859-2"),
    "ro": ("Consiliul va închide cea mai veche ecluză pentru nouă săptămâni, şi aţi aflat ieri.", "cp1250 iso8859-2"),
    "ru": ("Портовое управление закроет старый шлюз на девять недель этой зимой.", "cp1251 koi8-r cp866 iso8859-5"),
    "uk": ("Портове управління закриє найстаріший шлюз, її ґрунт є м'яким.", "cp1251 koi8-u"),
    "el": ("Το λιμάνι θα κλείσει την παλαιότερη δεξαμενή για εννέα εβδομάδες.", "cp1253 iso8859-7"),
    "tr": ("Liman idaresi bu kış en eski savağı kapatacağını açıkladı, İstanbul'da şöyle.", "cp1254"),
    "he": ("רשות הנמל תסגור החורף את הסכר העתיק ביותר לתשעה שבועות", "cp1255 iso8859-8"),
    "ar": ("ستغلق هيئة الميناء أقدم بوابة لمدة تسعة أسابيع هذا الشتاء", "cp1256 iso8859-6"),
    "lt": ("Uosto valdyba šią žiemą devynioms savaitėms uždarys seniausią šliuzą.", "cp1257 iso8859-13"),
    "th": ("การท่าเรือจะปิดประตูน้ำเก่าแก่ที่สุดเป็นเวลาเก้าสัปดาห์", "cp874"),
    "ja": ("港湾局はこの冬、最も古い水門を九週間閉鎖すると、長い会議の後に発表した。", "cp932 euc_jp"),
    "ko": ("항만 당국은 올겨울 가장 오래된 수문을 아홉 주 동안 닫는다고 밝혔다.", "cp949"),
    "zh": ("港务局今年冬天将关闭最古老的船闸九个星期，经过长时间会议后宣布。", "gb18030"),
}
CASES = [(code, text, encoding) for code, (text, encodings) in TEXTS.items() for encoding in encodings.split()]


@pytest.mark.parametrize(("code", "text", "encoding"), CASES)
@pytest.mark.parametrize("label", [None, "no-such-thing", "iso-8859-1", "utf-8"])
def test_a_text_without_a_true_label_is_read_by_its_language(
    code: str, text: str, encoding: str, label: str | None
) -> None:
    found = decode_page(text.encode(encoding), ((label, "meta"),), code)
    assert found.text == text
    assert found.warnings


@pytest.mark.parametrize(("code", "text", "encoding"), [case for case in CASES if case[0] not in {"ja", "zh", "ko"}])
def test_html_finds_them_after_any_head_and_text_needs_no_markup(code: str, text: str, encoding: str) -> None:
    head = f'<html lang="{code}-XX"><head><script>{"var a = 1;" * 9_000}</script></head><body><h1>X</h1><p>'
    data = head.encode() + text.encode(encoding)
    assert decode_markup(Source("a.html", "a.html", data, "text/html", "0" * 64)).text.endswith(text)
    labelled = head.replace("<head>", f'<head><meta charset="{encoding}">').encode() + text.encode(encoding)
    assert decode_markup(Source("a.html", "a.html", labelled, "text/html", "0" * 64)).text.endswith(text)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("ISO-8859-9", "cp1254"),
        ("iso-8859-11", "cp874"),
        ("TIS-620", "cp874"),
        ("Shift_JIS", "cp932"),
        ("x-sjis", "cp932"),
        ("windows-31j", "cp932"),
        ("euc-kr", "cp949"),
        ("KS_C_5601-1987", "cp949"),
        ("gb2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("big5", "big5hkscs"),
        ("x-euc-jp", "euc_jp"),
        ("csISO2022JP", "iso2022_jp"),
        ("iso-8859-8-i", "iso8859-8"),
        ("visual", "iso8859-8"),
        ("koi", "koi8-r"),
        ("koi8-ru", "koi8-u"),
        ("x-mac-ukrainian", "mac-cyrillic"),
        ("macintosh", "mac-roman"),
        ("866", "cp866"),
        ("x-cp1251", "cp1251"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("utf-16le", "utf-8"),
        (" 'UTF8' ", "utf-8"),
        ("cp437", "cp437"),
        ("none", None),
        ("binary", None),
        ("utf-7", None),
        ("unicode_escape", None),
        ("idna", None),
        ("base64", None),
        ("rot13", None),
        ("", None),
    ],
)
def test_a_label_means_what_browsers_take_it_for(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


def test_signs_that_python_does_not_know_are_read_as_browsers_do() -> None:
    assert decoded(b"\xad\xa1\xad\xea\xa4\xa2", "euc_jp") == "①㈱あ"
    assert decoded(b'a\x1b$B-!-j$"\x1b(B\n\x1b(I1\x1b(Bz', "iso2022_jp") == "a①㈱あ\nｱz"
    assert decoded("㈱髙".encode("cp932"), "cp932") == "㈱髙"
    assert decoded(b"\x80 5", "gb18030") == "€ 5"
    assert decoded(b"a\x81b\x93c\x94", "cp1252") == "ab“c”"
    assert decode_page(b'\x1b$B$"\x1b(B').text == "あ"


@pytest.mark.parametrize("misread", ["cp1252", "cp1251", "cp1250", "mac-roman"])
@pytest.mark.parametrize("text", ["It didn’t rain on the café, she said: “No.”", "Größe über alles", "Старый шлюз"])
def test_a_second_encoding_is_undone(text: str, misread: str) -> None:
    twice = "".join(bytes((byte,)).decode(misread, "ignore") or chr(byte) for byte in text.encode())
    found = decode_page(f"<html lang=en><p>{twice}</p>".encode())
    assert text in found.text
    assert found.warnings[-1].startswith("the text was encoded twice: UTF-8 that had been read as")
    thrice = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in twice.encode())
    assert text in without_second_encoding(thrice)[0] or misread != "cp1252"


@pytest.mark.parametrize(
    "text",
    [
        "“CAFÉ” and “CAFÉ”",
        "«SÉ» Â» Ã",
        "Â«Oui»",
        "NÃO É Ã",
        *[text for text, _ in TEXTS.values()],
        "Ђ°С‚ 10° €5",
        "â€™ is what “didn’t” looks like when it is read wrongly, said the café’s owner — “really”.",
    ],
)
def test_a_text_that_is_encoded_once_stays_as_it_is(text: str) -> None:
    assert without_second_encoding(text) == (text, None)
    assert decode_page(text.encode()).text == text


def test_controls_are_what_windows_has_in_their_place() -> None:
    found = decode_page("said \x93no\x94 and didn\x92t\x85".encode())
    assert found.text == "said “no” and didn’t…"
    assert found.warnings == ("control characters (U+0080 to U+009F) were read as cp1252",)
    labelled = decode_page("Šťastný žák".encode("cp1250"), (("iso-8859-2", "meta"),))
    assert labelled.text == "Šťastný žák"


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_html_and_plain_text_are_decoded_alike_and_tell_it(kind: str) -> None:
    story = "Śluza zamknięta\n\nZarząd portu zamknie śluzę, jak podał rzecznik.\n\nŁodzie zostaną na dziewięć tygodni."
    if kind == "text/html":
        story = "<html><h1>" + story.replace("\n\n", "</h1><p>", 1) + "</p></html>"
    source = Source("a", "a", story.encode("cp1250"), kind, "0" * 64, charset="windows-1250")
    article = parse(source)
    assert article.head.title == "Śluza zamknięta"
    twice = Source("a", "a", story.replace("Ś", "s").encode().decode("latin-1").encode(), kind, "0" * 64)
    again = parse(twice)
    assert "dziewięć" in again.blocks[-1].text
    assert again.provenance.warnings[-1].startswith("the text was encoded twice")


def test_a_record_in_another_encoding_is_read_with_a_warning() -> None:
    data = '{"title": "Größe", "body": "Die Behörde schließt die älteste Schleuse für neun Wochen."}'.encode("cp1252")
    article = parse(Source("a.jsonl#1", "a.jsonl#1", data, "application/json", "0" * 64))
    assert article.head.title == "Größe"
    assert article.provenance.warnings == ("not UTF-8: read as Windows-1252",)
