"""Pages of the verbatim check: one quotation, whose result has an address, or many; and the place in the article.

Forms send quotations with POST, since a statement may be longer than an address; what fits into one is led to it.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.article import Article
from searchsvc.model.query import MatchAll
from searchsvc.model.result import Span
from searchsvc.verify import (
    MAX_CHARACTERS,
    SourcePassage,
    citation_of,
    passage_marks,
    verify_quotation,
    verify_quotations,
)
from searchsvc.web.problems import problem_of
from searchsvc.web.request_bodies import MAX_QUOTATIONS
from searchsvc.web.responses import HTML, MAX_URL_BYTES, EngineProvider, page_of

#: Bytes of an address that are left for anything but the quotation: the base path, the name of the parameter.
ADDRESS_RESERVE = 200
#: Words of a passage from its start, and from its end, that the link to its place repeats if it has more than twice as
#: many.
MARKED_WORDS = 40
#: The newest quotes that are looked through for an example, and how many words that has.
SAMPLES, SAMPLE_WORDS = 20, range(6, 25)


def add_checks(routes: Blueprint, provider: EngineProvider) -> None:
    """Register the routes of the check, and what its templates use."""
    routes.app_template_global("citation")(citation_of)
    routes.app_template_global("passage_text")(passage_text)

    @routes.get("/verify")
    def check() -> Response:
        """Check the quotation that the query string contains, or show the form. The address can be shared."""
        return _checked(provider, request.args.get("quote", "").strip())

    @routes.post("/verify")
    def check_posted() -> Response:
        """Check the quotation, or the many, that a form has sent; one that fits into an address is led to it."""
        many = [line.strip() for line in request.form.get("quotes", "").splitlines() if line.strip()]
        if many:
            return _many(provider, many)
        text = request.form.get("quote", "").strip()
        if len(urlencode({"quote": text})) > MAX_URL_BYTES - ADDRESS_RESERVE:
            return _checked(provider, text)
        location = url_for("pages.check", quote=text) if text else url_for("pages.check")
        return Response(status=303, headers={"Location": location})


def _checked(provider: EngineProvider, text: str) -> Response:
    """Return the page of one check; a quotation that is refused gets the reason on the page, with its status."""
    try:
        return page_of(
            provider,
            "verify.html",
            lambda engine: {
                **_form(text),
                "verdict": verify_quotation(engine, text) if text else None,
                "sample": None if text else _sample(engine),
            },
        )
    except QueryError as error:
        body = render_template("verify.html", **_form(text), refused=error)
        return Response(body, status=problem_of(error).status, content_type=HTML)


def _form(text: str) -> Mapping[str, object]:
    return {"asked": text, "longest": MAX_CHARACTERS, "most": MAX_QUOTATIONS}


def _many(provider: EngineProvider, quotes: Sequence[str]) -> Response:
    """Return the page with the verdicts on the first MAX_QUOTATIONS of many quotations."""
    checked = quotes[:MAX_QUOTATIONS]
    verdicts = list(verify_quotations(provider.engine(), checked))
    rows = [
        (quote, one.reason if isinstance(one, QueryError) else one.answer, None if isinstance(one, QueryError) else one)
        for quote, one in zip(checked, verdicts, strict=True)
    ]
    body = render_template("verify.html", **_form(""), rows=rows, left_out=len(quotes) - len(checked))
    return Response(body, content_type=HTML, headers={"Cache-Control": "no-store"})


def _sample(engine: Engine) -> str | None:
    """Return a quotation of the collection, as an example of what can be checked; None if it has none."""
    found = engine.search_quotes(MatchAll(), (), limit=SAMPLES, facets=False).hits
    fitting = (hit.quote.text.rstrip(",") for hit in found if hit.quote.kind == "full")
    return next((text for text in fitting if len(text.split()) in SAMPLE_WORDS), None)


def passage_text(place: SourcePassage) -> str:
    """Return the words by which the article's page finds a passage: all, or the first and last MARKED_WORDS."""
    words = place.text.split()
    if len(words) <= 2 * MARKED_WORDS:
        return place.text
    return f"{' '.join(words[:MARKED_WORDS])} … {' '.join(words[-MARKED_WORDS:])}"


def marked_passage(engine: Engine, article: Article, quoted: str) -> Mapping[int | None, tuple[Span, ...]]:
    """Return the spans of a quotation in an article, by block (None: the headline); none if it is not printed there."""
    try:
        return passage_marks(engine, article, quoted)
    except QueryError:
        return {}
