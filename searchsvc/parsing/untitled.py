"""Text → a headline for a story that has none."""

#: It ends with the last whole word before this many characters.
_LENGTH = 80


def first_words(text: str) -> str:
    """Return the beginning of a text, cut between words."""
    if len(text) <= _LENGTH:
        return text
    return (text[:_LENGTH].rpartition(" ")[0] or text[:_LENGTH]) + " …"
