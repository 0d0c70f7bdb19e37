"""English word lists for attribution: verbs and nouns of speech, titles, organisations, function words, times, regions.

All words are in lower case, but for NATIONS. A cue is a word that attributes speech to somebody.
"""

import re

from searchsvc.languages import ENGLISH, PARTICLES, TITLES


def word_set(line: str) -> frozenset[str]:
    """Return the words of a line as a set."""
    return frozenset(line.split())


def _curled(line: str) -> frozenset[str]:
    """Return the words of a line, those with an apostrophe in two spellings: ' and ’."""
    return word_set(line) | word_set(line.replace("'", "’"))


# Verbs and nouns of speech.
#: Base form → the forms that `_inflect` could not derive.
_IRREGULAR = {
    "say": ("says", "said", "saying"),
    "tell": ("tells", "told", "telling"),
    "write": ("writes", "wrote", "writing", "written"),
    "read": ("reads", "read", "reading"),
    "think": ("thinks", "thought", "thinking"),
    "speak": ("speaks", "spoke", "speaking", "spoken"),
    "swear": ("swears", "swore", "swearing"),
    "sing": ("sings", "sang", "singing"),
    "feel": ("feels", "felt", "feeling"),
    "quip": ("quips", "quipped", "quipping"),
    "admit": ("admits", "admitted", "admitting"),
    "rebut": ("rebuts", "rebutted", "rebutting"),
    "slam": ("slams", "slammed", "slamming"),
    "dub": ("dubs", "dubbed", "dubbing"),
    "label": ("labels", "labeled", "labelled", "labeling", "labelling"),
    "blog": ("blogs", "blogged", "blogging"),
    "refer": ("refers", "referred", "referring"),
    "rap": ("raps", "rapped", "rapping"),
    "plead": ("pleads", "pleaded", "pled", "pleading"),
    "email": ("emails", "emailed", "emailing"),
    "deride": ("derides", "derided", "deriding"),
}
#: Base forms of the other verbs of speech. An -ed form that is in no list may also be a cue: see `verbs.may_be_cue`.
_REGULAR = word_set(
    "accuse acknowledge add admonish advise advocate affirm agree allege announce answer argue ask assail "
    "assert assure attack attest bark bellow bemoan blame blast boast brag brand call caution challenge "
    "champion chant charge cheer chide chuckle cite claim clarify comment compare complain concede conclude "
    "condemn confess confide confirm contend continue counter crack credit criticize criticise cry declare "
    "decry defend demand denounce deny describe detail disclose dismiss elaborate emphasize emphasise "
    "encourage enthuse estimate exclaim expect explain express exhort fume gripe growl grumble gush hail "
    "highlight hint hope howl imply indicate inform insist instruct interject intone invoke joke judge lambast "
    "lambaste lament laud lecture list maintain marvel mention mock mumble murmur muse mutter note object "
    "observe offer opine order paraphrase pledge point portray post praise preach predict proclaim promise "
    "pronounce propose protest proffer question quote rail rant reassure rebuke recall recite reckon recommend "
    "recount reflect reiterate reject rejoice relate remark remember remind repeat reply report request "
    "respond retort reveal ridicule roar scoff scold scream shout shriek sigh signal slogan smile snap snarl "
    "speculate state stress suggest summarize surmise suspect tease testify thank thunder tout trumpet tweet "
    "underline underscore urge vent volunteer voice vow warn whisper wonder worry yell believe caption "
    "characterize characterise consider counsel deadpan deem denigrate hit invite liken introduce insinuate "
    "nickname pray press refute rave retweet salute savage term title entitle trash welcome want summon "
    "celebrate caricature conjecture sneer plea bash beg chime chirp correct cringe crow grouse gloat implore "
    "posit promote rib riff rule scrawl sum theorize threaten torch utter bluster concur disagree foresee "
    "frame contradict disavow disparage interpret allude articulate commend communicate depict hammer jeer jab "
    "jibe lampoon lash malign moan plug pontificate rationalize reason recollect rip shrug skewer taunt tick "
    "toast talk echo identify herald gush reference apologize tut vilify weigh"
)
#: Base forms and -s forms of verbs of speech that are often nouns: "the state", "his claims".
NOUN_CUES = word_set(
    "talk echo project reference "
    "state report claim call promise offer tweet comment remark demand attack blast brand challenge champion "
    "charge cheer chant counter crack credit cry estimate hint hope howl hit joke judge lament lecture list "
    "mention note object order pledge point post praise press protest question quote rant rebuke reply request "
    "roar shout sigh signal slogan smile snap stress suspect tease thank text title term toast trash trumpet "
    "tout vent voice vow warn whisper wonder worry yell answer caution fume gripe pray salute rule rip want "
    "welcome plea sum frame label blog email caption rib riff crow corrects reason shrug tick plug jab jibe "
    "jeer hammer torch savage rap read find hold mean address nickname mock need advocate counsel volunteer "
    "volunteers detail details promote hear see"
)
_VOWELS = frozenset("aeiou")


