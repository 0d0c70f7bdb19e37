"""Quotes → statements: one card for what somebody says in one paragraph, with the speaker's role and the evidence.

A quotation that is interrupted, or goes on in the next paragraph, is several quotes; so is what one speaker says in
several pairs of marks in one paragraph. Readers see one statement.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote as percent_encoded
from urllib.parse import urlencode, urlsplit

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight
from searchsvc.model.article import Article, ArticleHead, Quote
from searchsvc.model.query import Node
from searchsvc.model.result import Snippet
from searchsvc.search import Evidence, QuoteResult, evidence_in, role_of

#: Code points of a statement that a link repeats, at most, so that the address stays within what servers take.
MAX_LINKED = 2_000


@dataclass(frozen=True, slots=True)
class Statement:
    """What one speaker says in one place."""

    head: ArticleHead
    #: The quote that has the attribution: of its quotes the first that names a speaker, else the first.
    quote: Quote
    #: Texts of all its quotes, with the words of the query marked; the comma before a reporting clause is dropped.
    parts: tuple[Snippet, ...]
    #: What the article says that the speaker is; None if it does not say, or the speaker is not certain.
    role: str | None
    evidence: Evidence | None
    #: URL fragment of the block on the article's page; None for a headline.
    anchor: str | None
    #: The other articles that print the same story with these words, the first printed ones; and how many there are.
    copies: tuple[ArticleHead, ...] = ()
    copies_total: int = 0

    @property
    def text(self) -> str:
        """The words of the statement, to be checked or reported: at most MAX_LINKED code points."""
        return " ".join(part.text for part in self.parts)[:MAX_LINKED]


def statements_of(article: Article, root: Node | None) -> tuple[Statement, ...]:
    """Return the statements of an article in order: terms in marks are none, nor are words of other headlines."""
    language, title = article.head.language, article.head.title
    quotes = [one for one in article.quotes if one.kind != "term" and (one.kind != "headline" or one.text in title)]
    roles = _Roles((article,))
    statements = []
    for group in _grouped(quotes, article.quotes):
        parts = [(one, Snippet(one.text) if root is None else highlight(one.text, root, language)) for one in group]
        said = _attributed(group)
        evidence = evidence_in(said, article.mention_context_of(said))
        statements.append(_statement(article.head, parts, roles, evidence, said))
    return tuple(statements)


def statements_found(engine: Engine, results: Sequence[QuoteResult], *, roles: bool = True) -> tuple[Statement, ...]:
    """Return the statements of a page of quotes in their order: quotes of one statement that follow each other are one.

    With `roles`, the articles of certain speakers are read, in one call.
    """
    ids = dict.fromkeys(one.head.id for one in results if roles and one.quote.certain_speaker)
    known = _Roles(one for one in (engine.articles(list(ids)) if ids else ()) if one is not None)
    groups: list[list[QuoteResult]] = []
    for one in results:
        before = groups[-1][-1] if groups else None
        if before is not None and before.head.id == one.head.id and _goes_on(before.quote, before.index, one.quote):
            groups[-1].append(one)
        else:
            groups.append([one])
    statements = []
    for group in groups:
        said = _attributed([one.quote for one in group])
        evidence = next(one.evidence for one in group if one.quote is said)
        parts = [(one.quote, one.text) for one in group]
        statement = _statement(group[0].head, parts, known, evidence, said)
        statements.append(replace(statement, copies=group[0].copies, copies_total=group[0].copies_total))
    return tuple(statements)


class _Roles:
    """The roles of speakers in some articles."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = {article.head.id: article for article in articles}

    def of(self, head: ArticleHead, speaker: str | None) -> str | None:
        """Return what an article says that a speaker is; None if it does not say."""
        article = self._articles.get(head.id)
        role = role_of(article.blocks, speaker) if article and speaker else None
        return role.text if role else None


def _grouped(quotes: Sequence[Quote], all_quotes: Sequence[Quote]) -> Iterator[list[Quote]]:
    """Yield the quotes of each statement."""
    number = {id(quote): i for i, quote in enumerate(all_quotes)}
    groups: dict[int, list[Quote]] = {}
    first_of: dict[int, int] = {}
    before: Quote | None = None
    for quote in quotes:
        at = number[id(quote)]
        start = first_of.get(quote.continues, at) if quote.continues is not None else at
        if start == at and before is not None and _goes_on(before, number[id(before)], quote):
            start = first_of[number[id(before)]]
        first_of[at] = start
        groups.setdefault(start, []).append(quote)
        before = quote
    yield from groups.values()


def _goes_on(before: Quote, number: int, quote: Quote) -> bool:
    """Return whether a quote goes on with what the one before says; `number` is the index of that in the article."""
    if quote.continues is not None and quote.continues == number:
        return True
    if quote.block is None or quote.block != before.block:
        return False
    mentions = [(one.mention_block, one.mention_start) for one in (before, quote)]
    same_mention = mentions[0] == mentions[1] and mentions[0][1] is not None
    return same_mention or (quote.speaker is not None and quote.speaker == before.speaker)


def _statement(
    head: ArticleHead, parts: Sequence[tuple[Quote, Snippet]], roles: _Roles, evidence: Evidence | None, said: Quote
) -> Statement:
    *texts, last = (text for _, text in parts)
    first = parts[0][0]
    return Statement(
        head=head,
        quote=said,
        parts=(*texts, last.within(0, len(last.text.rstrip(",")))),
        role=roles.of(head, said.certain_speaker),
        evidence=evidence,
        anchor=None if first.block is None else f"b{first.block}",
    )


def _attributed(quotes: Sequence[Quote]) -> Quote:
    """Return the quote that has the attribution."""
    return next((one for one in quotes if one.speaker), quotes[0])


def report_address(address: str, statement: Statement) -> str:
    """Return the address to which readers report a wrong attribution, with article, speaker and words added.

    A `mailto:` address gets subject and body, any other parameters.
    """
    facts = {"article": statement.head.id, "speaker": statement.quote.who or "", "quote": statement.text}
    if urlsplit(address).scheme == "mailto":
        body = "\n".join(f"{name}: {value}" for name, value in facts.items())
        return f"{address}?subject={percent_encoded('Wrong speaker')}&body={percent_encoded(body)}"
    return f"{address}{'&' if '?' in address else '?'}{urlencode(facts)}"
