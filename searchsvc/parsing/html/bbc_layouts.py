"""BBC, 1997 to 2003: tables, `div.bodytext`, headlines in `div.headlinestory`."""

from searchsvc.parsing.html.layout import Layout, RelatedItems

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
)
