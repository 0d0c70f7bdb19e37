"""The nouns that all rooms share: articles, documents, fields, queries, results."""
