"""Patterns of the features: names of containers, phrases of lines outside the story, and words of good text.

"Good text" is text that reads like a paragraph of a story: long enough, few links, mostly lower case, ending like a
sentence, no notice. No pattern is made for a single outlet.
"""

import re
from functools import lru_cache

from searchsvc.languages import JOBS, MONTHS, alternatives, every
from searchsvc.parsing.boilerplate import SEE_ALSO
from searchsvc.parsing.html.dom import Element, TextBlock

#: Hint → pattern of the class, id, role and similar attributes (`Element.hint`) that give it.
_HINTS = {
    name: re.compile(pattern)
    for name, pattern in {
        "body": r"article-?_?-?(?:body|content|text|main)"
        r"|(?:story|post|entry|content|page|body|main|single)[-_]*(?:body|content|text|copy|article)"
        r"|articlebody|rich-?text|prose|paragraph|wysiwyg|storytext|\bstory\b",
        "comment": r"comment|disqus|respond|reply|discussion",
        "related": r"relat|recommend|read-?more|more-?(?:from|on|stories|in)|also-?(?:like|read)|trending"
        r"|popular|most-"
        r"|latest|outbrain|taboola|up-?next|further|see-also|recirc|you-may|editors?-?pick|headlines|river|feed\b",
        "letter": r"newsletter|subscri|sign-?up|signup|optin|opt-in|mailing|regwall|paywall-|piano|donat|support-us"
        r"|membership|cta\b|call-to",
        "social": r"share|social|follow|facebook|twitter|tweet|instagram|embed|whatsapp",
        "nav": r"\bnav|-nav|navig|menu|breadcrumb|footer|masthead|site-?header|toolbar|skip|ticker|pagination|pager",
        "ad": r"\bad\b|\bads\b|\bad-|-ad\b|_ad\b|advert|sponsor|promo|affiliate|coupon",
        "shop": r"commerc|deal|shop|product|buy|price",
        "caption": r"caption|credit|photo|image|\bimg|figure|lightbox|copyright",
        "legend": r"caption",
        "notice": r"disclaimer|disclosure|boilerpl",
        "media": r"media|gallery|slide|video|player|audio|podcast",
        "author": r"author|byline|\bbio\b|-bio|bio-|contribut|writer|profile|about-",
        "side": r"sidebar|side-|-side\b|aside|\brail|-rail|teaser|secondary|complementary|tout|carousel|slider|callout"
        r"|infobox|fact",
        "box": r"widget|card|module|listing|grid|\bbox",
        "meta": r"date|time|stamp|publish|\btags?\b|-tags?\b|topic|categor|label|meta\b|kicker|eyebrow|section-name"
        r"|rubric|disclaimer|disclosure|correction|footnote|source",
        "deck": r"\bdek\b|-dek|deck|sub-?(?:title|head)|standfirst|summary|excerpt|descri|lede|\blead\b|tagline|intro"
        r"|abstract|bajada|chapo",
        "quote": r"pull-?quote|quote",
        "modal": r"modal|popup|pop-up|overlay|cookie|consent|gdpr|onetrust|privacy|banner|alert|dialog|tooltip|notice"
        r"|sr-only|visually-hidden|screen-reader|visuallyhidden",
        "hidden": r"hidden|collapse|accordion",
    }.items()
}
#: Entries of the cache of `hints_of`.
_CACHED_HINTS = 65_536
#: Words of a line that is only a date, names of months aside.
_WHEN = re.compile(
    r"(?:first|last|published|updated|posted|modified|by|on|at|am|pm|[apm]|et|est|edt|gmt|bst|utc|day|days|ago|read"
    r"|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|\d{1,4}(?:st|nd|rd|th)?|min(?:ute)?s?|hours?)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_WHEN_LENGTH = 150
#: Kind → pattern at the beginning of lines outside the story; `_LINE_PHRASES`: anywhere in them.
_LINE_STARTS = {
    "promo": r"\W*(?:watch\b|listen\b|click|sign up|subscribe|follow\b|newsletter|download|install"
    r"|get (?:the|our|daily|more|unlimited)"
    r"|join\b|don'?t miss|recommended|trending|most (?:read|popular)|you (?:may|might) also|up next|next:"
    r"|want (?:more|to)|like what|stay (?:up|in|on)|be the first|continue reading|keep reading|load more|show more"
    r"|view (?:all|more)|advertisement|article continues|story continues|scroll|loading|here'?s what|check out"
    r"|explore"
    r"|learn more|find out|buy|shop\b|editor'?s (?:note|pick)|thanks? (?:you )?for|support\b|donate|give (?:now"
    r"|a gift)"
    r"|if you (?:like|enjoy|would|have)|have (?:a|you)|already a|log ?in|register|create"
    rf"|{SEE_ALSO}|{alternatives(every(lambda language: language.read_on))})",
    "by": r"\W*by[: ]+[A-Z]|[A-Z][\w.’'-]+ [A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+)?$",
    "mark": r"(?:[—–>•*|#]|-{1,2} )",
}
_LINE_PHRASES = {
    "credit": r"^\W*(?:photos?|images?|pictures?|credits?|photograph\w*|illustration|getty|reuters|ap photo"
    r"|courtesy|source"
    r"|via|video|file|screenshot|styl\w+|hair|makeup|produc\w+)\b(?: (?:by|credit|courtesy|from|via|:)|:|/)"
    r"|\(?(?:getty images|ap photo|/reuters|shutterstock|photo (?:by|credit|courtesy)|image credit|courtesy of"
    r"|file photo"
    r"|alamy|afp)\b",
    "hard": r"contributed to this (?:report|story|article)|(?:originally|first) (?:appeared|published) "
    r"|all rights reserved|©"
    r"|copyright \d|^\W*(?:contact|email|reach|follow) [\w .’']{3,50} (?:at|on|@)\b|may earn (?:a|an) "
    r"|may earn (?:some )?(?:\w+ )?commission|affiliate partnership|(?:receive|earn) (?:a )?compensation"
    r"|editor[’']?s[’']? note\b",
    "tail": r"^[^\W\d_][\w’'-]+ [\w .’'-]{2,40} (?:est|ist|es|è|é|är|er|jest|works as|schreibt als) "
    rf"[\w\- ,’'&]{{0,50}}{JOBS}\b"
    r"|contributed to this|(?:can be reached|contact (?:the |reporter |our )?[\w ]{2,40} at"
    r"|e-?mail (?:him|her|them|me|the)|reach (?:him|her|them|[a-z]\w+) at"
    r"|follow (?:him|her|them|us|me|[a-z]\w+)(?: [a-z]\w+)? (?:on|at|@))|originally (?:appeared|published)"
    r"|first (?:appeared|published)|all rights reserved|©|copyright"
    r"|(?:is|was) (?:a|an|the) [\w\- ,’'&]{0,60}"
    rf"{JOBS}\b"
    r"|this (?:story|article|piece|post|report) (?:was|is|has|originally|first|may)|the views|opinions expressed"
    r"|do not (?:necessarily )?(?:reflect|represent)|affiliate|commission|we may (?:earn|receive)"
    r"|terms of (?:use|service)"
    r"|privacy policy|cookies? (?:policy|notice|settings)|uses? (?:of )?cookies|your (?:browser|inbox|email"
    r"|subscription|account|consent)|newsletter|unsubscribe"
    r"|trademark",
    "call": r"abonnieren sie|newsletter abonnieren|abonnez-vous|inscrivez-vous|suscr[ií]be(?:te|se)"
    r"|iscriviti|inscreva-se"
    r"|meld je aan|prenumerera p|tilmeld dig|zapisz się|подпишитесь|подписывайтесь|berlangganan"
    r"|enter your (?:e-?mail )?address|(?:straight |right )?(?:in)?to your inbox"
    r"|click(?:ing)? here|permission to load|purposes only|does not constitute|brought to you by"
    r"|go here for|sign up (?:for|to|here)|subscribe (?:to|now|here|today)"
    r"|for more (?:\w+,? ){1,8}(?:visit|follow|click|see)|download (?:the|our) [\w ]{0,40}app|free trial"
    r"|our newsletter"
    r"|use (?:the )?code|% off|follow .{1,30} on (?:twitter|x|facebook|instagram)|like us on|join (?:us"
    r"|the conversation)"
    r"|listen to .{1,40} (?:podcast|episode)|wherever you get your podcasts|scan the qr|gift subscription"
    r"|leave a comment"
    r"|in the comments",
}
_START_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _LINE_STARTS.items()}
#: For lines in lower case: a search regardless of case takes three times as long.
_PHRASE_PATTERNS = {name: re.compile(pattern) for name, pattern in _LINE_PHRASES.items()}
#: An address, of which each has one of these signs.
_HANDLE = re.compile(r"[\w.+-]{1,64}@[\w-]+\.\w+|(?:^|\s)@\w{3,}|https?://|www\.|pic\.twitter|t\.co/")
_HANDLE_SIGNS = ("@", "/", "www.", "pic.")
#: Case matters: a name in a byline is recognised by its capitals.
_START_PATTERNS["by"] = re.compile(_LINE_STARTS["by"])
#: Characters of a line in which phrases are searched.
_LOOK = 600
#: Notices of the site: cookies, browser, terms, copyright. For text in lower case.
_NOTICE = re.compile(
    r"\b(?:our|use|uses|accept|these|of|all|third-party) cookies\b|cookies? (?:policy|notice|settings|consent)"
    r"|javascript|web browser|your browser|style sheets|privacy (?:policy|notice)|terms (?:of|and) "
    r"|all rights reserved|©"
)
#: What notices about consent say. For text in lower case.
CONSENT = re.compile(
    r"\b(?:our|use|uses|using|accept|accepting|all|necessary|third-party|such as|of) cookies\b"
    r"|\bcookies? (?:policy|notice|settings|consent|on your|and (?:similar|other) tech)|process (?:your )?personal data"
    r"|legitimate interest|\bour \d* ?partners\b|\bpartners (?:store|do not ask)|your consent|change your mind"
    r"|personenbezogene|einwilligung|données personnelles|consentement|datos personales|consentimiento"
    r"|dati personali|persoonsgegevens|personuppgifter"
)
#: A sentence outside quotation marks that asks readers to have something sent, and what is sent. For text in lower
#: case.
_ASKS = re.compile(
    r"(?:^|[.!?:…]\s)[^\w\"'“”„«‘‚»]*(?:(?:please |you can )?(?:sign up|subscribe|enter your)\b"
    r"|abonnieren sie|abonniere\b"
    r"|melden sie sich|melde dich|abonnez-vous|inscrivez-vous|suscr[ií]b(?:ete|ase|anse)\b|ap[uú]ntate\b|iscriviti\b"
    r"|iscrivetevi\b|inscreva-se|assine\b|meld (?:je|u|dig|deg) |schrijf je in|prenumerera\b|anmäl dig|tilmeld dig"
    r"|zapisz się|подпишитесь|подписывайтесь|berlangganan)"
)
_SENT = re.compile(
    r"newsletter|\b(?:\w+ letter|mailing list|e-?mail|in-?box|rundbrief|infolettre|lettre d.information|bolet[ií]n"
    r"|boletim|nieuwsbrief|nyhetsbrev|nyhedsbrev|biuletyn|рассылк\w*|buletin)\b"
)
_SENTENCE_END = re.compile(r"[.!?…:;؟।。！？」』][\"'”’»)\]]*$")
#: A word that does not begin with an ASCII capital: most words of running text do not.
_LOWER_STARTS = re.compile(r"(?:^|[\s“\"‘(])[^\W\d_A-Z]")
_UPPER = re.compile(r"[^\W\d_a-z\u00df-\u00ff\u0430-\u044f]")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
#: Capitals and digits are counted in lines of fewer words only.
_LINE_WORDS = 40
_UPPER_SHARE = 0.6
_DIGIT_SHARE = 0.15
#: Least words of good text.
_GOOD_WORDS = 12
_LONG_WORDS = 30
_GOOD_LINK = 0.4
_GOOD_LOWERCASE = 0.5
_NOTICE_WORDS = 90
#: Tags of headings within a story.
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_NOT_STORY_TAGS = frozenset({"figcaption", "button", "th", "footer", "nav"})
_BESIDE_TAGS = frozenset({"footer", "nav", "aside", "form", "figcaption"})
_BESIDE_HINTS = frozenset({"comment", "modal", "related"})
#: Factors of the words of text in an element beside the story, and of a teaser under a link.
_BESIDE, _TEASER = 0.2, 0.15
_TEASER_WORDS = 90
_TEASER_LOOK = 6
_LINK_LINE = 0.9
_LINK_LINE_WORDS = 4
#: Levels up in which the elements around a text are examined.
_WALK = 8
_HEADING_LOOK = 3


