"""Documents → files → arrays: a Whoosh codec of typed, checksummed, memory-mapped arrays (FORMAT.md).

Article, quote and headline documents lie in segments of their own (`schema`), listed by one table of contents: one
lock, one atomic commit. Whoosh itself reads it all (`whoosh_reader`), without a pickle anywhere.

**Reading:** `snapshot` opens the last commit; `segment` gives the arrays of one segment: terms and forms
(`string_table`), postings, forward index, passages and doc values by field (`field_arrays`), stored texts
(`stored_fields`). A word of a query has an entry for each language of the index: `string_table.stem_key`.

    for open_segment in open_snapshot(folder).articles:
        arrays, alive = open_segment.arrays, open_segment.alive    # alive: bool mask, None = all
        term = arrays.terms.index(stem_key(form, language))        # one dictionary for all fields
        postings = arrays.fields["body"]
        a, b = postings.span(term)
        postings.doc[a:b], postings.tf[a:b]

**Writing:** `index_writer` makes a commit. `fielded_documents` says what is kept of a document, `word_ids` numbers
its words, `forward_index` keeps them in order, and at the commit `segment_writer` derives the rest: `postings` by
sorting, `merged_postings`, `doc_values_writer`. A merge (`pending_segments`) reads old forward indexes back and derives
the rest anew, so that joined segments hold the bytes that one bulk load writes. Reading imports no writing.

Measured by `make bench ARGS="ingest --articles 100000"`, on invented articles of 340 words with a vocabulary of
250,000: 2,553 articles a CPU second here, with the cutting of documents, 2,406 in tantivy, all text fields and stored
texts in both. By `make bench ARGS="engines --articles 100000"`: 592 MB and 310 MB; one article put and committed
10.2 ms here, 13.7 ms there.
"""
