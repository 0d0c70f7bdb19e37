"""The numbers every engine ranks by, so that they rank alike.

An article's score is BM25F: for each word of the query the frequencies of all fields, each
divided by its field's length norm and multiplied by its field's weight, are added before one
saturation. To that comes PASSAGE_WEIGHT times the score of its best passage. Lengths count the
words that are not stop words, and averages are over the articles that have the field at all.
"""

from searchsvc.model.fields import TEXT_FIELDS
from searchsvc.model.rows import TextField

#: Saturation: the weighted frequency at which a word has earned half of its idf.
K1 = 1.2

#: Fields that a bare word is looked up in, in schema order, with their weights.
WEIGHTS: dict[TextField, float] = {row.name: row.weight for row in TEXT_FIELDS if row.weight is not None}

#: A word asked for in one field only is not weighed against other fields.
OWN_WEIGHT = 1.0

#: Share of the best passage's score that is added to the article's.
PASSAGE_WEIGHT = 0.5
#: So many of the best articles get it: a fixed window, so that the order does not hang on the page asked for.
PASSAGE_WINDOW = 1000
#: Fields whose words stand in passages: a leaf of any other field cannot choose one.
PASSAGE_FIELDS: frozenset[TextField | None] = frozenset({None, *(row.name for row in TEXT_FIELDS if row.in_passages)})

#: Quotes and headlines are short texts of one field, ranked on their own.
RECORD_LENGTH_NORM = 0.4

#: A fuzzy word stands for at most so many of the collection's words, the most frequent ones.
FUZZY_FORMS = 50

#: Values of a facet that are counted out; the months are all kept, since a timeline needs them.
FACET_VALUES = 50