def asks_to_subscribe(text: str) -> bool:
    """Return whether a short text asks readers to have a newsletter sent to them."""
    lower = text.lower() if len(text) <= _LOOK else ""
    return bool(_SENT.search(lower) and _ASKS.search(lower))


@lru_cache(_CACHED_HINTS)
def hints_of(hint: str) -> frozenset[str]:
    """Return the hints that an element's names (`Element.hint`) give."""
    return frozenset(name for name, pattern in _HINTS.items() if pattern.search(hint)) if hint else frozenset()


def phrases_in(text: str) -> set[str]:
    """Return the kinds of phrases in a line: those of the tables above, `handle` for an address, `when` for a date."""
    start = text[:_LOOK]
    lower = start.lower()
    kinds = {name for name, pattern in _PHRASE_PATTERNS.items() if pattern.search(lower)}
    if any(sign in lower for sign in _HANDLE_SIGNS) and _HANDLE.search(lower):
        kinds.add("handle")
    kinds.update(name for name, pattern in _START_PATTERNS.items() if pattern.match(start))
    if len(text) <= _WHEN_LENGTH and _is_when(text):
        kinds.add("when")
    return kinds


def _is_when(text: str) -> bool:
    """Return whether a line is only a date, word by word: one pattern for the line could backtrack without end."""
    words = _WORD.findall(text)
    return bool(words) and all(word.lower() in MONTHS or _WHEN.fullmatch(word) for word in words)


