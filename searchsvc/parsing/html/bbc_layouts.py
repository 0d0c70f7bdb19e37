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
)
