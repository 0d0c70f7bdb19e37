"""BBC, 2014 to 2019: the responsive pages, `story-body__…` names."""

from searchsvc.parsing.html.layout import Layout, RelatedItems

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
    labels=("Image caption", "Media caption"),
    warnings={"div.lx-stream, ol.lx-stream__feed": "live page: entries may be missing"},
)
