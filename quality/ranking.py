"""nDCG@10 on judged collections, any word wanted, beside Lucene's BM25."""

import tempfile
from pathlib import Path

from quality.data import jsonl, qrels
from quality.metrics import mean, ndcg
from searchsvc.engines import engine_url, open_engine
from searchsvc.json_output import to_json
from searchsvc.reindex import reindex_places
from searchsvc.search import SearchRequest, search_articles

#: Lucene's BM25 (k1 .9, b .4) on the same sets by the same measure, computed once with Pyserini's settings.
LUCENE = {"time": 0.710, "cranfield": 0.404, "cisi": 0.373}


def measure(data: Path) -> dict[str, float]:
    """Print the table, return the figures."""
    figures = {}
    print(f"\nranking, nDCG@10{'':6}{'queries':>9}{'ours':>8}{'Lucene BM25':>13}")
    for folder in sorted((data / "ir").iterdir()):
        figures[f"ranking {folder.name}"], judged = of_set(folder)
        print(f"  {folder.name:20}{judged:9}{figures[f'ranking {folder.name}']:8.3f}{LUCENE.get(folder.name, 0):13.3f}")
    return figures


def of_set(folder: Path, index: str | None = None) -> tuple[float, int]:
    """Return the mean over the judged queries of one set, and their number; the index is in a folder unless given."""
    grades = qrels(folder / "qrels.tsv")
    judged = [q for q in jsonl(folder / "queries.jsonl.gz") if any(g > 0 for g in grades.get(q["_id"], {}).values())]
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "corpus.jsonl")
        records = (
            {"id": r["_id"], "title": r.get("title", ""), "body": r["text"]} for r in jsonl(folder / "corpus.jsonl.gz")
        )
        source.write_bytes(b"".join(to_json(record) + b"\n" for record in records))
        index = index or str(Path(scratch, "index"))
        reindex_places([str(source)], index=index, full=True)
        engine = open_engine(engine_url(index))
        figures = []
        for query in judged:
            request = SearchRequest(" ".join(query["text"].split()), match="any", plain=True)
            ranked = [result.head.id for result in search_articles(engine, request).results]
            figures.append(ndcg(ranked, grades[query["_id"]]))
        engine.close()
    return mean(figures), len(judged)
