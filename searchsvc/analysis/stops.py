"""Words that carry no topic: kept in the index and in phrases, not scored when bare.

Closed classes of each language (articles, pronouns, prepositions, conjunctions, auxiliaries),
in folded surface form. Words that are also nouns, names or news topics (`may`, `will`,
`state`, `can`) are left out unless the grammar word is far more frequent.
"""

_WORDS = {
    "en": (
        "a an the and or nor but if then than that this these those there here as at by for from in into of off on "
        "onto out over to up upon with within without about above after again against all also although am among "
        "any are arent be because been before being below between both can cannot cant could couldnt did didnt do "
        "does doesnt doing dont down during each either else ever every few further had hadnt has hasnt have havent "
        "having he hed hell her hers herself him himself his how however i id ill im ive is isnt it its itself just "
        "let lets me more most must my myself neither no not now only other our ours ourselves own per rather same "
        "shall shant she should shouldnt so some such their theirs them themselves theyd theyll theyre theyve they "
        "though through thus too under until us very via was wasnt we were werent weve what when whenever where "
        "whether which while who whom whose why will with wont would wouldnt yet you youd youll your yours yourself "
        "yourselves youre youve s t d ll re ve"
    ),
    "de": (
        "aber als also am an auch auf aus bei bis bin da damit dann das dass dem den denn der des die dies diese "
        "diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es euch fur habe haben "
        "hat hatte hatten ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist jede jedem jeden jeder "
        "jedes kann kein keine keinem keinen keiner konnen man mein meine mich mir mit muss nach nicht noch nun nur "
        "ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte sondern uber um "
        "und uns unser unsere unter vom von vor wahrend war waren was weil welche welcher wenn wer werden wie "
        "wieder wir wird wurde wurden zu zum zur zwischen"
    ),
    "es": (
        "a al algo ante antes aquel aquella asi aun aunque bajo cada como con contra cual cuando de del desde donde "
        "dos durante e el ella ellas ellos en entre era eran es esa esas ese eso esos esta estaba estaban estan "
        "estar estas este esto estos fue fueron ha habia habian han hasta hay la las le les lo los mas me mi "
        "mientras mis mucho muy nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco "
        "por porque pues que quien quienes se sea segun ser si sido sin sobre son su sus tambien tan tanto te tiene "
        "tienen todo todos tras tu tus u un una unas uno unos y ya yo"
    ),
    "fr": (
        "a afin ai ainsi alors apres as au aucun aura aussi autre autres aux avait avant avec avoir c car ce cela "
        "celle celles celui ces cet cette ceux chaque comme d dans de depuis des deux donc dont du elle elles en "
        "encore entre es est et etaient etait etant ete etre eu eux fait il ils j je l la le les leur leurs lors "
        "lorsque lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont ou par parce pas pendant peu peut "
        "plus pour pourquoi puis qu quand que quel quelle qui quoi s sa sans se selon sera ses si soit son sont "
        "sous sur t ta te tes toi ton tous tout toute toutes tu un une vers vos votre vous y"
    ),
    "it": (
        "a ad ai al all alla alle allo anche ancora avere aveva avevano c che chi ci cio come con contro cui d da "
        "dagli dai dal dall dalla dalle dei degli del dell della delle dello di dopo dove e ed era erano essere fra "
        "fu furono gli ha hanno i il in io l la le lei li lo loro lui ma mentre mi mia mio molto ne nei negli nel "
        "nell nella nelle nello no noi non nostra nostro o ogni per perche piu poi prima pur quale quali quando "
        "quanto quasi quella quelle quelli quello questa queste questi questo se sei senza si sia siamo solo sono "
        "sopra sotto sta stata stati stato su sua sue sugli sui sul sull sulla sulle suo suoi tra tu tutti tutto un "
        "una uno vi voi"
    ),
    "nl": (
        "aan af al alle alles als bij daar dan dat de der des deze die dit doch doen door dus een eens en er ge "
        "geen had hadden haar heb hebben heeft hem het hier hij hoe hun ik in is je kan kon kunnen maar me meer men "
        "met mij mijn moet moeten na naar niet nog nu of om omdat ons onze ook op over reeds te tegen toch toen tot "
        "tussen u uit van veel voor want waren was wat we wel werd werden wie wij wil worden wordt zal ze zelf zich "
        "zij zijn zo zonder zou zouden"
    ),
    "pt": (
        "a ainda ao aos apos aquela aquele aquilo as ate cada com como contra cuja cujo da das de dela dele deles "
        "depois desde do dos durante e ela elas ele eles em entre era eram essa essas esse esses esta estao estas "
        "estava estavam este estes eu foi foram ha isso isto ja la lhe lhes mais mas me mesmo meu minha muito na "
        "nao nas nem no nos nossa nosso num numa o os ou para pela pelas pelo pelos por porque qual quando que quem "
        "sao se segundo seja sem sendo ser seu seus so sob sobre sua suas tambem te tem tinha tudo um uma uns vos"
    ),
    "ru": (
        "а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее "
        "если есть еще же за здесь и из или им их к как ко когда которая которого которое которой который которых "
        "кто ли либо мне может мы на над надо наш не него нее нет ни них но ну о об однако он она они оно от перед "
        "по под при с сам свое своей своих свой себя со так также такой там те тем то того тоже той только том ты у "
        "уже чего чем что чтобы эта эти это этого этой этом этот я"
    ),
    "ar": (
        "في من الى على عن مع هذا هذه ذلك تلك التي الذي الذين ان انه انها كان كانت يكون لم لن لا ما قد كل بعد قبل "
        "بين حتى او ثم هو هي هم نحن انا عند غير كما لكن لدى منذ حيث اذا بل و"
    ),
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_NONE: frozenset[str] = frozenset()


def stop_words(language: str | None = None) -> frozenset[str]:
    """Return the stop words of a language; None means English."""
    return STOP_WORDS.get(language or "en", _NONE)


def is_stop(form: str, language: str | None = None) -> bool:
    """Return whether a surface form is a stop word of the language; None means English."""
    return form in STOP_WORDS.get(language or "en", _NONE)
