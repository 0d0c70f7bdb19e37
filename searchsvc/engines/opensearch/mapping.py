"""Tables of fields and facets → settings and mappings of the indices, and the fingerprint that says whether they fit.

An index `articles` holds a document for each article, with nested passages, and one for each of its quotes and related
headlines, joined to it (`kind`); and one for an article that has copies, which names its group. Texts are kept as the
tokens that `analysis` makes of them, separated by spaces, and the cluster splits them at these spaces only: what a
word is, is decided here and nowhere else. Each field of text is there three times: as stems, each behind the code of
its language, with frequencies; as surface forms with positions, in which paragraphs are POSITION_GAP apart; and as
such forms in which sentences are. Scores are computed by scripts from frequencies and exact lengths
(`scripted_scores`), so norms are not kept, and the similarity of a field is the frequency itself.

An index `articles-versions` of the same mapping holds a document for each older version of an article, without quotes
and headlines of their own: searches that ask for older versions search both.
"""

import hashlib
import json
from typing import Final

import Stemmer

from searchsvc.analysis import stop_words
from searchsvc.analysis.tokenizer import WORD
from searchsvc.engines.opensearch.access import Access
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import PASSAGE_WORDS
from searchsvc.languages import LANGUAGES, STEMMERS
from searchsvc.model.fields import FACETS, TEXT_FIELDS, TextField

#: Raised whenever documents are made or mapped otherwise than before: indices of another one are built anew.
LAYOUT = 5
#: Positions between two paragraphs (or sentences) of a field: more than any slop, so that no phrase crosses them, and
#: than the words of nearly any paragraph, in which words are looked for that may stand in any place.
POSITION_GAP = 10_000
#: Code points of a token; longer ones are cut, with a digest of the whole (Lucene refuses terms over 32,766 bytes).
LONGEST_TOKEN = 8000
#: Fields of passages and of own texts of quotes and headlines: stems, forms, number of words that are no stop words.
PASSAGES = "passages"
OWN, NAMES = "own", "names"
#: Kinds of documents in an index of articles.
ARTICLE: Final = "article"
QUOTE: Final = "quote"
HEADLINE: Final = "headline"
#: Says of an article that has copies to which group it belongs.
COPY: Final = "copy"
#: Document id of the article that an older version is one of.
VERSION_OF: Final = "version_of"
#: Distinct stems, and forms, of the fields that bare words look into.
ALL_STEMS, ALL_FORMS = "all", "forms"
#: Keys of the stories that the headlines of an article name, or that a headline does (`analysis.links`).
LINKS: Final = "links"
#: Digest of an article's text, or of a quote's words; bands of its signature; and both with its numbers, as bytes.
WORDING, BANDED, SIGNATURE = "wording", "banded", "signature"
#: Of a copy: the group of an article that has others in it, and what links its text to others (`copies.CopyLinks`).
GROUP, LEADER, COMPONENT = "group", "leader", "component"
#: Of a copy: all that a search reads of it, in one value (`copy_fields.packed_member`).
MEMBER = "member"

_ANALYSIS: Json = {
    "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": LONGEST_TOKEN + 100}},
    "analyzer": {"tokens": {"type": "custom", "tokenizer": "spaces"}},
}
_KEYWORD: Json = {"type": "keyword"}
#: Values that are read back, and neither searched nor sorted by.
_STORED: Json = {"type": "binary"}
_SET: Json = {"type": "text", "analyzer": "tokens", "norms": False, "index_options": "docs"}
_STEMS: Json = {
    "type": "text",
    "analyzer": "tokens",
    "norms": False,
    "index_options": "freqs",
    "similarity": "frequency",
}
_FORMS: Json = _STEMS | {"index_options": "positions", "position_increment_gap": POSITION_GAP}
_LENGTH: Json = {"type": "integer", "index": True}
#: Values of `_source` that are kept; all others can be searched, sorted by and counted, but not read.
_KEPT = ("shown", "rest", "hit", "words")


def stem_field(name: TextField) -> str:
    """Return the field of an article's stems of a text field."""
    return f"stem.{name}"


def form_field(name: TextField) -> str:
    """Return the field of an article's surface forms of a text field."""
    return f"form.{name}"


def sentence_field(forms: str) -> str:
    """Return the field in which the surface forms of a field of forms stand by sentence."""
    if forms.startswith("form."):
        return f"sentence.{forms.removeprefix('form.')}"
    return f"{forms.removesuffix('.form')}.sentence"


