"""What every engine does alike: searching articles."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.document import ArticleDocument, Document, chunk
from searchsvc.model.fields import (
    BODY,
    LANGUAGE,
    LEAD,
    QUOTED,
    RELATED,
    SECTION,
    SPEAKER,
    SPEAKER_NAME,
    TITLE,
    FacetField,
    TextField,
)
from searchsvc.model.query import (
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    Leaf,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    Url,
    Word,
)
from searchsvc.model.result import FacetValue
from tests.engines.engine_articles import documents
from tests.narrowing import of_type, present


def fill(engine: Engine, *articles: Sequence[Document]) -> None:
    with engine.writer() as writer:
        for one in articles:
            writer.put(one)


def ids(engine: Engine, root: Node, *filters: Node, sort: Sort = "relevance") -> list[str]:
    ranking = engine.search(Query(root, filters, sort), limit=50)
    assert ranking.total == len(ranking.hits)
    return [hit.head.id for hit in ranking.hits]


def both(*words: str) -> And:
    return And(tuple(Word(word) for word in words))


@pytest.mark.parametrize(
    ("root", "found"),
    [
        pytest.param(both("ferry", "passengers"), {"ferry"}, id="AND across paragraphs"),
        pytest.param(both("ferry", "herring"), {"festival"}, id="AND across body and related headlines"),
        pytest.param(And((Word("harbour"), Not(Word("jetties")))), {"storm"}, id="NOT looks at the whole article"),
        pytest.param(Not(Word("ferry")), {"storm"}, id="NOT alone"),
        pytest.param(Or((Word("herring"), Word("budget"))), {"festival", "budget"}, id="OR"),
        pytest.param(Or((Word("herring"), Not(Word("storm")))), {"festival", "budget"}, id="OR with NOT"),
        pytest.param(And((Or((Word("storm"), Word("school"))), Word("ferry"))), {"ferry", "budget"}, id="nested"),
        pytest.param(Word("jetty"), {"ferry"}, id="by stem"),
        pytest.param(Word("fishermen"), {"festival"}, id="irregular plural as written"),
        pytest.param(Word("zeppelin"), set(), id="unknown word"),
        pytest.param(both("ferry", "zeppelin"), set(), id="AND with an unknown word"),
        pytest.param(Not(Word("zeppelin")), {"ferry", "storm", "festival", "budget"}, id="NOT of an unknown word"),
        pytest.param(Phrase(("no", "boat", "was", "lost")), {"storm"}, id="phrase with stop words"),
        pytest.param(Phrase(("boat", "lost")), set(), id="a phrase does not leap over a stop word"),
        pytest.param(Phrase(("storms", "closes")), set(), id="a phrase compares forms, not stems"),
        pytest.param(Phrase(("monday", "harbour")), set(), id="a phrase does not cross a paragraph"),
        pytest.param(Phrase(("boat", "lost"), 1), {"storm"}, id="slop"),
        pytest.param(Phrase(("lost", "boat"), 2), set(), id="too little slop for an exchange"),
        pytest.param(Phrase(("lost", "boat"), 3), {"storm"}, id="slop exchanges words"),
        pytest.param(Phrase(("monday", "harbour"), 9), set(), id="slop does not cross a paragraph"),
        pytest.param(Phrase(("jetties", "harbour"), within="sentence"), {"ferry"}, id="one sentence, any order"),
        pytest.param(Phrase(("monday", "harbour"), within="sentence"), set(), id="two paragraphs, no sentence"),
        pytest.param(Phrase(("monday", "harbour"), within="paragraph"), set(), id="two paragraphs"),
        pytest.param(Phrase(("passengers", "day"), within="paragraph"), {"ferry"}, id="one paragraph"),
        pytest.param(Phrase(("church", "storm"), field=QUOTED, within="sentence"), set(), id="one sentence of a quote"),
        pytest.param(Prefix("fest"), {"festival"}, id="prefix"),
        pytest.param(Prefix("harb"), {"ferry", "storm"}, id="prefix of several articles"),
        pytest.param(Fuzzy("hering"), {"festival"}, id="fuzzy: a letter lost"),
        pytest.param(Fuzzy("ferrry"), {"ferry", "festival", "budget"}, id="fuzzy: a letter doubled"),
        pytest.param(Fuzzy("stomr"), {"ferry", "storm"}, id="fuzzy: letters exchanged"),
        pytest.param(Phrase(("torn", "aw"), tail="*"), {"ferry"}, id="phrase: its last word begins so"),
        pytest.param(Phrase(("torn", "awey"), tail="~1"), {"ferry"}, id="phrase: its last word is near"),
        pytest.param(Fuzzy("perry"), {"ferry", "festival", "budget"}, id="fuzzy: the first letter, too"),
        pytest.param(Word("ferry", TITLE), {"ferry"}, id="title"),
        pytest.param(Word("ferry", RELATED), {"festival"}, id="related"),
        pytest.param(Word("lighthouse", TextField("captions")), {"ferry"}, id="captions"),
        pytest.param(Word("rebuilt", TextField("crossheads")), {"ferry"}, id="crossheads"),
        pytest.param(Word("sails", LEAD), {"ferry"}, id="lead"),
        pytest.param(Word("sails", BODY), set(), id="the lead is not in the body"),
        pytest.param(Word("church", QUOTED), {"storm"}, id="quotes"),
        pytest.param(Word("church"), set(), id="bare words do not look in quotes"),
        pytest.param(Word("quill", SPEAKER_NAME), {"ferry", "storm"}, id="speaker"),
        pytest.param(Phrase(("ida", "bloom"), field=TextField("author")), {"storm", "festival"}, id="author phrase"),
        pytest.param(Phrase(("farrow", "ida"), 9, TextField("author")), set(), id="names are paragraphs of their own"),
        pytest.param(Prefix("cou", TITLE), {"budget"}, id="prefix in a field"),
        pytest.param(Fuzzy("stor", 1, TITLE), {"storm"}, id="fuzzy in a field"),
        pytest.param(FacetFilter(SECTION, "transport"), {"ferry"}, id="facets fold case"),
        pytest.param(FacetFilter(FacetField("author"), "Ida Bloom"), {"storm", "festival"}, id="each author"),
        pytest.param(FacetFilter(FacetField("author"), "Bloom"), set(), id="facets are compared whole"),
        pytest.param(FacetFilter(SPEAKER, "Tom Reed"), {"storm"}, id="speaker facet"),
        pytest.param(FacetFilter(LANGUAGE, "en"), {"ferry", "storm", "festival", "budget"}, id="language facet"),
        pytest.param(Url("http://lowmere.example/culture/herring"), {"festival"}, id="URL in another spelling"),
        pytest.param(Url("http://lowmere.example/culture"), set(), id="another URL"),
        pytest.param(Url("not a url"), set(), id="no URL at all"),
        pytest.param(MatchAll(), {"ferry", "storm", "festival", "budget"}, id="everything"),
        pytest.param(
            DateRange(datetime(2021, 2, 20, tzinfo=UTC), datetime(2021, 3, 2, tzinfo=UTC)),
            {"storm"},
            id="half-open range",
        ),
        pytest.param(DateRange(None, datetime(2020, 8, 15, 12, 30, tzinfo=UTC)), set(), id="the end is not in it"),
        pytest.param(DateRange(), {"ferry", "storm", "festival"}, id="undated articles match no range"),
    ],
)
def test_search_finds(harbour: Engine, root: Node, found: set[str]) -> None:
    assert set(ids(harbour, root)) == found


@pytest.fixture
def printed_otherwise(engine: Engine) -> Engine:
    """Articles in which `and` and digraphs are printed in several ways, in several languages."""
    fill(
        engine,
        documents("sign", "Oar & Rudder sold", "All of Oar & Rudder is sold.", quotes=(("Oar & Rudder stays", None),)),
        documents("word", "Oar and Rudder kept", "Oar and Rudder stays.", "No oar, and no rudder."),
        documents("und", "Möwe und Söhne", "Die Möwe und Söhne grüßen früh.", language="de"),
        documents("digraph", "Moewe & Soehne", "Die Moewe & Soehne gruessen frueh.", language="de",
                  quotes=(("Moewe ruft", "Jan Moewe"),)),
        documents("folded", "Mowe und Sohne", "Die Mowe und Sohne.", language="de"),
        documents("english", "Moewe und Soehne of Hull", "The yard of Moewe und Soehne moved."),
        documents("danish", "Aarhus og øen", "I Aarhus & på Øen.", language="da"),
    )  # fmt: skip
    return engine


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        pytest.param(Phrase(("oar", "&", "rudder")), {"sign", "word"}, id="the sign stands for the word"),
        pytest.param(Phrase(("oar", "and", "rudder")), {"sign", "word"}, id="and the word for the sign"),
        pytest.param(Phrase(("oar", "und", "rudder")), set(), id="of the language of the article alone"),
        pytest.param(Phrase(("mowe", "und", "sohne")), {"und", "digraph", "folded"}, id="digraphs, of their language"),
        pytest.param(
            Phrase(("moewe", "und", "soehne")), {"und", "digraph", "folded", "english"}, id="as printed in any language"
        ),
        pytest.param(Phrase(("mowe", "&", "soehne")), {"und", "digraph", "folded"}, id="both"),
        pytest.param(Phrase(("mowe", "sohne"), 1), {"und", "digraph", "folded"}, id="near"),
        pytest.param(Phrase(("sohne", "&", "mowe"), 4), {"und", "digraph", "folded"}, id="near, in another order"),
        pytest.param(Phrase(("mowe", "&", "soeh"), tail="*"), {"digraph"}, id="before an ending"),
        pytest.param(Phrase(("mowe", "&", "sohn"), tail="~1"), {"und", "folded"}, id="before a fuzzy ending"),
        pytest.param(Phrase(("moewe",), field=TITLE), {"und", "digraph", "folded", "english"}, id="one word"),
        pytest.param(Phrase(("moewe", "und"), field=TITLE), {"und", "digraph", "folded", "english"}, id="in a field"),
        pytest.param(Phrase(("mowe", "ruft"), field=QUOTED), {"digraph"}, id="in quotes"),
        pytest.param(Phrase(("arhus", "&", "pa")), {"danish"}, id="danish"),
        pytest.param(Phrase(("aarhus", "og")), {"danish"}, id="danish, the word"),
    ],
)
def test_phrases_find_other_spellings(printed_otherwise: Engine, phrase: Phrase, found: set[str]) -> None:
    assert set(ids(printed_otherwise, phrase)) == found
    assert printed_otherwise.frequencies([phrase]) == [len(found)]


def test_phrases_in_other_spellings_count_as_often_as_they_stand(printed_otherwise: Engine) -> None:
    hits = printed_otherwise.search(Query(Phrase(("moewe", "&", "soehne"))), limit=9).hits
    german = [hit for hit in hits if hit.head.language == "de"]
    assert [hit.best for hit in german] == [0, 0, 0]
    assert max(hit.score for hit in german) == pytest.approx(min(hit.score for hit in german), rel=0.2)


def test_words_are_those_of_the_language_of_the_article(engine: Engine) -> None:
    text, name = "3,5 Prozent mehr", "Ankara’da yağmur"
    fill(
        engine,
        documents("de", text, f"Es sind {text}.", language="de", quotes=((text, None),)),
        documents("en", text, f"They are {text}."),
        documents("tr", name, name, language="tr"),
    )
    for language in ("de", "en"):
        phrase = Phrase(tuple(word.text for word in tokenize(text, language)))
        assert ids(engine, phrase) == [language]
        assert len(engine.search_quotes(phrase, (), limit=9).hits) == (language == "de")
    words = tuple(word.text for word in tokenize(name, "tr"))
    assert ids(engine, Phrase(words)) == ["tr"]
    assert engine.words(words[0], limit=9) == [(words[0], 1)]


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(Phrase(("harbour", "master")), id="two words"),
        pytest.param(Phrase(("the", "harbour", "master")), id="three words"),
        pytest.param(Phrase(("master", "harbour"), 4), id="near"),
        pytest.param(Phrase(("harbour", "mastre"), tail="~2"), id="fuzzy ending"),
        pytest.param(Phrase(("oar", "and", "rudder")), id="spelled otherwise"),
        pytest.param(Phrase(("mowe", "sohne"), 1), id="near, spelled otherwise"),
        pytest.param(Word("harbour"), id="a word"),
        pytest.param(Prefix("harb"), id="a prefix"),
    ],
)
def test_scores_count_how_often_a_leaf_stands(printed_otherwise: Engine, leaf: Leaf) -> None:
    """The engine in plain Python says what they are."""
    often = [
        documents("often", "Harbour master", "The harbour master met the harbour master.", "Harbour master, he said."),
        documents("seldom", "Of boats", "The harbour has a master.", "He is harbour master and a harbour friend."),
    ]
    fill(printed_otherwise, *often)
    plain = MemoryEngine()
    fill(plain, *(chunk(present(printed_otherwise.article(one))) for one in printed_otherwise.ids()))
    found, wanted = (
        {hit.head.id: hit.score for hit in engine.search(Query(leaf), limit=9).hits}
        for engine in (printed_otherwise, plain)
    )
    assert wanted
    assert found == pytest.approx(wanted, rel=1e-5)


def test_quotes_are_found_in_other_spellings(printed_otherwise: Engine) -> None:
    def quotes(phrase: Phrase) -> list[str]:
        return [hit.head.id for hit in printed_otherwise.search_quotes(phrase, (), limit=9).hits]

    assert quotes(Phrase(("oar", "and", "rudder"))) == ["sign"]
    assert quotes(Phrase(("mowe", "ruft"))) == ["digraph"]
    assert quotes(Phrase(("jan", "mowe"), field=SPEAKER_NAME)) == ["digraph"]
    assert quotes(Phrase(("oar", "og", "rudder"))) == []


SENTENCES = documents(
    "port",
    "Dr. Oar. Walls",
    "The wall fell. Dr. Oar saw the harbour. It was night, and the harbour lay still.",
    "Nobody was hurt. The Mayor thanked the crews",
    "The harbour of 1.000 boats stood. The wall did not.",
    quotes=(("We saw the wall. Then the harbour went dark.", "Ann Oar"),),
    related=("Wall falls. Harbour shut",),
)


@pytest.mark.parametrize(
    ("words", "sentence", "paragraph"),
    [
        (("wall", "harbour"), False, True),
        (("harbour", "oar", "saw"), True, True),
        (("night", "still", "harbour"), True, True),
        (("wall", "hurt"), False, False),
        (("crews", "nobody"), False, True),
        (("did", "wall"), True, True),
        (("wall", "zeppelin"), False, False),
    ],
)
def test_words_are_looked_for_in_one_sentence_or_paragraph(
    engine: Engine, words: tuple[str, ...], sentence: bool, paragraph: bool
) -> None:
    fill(engine, SENTENCES)
    assert (ids(engine, Phrase(words, within="sentence")) == ["port"]) is sentence
    assert (ids(engine, Phrase(words, within="paragraph")) == ["port"]) is paragraph


def test_quotes_and_headlines_have_sentences_too(engine: Engine) -> None:
    fill(engine, SENTENCES)
    for words, unit, found in (
        (("wall", "saw"), "sentence", True),
        (("wall", "dark"), "sentence", False),
        (("wall", "dark"), "paragraph", True),
    ):
        assert engine.search_quotes(Phrase(words, within=unit), (), limit=1).total == found  # type: ignore[arg-type]
    assert engine.search_headlines(Phrase(("falls", "wall"), within="sentence"), (), limit=1).total == 1
    assert engine.search_headlines(Phrase(("shut", "wall"), within="sentence"), (), limit=1).total == 0


def test_stop_words_are_not_required_beside_others(harbour: Engine) -> None:
    assert ids(harbour, both("the", "herring", "of", "should")) == ids(harbour, Word("herring"))
    with_stop = harbour.search(Query(both("the", "herring")), limit=5).hits
    assert [hit.score for hit in with_stop] == [
        hit.score for hit in harbour.search(Query(Word("herring")), limit=5).hits
    ]


def test_stop_words_count_where_there_is_nothing_else(harbour: Engine) -> None:
    assert ids(harbour, both("must", "a")) == ["ferry"]
    assert ids(harbour, And((Word("must"), Not(Word("herring"))))) == ["ferry"]


def test_stop_words_of_a_field_or_a_negation_are_taken_at_their_word(harbour: Engine) -> None:
    assert ids(harbour, And((Word("storm"), Word("the", TITLE)))) == ["storm"]
    assert ids(harbour, And((Word("herring"), Not(Word("the"))))) == []


def test_fields_weigh_as_they_should(engine: Engine) -> None:
    fill(
        engine,
        documents("caption", "Calm sea", "Nothing moved.", "All was still.", captions=("The walrus",)),
        documents("body", "Calm sea", "Nothing moved.", "The walrus slept."),
        documents("lead", "Calm sea", "The walrus slept.", "Nothing moved."),
        documents("title", "Walrus sleeps", "Nothing moved.", "All was still."),
        documents("related", "Calm sea", "Nothing moved.", "All was still.", related=("Walrus awake",)),
    )
    found = ids(engine, Word("walrus"))
    assert set(found[:2]) == {"title", "lead"}
    assert found[2:] == ["body", "caption", "related"]


def test_kickers_are_found_with_the_headline_and_agencies_by_their_field(engine: Engine) -> None:
    fill(
        engine,
        documents("walrus", "Sleeps through the storm", "Nothing moved.", kicker="Walrus watch", agency="Reuters"),
        documents("reuters", "Reuters opens a bureau", "The walrus slept.", agency="dpa"),
    )
    assert ids(engine, And((Word("walrus"), Word("storm")))) == ["walrus"]
    assert ids(engine, Word("walrus", TextField("kicker"))) == ["walrus"]
    assert ids(engine, Word("reuters")) == ["reuters"]
    assert ids(engine, Word("reuters", TextField("agency"))) == ["walrus"]
    head = engine.search(Query(Word("watch")), limit=1).hits[0].head
    assert (head.kicker, head.agency) == ("Walrus watch", "Reuters")


def test_rare_words_and_several_words_rank_first(engine: Engine) -> None:
    fill(
        engine,
        documents("common", "One", "", "tide tide tide"),
        documents("rare", "One", "", "quern stone here"),
        documents("both", "One", "", "quern tide there"),
        *(documents(f"more{i}", "One", "", "tide comes back") for i in range(5)),
    )
    assert ids(engine, Or((Word("tide"), Word("quern"))))[:2] == ["both", "rare"]


def test_words_close_together_in_one_passage_rank_higher(engine: Engine) -> None:
    filler = "Plain sentence about nothing at all keeps going. " * 30
    fill(
        engine,
        documents("apart", "One", "", f"The walrus. {filler}", f"The anchor. {filler}"),
        documents("together", "One", "", f"The walrus anchor. {filler}", f"The, the. {filler}"),
    )
    apart_last = engine.search(Query(both("walrus", "anchor")), limit=2)
    assert [hit.head.id for hit in apart_last.hits] == ["together", "apart"]


def test_best_passage_is_the_one_that_matches(engine: Engine) -> None:
    filler = "Plain sentence about nothing at all keeps going. " * 30
    fill(engine, documents("long", "Title word", filler, filler, f"The walrus. {filler}"))
    hit = engine.search(Query(Word("walrus")), limit=1).hits[0]
    assert hit.best is not None
    first, end = hit.passages[hit.best].first, hit.passages[hit.best].end
    assert any("walrus" in block.text for block in hit.blocks[first:end])
    assert engine.search(Query(Word("title")), limit=1).hits[0].best is None


def test_the_lead_chooses_the_first_passage(harbour: Engine) -> None:
    assert harbour.search(Query(Word("sails")), limit=1).hits[0].best == 0


def test_matched_in_names_fields_in_schema_order(harbour: Engine) -> None:
    (first, *_) = harbour.search(Query(And((Word("ferry"), Word("jetties"), Not(Word("herring"))))), limit=5).hits
    assert first.matched_in == ("title", "lead", "body", "crossheads")
    (quoted,) = harbour.search(Query(Word("church", QUOTED)), limit=5).hits
    assert quoted.matched_in == ("quotes",)


def test_total_is_exact_on_every_page_and_pages_neither_repeat_nor_skip(engine: Engine) -> None:
    fill(engine, *(documents(f"a{i:03}", "Tide", "The same tide.", section="ABC"[i % 3]) for i in range(57)))
    pages = [engine.search(Query(Word("tide")), limit=10, offset=at) for at in range(0, 70, 10)]
    assert {page.total for page in pages} == {57}
    assert [hit.head.id for page in pages for hit in page.hits] == [f"a{i:03}" for i in range(57)]
    assert engine.search(Query(Word("tide")), limit=0).hits == ()


def test_ties_are_ordered_by_id_whatever_was_put_first(engine: Engine) -> None:
    fill(engine, *(documents(name, "Tide", "The same tide.") for name in ("m", "b", "z")))
    fill(engine, *(documents(name, "Tide", "The same tide.") for name in ("a", "n")))
    assert ids(engine, Word("tide")) == ["a", "b", "m", "n", "z"]
    assert ids(engine, MatchAll()) == ["a", "b", "m", "n", "z"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", ["ferry", "storm", "festival", "budget"]),
        ("oldest", ["festival", "storm", "ferry", "budget"]),
    ],
)
def test_sort_by_date_puts_undated_articles_last(harbour: Engine, sort: Sort, order: list[str]) -> None:
    assert ids(harbour, MatchAll(), sort=sort) == order


def test_scores_are_the_same_in_every_order(harbour: Engine) -> None:
    root = Or((Word("storm"), Word("ferry")))
    scores = [
        {hit.head.id: hit.score for hit in harbour.search(Query(root, sort=sort), limit=9).hits}
        for sort in ("relevance", "newest", "oldest")
    ]
    assert scores[0] == pytest.approx(scores[1])
    assert scores[0] == pytest.approx(scores[2])


def test_filters_narrow_without_scoring(harbour: Engine) -> None:
    storm = Word("storm")
    unfiltered = {hit.head.id: hit.score for hit in harbour.search(Query(storm), limit=9).hits}
    ranking = harbour.search(Query(storm, (FacetFilter(SECTION, "Weather"),)), limit=9)
    assert {hit.head.id: hit.score for hit in ranking.hits} == pytest.approx({"storm": unfiltered["storm"]})
    assert ids(harbour, MatchAll(), Or((FacetFilter(SECTION, "Weather"), FacetFilter(SECTION, "Culture")))) == [
        "festival",
        "storm",
    ]


def test_facets_count_the_whole_result(harbour: Engine) -> None:
    facets = harbour.search(Query(MatchAll()), limit=1).facets
    assert facets[FacetField("outlet")] == (FacetValue("Lowmere Letter", 2), FacetValue("The Aldous Courier", 2))
    assert facets[FacetField("author")] == (FacetValue("Ida Bloom", 2), FacetValue("Ned Farrow", 2))
    assert facets[SPEAKER] == (FacetValue("Edda Quill", 2), FacetValue("Tom Reed", 1))
    assert facets[LANGUAGE] == (FacetValue("en", 4),)
    assert facets.month == (FacetValue("2020-08", 1), FacetValue("2021-02", 1), FacetValue("2021-03", 1))
    narrowed = harbour.search(Query(MatchAll(), (FacetFilter(FacetField("outlet"), "Lowmere Letter"),)), limit=0).facets
    assert narrowed[SECTION] == (FacetValue("Culture", 1), FacetValue("Politics", 1))
    assert harbour.search(Query(MatchAll()), limit=1, facets=False).facets[SECTION] == ()


def test_most_puts_articles_with_more_of_the_words_first(harbour: Engine) -> None:
    most = MinShouldMatch((Word("storm"), Word("ferry"), Word("monday")), 1)
    ranking = harbour.search(Query(most), limit=9)
    assert ranking.hits[0].head.id == "ferry"
    assert (ranking.total, ranking.total_all_words) == (4, 1)
    assert harbour.search(Query(MinShouldMatch(most.children, 3)), limit=9).total == 1
    narrowed = harbour.search(Query(And((most, Not(Word("council"))))), limit=9)
    assert (narrowed.total, narrowed.total_all_words) == (3, 1)
    assert narrowed.hits[0].head.id == "ferry"


def test_total_all_words_equals_total_without_most(harbour: Engine) -> None:
    ranking = harbour.search(Query(Word("storm")), limit=1)
    assert ranking.total_all_words == ranking.total == 2


def test_accents_possessives_and_acronyms_are_folded(engine: Engine) -> None:
    fill(
        engine,
        documents("accent", "Café in Łódź", "Müller’s menu."),
        documents("country", "Envoys", "The U.S. envoy met them."),
        documents("pronoun", "Envoys", "They told us nothing."),
    )
    assert ids(engine, Phrase(("cafe", "in", "lodz"))) == ["accent"]
    assert ids(engine, Word("muller")) == ["accent"]
    assert ids(engine, Word("u.s.")) == ["country"]
    assert ids(engine, Phrase(("us",))) == ["pronoun"]


def test_a_bare_word_matches_by_the_stem_of_each_language(engine: Engine) -> None:
    fill(
        engine,
        documents("de", "Neue Häuser am Hafen", "Die Stadt baut.", language="de"),
        documents("en", "Houses by the harbour", "The town builds hauser.", language="en"),
        documents("es", "Casas nuevas", "La ciudad construye.", language="es"),
        documents("none", "Houses", "No language is known.", language=None),
    )
    assert set(ids(engine, Word("hauser"))) == {"de", "en"}
    assert ids(engine, Word("haus")) == ["de"]
    assert ids(engine, Word("casa")) == ["es"]
    assert set(ids(engine, Word("house"))) == {"en", "none"}
    assert engine.languages() == ["de", "en", "es"]


def test_words_and_similar_words_come_from_the_collection(harbour: Engine) -> None:
    assert harbour.words("h", limit=3) == [("harbour", 2), ("had", 1), ("herring", 1)]
    assert harbour.words("ferr", limit=1) == [("ferry", 3)]
    assert harbour.similar_words("hering", edits=1) == [("herring", 1)]
    assert harbour.similar_words("ferry", limit=1) == [("ferry", 3)]
    assert harbour.similar_words("zzzzzz") == []


def test_article_gives_back_what_was_put(harbour: Engine) -> None:
    article = of_type(ArticleDocument, documents("budget", "Council passes budget")[0]).article
    stored = harbour.article("budget")
    assert stored is not None
    assert stored.head.title == article.head.title
    assert [block.text for block in stored.blocks] == ["The council voted for a new school and no new ferry."]
    assert harbour.article("nowhere") is None
    assert harbour.article("") is None


def test_an_empty_engine_answers(opener: Callable[[], Engine]) -> None:
    engine = opener()
    fill(engine)
    for root in (
        Word("storm"),
        MatchAll(),
        Not(Word("storm")),
        Phrase(("a", "storm")),
        Prefix("sto"),
        Fuzzy("storm"),
    ):
        assert engine.search(Query(root), limit=5).total == 0
    assert engine.search_quotes(MatchAll(), (), limit=5).total == 0
    assert engine.search_headlines(Word("storm"), (), limit=5).total == 0
    assert (engine.count(), engine.languages(), engine.words("a", limit=5)) == (0, [], [])


def test_a_wanted_choice_with_a_stop_word_demands_neither(engine: Engine) -> None:
    fill(
        engine,
        documents("pronoun", "Trust us", "They told us to trust them."),
        documents("country", "Trust in the US", "Washington spoke of trust."),
        documents("neither", "Trust", "Trust was all they asked."),
    )
    either = Or((Word("us"), Word("u.s.")))
    assert set(ids(engine, And((Word("trust"), either)))) == {"pronoun", "country"}
