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
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_NONE: frozenset[str] = frozenset()


def is_stop(form: str, language: str | None = None) -> bool:
    """Return whether a surface form is a stop word of the language; None means English."""
    return form in STOP_WORDS.get(language or "en", _NONE)
