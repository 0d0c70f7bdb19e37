"""Language of an article: what its page declares in each place, what its text tells, and which is taken.

A declaration with which the text agrees is taken. A text that is certainly in another language is believed against
all of them: templates declare the language of their maker. Where the text tells nothing, the place that speaks of this
very story counts most, and `en`, which templates have by habit, least.
"""

from collections.abc import Sequence
from dataclasses import replace

from searchsvc.decoding.language_detection import TextLanguage, language_code, text_language
from searchsvc.parsing.candidates import Candidate, candidate

#: Weight of the text's own language: by its letters; where it contradicts what is declared; where nothing is declared.
_LETTERS, _SURE, _TOLD = 120.0, 100.0, 40.0
#: What a declaration gains if the text agrees, for each other one that says the same, and if it is English.
_AGREES, _SECONDED, _BY_HABIT = 50.0, 5.0, -12.0
_HABIT = "en"
#: Languages that a detector takes for each other: it must be as sure as this to be believed against a declared one.
_RELATIVES = tuple(map(frozenset, ({"hr", "bs", "sr", "me"}, {"id", "ms"}, {"no", "da"}, {"gl", "pt"}, {"cs", "sk"})))
_SURE_OF_RELATIVE = 0.95


def declared_language(tag: str, place: str, weight: float) -> Candidate[str]:
    """Return a declared language as a candidate: its code, refused where the tag names no language that is known."""
    code = language_code(tag)
    if code:
        return candidate(code, "declared", place, weight)
    return candidate(tag[:40], "declared", place, weight, refused="names no language that is known")


def language_candidates(text: str, declared: Sequence[Candidate[str]] = ()) -> list[Candidate[str]]:
    """Return the languages that an article may be in: those that are declared, each weighed, and that of its text.

    Args:
        text: The text of the article alone, without navigation.
        declared: What its page declares, from `declared_language`.

    """
    told = text_language(text)
    found = [_weighed(one, declared, told) for one in declared]
    known = [one for one in found if one.refused is None]
    if told and not any(one.value == told.code for one in known):
        found.append(_of_text(told, known))
    return found


def _weighed(one: Candidate[str], declared: Sequence[Candidate[str]], told: TextLanguage | None) -> Candidate[str]:
    if one.refused:
        return one
    if told and told.code == one.value:
        origin = replace(one.origin, place=f"{one.origin.place}, and the text agrees")
        return replace(one, origin=origin, weight=one.weight + _AGREES)
    seconds = sum(other is not one and other.value == one.value for other in declared)
    habit = _BY_HABIT if one.value == _HABIT else 0.0
    return replace(one, weight=one.weight + _SECONDED * seconds + habit)


def _of_text(told: TextLanguage, known: Sequence[Candidate[str]]) -> Candidate[str]:
    """Return the language that a text tells, none of those that are declared."""
    if not known:
        refused = None if told.is_told else _doubt(told)
        return candidate(told.code, told.rule, _place(told), _TOLD, inferred=True, refused=refused)
    strongest = max(known, key=lambda one: one.weight)
    against = f"{_place(told)}; {strongest.origin.place} says {strongest.value}"
    if told.rule == "script":
        # Letters that several languages share: a declaration of one of these is not contradicted.
        weight = _LETTERS if told.is_one_script else _TOLD
        return candidate(told.code, told.rule, against, weight, inferred=True)
    related = any({told.code, one.value} <= group for one in known for group in _RELATIVES)
    refused = None
    if not told.contradicts:
        refused = _doubt(told)
    elif related and told.probability < _SURE_OF_RELATIVE:
        refused = f"is like {strongest.value}, and not sure enough against it ({told.probability:.2f})"
    return candidate(told.code, told.rule, against, _SURE, inferred=True, refused=refused)


def _place(told: TextLanguage) -> str:
    return "letters of the text" if told.rule == "script" else "article text"


def _doubt(told: TextLanguage) -> str:
    return f"not sure enough: probability {told.probability:.2f} of {told.words} words"
