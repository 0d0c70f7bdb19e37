"""The layouts of BBC News since 1997, one table each."""

from searchsvc.parsing.html.layout import Layout, RelatedItems

_HOSTS, _MARK = ("bbc.co.uk", "bbc.com", "bbc.in"), "BBC"

#: 1997 to 2003: tables, `div.bodytext`, headlines in `div.headlinestory`.
BBC_2002 = Layout(
    name="bbc-2002",
    years=(1997, 2003),
    signs=("div.bodytext", "div.headlinestory"),
    bodies=("body",),
    rules={
        "div.bodytext": "paragraph",
        "div.inlineimage, div.caption": "caption",
        "div.quote": "pullquote",
        "div.name": "speaker",
        "div.rhslist": "-related links",
        "div.headlinestory": "-headline",
        "body": "~page around the story",
    },
    title=("div.headlinestory",),
    related=(
        RelatedItems("div.aitem", headings="div.rhshead", headline="a", date="text", section="text"),
        RelatedItems("div.bulletheadline", headings="div.rhshead"),
    ),
    outlet="BBC News",
    hosts=_HOSTS,
    mark=_MARK,
)

#: 2003 to 2010: tables and `<!-- S BO -->` comments around each part of the story.
BBC_2003 = Layout(
    name="bbc-2003",
    years=(2003, 2010),
    signs=("zone:BO", "td.storybody"),
    bodies=("zone:BO", "td.storybody"),
    rules={
        "zone:IBYL, span.byl, span.byd": "-byline",
        "zone:IIMA, div.cap": "caption",
        "zone:IBOX, td.sibtbg, td.sibStdQuote": "factbox",
        "td.sibStdQuote, #q1": "pullquote",
        "zone:ILIN, div.miiib, div.arr": "-links to other pages",
        "zone:IINC, zone:IFOR, form, div.vb": "-form or included part",
        "div.bull": "bullet",
        "div.mvtb, #socialBookMarks, div.sharesb": "-share and print bar",
        "#bbccom_storyprintsponsorship": "-advertisement",
        "div.videoInStoryA, div.videoInStoryB, div.videoInStoryC, div.emp": "-player",
        "div.ds": "-date",
        "div.mxb": "-headline",
    },
    title=("div.sh", "div.mxb"),
    stamp=("div.ds", "span.lu"),
    byline=("span.byl",),
    related=(
        RelatedItems("#newstracker div.arr", "elsewhere", headline="span", outlet="a", age="tail"),
        RelatedItems(
            "div.arr, div.miitb",
            headings="div.sah, div.seeAlsoH, div.nlp, div.snh, div.topStoryH, #popStory, div.sih",
            date="span.sad",
            section="span.sad",
        ),
    ),
    outlet="BBC",
    hosts=_HOSTS,
    mark=_MARK,
)

#: 2010 to 2014: `div.story-body` with one `<p>` a paragraph and boxes called `story-feature`.
BBC_2010 = Layout(
    name="bbc-2010",
    years=(2010, 2014),
    signs=("h1.story-header", "span.story-date"),
    bodies=("div.story-body", "div.emp-decription", "#meta-information", "div.layout-block-a"),
    rules={
        "span.story-date": "-date",
        "h1.story-header": "-headline",
        "div.share-help, div.share-body-bottom": "-share and print bar",
        "span.byline, span.byline-name, span.byline-title": "-byline",
        "div.caption, p.caption": "caption",
        "span.cross-head": "crosshead",
        "div.story-feature": "paragraph",
        "form": "-form",
        "div.story-feature.related, div.embedded-hyper, div.hyperpuff, div.hypertabs": "-links to other pages",
        "div.story-related, ul.links-list, div.see-also": "-links to other pages",
        "blockquote": "pullquote",
        "h2.quote": "-quotation marks of a quote box",
        "span.endquote, span.quote-credit, span.quote-credit-title": "speaker",
        "div.videoInStoryA, div.videoInStoryB, div.videoInStoryC, div.emp, div.warning": "-player",
        "a.hidden": "-jump link",
        "div.top-index-stories, div.layout-block-b": "-links to other pages",
        "div.dna-comments_module, #dna-comments": "-readers' comments",
        "p.disclaimer": "-disclaimer",
    },
    title=("h1.story-header",),
    section=("span.section-title",),
    stamp=("span.story-date",),
    byline=("span.byline-name",),
    related=(
        RelatedItems("div.newstracker-list li:has(a):not(.about)", "elsewhere", outlet="strong", age="h4 > span"),
        RelatedItems("div.see-also li", "see_also", date="span.timestamp", section="span.section"),
        RelatedItems("div.story-feature.related li", "see_also"),
        RelatedItems("div.top-index-stories li", "promo", headline="h3"),
    ),
    outlet="BBC News",
    hosts=_HOSTS,
    mark=_MARK,
    labels=("End Quote", "Start Quote", "Continue reading the main story"),
    warnings={"div.live-event, #live-event": "live page: entries may be missing"},
)

