"""Text of a story that only a script holds: paragraphs in the data that a page carries for its own program.

Frameworks write the state of a page as JSON into a script (`__NEXT_DATA__`, `window.__STATE__ = {…}`) and draw it in
the browser. The story is the list of texts, or the one long text, with most prose.
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Scripts of more characters are not read, and so many are read of a page at most.
_LONGEST, _MOST = 3_000_000, 40
_SCRIPT = re.compile(r"<script\b([^>]{0,500})>(.*?)</script", re.IGNORECASE | re.DOTALL)
#: Where a value is assigned: `window.__STATE__ = {`.
_ASSIGNED = re.compile(r"[\w\])\"']\s*=\s*(?=[{\[])")
_BLOCK_TAG = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h\d|blockquote|section|tr|table|figure)\b[^<>]{0,500}>", re.IGNORECASE
)
_ANY_TAG = re.compile(r"</?[a-z][^<>]{0,1000}>", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)]?$")
#: Keys under which an object of such data says the language of its texts.
_LANGUAGE_KEYS = ("inLanguage", "language", "languageCode", "lang", "locale")
_DEPTH, _VALUES = 40, 50_000
#: Words of a text that is prose, and of a story.
_PROSE_WORDS, _STORY_WORDS = 8, 40


@dataclass(frozen=True, slots=True)
class ScriptStory:
    """The story that a script holds."""

    paragraphs: Sequence[str]
    #: Language tag in the object that holds it, or in one around that; None if none says.
    language: str | None = None


def story_in_scripts(markup: str) -> ScriptStory | None:
    """Return the story that the scripts of a page hold; None if they hold none.

    Args:
        markup: The page, with its scripts.

    """
    best: ScriptStory | None = None
    most = _STORY_WORDS - 1
    for count, match in enumerate(_SCRIPT.finditer(markup)):
        if count >= _MOST:
            break
        if len(match[2]) > _LONGEST or "ld+json" in match[1].lower():
            continue
        for value in _values(match[2], is_json="json" in match[1].lower()):
            for story in _stories(value):
                words = sum(paragraph.count(" ") + 1 for paragraph in story.paragraphs if _is_prose(paragraph))
                if words > most:
                    best, most = story, words
    return best


def _values(script: str, *, is_json: bool) -> Iterator[object]:
    decoder = json.JSONDecoder(strict=False)
    starts = [len(script) - len(script.lstrip())] if is_json else [match.end() for match in _ASSIGNED.finditer(script)]
    end = 0
    for start in starts:
        if start < end:
            continue
        try:
            value, end = decoder.raw_decode(script, start)
        except (ValueError, RecursionError):
            continue
        yield value


def _stories(value: object) -> Iterator[ScriptStory]:
    """Yield the texts of each list of a value together, and each long text alone, as paragraphs."""
    stack: list[tuple[object, int, str | None]] = [(value, 0, None)]
    seen = 0
    while stack and seen < _VALUES:
        one, depth, language = stack.pop()
        seen += 1
        if isinstance(one, str):
            if len(one) > _STORY_WORDS * 4:
                yield ScriptStory(_paragraphs(one), language)
        elif depth < _DEPTH and isinstance(one, dict):
            told = next((tag for key in _LANGUAGE_KEYS if isinstance(tag := one.get(key), str) and tag), language)
            stack += [(inner, depth + 1, told) for inner in one.values()]
        elif depth < _DEPTH and isinstance(one, list):
            texts = [text for item in one if (text := _text_of_item(item))]
            if len(texts) > 1:
                yield ScriptStory([paragraph for text in texts for paragraph in _paragraphs(text)], language)
            stack += [(inner, depth + 1, language) for inner in one]


def _text_of_item(item: object) -> str | None:
    """Return the prose of an item of a list: the item itself, or the longest text directly in it."""
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        texts = [text for text in item.values() if isinstance(text, str) and text.count(" ") >= _PROSE_WORDS - 1]
        return max(texts, key=len, default=None)
    return None


def _paragraphs(text: str) -> list[str]:
    plain = html.unescape(_ANY_TAG.sub("", _BLOCK_TAG.sub("\n", text)))
    return [paragraph for line in plain.split("\n") if (paragraph := " ".join(line.split()))]


def _is_prose(paragraph: str) -> bool:
    return paragraph.count(" ") + 1 >= _PROSE_WORDS and _SENTENCE.search(paragraph) is not None
