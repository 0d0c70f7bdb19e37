"""Routes of the saved pages: our page about one, the page itself in a frame without scripts, and its pictures.

The page in the frame has a policy of its own (`security_headers.saved_page_policy`): it is a document of no origin, in
which no script runs, which loads nothing but the pictures that the archive has of it, and which sends no form. What is
in it was written by `replay`, in another process, for which no turn of the requests is held.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from html import escape
from typing import TypeVar

from flask import Blueprint, Response, current_app, render_template, request, url_for

from searchsvc.engines.base import Engine, GenerationStore
from searchsvc.errors import NotFoundError
from searchsvc.model.article import Article, RelatedHeadline
from searchsvc.model.message import Message
from searchsvc.replay import ReplayError, SavedPages, ShownPage, kind_of_page
from searchsvc.search import no_article
from searchsvc.settings import Settings
from searchsvc.versions import article_of
from searchsvc.web.page_language import told
from searchsvc.web.parameters import check_names
from searchsvc.web.problems import problem_of
from searchsvc.web.responses import HTML, EngineProvider, unchanged, validated
from searchsvc.web.security_headers import framing_policy, saved_page_policy
from searchsvc.web.wsgi_middleware import PAUSE

#: Extension of the application that shows saved pages.
SAVED = "searchsvc.saved_pages"
#: Parameter that names one of several captures of an article by its time, `2024-05-03T10:00:00Z`; an older version also
#: has an id of its own, which stands in place of the article's.
CAPTURED = "captured"
#: Links of a page whose article is looked up in the archive, at most.
MOST_LOOKED_UP = 100
#: Headers of the page in the frame and of its pictures: no search engine lists them, nobody keeps them without asking
#: again, and no name is looked up before a link is followed. A document without origin that is opened by itself would
#: be refused if its opener had to be of its own.
_APART = {
    "X-Robots-Tag": "noindex",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Opener-Policy": "unsafe-none",
}
#: Of its pictures: the frame has no origin, so that for the browser they are those of another site. Their addresses are
#: known to those alone who have the page.
_EVERYWHERE = {"Cross-Origin-Resource-Policy": "cross-origin"}
#: What stands in the page in place of what is left out, and how pages of plain text look.
_STYLE = """
.searchsvc-left-out{display:inline-block;padding:.2em .6em;border:1px dashed #767676;color:#595959;background:#fff;
font:italic 14px/1.4 sans-serif}
img[data-left-out]{outline:1px dashed #767676}
html.searchsvc-plain{color-scheme:light dark;background:Canvas;color:CanvasText}
.searchsvc-text{max-width:45em;margin:1em auto;padding:0 1em;white-space:pre-wrap;overflow-wrap:anywhere;
font:16px/1.6 sans-serif}
"""

#: What is left out of a page, by the name that `replay` gives it → what the page says there.
LEFT_OUT: Mapping[str, Message] = {
    "frame": Message("A part of another page is left out"),
    "program": Message("A program is left out"),
    "video": Message("A video is left out"),
    "sound": Message("A sound is left out"),
    "drawing": Message("A drawing is left out"),
}

T = TypeVar("T")


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes, and register what templates call."""
    routes = Blueprint("replay", __name__)
    routes.app_template_global("saved_page_of")(saved_page_of)
    framing = {"Content-Security-Policy": framing_policy(settings.frame_ancestors), "X-Robots-Tag": "noindex"}
    apart = {**_APART, "Content-Security-Policy": saved_page_policy(settings.frame_ancestors)}

    @routes.get("/saved/<path:article_id>")
    def saved(article_id: str) -> Response:
        """Show the page that an article was read from, in a frame."""
        article = _article(provider, article_id)
        _outside_turn(lambda: _saved_pages().look(article))
        body = render_template("saved.html", article=article, kind=kind_of_page(article))
        return Response(body, content_type=HTML, headers={**framing, "Cache-Control": "private, no-cache"})

    @routes.get("/saved/<path:article_id>/page")
    def page(article_id: str) -> Response:
        """Return the page itself, as it stands in the frame."""
        try:
            article = _article(provider, article_id)
            shown = _outside_turn(lambda: _saved_pages().page(article))
        except (NotFoundError, ReplayError) as error:  # in a frame no page of ours may stand
            problem = problem_of(error)
            headers = {**apart, **problem.headers}
            return Response(told(problem.detail), problem.status, headers, content_type="text/plain; charset=utf-8")
        body = written_page(shown, _link_targets(provider, shown.links))
        return _checked(body, HTML, apart)

    @routes.get("/saved/<path:article_id>/r/<key>")
    def picture(article_id: str, key: str) -> Response:
        """Return a picture of the page."""
        check_names(request.args, (CAPTURED,))
        article = _article(provider, article_id)
        found = _outside_turn(lambda: _saved_pages().picture(article, key))
        return _checked(found.data, found.media_type, {**apart, **_EVERYWHERE})

    return routes


def saved_page_of(article: Article) -> str | None:
    """Return the path of the saved page of an article; None where none is shown. No file is read."""
    return url_for("replay.saved", article_id=article.head.id) if _saved_pages().has_page(article) else None


def written_page(shown: ShownPage, targets: Sequence[str]) -> bytes:
    """Return a saved page as a document of ours.

    Args:
        shown: The page.
        targets: Where each of its links leads.

    """
    parts = [shown.parts[0]]
    for target, part in zip(targets, shown.parts[1:], strict=True):
        parts += [f' href="{escape(target)}" target="_blank" rel="noopener noreferrer"', part]
    declaration = "<!doctype html>\n" if shown.declared else ""
    head = f"<title>{escape(shown.title)}</title>\n<style>{_STYLE}{_left_out()}</style>\n{shown.head}"
    root = f'{declaration}<html{shown.root}>\n<head>\n<meta charset="utf-8">\n{head}</head>\n'
    return "".join([root, *parts, "\n</body>\n</html>\n"]).encode()


def _left_out() -> str:
    """Return the rules that say what is left out, in the language of our pages."""
    return "".join(
        f'.searchsvc-left-out[data-left-out={name}]::after{{content:"{told(text)}"}}\n'
        for name, text in LEFT_OUT.items()
    )


def _saved_pages() -> SavedPages:
    found: SavedPages = current_app.extensions[SAVED]
    return found


def _article(provider: EngineProvider, article_id: str) -> Article:
    """Return the article whose saved page is asked for.

    Raises:
        NotFoundError: There is none, or it has no such capture.
        ReplayError: It was taken down.

    """
    captured = request.args.get(CAPTURED, "")

    def find(engine: Engine) -> Article:
        article = engine.article(article_id)
        if article is None:
            ids = {article_id, article_of(article_id) or article_id}
            if isinstance(engine, GenerationStore) and any(one in engine.forgotten() for one in ids):
                raise ReplayError("taken-down")
            raise no_article(article_id)
        if not captured:
            return article
        for one in (article, *engine.versions(article_id)):
            at = one.provenance.captured
            if at and captured == f"{at:%Y-%m-%dT%H:%M:%SZ}":
                return one
        raise NotFoundError(Message("This article was not captured at that time"))

    return provider.engine().at_one_commit(find)


def _outside_turn(work: Callable[[], T]) -> T:
    """Return what a function returns that waits for another process, while other requests compute."""
    pause: Callable[[], AbstractContextManager[None]] = request.environ.get(PAUSE, nullcontext)
    with pause():
        return work()


def _link_targets(provider: EngineProvider, links: Sequence[str]) -> list[str]:
    """Return where the links of a page lead: to the article of the archive, else to the live page."""
    asked = list(dict.fromkeys(links))[:MOST_LOOKED_UP]
    headlines = [RelatedHeadline("", "see_also", url=link) for link in asked]
    located = provider.engine().locate(headlines) if headlines else ()
    known = {link: url_for("pages.article", article_id=ids[0]) for link, ids in zip(asked, located, strict=True) if ids}
    return [known.get(link, link) for link in links]


def _checked(body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Return an answer, or 304 if the client's cached copy is the same."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    answer = unchanged(tag) or Response(body, content_type=media_type)
    answer.headers.update({**validated(tag), **headers})
    return answer
