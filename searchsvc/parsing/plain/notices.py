"""Line → why it is no part of any story: notices, bars and buttons of the site around it."""

import re

_I = re.IGNORECASE
#: Reason → whole lines. The words are those of many sites; none is of one page.
_WHOLE: tuple[tuple[str, str], ...] = (
    ("advertisement", r"print sponsor|advertise?ments?|sponsored(?: content)?|in association with|anzeige|werbung|publicité"
     r"|publicidad|pubblicità|advertentie|реклама|(?:story|article) continues below.*"),
    ("account", r"(?:please )?(?:sign|log) ?(?:in|on|out|up)(?: .{0,30})?|register(?: now)?|my account|subscribe(?: .{0,30})?"
     r"|\*? ?(?:may|might) require registration.*|anmelden|se connecter|iniciar sesión|accedi|inloggen|войти"),
    ("navigation", r"skip to .{2,30}|jump to .{2,30}|accessibility(?: links| help)?|access keys help.*|explore the \S{2,20}"
     r"|.{2,40} navigation|navigation|\^* ?back to top|top of page|home(?: page)?|languages?|menu|search|close|site ?map"
     r"|low graphics.*|text only|.*\bversion international version\b.*|choose a \w+|services|editions?|categories|rss(?: feeds?)?"
     r"|help|about us|contact us|british broadcasting corporation|products (?:&|and) services|read full article|in pictures"
     r"|links to more .{2,40}|you are in:.*|watch one-minute .*|(?:watch/listen|watch|listen)(?: to .*| on .*)?|on this story"
     r"|news front page|mobile|mobiles|-{3,}|_{3,}|={3,}|\*{3,}"),
    ("share bar", r"share(?: (?:this|on) .{0,30}| via .*)?|share|e-?mail this .{0,40}|printable version|print(?: this.*)?|facebook"
     r"|twitter|delicious|digg|reddit|stumbleupon|whatsapp|linkedin|copy link|bookmark with.*|teilen|partager|compartir"
     r"|compartilhar|condividi|delen|поделиться|about sharing|external|close share panel|these are external links.*"),
    ("readers' comments", r"rate this|comment number \d+\.?|comments? \d+ of \d+|\+ ?\d{1,5}|[-–] ?\d{1,5}|(?:view|read|show|add|post) "
     r"(?:your |all |a )?comments?.*|\d+ comments?|jump to comments pagination|sign in or register to comment.*"),
    ("player", r"media playback .*|please turn on javascript.*|.*requires javascript to play.*|this video can not be played.*"
     r"|video|audio|play|watch later|to play this (?:content|video).*"),
    ("picture label", r"(?:image|media|video)(?: caption| copyright| source)?|enlarge(?: this)? image|start quote|end quote"
     r"|(?:image )?getty images|reuters|afp|ap|epa|pa(?: media)?"),
    ("date label", r"published|(?:last )?updated|posted|first published"),
    ("terms", r"terms (?:and|&) conditions|terms of (?:use|service)|privacy(?: (?:policy|notice|&.*))?|cookies?(?: policy)?|legal notice"
     r"|impressum|datenschutz|mentions légales|aviso legal|(?:about|contact) the \S{2,20}|editorial guidelines"),
)  # fmt: skip
#: Reason → words that give a line away wherever they stand in it.
_WITHIN: tuple[tuple[str, str], ...] = (
    ("copyright", r"^(?:©|\(c\) ?\d|copyright\b.{0,6}(?:©|\(c\)|\d{4}))|^.{2,40} © ?(?:\d{4}|M[MDCLXVI]*\b|$)|\ball rights reserved\b"
     r"|\balle rechte vorbehalten\b|\btous droits réservés\b|\btodos los derechos reservados\b|\btodos os direitos reservados\b"
     r"|\btutti i diritti riservati\b|\balle rechten voorbehouden\b|все права защищены"),
    ("notice about other sites", r"\bnot responsible for (?:the )?contents? (?:of|on) (?:external|other|third)"
     r"|\bkeine (?:haftung|verantwortung) für (?:die )?inhalte|\bpas responsable du contenu|\bno se hace responsable del contenido"),
    ("browser notice", r"\bbest viewed (?:in|with)\b|\bstyle sheets? \(css\)|\(css\)|\byour (?:web )?browser (?:does not|doesn't|is)\b"
     r"|\b(?:enable|turn on|activate) javascript\b|\bjavascript (?:is |must |to )"),
    ("cookie notice", r"\b(?:uses?|accept(?: all)?|our) cookies\b|\bcookies (?:policy|to )"),
    ("share bar", r"^follow .{2,60} on (?:twitter|facebook|instagram|x)\b|^like .{2,40} on facebook\b"),
    ("appeal to readers", r"^(?:send|share) (?:us )?(?:your|you) .{0,60}(?:@|stor|comments|pictures|experiences)|\byou can (?:also )?(?:get in "
     r"touch|contact us)\b.{0,40}following|^(?:please )?include (?:a|your) (?:contact|telephone|name)|\bsubscribe to (?:our|the) newsletter\b"
     r"|^sign up (?:to|for) our\b|^(?:are|were) you (?:affected|there|in)\b.{0,200}\b(?:send|share|tell|contact|e-?mail)\b|^do you have .{3,60}\? (?:share|send|contact)"
     r"|^if you are reading this page and can't see the form\b|^if you (?:would like|are happy|are willing) to be contacted\b"),
)  # fmt: skip
_NOTICES = [
    *((reason, re.compile(rf"(?:{words})[\s:.»>]*", _I), True) for reason, words in _WHOLE),
    *((reason, re.compile(words, _I), False) for reason, words in _WITHIN),
]
#: Bars of links have several bars or tabs.
_BARS = re.compile(r"\s\|\s|\|")
_LEAST_BARS = 2
#: Notices are short; a paragraph of the story may well speak of cookies.
_MOST_CHARACTERS = 800
#: From such a line on, what has no heading belongs to the site.
SITE = frozenset({"account", "navigation", "copyright", "terms", "browser notice", "cookie notice"})


def notice_of(text: str, raw: str = "") -> str | None:
    """Return why a line is no part of the story, or None if it may be one."""
    if len(text) > _MOST_CHARACTERS:
        return None
    for reason, pattern, whole in _NOTICES:
        if pattern.fullmatch(text) if whole else pattern.search(text):
            return reason
    if len(_BARS.findall(text)) >= _LEAST_BARS or raw.count("\t") > _LEAST_BARS:
        return "navigation"
    return None
