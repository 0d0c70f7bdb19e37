"""BBC, 2020 and after: React pages; class names are generated, `data-component` says what a block is."""

from searchsvc.parsing.html.layout import Layout, RelatedItems

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
    labels=("Image caption,", "image caption", "Media caption,", "media caption"),
    warnings={"[data-component=live-header-block], [data-testid=live-post]": "live page: entries may be missing"},
)