def lowercase_share(text: str, words: int) -> float:
    """Return the share, 0 to 1, of words that do not begin with an ASCII capital; `words` as `word_count` has them."""
    unspaced = words - text.count(" ") - 1
    return min(1.0, (len(_LOWER_STARTS.findall(text)) + unspaced) / max(1, words))


def mostly_capitals(text: str, words: int) -> bool:
    """Return whether more than `_UPPER_SHARE` of the letters of a line are capitals."""
    if words >= _LINE_WORDS:
        return False
    return len(_UPPER.findall(text)) > _UPPER_SHARE * max(1, len(_LETTER.findall(text)))


def mostly_digits(text: str, words: int) -> bool:
    """Return whether more than `_DIGIT_SHARE` of the characters of a line are digits."""
    return words < _LINE_WORDS and len(_DIGIT.findall(text)) > _DIGIT_SHARE * len(text)


def good_words_of(text_blocks: list[TextBlock], share: list[float]) -> list[float]:
    """Return the number of words of good text in each text block: 0 for other text, less for text beside the story.

    Args:
        text_blocks: The text blocks of the page.
        share: `lowercase_share` of each.

    """
    good_words = [_good_words(text_block, share[i]) for i, text_block in enumerate(text_blocks)]
    _discount_teasers(text_blocks, good_words)
    return good_words