def _inflect(verb: str) -> tuple[str, ...]:
    """Return the -s, -ed and -ing forms of a verb, by the rules of regular spelling or from _IRREGULAR."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    s_form = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
    return s_form, f"{verb}ed", f"{verb}ing"


def _forms() -> dict[str, str]:
    """Return inflected form → base form, for all verbs of speech."""
    forms: dict[str, str] = {}
    for verb in [*_IRREGULAR, *_REGULAR]:
        for form in _inflect(verb):
            forms[form] = verb
    return forms


#: Inflected form of a verb of speech → base form. A base form is a key only if a past form equals it: `read`.
CUE_FORMS = _forms()
#: Base forms of the verbs of speech: cues only after a plural, `to` or a modal verb.
CUE_BASES = frozenset(CUE_FORMS.values())
#: First word → second words, of cues of two words: "went on", "shot back".
PHRASAL_CUES = {
    **dict.fromkeys(("went", "goes", "going"), frozenset({"on"})),
    **dict.fromkeys(
        ("fired", "fires", "firing", "shot", "shoots", "hit", "hits", "snapped", "pushed", "punched"),
        frozenset({"back"}),
    ),
    **dict.fromkeys(("chimed", "chimes"), frozenset({"in"})),
    **dict.fromkeys(("put", "puts"), frozenset({"it"})),
}
#: Participles after which a name or title follows, not speech: "a policy dubbed “…”".
NAMING_PARTICIPLES = word_set("called titled entitled named dubbed termed labeled labelled nicknamed branded captioned")
#: Verbs whose object is the person spoken to: "told the BBC".
ADDRESSEE_VERBS = word_set("tell inform assure remind ask urge warn advise reassure")
#: Verbs that nearly always report speech.
SPEECH_VERBS = word_set(
    "say tell write add tweet explain argue declare reply recall warn respond ask continue note state insist"
)
#: Verbs that take a clause of reported speech. A verb of speech within that clause belongs to the same speaker's words.
REPORTING_VERBS = SPEECH_VERBS | word_set(
    "claim suggest predict promise vow pledge acknowledge admit deny announce report assert contend allege complain "
    "observe remark stress emphasize emphasise concede conclude maintain reiterate confirm indicate assure inform "
    "reveal"
)
#: Verbs of thought. Within a clause of reported speech they attribute nothing: "she said he believed “…”" is hers.
THOUGHT_VERBS = word_set(
    "think feel believe want hope expect wonder consider agree determine worry speculate suspect reckon"
)
#: Nouns that are cues if they have a possessor: "the mayor's claim that".
SPEECH_NOUNS = word_set(
    "call calls claim claims accusation accusations promise promises pledge vow remark remarks comment "
    "comments statement assertion allegation allegations warning description suggestion argument insistence "
    "proposal plea demand demands criticism response answer reply assessment contention belief view opinion "
    "prediction words slogan motto mantra characterization admission declaration conclusion explanation "
    "question retort dictum tweet tweets reference threat chant chants cries shouts message lament quip "
    "rebuttal advice"
)
#: Documents. The speech in "released a statement saying" is the sender's, not the statement's.
DOCUMENTS = word_set(
    "statement email e-mail release letter ad advertisement message memo note op-ed video language article ads post"
)
#: Verbs whose object may be a document.
GIVING_VERBS = word_set("sent wrote gave held began put out up sends writes gives holds begins shared")
#: Verbs, and other words, that govern the verb after them and share its subject: "went on to say".
CATENATIVES = word_set(
    "began begun begins kept keeps started starts stopped continued continues proceeded declined seemed "
    "refused planning planned wanted tried trying went going quick ready expected"
)
#: Verbs that make their subject the speaker of the words quoted in a headline. Left out are verbs that may have a thing
#: as subject ("hits", "signals", "claims"), and verbs whose object somebody else said ("denies", "rejects").
HEADLINE_VERBS = word_set(
    "say tell warn urge call admit accuse attack blast slam vow pledge offer hail praise criticise criticize defend "
    "insist predict decry demand dismiss describe condemn concede confirm promise lament scold welcome ask announce "
    "declare acknowledge argue denounce deride mock write tweet advise caution"
)
#: Past forms that occur as cues in headlines, which otherwise use the present.
HEADLINE_PAST_FORMS = word_set("said told wrote")

# Titles, occupations, organisations, works.
#: Words that qualify a title or a post ("deputy", "foreign", "British"); no name begins with them.
TITLE_MODIFIERS = word_set(
    "vice deputy prime foreign first interior finance home health education defence defense justice trade labor "
    "labour energy agriculture transport environment majority minority house senate republican republicans "
    "democrat democratic democrats conservative liberal former acting interim state national security press "
    "communications campaign presidential hon honourable rt st lance u.s us american british french german russian "
    "chinese cuban israeli iraqi iranian canadian australian irish scottish welsh english european uk eu un"
)
#: Words before a name that are not part of it.
TITLES_AND_ROLES = TITLES | frozenset((*ENGLISH.posts, *ENGLISH.jobs)) | TITLE_MODIFIERS
#: Nouns by which an article may refer to a person named elsewhere: "the minister".
ROLE_HEADS = frozenset(ENGLISH.posts) | word_set("professor author analyst king queen prince princess")
#: Lower-case words that may accompany a name in a headline, or replace it: "bank boss", "watchdog".
HEADLINE_ROLES = word_set(
    "chief boss ceo cfo chairman chairwoman economist expert analyst aide adviser critic lawyer coach manager director "
    "general judge professor author founder owner editor head study report poll survey firm union group watchdog panel "
    "source regulator charity bank"
)
#: Words before a colon at the start of a headline that name no speaker: "Analysis: …".
HEADLINE_KICKERS = word_set(
    "factbox analysis timeline exclusive update video live opinion profile review watch pictures election poll special "
    "breaking interview how why what who"
)
#: Last words of names of organisations and places, which no personal name ends in.
BODY_HEADS = word_set(
    "department ministry office party house committee court council agency bureau university college institute "
    "group association union campaign company corporation inc corp ltd bank foundation police government "
    "administration army force forces church center centre commission congress senate parliament times post "
    "journal news magazine daily herald guardian telegraph service services board authority federation league "
    "society network coalition states kingdom nations street road city county state island tribune press "
    "hospital school museum trust fund club team republic"
)
#: Lower-case nouns that a noun phrase may have after a name: "the Orlan government", "Velana police".
TRAILING_NOUNS = word_set(
    "department ministry government police office officials spokesman spokeswoman spokesperson army court "
    "council authorities campaign statement administration embassy leader minister president sheriff senator "
    "governor mayor candidate lawmaker billionaire businessman team official newspaper secretary congressman"
)
#: Capitalised adjectives after which a noun phrase may continue in lower case: "the Cuban foreign ministry".
NATIONS = word_set(
    "American British English Scottish Welsh Irish French German Italian Spanish Portuguese Dutch Belgian "
    "Swiss Austrian Swedish Norwegian Danish Finnish Polish Czech Hungarian Romanian Greek Turkish Russian "
    "Ukrainian Chinese Japanese Korean Indian Pakistani Afghan Iranian Iraqi Syrian Israeli Palestinian "
    "Egyptian Libyan Saudi Kenyan Nigerian Canadian Australian Mexican Cuban Brazilian Argentine Venezuelan "
    "Colombian Chilean African European Asian Arab Western Republican Democratic Conservative Labour"
)
#: Nouns before "of" and the title of a work: "author of “…”".
MAKERS = word_set("author authors co-author star stars host creator creators director editor")
#: Words right before the title of a work: "her novel “…”".
WORK_WORDS = word_set(
    "on program programme show series book film movie podcast album novel song play documentary memoir "
    "magazine column host hosts hosting titled entitled called named ad segment single musical drama comedy "
    "watch watching watched bestseller best-seller told telling tells with in website blog game games "
    "exhibition painting opera autobiography biography paper essay speech"
)

# Function words.
#: Pronouns that may be the subject of a verb of speech.
PRONOUNS = word_set("he she they i we it you who")
THIRD_PERSONS = frozenset({"he", "she", "they"})
POSSESSIVES = word_set("his her their its our my your")
DETERMINERS = word_set(
    "the a an this these those his her their its our my your some many several most another one two three four "
    "five six no every each any both other all such"
)
#: Determiners and numerals that can be a noun phrase by themselves: "some said".
STANDALONE = word_set(
    "two three four another one some many others both several most few all neither none someone anyone everyone nobody"
)
#: Plural nouns and pronouns without an s.
PLURALS = word_set("people men women police children many some others most both few")
#: Endings of a possessive form.
GENITIVES = ("’s", "'s", "s’", "s'")
BE_FORMS = _curled("is are was were be been being isn't wasn't aren't weren't 's")
AUXILIARIES = BE_FORMS | _curled(
    "has have had do does did will would can could may might must shall should to hasn't haven't hadn't don't "
    "doesn't didn't won't wouldn't couldn't shouldn't can't having going used able"
)
#: Particles within names, in lower case: "Ana de los Ruiz".
NAME_PARTICLES = (PARTICLES - {"y", "e"}) | word_set(
    "los las dos das di della degli du dal zu zur op te 't ’t bin ibn bint af av ap st abu"
)
#: A particle in lower case that a hyphen or an apostrophe joins to a name: "al-Rashidi", "d’Amarro", "’t".
JOINED_PARTICLE = r"(?:(?:al|el|as|ad|an|ar|ash|at|az|ben|bin)-|[dlt][’']|[’']t\s?)"
_JOINED_NAME = re.compile(rf"{JOINED_PARTICLE}[^\W\d_a-z].*")


def is_joined_name(word: str) -> bool:
    """Return whether a word is a name that begins with a particle in lower case: "al-Rashidi"."""
    return word[0].islower() and _JOINED_NAME.fullmatch(word) is not None


#: Words that may link the words of a noun phrase or name: "Bank of Orlan", "Venn and Marr".
NAME_LINKS = word_set("of for at in from by and & on with y e") | NAME_PARTICLES
CONJUNCTIONS = word_set(
    "that but because as when while if though although whether where why how what which whose whom who than "
    "until unless or nor so yet since before after and once"
)
#: Words that may begin a sentence before its subject, and are not part of it.
LEADING_WORDS = word_set(
    "moreover here there meanwhile however still yet but and when as earlier later recently today yesterday then so "
    "also"
)
PREPOSITIONS = word_set(
    "of for at in from by on with to into about against over under during through between among after before "
    "since without within toward towards across around behind despite like near off onto out outside upon via "
    "per amid"
)
#: Prepositions whose noun phrase is never the subject of the clause.
OBLIQUE_PREPOSITIONS = word_set(
    "about against during over through between under into with among toward towards upon via at in on of for from to by"
)
ADVERBS = word_set(
    "also then later afterwards thereafter once again even still now just never often always since already only first "
    "instead further earlier soon today yesterday tonight simply perhaps both either ever not long thus therefore "
    "nevertheless nonetheless however too back twice sometimes usually meanwhile ago all maybe almost rather "
    "quite yet all-but half-jokingly likewise himself herself themselves itself"
)
_ADVERB = re.compile(r"[a-z]+ly")
#: Words that end in -ly and are no adverbs.
_NOT_ADVERB = word_set("family ally assembly anomaly bully supply reply july italy ugly monopoly folly jelly belly")


def is_adverb(word: str) -> bool:
    """Return whether a word, as written, is an adverb, which may stand between subject and verb. "Kelly" is none."""
    return word in ADVERBS or (word not in _NOT_ADVERB and _ADVERB.fullmatch(word) is not None)


# Times and regions.
#: Full English names of weekdays and months, without "may", which is also a verb.
DAYS_AND_MONTHS = frozenset(line.split()[0] for line in (*ENGLISH.weekdays, *ENGLISH.months)) - {"may"}
TIME_WORDS = word_set(
    "last next this week month year morning evening night afternoon earlier ago day days weeks months"
)
_REGION_NAMES = (
    "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,"
    "illinois,indiana,iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,"
    "missouri,montana,nebraska,nevada,new hampshire,new jersey,new mexico,new york,north carolina,north dakota,"
    "ohio,oklahoma,oregon,pennsylvania,rhode island,south carolina,south dakota,tennessee,texas,utah,vermont,"
    "virginia,washington,west virginia,wisconsin,wyoming,d.c,d.c.,puerto rico,england,scotland,wales,"
    "northern ireland,ireland,ontario,quebec,alberta,manitoba,british columbia,nova scotia,new south wales,"
    "queensland,victoria,france,germany,spain,italy,portugal,austria,switzerland,belgium,the netherlands,denmark,"
    "norway,sweden,finland,poland,hungary,greece,turkey,russia,ukraine,egypt,israel,iran,iraq,syria,india,"
    "pakistan,china,japan,south korea,australia,new zealand,canada,mexico,brazil,argentina,chile,cuba,"
    "south africa,kenya,nigeria"
)
#: US states, and some provinces and countries, as written after the name of a place: "in Salem, New Hampshire,".
REGIONS = frozenset(_REGION_NAMES.split(","))
