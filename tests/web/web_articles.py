"""A small invented archive for the web tests: every kind of part, three languages, one hostile page."""

from datetime import UTC, date, datetime

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import (
    Article,
    ArticleHead,
    Block,
    BlockKind,
    Origin,
    Provenance,
    Quote,
    RelatedHeadline,
)
from searchsvc.model.document import chunk

HOSTILE_TITLE = """</title><script>alert(1)</script> & "quotes" 'here' <img src=x onerror=alert(2)>"""
HOSTILE_TEXT = (
    """A lantern </mark><script>alert("lantern")</script> stood at &lt;b&gt; <b onclick='x'>bold</b> {{ 7*7 }}"""
)


def article(  # noqa: PLR0913  a fixture's many faces
    article_id: str,
    title: str,
    *blocks: tuple[BlockKind, str],
    published: datetime | None = None,
    section: str | None = None,
    outlet: str | None = "Tarn Gazette",
    authors: tuple[str, ...] = (),
    language: str | None = "en",
    url: str | None = None,
    quotes: tuple[Quote, ...] = (),
    related: tuple[RelatedHeadline, ...] = (),
) -> Article:
    lead = next((text for kind, text in blocks if kind == "paragraph"), None)
    return Article(
        head=ArticleHead(
            id=article_id,
            title=title,
            url=url,
            outlet=outlet,
            section=section,
            authors=authors,
            published=published,
            language=language,
            lead=lead,
        ),
        blocks=tuple(Block(kind, text) for kind, text in blocks),
        provenance=Provenance(
            parser="text/1",
            path=f"pages/{article_id}.txt",
            sha256="0" * 64,
            head={"title": Origin("first line", "line 1"), "section": Origin("see-also", "line 9", inferred=True)},
        ),
        quotes=quotes,
        related=related,
    )


MILL = article(
    "mill",
    "Mill race to be cleared by autumn",
    ("paragraph", "The old mill race at Tarnford will be cleared of silt before the autumn rains."),
    ("caption", "The mill race at low water, seen from the footbridge."),
    ("paragraph", "The parish council voted for three measures on Tuesday:"),
    ("bullet", "dredging the mill race down to the stone"),
    ("bullet", "a fish ladder beside the sluice"),
    ("crosshead", "Swans and silt"),
    ("paragraph", '"The swans were here before the mill," said Greta Oldroyd. "They will manage."'),
    ("pullquote", "They will manage"),
    ("table", "Year\tSilt\n2023\t40 tonnes\n2024\t55 tonnes"),
    ("factbox", "The mill was built in 1788.\nIt last ground corn in 1951."),
    published=datetime(2024, 3, 5, 9, 30, tzinfo=UTC),
    section="Rivers",
    authors=("Wilf Sparrow", "Oona Pike"),
    url="https://gazette.example/rivers/mill",
    quotes=(
        Quote(
            "The swans were here before the mill,",
            "full",
            speaker="Greta Oldroyd",
            mention="Greta Oldroyd",
            cue="said",
            method="cue_after",
            confidence=0.97,
            block=6,
            start=1,
            end=37,
            mention_block=6,
            mention_start=44,
            mention_end=57,
        ),
        Quote("They will manage.", "full", speaker="Greta Oldroyd", block=6, start=60, end=77, continues=0),
        Quote("silt", "term", block=0, start=60, end=64),
    ),
    related=(
        RelatedHeadline("Otters return to the Tarn", "see_also", date=date(2023, 11, 20), section="Rivers"),
        RelatedHeadline("A headline nobody here has", "see_also", url="https://gazette.example/nobody"),
        RelatedHeadline(
            "Weir rules tightened",
            "elsewhere",
            outlet="Fellside Echo",
            url="javascript:alert(document.domain)",
            age="3 hrs ago",
            age_from=datetime(2024, 3, 5, 6, tzinfo=UTC),
            age_to=datetime(2024, 3, 5, 7, tzinfo=UTC),
            age_precision="hour",
        ),
    ),
)
OTTERS = article(
    "otters",
    "Otters return to the Tarn",
    ("paragraph", "Two otters have been seen below the weir for the first time in thirty years."),
    ("paragraph", "They were filmed by a camera meant for swans near the mill."),
    published=datetime(2023, 11, 20, 8, tzinfo=UTC),
    section="Rivers",
    authors=("Oona Pike",),
)
HOSTILE = article(
    "hostile",
    HOSTILE_TITLE,
    ("paragraph", HOSTILE_TEXT),
    ("crosshead", "<h1 style='color:red'>lantern</h1>"),
    ("bullet", "lantern <script>alert(3)</script>"),
    published=datetime(2022, 1, 1, tzinfo=UTC),
    section='"><script>alert(4)</script>',
    outlet="<b>Tarn</b>",
    authors=("<i>Nobody</i>",),
    url="javascript:alert(5)",
    quotes=(
        Quote(
            HOSTILE_TEXT[2:40],
            "full",
            speaker="Ev <script>alert(10)</script>",
            mention=HOSTILE_TEXT[41:60],
            cue="<b onclick='x'>",
            addressee="<i>all</i>",
            method="<u>after</u>",
            confidence=0.5,
            block=0,
            start=2,
            end=40,
            mention_block=0,
            mention_start=41,
            mention_end=60,
        ),
    ),
    related=(RelatedHeadline("<script>alert(6)</script>", "promo", url="data:text/html,<script>alert(7)</script>"),),
)
ARABIC = article(
    "arabic",
    "عودة البجع إلى النهر",
    ("paragraph", "عاد البجع إلى النهر بعد غياب طويل."),
    published=datetime(2024, 1, 9, tzinfo=UTC),
    language="ar",
    section="Rivers",
)
UNDATED = article("//undated/with slash", "Minutes of the swan committee", ("paragraph", "The swans were counted."))
BARE = article("bare", "", outlet=None, language=None)
REPORTS = tuple(
    article(
        f"report-{number:02}",
        f"Weather station report {number}",
        ("paragraph", f"Station {number} on the fell measured {number * 3} millimetres of drizzle."),
        published=datetime(2021 + number // 12, number % 12 + 1, 14, tzinfo=UTC),
        section="Weather",
        outlet="Fellside Echo",
    )
    for number in range(26)
)
ARTICLES = (MILL, OTTERS, HOSTILE, ARABIC, UNDATED, BARE, *REPORTS)


def filled_engine() -> MemoryEngine:
    """An engine with all of them."""
    engine = MemoryEngine()
    with engine.writer() as writer:
        for one in ARTICLES:
            writer.put(chunk(one))
    return engine
