"""Measure snippets: `python tools/measure_snippets.py ARTICLES.jsonl.gz [--queries FILE] [--repeat N]`.

ARTICLES has records with `title` and `body`; they are indexed. Each query is searched; a line of FILE is one. Printed
are, over the first ten hits of each: of the hits whose text has all words of the query, the share in which each word is
marked in the title or a snippet, or named as missing; the shortest snippet, and how many have fewer than 60 code points
and than 80; and the median time of a search, over all queries, N times.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from searchsvc.analysis import is_stop, stem, tokenize
from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Engine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.model.result import ArticleResult
from searchsvc.search import SearchRequest, search_articles

LANGUAGE = "en"
#: Words that stories of the years 2004 and 2005 have, two to four in a query.
QUERIES = (
    "hunting ban vote",
    "labour election tax",
    "interest rates economy",
    "mobile phone music",
    "oscar best film",
    "rugby six nations",
    "chelsea mourinho",
    "iraq war",
    "broadband internet users",
    "apple ipod sales",
    "house prices fall",
    "oil prices record",
    "dollar euro",
    "champions league final",
    "australian open tennis",
    "olympic drug test",
    "gordon brown budget",
    "tony blair leadership",
    "michael howard asylum",
    "identity cards bill",
    "human rights lords",
    "google search engine",
    "microsoft security patch",
    "computer virus email",
    "video game console",
    "digital music download",
    "yukos auction",
    "airline profits",
    "china growth",
    "india software",
    "budget deficit bush",
    "world bank debt",
    "fuel price protest",
    "pension reform",
    "council tax rise",
    "school truancy",
    "hospital waiting lists",
    "prison sentence",
    "football racism",
    "arsenal manchester united",
    "england captain",
    "wales ireland",
    "marathon radcliffe",
    "indoor record athletics",
    "golden globe awards",
    "brit awards",
    "harry potter",
    "band album chart",
    "bbc television series",
    "theatre musical",
)


def index_of(path: Path, folder: str) -> Engine:
    """Return an index of the articles in a folder."""
    engine = open_engine(engine_url(folder))
    with gzip.open(path, "rt", encoding="utf-8") as lines, engine.writer(fresh=True) as writer:
        for number, record in enumerate(map(json.loads, lines)):
            paragraphs = [Block("paragraph", text) for text in record["body"].split("\n") if text.strip()]
            lead = paragraphs[0].text if paragraphs else None
            head = ArticleHead(f"a{number}", record["title"], language=LANGUAGE, lead=lead)
            writer.put(chunk(Article(head, tuple(paragraphs), Provenance("measure", "", ""))))
    return engine


def stems(texts: Sequence[str]) -> set[str]:
    """Return the stems of the words of some texts."""
    return {stem(token.text, LANGUAGE) for text in texts for token in tokenize(text)}


def unexplained(engine: Engine, words: Sequence[str], result: ArticleResult) -> set[str] | None:
    """Return the words that a hit neither shows nor names; None if its text does not have all of them."""
    wanted = stems([word for word in words if not is_stop(word)])
    article = engine.article(result.head.id)
    if article is None or not wanted <= stems([article.head.title, *(block.text for block in article.blocks)]):
        return None
    marked = [
        snippet.text[mark.start : mark.end] for snippet in (result.title, *result.snippets) for mark in snippet.marks
    ]
    return wanted - stems(marked) - stems(result.missing)


def pages(engine: Engine, queries: Sequence[str]) -> Iterator[tuple[str, ArticleResult]]:
    """Yield the first ten hits of each query."""
    for query in queries:
        for result in search_articles(engine, SearchRequest(query)).results:
            yield query, result


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    queries = args.queries.read_text("utf-8").split("\n") if args.queries else QUERIES
    asked = [query for query in queries if query.strip()]
    with tempfile.TemporaryDirectory() as folder:
        engine = index_of(args.articles, folder)
        lengths = [len(one.text) for _, hit in pages(engine, asked) for one in hit.snippets if not one.is_related]
        left = [(query, hit, unexplained(engine, query.split(), hit)) for query, hit in pages(engine, asked)]
        times = []
        for _ in range(args.repeat):
            start = time.perf_counter()
            for query in asked:
                search_articles(engine, SearchRequest(query))
            times.append((time.perf_counter() - start) / len(asked) * 1000)
        engine.close()
    whole = [(query, hit, rest) for query, hit, rest in left if rest is not None]
    for query, hit, rest in whole:
        if rest:
            print(f"  {query}: {hit.head.title}: neither shown nor named: {', '.join(sorted(rest))}")
    shown = sum(not rest for _, _, rest in whole)
    print(f"{len(asked)} queries, {len(left)} hits, {len(whole)} with all words")
    print(f"all words shown or named: {shown} of {len(whole)}, {shown / max(1, len(whole)):.1%}")
    under = [sum(length < least for length in lengths) for least in (60, 80)]
    print(f"snippets: {len(lengths)}, shortest {min(lengths)}, under 60: {under[0]}, under 80: {under[1]}")
    print(f"median of a search: {median(times):.2f} ms")


if __name__ == "__main__":
    main()
