"""The frozen values that all packages share (articles, documents, fields, queries, results) and functions of them."""
