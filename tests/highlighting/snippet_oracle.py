"""What a snippet must be, said a second time: slowly, by looking at every word."""

from collections.abc import Iterator, Sequence

from searchsvc.analysis import Token, edit_distance, is_stop, sentence_spans, stem, tokenize
from searchsvc.engines.ranking_rules import passages
from searchsvc.highlighting import highlight_hits
from searchsvc.model.article import ArticleHead, Block
from searchsvc.model.query import Fuzzy, Leaf, Node, Phrase, Prefix, Word, positive_leaves
from searchsvc.model.result import Hit, Snippet

STORY = {None, "lead", "body", "quotes", "speaker"}
SHOWN = {"caption": {None, "captions"}, "crosshead": {None, "crossheads"}}


def make_snippets(hit: Hit, root: Node, *, count: int = 2, shortest: int = 0) -> tuple[Snippet, ...]:
    """The snippets of one hit alone, short sentences without their neighbours."""
    (shown,) = highlight_hits([hit], root, count=count, shortest=shortest)
    return shown.snippets


def hit_of(blocks: Sequence[Block], *, best: int | None = None, language: str | None = "en") -> Hit:
    """A hit whose lead is its first paragraph."""
    lead = next((block.text for block in blocks if block.kind == "paragraph"), None)
    head = ArticleHead("a1", "A title of no concern", lead=lead, language=language)
    words = [sum(1 for _ in tokenize(block.text)) for block in blocks]
    return Hit(head, 1.0, tuple(blocks), passages(blocks, words), best)


def wanted_leaves(root: Node, language: str | None) -> tuple[Leaf, ...]:
    """Leaves that are marked: bare stop words only where there is nothing else."""
    leaves = tuple(dict.fromkeys(positive_leaves(root)))
    telling = [leaf for leaf in leaves if not (isinstance(leaf, Word) and is_stop(leaf.text, language))]
    return tuple(telling or leaves)


def fits(leaf: Word | Prefix | Fuzzy, form: str, language: str | None) -> bool:
    match leaf:
        case Word(text):
            return stem(form, language) == stem(text, language)
        case Prefix(text):
            return form.startswith(text)
        case Fuzzy(text, edits):
            return form[0] == text[0] and edit_distance(form, text, edits) is not None


def places(leaf: Leaf, tokens: Sequence[Token], language: str | None) -> Iterator[tuple[int, int]]:
    """Ranges of tokens where the leaf stands."""
    if isinstance(leaf, Phrase):
        size = len(leaf.words)
        forms = tuple(token.text for token in tokens)
        yield from ((i, i + size) for i in range(len(forms) - size + 1) if forms[i : i + size] == leaf.words)
    else:
        yield from ((i, i + 1) for i, token in enumerate(tokens) if fits(leaf, token.text, language))


def matching(root: Node, block: Block, start: int, end: int, language: str | None) -> dict[int, set[tuple[int, int]]]:
    """For each leaf of the block's fields the tokens that it has inside a stretch of the block."""
    tokens = list(tokenize(block.text))
    found: dict[int, set[tuple[int, int]]] = {}
    for number, leaf in enumerate(wanted_leaves(root, language)):
        if leaf.field not in SHOWN.get(block.kind, STORY):
            continue
        for first, last in places(leaf, tokens, language):
            if start <= tokens[first].start and tokens[last - 1].end <= end:
                found.setdefault(number, set()).update((t.start, t.end) for t in tokens[first:last])
    return found


def block_of(snippet: Snippet) -> int:
    assert snippet.anchor
    return int(snippet.anchor.removeprefix("b"))


def starts(hit: Hit, snippet: Snippet) -> list[int]:
    """Every place of its block where the snippet's text stands."""
    text = hit.blocks[block_of(snippet)].text
    found, at = [], text.find(snippet.text)
    while at >= 0:
        found.append(at)
        at = text.find(snippet.text, at + 1)
    return found


def shown(hit: Hit, root: Node, snippet: Snippet) -> set[int]:
    """The leaves a snippet shows."""
    block = hit.blocks[block_of(snippet)]
    start = starts(hit, snippet)[0]
    return set(matching(root, block, start, start + len(snippet.text), hit.head.language))


def best_sentence(hit: Hit, root: Node, blocks: Sequence[int], longest: int) -> int:
    """Most leaves that one sentence of these blocks shows, over-long ones aside."""
    counts = [
        len(matching(root, hit.blocks[i], start, end, hit.head.language))
        for i in blocks
        for start, end in sentence_spans(hit.blocks[i].text)
        if end - start <= longest
    ]
    return max(counts, default=0)


def near(hit: Hit) -> list[int]:
    """Blocks of the best passage, the lead's with them."""
    lead = next((i for i, block in enumerate(hit.blocks) if block.kind == "paragraph"), None)
    best = hit.passages[hit.best or 0] if hit.passages else None
    inside = list(range(best.first, best.end)) if best else []
    return sorted({*inside, *([] if lead is None else [lead])})
