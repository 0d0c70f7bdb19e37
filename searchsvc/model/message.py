"""Texts for readers: English strings that can also be said in another language.

Whoever knows what happened writes the text, on whatever floor. A `Message` is its English, so JSON, terminals and
exceptions take it as any string; and it keeps the pattern that catalogues of translations have as their key, and the
values in it, from which pages say it in the reader's language. Nothing here knows a catalogue.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Self

#: What a pattern has a place for. Numbers and days are written as the language writes them; a Message is said in it.
MessageValue = str | int | float | date
#: Characters of a name or value that a message repeats, at most.
MAX_REPEATED = 80


class Message(str):
    """A text in English with its pattern and values.

    A pattern has places as `%(name)s`, and `%%` for a percent sign. In a pattern that counts, the value `n` decides
    between singular and plural. Patterns are literals where they are given: the catalogues are made by reading them
    out of the source.

    >>> Message("%(n)s quote", plural="%(n)s quotes", n=1200)
    '1,200 quotes'
    """

    __slots__ = ("pattern", "plural", "values")

    pattern: str
    plural: str | None
    values: Mapping[str, MessageValue]

    def __new__(cls, pattern: str, *, plural: str | None = None, **values: MessageValue) -> Self:
        """Write the text in English.

        Args:
            pattern: The text, or its singular.
            plural: The text for any number `n` but 1.
            values: Name of a place → what stands there.

        """
        chosen = pattern if plural is None or values["n"] == 1 else plural
        made = super().__new__(cls, chosen % {name: in_english(value) for name, value in values.items()})
        made.pattern = pattern
        made.plural = plural
        made.values = values
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Keep pattern and values where an error is sent to another process."""
        return _again, (self.pattern, self.plural, dict(self.values))


def join_messages(parts: Iterable[str], separator: str = " ") -> Message:
    """Return texts one after the other, each of which is said in the reader's language if it is a Message.

    >>> join_messages([Message("Sections"), "b"], "; ")
    'Sections; b'
    """
    values: dict[str, MessageValue] = {f"part{i}": part for i, part in enumerate(parts)}
    pattern = "%(between)s".join(f"%({name})s" for name in values)
    return _again(pattern, None, {**values, "between": separator})


def shortened(text: str, most: int = MAX_REPEATED) -> str:
    """Return a text as a message repeats it: its first characters, and `…` for the others.

    >>> shortened("harbour", 5), shortened("ferry", 5)
    ('harb…', 'ferry')
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def in_english(value: MessageValue) -> str:
    """Return a value as English writes it: `1,200`, `2.5`, `5 May 2024`.

    >>> in_english(date(2024, 5, 5))
    '5 May 2024'
    """
    match value:
        case str():
            return value
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
        case _:
            return f"{value.day} {value:%B} {value.year}"


def _again(pattern: str, plural: str | None, values: dict[str, MessageValue]) -> Message:
    return Message(pattern, plural=plural, **values)
