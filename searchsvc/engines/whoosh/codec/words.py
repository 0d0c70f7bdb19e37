"""Text → word ids: exactly `analysis.tokenize`'s words, remembered by the chunks they stand in.

A text is cut at signs that no word contains; most chunks then hold one word that was seen
before, and a look-up replaces the analysis. What a chunk holds is asked of `tokenize` itself.
"""

import struct
from array import array

from searchsvc.analysis import stem, tokenize
from searchsvc.engines.whoosh.codec.marks import is_scored, mark, unmark

#: Id of the gap that ends every paragraph; words have ids from 1.
GAP = 0
_ID = struct.Struct("<I")
_GAP_BYTES = _ID.pack(GAP)
#: A newline, once it is cut off; texts cannot contain it, for other control characters become spaces.
_BREAK = b"\x01"
#: ASCII signs that may stand in a word or decide where it ends.
_IN_WORDS = "_.,+#&'\n"
_SEPARATORS = bytes(
    i if not chr(i).isascii() or chr(i).isalnum() or chr(i) in _IN_WORDS else ord(" ") for i in range(256)
)
#: Frequent signs beyond ASCII that no word contains.
_SIGNS = "\u201c\u201d\u2013\u2014\u2026\u00a0"
#: Chunks remembered for one language; past that the memory starts afresh.
REMEMBERED = 1_000_000
#: Bytes of a chunk that is remembered: longer ones are hardly met again, and could fill the memory.
LONGEST = 64


class WordTable:
    """Surface forms and stems met so far, by id.

    Attributes:
        forms: Text of each form (with its language's mark); `forms[GAP]` is empty.
        stem_of: For each form, the id of its stem.
        scored: For each form, whether it is scored.
        stems: Text of each stem; `stems[0]` belongs to the gap.

    """

    def __init__(self) -> None:
        self.forms, self.stems = [b""], [b""]
        self.stem_of, self.scored = array("I", (0,)), bytearray(1)
        self._form_ids: dict[bytes, int] = {}
        self._stem_ids: dict[bytes, int] = {}
        self._caches: dict[str | None, _Chunks] = {}

    def __len__(self) -> int:
        return len(self.forms)

    def word(self, form: str, language: str | None) -> int:
        """Return the id of a surface form."""
        text = mark(form, language)
        known = self._form_ids.get(text)
        if known is not None:
            return known
        root = mark(stem(form, language), language)
        root_id = self._stem_ids.get(root)
        if root_id is None:
            root_id = self._stem_ids[root] = len(self.stems)
            self.stems.append(root)
        found = self._form_ids[text] = len(self.forms)
        self.forms.append(text)
        self.stem_of.append(root_id)
        self.scored.append(is_scored(form, language))
        return found

    def entry(self, text: bytes) -> int:
        """Return the id of a form as it stands in a segment's table."""
        known = self._form_ids.get(text)
        return self.word(*unmark(text)) if known is None else known

    def ids(self, text: str, language: str | None) -> bytes:
        """Return the ids of a text's words (4 bytes each), a gap after each paragraph."""
        cache = self._caches.get(language)
        if cache is None:
            cache = self._caches[language] = _Chunks(self, language)
        return b"".join(map(cache.__getitem__, split(text))) + _GAP_BYTES


class _Chunks(dict[bytes, bytes]):
    """Chunk → ids of its words: mostly one, sometimes several or none."""

    def __init__(self, table: WordTable, language: str | None) -> None:
        super().__init__({_BREAK: _GAP_BYTES})
        self._table, self._language = table, language

    def __missing__(self, chunk: bytes) -> bytes:
        words = tokenize(chunk.decode("utf-8", "surrogatepass"))
        if len(self) >= REMEMBERED:
            self.clear()
            self[_BREAK] = _GAP_BYTES
        found = b"".join(_ID.pack(self._table.word(word.text, self._language)) for word in words)
        if len(chunk) <= LONGEST:
            self[chunk] = found
        return found


def split(text: str) -> list[bytes]:
    """Cut a text into chunks (UTF-8) such that the words of the text are those of its chunks, in order."""
    if not text.isascii():
        for sign in _SIGNS:
            text = text.replace(sign, " ")
    data = text.encode("utf-8", "surrogatepass").translate(_SEPARATORS)
    return data.replace(b"\n", b" " + _BREAK + b" ").split()
