"""The words are one thing from the index to the mark: properties of analysis and chunking."""

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analysis import fold, stem, surface, surface_forms, tokenize
from searchsvc.engines.ranking_rules import PASSAGE_WORDS, passages
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import ArticleDocument, Passage, chunk
from searchsvc.model.fields import BODY, LEAD, TextField


def sizes_of(blocks: list[Block]) -> list[int]:
    return [sum(1 for _ in tokenize(block.text)) for block in blocks]


KINDS = st.sampled_from(["paragraph", "bullet", "crosshead", "caption", "pullquote"])
BLOCKS = st.lists(st.builds(Block, KINDS, st.text("ab .\n", max_size=900)), max_size=12)


@given(st.text())
def test_tokenize_cuts_out_the_words_it_names(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert end <= token.start < token.end <= len(text)
        assert surface(text[token.start : token.end]) == token.text
        end = token.end


@given(st.text() | st.text("aB1.,’'& \n\u00a0J", max_size=30), st.sampled_from([None, "de", "tr"]))
def test_surface_forms_are_those_of_tokenize(text: str, language: str | None) -> None:
    assert surface_forms(text, language) == [token.text for token in tokenize(text, language)]


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_surface_forms_are_words_themselves(text: str) -> None:
    for token in tokenize(text):
        assert [again.text for again in tokenize(token.text)] == [token.text]


def test_tokenize_knows_the_country_from_the_pronoun() -> None:
    assert [t.text for t in tokenize("The U.S. told US envoys: join us")] == [
        "the",
        "u.s.",
        "told",
        "u.s.",
        "envoys",
        "join",
        "us",
    ]


def test_tokenize_keeps_names_with_signs_whole() -> None:
    assert [t.text for t in tokenize("AT&T hires C++ and C# people for R&D")] == [
        "at&t", "hires", "c++", "and", "c#", "people", "for", "r&d",
    ]  # fmt: skip


def test_stem_is_of_the_language() -> None:
    assert stem("häuser".replace("ä", "a"), "de") == stem("haus", "de")
    assert stem("migrants") == stem("migrant")


@given(BLOCKS)
def test_passages_cover_all_blocks_once(blocks: list[Block]) -> None:
    found = passages(blocks, sizes_of(blocks))
    assert [i for p in found for i in range(p.first, p.end)] == list(range(len(blocks)))


@given(BLOCKS)
def test_passages_are_short_or_one_unit(blocks: list[Block]) -> None:
    for passage in passages(blocks, sizes_of(blocks)):
        inside = blocks[passage.first : passage.end]
        units = [
            b for i, b in enumerate(inside) if i == 0 or (b.kind != "bullet" and inside[i - 1].kind != "crosshead")
        ]
        assert sum(sizes_of(inside)) <= PASSAGE_WORDS or len(units) == 1


@given(BLOCKS)
def test_passages_never_part_bullets_from_their_intro(blocks: list[Block]) -> None:
    assert all(blocks[p.first].kind != "bullet" for p in passages(blocks, sizes_of(blocks))[1:])


@given(BLOCKS)
def test_passages_open_where_the_next_unit_would_be_too_much(blocks: list[Block]) -> None:
    units: list[tuple[int, int]] = []  # first block, words
    for i, (block, size) in enumerate(zip(blocks, sizes_of(blocks), strict=True)):
        headed = i > 0 and blocks[i - 1].kind == "crosshead" and block.kind != "crosshead"
        if i > 0 and (block.kind == "bullet" or headed):
            units[-1] = (units[-1][0], units[-1][1] + size)
        else:
            units.append((i, size))
    starts: list[int] = []
    held = 0
    for first, size in units:
        if not starts or blocks[first].kind == "crosshead" or held + size > PASSAGE_WORDS:
            starts.append(first)
            held = 0
        held += size
    assert passages(blocks, sizes_of(blocks)) == tuple(map(Passage, starts, [*starts[1:], len(blocks)]))


def test_chunk_indexes_the_lead_once() -> None:
    head = ArticleHead(id="a", title="Ferry late", lead="The ferry was late.")
    blocks = (Block("paragraph", "The ferry was late."), Block("crosshead", "Fog"), Block("paragraph", "It was foggy."))
    document = chunk(Article(head, blocks, Provenance("test/1", "a.txt", "0")))[0]
    assert isinstance(document, ArticleDocument)
    assert tuple(document.texts[name] for name in (LEAD, BODY, TextField("crossheads"))) == (
        "The ferry was late.",
        "It was foggy.",
        "Fog",
    )
    assert document.body_blocks == (2,)
