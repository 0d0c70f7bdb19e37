"""Documents → files → arrays: a Whoosh codec of typed, checksummed, memory-mapped arrays.

**One folder, one Whoosh index, three families of segments.** Article, quote and headline
documents lie in segments of their own (`family.py`), listed by one table of contents: one lock,
one generation, one atomic commit; article segments stay dense, and merges join segments of one
family only. Whoosh itself reads it all (`whoosh_reader.open_in_whoosh`), without a pickle anywhere.

**Reading** (what a ranker needs):

    snapshot = open_snapshot(folder)             # or open_snapshot(folder, previous): keeps maps
    snapshot.number, snapshot.updated
    for open_segment in snapshot.articles:       # also .quotes, .headlines
        arrays, alive = open_segment.arrays, open_segment.alive    # alive: bool mask, None = all
        term = arrays.terms.index(stem_key(form, language))        # one dictionary for all fields
        field = arrays.fields["body"]            # of model/fields.py; quote_text quote_speaker; headline_text
        a, b = field.span(term)
        field.doc[a:b], field.tf[a:b]
        arrays.sides, arrays.passages, arrays.dense, arrays.rows, arrays.forms
        arrays.facets["section"], arrays.dates, arrays.ids, arrays.keys["id"].documents("a1")
        arrays.shown(doc), arrays.ranges(doc, blocks), arrays.rest(doc), arrays.article(doc)

Quotes and headlines store nothing but their place: `arrays.origin(doc)` is (article id, number),
and the article's frames hold the quote, its context and the head. Their dates and facet columns are
those of the head of the article that carries them; facets `of_quote` are a quote's own.

**Words.** A text's words are exactly `analysis.tokenize`'s, its terms `stem(form, language)` of the
article's language; `language_of`, `stem_key`, `form_key` (`marks.py`) turn a word of a query into
the entries to look up: once for each language of the collection. A newline in a field is a gap in
the stream (code 0). Stop words have postings, but count in no length and have no dense row.

**Writing:**

    create(folder)
    with IndexWriter(folder, url_key=..., optimize=False) as writer:   # IndexBusyError if another one is open
        writer.put(documents); writer.delete(article_id)
    # committed here; undone, without a trace, if the block raised

Texts become word ids (`words.py`), and how many each block has cuts articles into passages
(`passage_columns.py`); ids lie in streams (`streams.py`), and at the commit everything else is derived
from these: postings by sorting (`postings.py`), side lists, dense rows, dictionaries. A merge
(`merge.py` says when) reads old streams back and derives the rest anew, so that joined segments hold
the bytes that one bulk load writes.

**Files:** `MAIN_<name>.arrays` a segment (`container.py`), `_MAIN_<generation>.toc` the table of
contents (`toc.py`), `MAIN_WRITELOCK` the lock. An array is checked when it is first asked for, once for all
threads; a segment as a whole before a merge copies it; stored texts one by one. `verify(folder)` reads all
of it and names what is damaged.

Measured by `make bench ARGS="ingest --articles 100000"`, on invented articles of 340 words with a vocabulary
of 250,000: 2,553 articles a CPU second here, with the cutting of documents, 2,406 in tantivy, all text fields and
stored texts in both. By `make bench ARGS="engines --articles 100000"`: 592 MB and 310 MB; one article put and
committed 10.2 ms here, 13.7 ms there.
"""
