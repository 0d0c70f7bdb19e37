"""Kind of document → its fields. A segment holds documents of one family only.

So articles stay dense (document number = place in every array), while one table of contents,
one lock and one generation hold for articles, quotes and headlines alike.
"""

from dataclasses import dataclass
from typing import Literal

from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.model.fields import FACETS, TEXT_FIELDS, Storage, TextField

FamilyName = Literal["article", "quote", "headline"]


@dataclass(frozen=True, slots=True)
class Family:
    """What documents of one kind consist of."""

    name: FamilyName
    #: Field with the longest text: its postings stand for themselves, its terms may have dense rows.
    main: str
    #: Fields that a bare word also looks into: beside their own postings they share the side lists.
    sides: tuple[str, ...]
    #: Fields that are looked into only by name.
    named: tuple[str, ...]
    #: Whole values that find documents; the first is that of the article, for every document.
    keys: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text field, the main one first."""
        return (self.main, *self.sides, *self.named)


def _names(storage: Storage) -> tuple[TextField, ...]:
    return tuple(row.name for row in TEXT_FIELDS if row.storage == storage)


(_MAIN,) = _names("main")
ARTICLE = Family("article", _MAIN, _names("merged"), _names("named"), ("id", "url"))
QUOTE = Family("quote", "quote_text", (), ("quote_speaker",), ("article",))
HEADLINE = Family("headline", "headline_text", (), (), ("article",))
FAMILIES: dict[FamilyName, Family] = {family.name: family for family in (ARTICLE, QUOTE, HEADLINE)}

#: Column of the months, which are made of the dates.
MONTH = "month"
#: Columns with a fixed set of values, those of the facets and the months.
COLUMNS: tuple[str, ...] = (*(row.name for row in FACETS), MONTH)

if len(ARTICLE.sides) > 1 << FIELD_BITS:
    raise ValueError(f"{len(ARTICLE.sides)} fields share the side lists: {1 << FIELD_BITS} at most")
