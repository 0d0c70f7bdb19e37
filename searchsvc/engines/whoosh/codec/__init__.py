"""Documents → files → arrays: a Whoosh codec of typed, checksummed, memory-mapped arrays (FORMAT.md).

Articles, quotes and headlines have segments of their own (`schema`), which one table of contents lists: there is one
lock and one atomic commit. Whoosh's own searcher can read all of it (`whoosh_reader`). Nothing is pickled.

**Reading:** `snapshot` opens the last commit; `segment` gives the arrays of one segment: terms and forms
(`string_table`), postings, forward index, passages and facets by field (`field_arrays`), stored texts
(`stored_fields`). A word of a query is looked up once for each language of the index, by `string_table.stem_key`.

    for open_segment in open_snapshot(folder).articles:
        arrays, alive = open_segment.arrays, open_segment.alive    # alive: bool mask, None = all
        term = arrays.terms.index(stem_key(form, language))        # one dictionary for all fields
        postings = arrays.fields["body"]
        a, b = postings.span(term)
        postings.doc[a:b], postings.tf[a:b]

**Writing:** `index_writer` makes a commit. `schema.fielded_document` says what is kept of a document, `word_ids`
numbers the words of its `pieces`, `forward_index` keeps the numbers in order. At the commit `segment_writer` computes
the other arrays from these: `postings` by sorting, facets, keys and passages in `doc_values_writer`, stored texts in
`stored_fields_writer`. A merge (`pending_segments`) reads the forward indexes of finished segments back and computes
the other arrays again, so that merged segments are the same bytes as if all documents had been written at once. Reading
imports no writing.

Speed and size beside tantivy: `make bench ARGS="ingest --articles 100000"`, `make bench ARGS="engines ..."`.
"""
