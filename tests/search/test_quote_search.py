"""Quotes are found by their words and speakers, and show what names the speaker."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote
from searchsvc.model.document import chunk
from searchsvc.model.fields import SPEAKER
from searchsvc.model.result import QuoteHit, Span
from searchsvc.reindex.worker_pool import with_quotes
from searchsvc.search import SearchRequest, find_speaker, search_quotes, search_speakers
from searchsvc.search.quote_context import MAX_CONTEXT, MAX_EVIDENCE, MAX_SHIFT, Evidence, context_span, evidence_of
from searchsvc.search.topics import NEWEST_QUOTES, Topic


def told(article_id: str, day: str, section: str, *paragraphs: str) -> Article:
    published = datetime.fromisoformat(day).replace(tzinfo=UTC)
    head = ArticleHead(article_id, f"News of {article_id}", section=section, published=published, language="en")
    blocks = tuple(Block("paragraph", text) for text in paragraphs)
    return with_quotes(Article(head, blocks, Provenance("text/1", f"{article_id}.txt", "0" * 64)))


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = MemoryEngine()
    articles = (
        told(
            "lock",
            "2022-03-01",
            "Canals",
            '"The lock gates are a hundred years old," said Berta Lind, who keeps them.',
            'Ms Lind added: "Every winter we wonder whether they will hold."',
        ),
        told(
            "tolls",
            "2023-06-05",
            "Money",
            'Aldo Marsh called the tolls "a tax on patience".',
            '"Nobody counts the gates that hold," said Berta Lind. "They count the boats that wait."',
        ),
        told("marsh", "2024-01-09", "Canals", '"I have sailed through worse gates," Karl Marsh told reporters.'),
    )
    with engine.writer() as writer:
        for article in articles:
            writer.put(chunk(article))
    return engine


def texts(engine: Engine, **asked: Any) -> list[str]:
    return [result.quote.text.rstrip(",") for result in search_quotes(engine, SearchRequest(**asked)).results]


def test_search_quotes_finds_by_words_said(engine: Engine) -> None:
    page = search_quotes(engine, SearchRequest("winter gates"))
    assert page.total == 4, "no quote has both words, so those with one of them are found"
    assert [notice.code for notice in page.notices] == ["relaxed"]
    assert texts(engine, text="gates old") == ["The lock gates are a hundred years old"]
    assert texts(engine, text="winter gates", match="all") == []
    assert len(texts(engine, text="winter gates", match="any")) == 4


def test_search_quotes_without_text_shows_the_newest(engine: Engine) -> None:
    page = search_quotes(engine, SearchRequest())
    assert page.sort == "newest"
    assert page.results[0].head.id == "marsh"
    assert search_quotes(engine, SearchRequest(sort="oldest")).results[0].head.id == "lock"


@pytest.mark.parametrize(
    ("speaker", "found"),
    [
        pytest.param(("Lind",), 4, id="a part of the name"),
        pytest.param(("berta lind",), 4, id="the name in another case"),
        pytest.param(("Marsh",), 2, id="namesakes"),
        pytest.param(('"Karl Marsh"',), 1, id="exactly this name"),
        pytest.param(('"Marsh"',), 0, id="nobody is called just so"),
        pytest.param(("Karl", "Aldo"), 2, id="either"),
        pytest.param(("Lind Berta",), 0, id="the words in their order"),
        pytest.param(("…",), 0, id="no name at all"),
    ],
)
def test_search_quotes_of_a_speaker(engine: Engine, speaker: tuple[str, ...], found: int) -> None:
    assert search_quotes(engine, SearchRequest(chosen={SPEAKER: speaker})).total == found


def test_search_quotes_narrows_by_section_dates_and_kind(engine: Engine) -> None:
    assert texts(engine, chosen={"section": ("Money",), "kind": ("partial",)}) == ["a tax on patience"]
    assert texts(engine, text="gates", last=date(2022, 12, 31)) == ["The lock gates are a hundred years old"]


def test_search_quotes_refuses_what_cannot_be_read(engine: Engine) -> None:
    with pytest.raises(QueryError):
        search_quotes(engine, SearchRequest("a*"))


def test_a_quote_marks_the_words_asked_for(engine: Engine) -> None:
    (result,) = search_quotes(engine, SearchRequest("patience")).results
    assert [result.text.text[mark.start : mark.end] for mark in result.text.marks] == ["patience"]


def test_a_quote_shows_the_sentence_that_names_its_speaker_with_the_cue(engine: Engine) -> None:
    (result,) = search_quotes(engine, SearchRequest("hundred")).results
    evidence = result.evidence
    assert evidence is not None
    assert evidence.text == '"The lock gates are a hundred years old," said Berta Lind, who keeps them.'
    assert [part for part in evidence.parts() if part[1]] == [
        ("The lock gates are a hundred years old,", "quote"),
        ("said", "cue"),
        ("Berta Lind", "mention"),
    ]
    assert evidence.anchor == "b0"


def test_evidence_of_the_second_part_is_the_sentence_between(engine: Engine) -> None:
    (result,) = search_quotes(engine, SearchRequest("boats wait", match="all")).results
    evidence = result.evidence
    assert evidence is not None
    assert evidence.text.startswith('"Nobody counts the gates that hold," said Berta Lind.')
    assert evidence.cue is not None
    assert evidence.text[evidence.cue.start : evidence.cue.end] == "said"


def hit(quote: Quote, mention_context: str | None) -> QuoteHit:
    head = ArticleHead("a", "A")
    return QuoteHit(head, 0, quote, mention_context or "", mention_context, None, 1.0)


def test_a_quote_of_nobody_has_no_evidence() -> None:
    assert evidence_of(hit(Quote("so it goes", "full"), None)) is None


def test_evidence_chooses_the_cue_by_the_mention_and_outside_of_the_quote() -> None:
    text = "“He said it, I said it,” Ola Brink said, and she said it again."
    quote = Quote("He said it, I said it,", "full", "Ola Brink", "Ola Brink", "said", block=0, start=1, end=23)
    at = text.index("Ola")
    found = evidence_of(
        hit(replace_mention(quote, at, at + 9), text),
    )
    assert found is not None
    assert found.cue == Span(at + 10, at + 14)


def replace_mention(quote: Quote, start: int, end: int) -> Quote:
    return Quote(
        quote.text,
        quote.kind,
        quote.speaker,
        quote.mention,
        quote.cue,
        block=quote.block,
        start=quote.start,
        end=quote.end,
        mention_block=0,
        mention_start=start,
        mention_end=end,
    )


def test_long_evidence_is_cut_and_keeps_mention_and_cue() -> None:
    text = "“" + "word " * 200 + "end,” Ola Brink said after " + "a long day of " * 80 + "talk."
    at = text.index("Ola")
    quote = Quote(text[1 : at - 2], "full", "Ola Brink", "Ola Brink", "said", block=0, start=1, end=at - 2)
    found = evidence_of(hit(replace_mention(quote, at, at + 9), text))
    assert found is not None
    assert len(found.text) <= MAX_EVIDENCE
    assert (found.cut_before, found.cut_after) == (True, True)
    assert found.text in text
    assert found.mention is not None
    assert found.text[found.mention.start : found.mention.end] == "Ola Brink"


@given(st.text(max_size=300), st.data())
def test_evidence_is_a_stretch_of_the_block_and_its_parts_join_to_it(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text) + 2)
    start, end, first, last = (data.draw(place) for _ in range(4))
    cue = data.draw(st.sampled_from([None, "said", "("]))
    quote = Quote(text[first:last], "full", "X", "X", cue, block=0, start=first, end=last)
    found = evidence_of(hit(replace(quote, mention_block=0, mention_start=start, mention_end=end), text))
    if found is None:
        assert not 0 <= start < end <= len(text)
    else:
        assert found.text in text
        assert "".join(part for part, _ in found.parts()) == found.text
        assert found.mention is not None
        assert found.text[found.mention.start : found.mention.end] == text[start:end]


def test_search_speakers_counts_what_was_asked_for(engine: Engine) -> None:
    ranking = search_speakers(engine, SearchRequest("gates")).ranking
    assert [(one.name, one.quotes) for one in ranking.hits] == [("Berta Lind", 2), ("Karl Marsh", 1)]
    # Aldo Marsh is only probable, as the subject of "called": he is counted nowhere.
    assert [one.name for one in search_speakers(engine, SearchRequest(chosen={SPEAKER: ("marsh",)})).ranking.hits] == [
        "Karl Marsh"
    ]


def test_find_speaker_tells_all_of_one_newest_first(engine: Engine) -> None:
    found = find_speaker(engine, "BERTA LIND", SearchRequest())
    assert found.name == "Berta Lind"
    assert found.speaker is not None
    assert (found.speaker.quotes, found.speaker.articles) == (4, 2)
    assert (found.speaker.first, found.speaker.last) == (
        datetime(2022, 3, 1, tzinfo=UTC),
        datetime(2023, 6, 5, tzinfo=UTC),
    )
    assert [result.head.id for result in found.quotes.results] == ["tolls", "tolls", "lock", "lock"]


def spoken_of(*sayings: tuple[str, str]) -> MemoryEngine:
    """An engine with an article for each saying, with its speaker."""
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, (name, text) in enumerate(sayings):
            writer.put(chunk(told(f"a{number}", "2024-05-05", "Wire", f'"{text}," said {name}.')))
    return engine


FILLER = [("Ana Weir", f"Nothing was on the {word} again") for word in ["quay", "pier", "mole", "dock", "slip"]]


def test_topics_are_terms_of_the_collection_in_the_speakers_quotes_and_no_single_words() -> None:
    engine = spoken_of(
        ("Berta Lind", "The sluice gates hold and we count the boats"),
        ("Berta Lind", "We paint the sluice gates in spring"),
        ("Aldo Marsh", "Sluice gates cost more than boats"),
        *FILLER,
    )
    assert find_speaker(engine, "Berta Lind", SearchRequest()).topics == (Topic("sluice gates", 2),)
    assert find_speaker(engine, "Ana Weir", SearchRequest()).topics == ()


def test_no_topic_is_the_speakers_own_name_or_a_word_of_time() -> None:
    engine = spoken_of(*[("Berta Lind", "Berta Lind waits until next week and last year")] * 3, *FILLER)
    assert find_speaker(engine, "Berta Lind", SearchRequest()).topics == ()


def test_find_speaker_says_what_most_articles_say_that_he_is() -> None:
    engine = MemoryEngine()
    said = '"We wait," said {}.'
    with engine.writer() as writer:
        for day, who in enumerate(["Berta Lind, a sailor", *["harbour master Berta Lind"] * 2, "Berta Lind"], 1):
            writer.put(chunk(told(f"a{day}", f"2024-05-0{day}", "Wire", said.format(who))))
    role = find_speaker(engine, "Berta Lind", SearchRequest()).role
    assert role is not None
    assert (role.text, role.articles, role.read, role.article) == ("harbour master", 2, 4, "a3")
    assert str(role.day) == "2024-05-03"


def test_find_speaker_offers_the_other_names_with_the_same_last_word() -> None:
    engine = spoken_of(("Berta Lind", "We wait"), ("Karl Lind", "We go"), ("Karl Lind", "We stay"), ("Ana Weir", "No"))
    assert [hit.name for hit in find_speaker(engine, "Berta Lind", SearchRequest()).others] == ["Karl Lind"]


def test_a_speaker_whose_mention_has_the_name_is_no_other_of_it() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(told("one", "2022-03-01", "Canals", '"We wait," said Berta Lind.')))
        writer.put(chunk(told("two", "2022-03-02", "Canals", 'Ana Weir, one of the Lind four, said: "We go."')))
    assert find_speaker(engine, "Berta Lind", SearchRequest()).others == ()
    with pytest.raises(NotFoundError) as caught:
        find_speaker(engine, "Mr Four", SearchRequest())
    assert "Weir" not in str(caught.value)


def test_search_speakers_orders_by_last_name_and_tells_people_from_bodies() -> None:
    engine = spoken_of(
        ("Karl Weir", "We go"), ("Karl Weir", "We stay"), ("Ana Lind", "We wait"), ("Ostwick Council", "We meet"),
    )  # fmt: skip
    names = [hit.name for hit in search_speakers(engine, SearchRequest(), by_name=True).ranking.hits]
    assert [name for name in names if name != "Ostwick Council"] == ["Ana Lind", "Karl Weir"]
    people = search_speakers(engine, SearchRequest(size=1, page=2), of="people")
    assert ([hit.name for hit in people.ranking.hits], people.ranking.total) == (["Ana Lind"], 2)
    bodies = search_speakers(engine, SearchRequest(), of="bodies").ranking
    assert [hit.name for hit in bodies.hits] == [name for name in names if name == "Ostwick Council"]


def test_find_speaker_does_not_know_who_said_nothing(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="Ada Nobody"):
        find_speaker(engine, "Ada Nobody", SearchRequest())


def test_a_topic_counts_all_of_the_speakers_quotes_and_not_only_those_read() -> None:
    said = tuple(Quote(f"harbour silt {i}", "full", "Ana Weir", "Ana Weir") for i in range(NEWEST_QUOTES + 1))
    engine = spoken_of(*[("Bo Tarn", "Swans like no ferry")] * 9)
    with engine.writer() as writer:
        for name, quotes in (("silt", said), ("more", ())):
            head, blocks = ArticleHead(name, "Silt", language="en"), (Block("paragraph", "Of harbour silt."),)
            writer.put(chunk(Article(head, blocks, Provenance("text/1", "silt.txt", "0" * 64), quotes)))
    assert find_speaker(engine, "Ana Weir", SearchRequest()).topics == (Topic("harbour silt", NEWEST_QUOTES + 1),)


def evidence(text: str, quote: str, speaker: str, cue: str) -> Evidence:
    """The evidence of a quote of the first of its places in a text, by a speaker named once."""
    start, named = text.index(quote), text.index(speaker)
    said = Quote(quote, "full", speaker, speaker, cue, block=0, start=start, end=start + len(quote))
    said = replace(said, mention_block=0, mention_start=named, mention_end=named + len(speaker))
    head = ArticleHead("lock", "Lock", language="en")
    found = evidence_of(QuoteHit(head, 0, said, text, text, "b0", 0.0))
    assert found is not None
    return found


def test_a_colon_is_marked_as_a_cue() -> None:
    found = evidence('BERTA LIND, LOCK KEEPER, LOWMERE: "They hold."', "They hold.", "BERTA LIND", ":")
    assert found.cue == Span(32, 33)


def test_a_cue_far_from_the_mention_does_not_swell_the_evidence() -> None:
    found = evidence("said " + "so and " * 9000 + 'Berta Lind "They hold."', "They hold.", "Berta Lind", "said")
    assert len(found.text) <= MAX_EVIDENCE
    assert found.mention is not None
    assert found.text[found.mention.start : found.mention.end] == "Berta Lind"
    assert found.cue is None


LONG = "word " * 2_000


@pytest.mark.parametrize(
    ("start", "end", "starts", "size"),
    [(0, 40, 0, 1_000), (5_000, 5_040, 4_020, 2_000), (9_960, 10_000, 8_980, 1_020), (1, 9_001, 0, MAX_CONTEXT)],
    ids=["at the begin", "in the middle", "at the end", "longer than all that is shown"],
)
def test_a_long_context_is_cut_around_the_quote(start: int, end: int, starts: int, size: int) -> None:
    quote = Quote(LONG[start:end], "full", block=0, start=start, end=end)
    found = context_span(hit(quote, LONG))
    assert abs(found.start - starts) <= MAX_SHIFT
    assert size - 2 * MAX_SHIFT <= found.end - found.start <= min(size + 50, MAX_CONTEXT)
    assert found.start <= start
    assert found.end >= min(end, start + MAX_CONTEXT)
