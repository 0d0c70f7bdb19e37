"""One act of saying, as words of a frame."""

from typing import NamedTuple

from searchsvc.quotes.mentions import Mention


class Event(NamedTuple):
    """One act of saying. Indexes are tokens of the frame."""

    cue: int
    cue_last: int
    mention: Mention | None
    #: `verb` subject before, `inverted` subject after, `according`, `passive`, `shared` subject of another verb.
    form: str
    addressee: Mention | None = None
