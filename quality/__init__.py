"""How good it is, measured on judged data beside the rivals, with floors that hold: `make quality`.

The data is not part of the project: a folder (`DATA=…`) with `ir/<set>/corpus.jsonl.gz`,
`queries.jsonl.gz`, `qrels.tsv` (ranking), `pages/`, `outlets/`, `articles/`, `dates/` and
`bbc/` (reading), `quotes/` (quotes).
"""