#: 2014 to 2019: the responsive pages, `story-body__…` names.
BBC_2014 = Layout(
    name="bbc-2014",
    years=(2014, 2020),
    signs=("div.story-body__inner", "h1.story-body__h1", "div.vxp-media__summary"),
    bodies=("div.story-body__inner", "div.vxp-media__summary", "div.story-body"),
    rules={
        "figure": "~picture credit",
        "figcaption, span.media-caption__text": "caption",
        "span.off-screen, p.off-screen": "-label for screen readers",
        "span.story-image-copyright": "-picture credit",
        "div.player-with-placeholder, div.media-player, p.media-message": "-player",
        "h2.story-body__crosshead, h2.story-body__subhead": "crosshead",
        "div.story-body__mini-info-list-and-share, div.mini-info-list-wrap": "-date and share bar",
        "ul.story-body__unordered-list, li.story-body__list-item": "bullet",
        "ul.story-body__links, a.story-body__link-external-box": "-links to other pages",
        "div.bbccom_slot": "-advertisement",
        "div.tags-container, div.share, div.story-more": "-links to other pages",
        "div.social-embed, div.embed": "-embedded post",
        "div.byline": "-byline",
    },
    title=("h1.story-body__h1",),
    section=("a.mini-info-list__section",),
    stamp=("div.date",),
    byline=("span.byline__name",),
    related=(
        RelatedItems(
            "div.more-on-this-story li, div.story-alsos li", "see_also", headline=".unit__title", date="div.date"
        ),
        RelatedItems("a.top-stories-promo-story", "promo", headline="strong", date="div.date"),
        RelatedItems("a.bold-image-promo", "promo", headline="h3"),
    ),
    outlet="BBC News",
    hosts=_HOSTS,
    mark=_MARK,
    labels=("Image caption", "Media caption"),
    warnings={"div.lx-stream, ol.lx-stream__feed": "live page: entries may be missing"},
)

#: 2020 and after: React pages. Class names are generated; `data-component` names the kind of a block.
BBC_2020 = Layout(
    name="bbc-2020",
    years=(2020, None),
    signs=("[data-component=text-block]", "[data-component=headline-block]"),
    bodies=("article", "main"),
    rules={
        "[data-component=text-block], [data-component=bold-paragraph-block]": "paragraph",
        "[data-component=crosshead-block], [data-component=subheadline-block]": "crosshead",
        "[data-component=unordered-list-block], [data-component=ordered-list-block]": "bullet",
        "[data-component=table-block]": "table",
        "[data-component=quote-block], [data-component=pullquote-block]": "pullquote",
        "[data-component=image-block], [data-component=video-block], [data-component=media-block]": "~picture credit",
        "figcaption": "caption",
        "[data-component=legacy-text-block], [data-component=introduction-block]": "paragraph",
        "[data-component=fact-box-block], [data-component=callout-block]": "factbox",
        "[data-component=headline-block]": "-headline",
        "[data-component=byline-block], [data-component=metadata-block]": "-byline and date",
        "[data-component=tag-list], [data-component=tag-list-block], [data-component=topic-list]": "-topics",
        "[data-component=links-block], [data-component=see-also-block]": "-links to other pages",
        "[data-component=include-block], [data-component=embed-block], [data-component=social-embed]": "-embedded part",
        "[data-component=ad-slot]": "-advertisement",
        "article, main": "~page around the story",
    },
    byline=("[data-component=byline-block]",),
    related=(
        RelatedItems("[data-component=links-block] li", "see_also", headline="p[class*=PromoHeadline], a"),
        RelatedItems("[data-component=topStories] li", "promo", headline="p[class*=PromoHeadline], a"),
        RelatedItems("[data-component=features] li", "promo", headline="p[class*=PromoHeadline], a"),
        RelatedItems("[data-component=elsewhere] li", "promo", headline="p[class*=PromoHeadline], a"),
    ),
    outlet="BBC News",
    hosts=_HOSTS,
    mark=_MARK,
    labels=("Image caption,", "image caption", "Media caption,", "media caption"),
    warnings={"[data-component=live-header-block], [data-testid=live-post]": "live page: entries may be missing"},
)