def stemmer_field(forms: str) -> str:
    """Return the field of the language by whose rules the texts of a field of forms are read."""
    return f"{PASSAGES}.stemmer" if forms.startswith(f"{PASSAGES}.") else "stemmer"


def length_field(name: TextField) -> str:
    """Return the field of a text field's number of words that are no stop words."""
    return f"length.{name}"


def members_of_groups() -> Json:
    """Return the query of the documents that name the groups of articles."""
    return {"bool": {"filter": [{"term": {"kind": COPY}}, {"exists": {"field": GROUP}}]}}


def articles_body(access: Access) -> Json:
    """Return settings and mapping of an index of articles."""
    texts = [str(row.name) for row in TEXT_FIELDS]
    facets = [str(row.name) for row in FACETS]
    own = {"stem": _STEMS, "form": _FORMS, "sentence": _FORMS, "length": _LENGTH}
    return {
        "settings": _settings(access, shards=access.shards)
        | {
            "analysis": _ANALYSIS,
            "similarity": {"frequency": {"type": "scripted", "script": {"source": "return doc.freq;"}}},
            # Merges that expunge deleted documents rewrite every segment that has one.
            "merge.policy.expunge_deletes_allowed": 0,
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": {"layout": fingerprint()},
            "_source": {"includes": list(_KEPT)},
            "properties": {
                "kind": {"type": "join", "relations": {ARTICLE: [QUOTE, HEADLINE, COPY]}},
                "id": _KEYWORD,
                "index": _LENGTH,
                "stemmer": _KEYWORD,
                "stem": {"properties": dict.fromkeys(texts, _STEMS)},
                "form": {"properties": dict.fromkeys(texts, _FORMS)},
                "sentence": {"properties": dict.fromkeys(texts, _FORMS)},
                "length": {"properties": dict.fromkeys(texts, _LENGTH)},
                ALL_STEMS: _SET,
                ALL_FORMS: _KEYWORD,
                PASSAGES: {"type": "nested", "properties": own | {"number": _LENGTH, "stemmer": _KEYWORD}},
                OWN: {"properties": own},
                NAMES: {"properties": own},
                "facet": {"properties": dict.fromkeys(facets, _KEYWORD)},
                "key": {"properties": dict.fromkeys(facets, _KEYWORD)},
                "spelled": {"properties": dict.fromkeys(facets, _KEYWORD)},
                "full_name": _KEYWORD,
                "dated": {"type": "long"},
                "added": {"type": "long"},
                "day": {"type": "integer"},
                "dated_exactly": {"type": "long"},
                "month": _KEYWORD,
                "address": _KEYWORD,
                "title_words": _KEYWORD,
                LINKS: _KEYWORD,
                "quotes": _LENGTH,
                "headlines": _LENGTH,
                VERSION_OF: _KEYWORD,
                WORDING: _KEYWORD,
                BANDED: {"type": "keyword", "doc_values": False},
                **{name: {"type": "binary", "doc_values": True} for name in (SIGNATURE, MEMBER)},
                **dict.fromkeys((GROUP, LEADER, COMPONENT), _KEYWORD),
                **dict.fromkeys(_KEPT, _STORED),
            },
        },
    }


def words_body(access: Access) -> Json:
    """Return settings and mapping of an index of words: each surface form with its number of articles."""
    return {
        "settings": _settings(access, shards=1),
        "mappings": {"dynamic": "strict", "properties": {"form": _KEYWORD, "count": {"type": "integer"}}},
    }


def versions_index(articles: str) -> str:
    """Return the name of the index of older versions beside one of articles."""
    return f"{articles}-versions"


def records_body(access: Access) -> Json:
    """Return settings and mapping of an index of documents that are only found by their ids."""
    settings = _settings(access, shards=1) | {"merge.policy.expunge_deletes_allowed": 0}
    return {"settings": settings, "mappings": {"enabled": False}}


def _settings(access: Access, *, shards: int) -> Json:
    return {
        "number_of_shards": shards,
        "auto_expand_replicas": access.replicas,
        # Changes are shown by commits alone.
        "refresh_interval": "-1",
        "translog.durability": "request",
    }


def fingerprint() -> str:
    """Return what the layout, the tables of fields and facets, and the rules of words and passages amount to."""
    tables = [(row.name, row.storage, row.in_passages, row.weight is not None) for row in TEXT_FIELDS]
    facets = [(row.name, row.names) for row in FACETS]
    words = [WORD.pattern, STEMMERS, Stemmer.version(), {code: sorted(stop_words(code)) for code in LANGUAGES}]
    parts = [LAYOUT, tables, facets, words, PASSAGE_WORDS, POSITION_GAP]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