def _good_words(text_block: TextBlock, share: float) -> float:
    """Return the words of a text block if it is good text, `_BESIDE` of them in an element beside the story, else 0."""
    words, tag = text_block.words, text_block.element.tag
    if (
        words < _GOOD_WORDS
        or text_block.link_density >= _GOOD_LINK
        or tag in _NOT_STORY_TAGS
        or share < _GOOD_LOWERCASE
    ):
        return 0.0
    if not _SENTENCE_END.search(text_block.text[-8:]) and words < _LONG_WORDS:
        return 0.0
    if words < _NOTICE_WORDS and _NOTICE.search(text_block.text.lower()):
        return 0.0
    element: Element | None = text_block.element
    for _ in range(_WALK):
        if element is None:
            break
        if element.tag in _BESIDE_TAGS or hints_of(element.hint) & _BESIDE_HINTS:
            return words * _BESIDE
        element = element.parent
    return float(words)


def _discount_teasers(text_blocks: list[TextBlock], good_words: list[float]) -> None:
    """Discount teasers: short texts under a line that is a link as a whole, in the same card or under a heading."""
    for i, text_block in enumerate(text_blocks):
        if not good_words[i] or text_block.words >= _TEASER_WORDS:
            continue
        for j in range(i - 1, max(-1, i - 1 - _TEASER_LOOK), -1):
            before = text_blocks[j]
            is_link = before.link_density > _LINK_LINE
            if before.words >= _GOOD_WORDS and not is_link:
                break
            if (
                is_link
                and before.words >= _LINK_LINE_WORDS
                and (_heading(before.element) or _same_card(before, text_block))
            ):
                good_words[i] *= _TEASER
                break


def _heading(element: Element | None) -> bool:
    for _ in range(_HEADING_LOOK):
        if element is None:
            return False
        if element.tag in {"h2", "h3", "h4", "h5"}:
            return True
        element = element.parent
    return False


def _same_card(one: TextBlock, other: TextBlock) -> bool:
    above = {
        element.seq for element in (one.element.parent, one.element.parent and one.element.parent.parent) if element
    }
    parent = other.element.parent
    return parent is not None and (parent.seq in above or (parent.parent is not None and parent.parent.seq in above))
