"""BBC, 2010 to 2014: `div.story-body` with one `<p>` a paragraph and boxes called `story-feature`."""

from searchsvc.parsing.html.layout import Layout, RelatedItems

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
    labels=("End Quote", "Start Quote", "Continue reading the main story"),
    warnings={"div.live-event, #live-event": "live page: entries may be missing"},
)
