"""BBC, 2003 to 2010: tables and `<!-- S BO -->` comments around each part of the story."""

from searchsvc.parsing.html.layout import Layout, RelatedItems

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
