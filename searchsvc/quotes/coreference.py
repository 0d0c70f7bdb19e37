"""Resolve mentions of speakers to the people and bodies of one article.

A full name is itself; a surname, the person of that name; "the minister", the person introduced with that role. A
pronoun is resolved by salience, after Lappin and Leass, "An Algorithm for Pronominal Anaphora Resolution" (1994): going
back sentence by sentence, whoever speaks in one, in direct or reported speech, comes before its subject, and that
before others whom it names. Candidates of another gender, bodies and plurals are passed over; a person without a name
("a spokeswoman") ends the search with nobody. Each resolution says how it was made, from which
`calibration` derives how likely it is to be right.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from searchsvc.languages import TITLES
from searchsvc.model.article import Block
from searchsvc.quotes.attribution.discourse import BlockReading
from searchsvc.quotes.attribution.propagation import ASIDES
from searchsvc.quotes.bodies import body_in
from searchsvc.quotes.descriptions import (
    AGE_NOUN,
    ANONYMOUS,
    APPOSED_NAME,
    BODY_PHRASE,
    cased,
    described_gender,
    differs,
    is_before,
    is_nameless,
    is_tag,
    may_be_called,
)
from searchsvc.quotes.entities import Gender, Person, person_in
from searchsvc.quotes.lexicon import DETERMINERS, NATIONS, word_set
from searchsvc.quotes.name_variants import Entity, surname_key
from searchsvc.quotes.name_words import PERSON_NOUNS
from searchsvc.quotes.quotations import Mention
from searchsvc.quotes.register import BEFORE_GIVEN_NAMES, EntityRegister

_GENDERS: dict[str, Gender] = {"he": "male", "his": "male", "him": "male", "she": "female", "her": "female"}
_PRONOUNS = word_set("he she they it i we you who that which this these those his her their its our my your him")
_ROLE_PHRASE = re.compile(r"(?:the|The)\s+((?:[\w’'-]+\s){0,5}[\w’'-]+)")
#: Sentences, and blocks before its own, in which the antecedent of a pronoun is looked for.
_MAX_SENTENCES_BACK, _MAX_BLOCKS_BACK = 10, 3
#: Most descriptions, each the antecedent of the next, from a mention back to a name.
_MAX_CHAIN = 4
#: Code points of a sentence that are searched for other people.
_MAX_CLAUSE_LENGTH = 1_000
#: Words of a role that are no description of the person.
_ROLE_STOPS = DETERMINERS | word_set("of for in at and")


class Resolution(NamedTuple):
    """Whom a mention refers to."""

    #: The name as the article gives it, the fullest form; None if nobody can be told.
    name: str | None
    #: How it was resolved: a description as `calibration.person_descriptions` reads it.
    basis: str
    #: The person; None for a body, and for one who is never named in full.
    entity: Entity | None = None


NOBODY = Resolution(None, "none")


class SpeakerResolver:
    """Resolver of the mentions of one article to the names of people and bodies."""

    def __init__(self, register: EntityRegister, blocks: Sequence[Block], readings: Sequence[BlockReading]) -> None:
        """Keep what the article names and says; nothing is resolved yet.

        Args:
            register: The people of the article.
            blocks: The blocks of the article.
            readings: Their sentences, one for each block.

        """
        self._register = register
        self._blocks = blocks
        self._readings = readings
        self._resolved: dict[Mention, Resolution] = {}
        self._descriptions: dict[Mention, Resolution] = {}
        self._chain = 0

    def resolve(self, mention: Mention) -> Resolution:
        """Return whom a mention refers to."""
        if mention not in self._resolved:
            self._resolved[mention] = self._resolve(mention)
        return self._resolved[mention]

    def _resolve(self, mention: Mention) -> Resolution:
        text = mention.text(self._blocks)
        lower = text.lower()
        if lower in _GENDERS:
            return self._antecedent(mention, _GENDERS[lower], "pronoun")
        if lower == "it" or BODY_PHRASE.fullmatch(text):
            return self._body_before(mention, "it" if lower == "it" else "body-noun")
        if lower in _PRONOUNS:
            return NOBODY
        named = self._named(text, mention)
        if named is not None:
            return named
        role = self._role(text, mention)
        if role is not None:
            return role
        body = body_in(text)
        return NOBODY if body is None else Resolution(body, "body")

    def _named(self, text: str, mention: Mention) -> Resolution | None:
        """Return the person whose name a mention has, in full or in part; None if it has no name of a person."""
        person = person_in(text) or self._surname_in(text)
        if person is None:
            return None
        if person.is_full:
            entity = self._register.entity(person)
            return Resolution(entity.name if entity else cased(person.name), "full", entity)
        bearers = self._fitting(self._register.bearers(surname_key(person.name)), person)
        if len(bearers) == 1:
            full = " " in bearers[0].name
            return Resolution(bearers[0].name, "surname" if full else "titled", bearers[0])
        return self._of_several(bearers, mention) if bearers else self._of_single_name(person)

    def _of_single_name(self, person: Person) -> Resolution | None:
        """Return the person of a given name, else somebody who has but one name; None if it is no name."""
        given = [one for one in self._register.of_given_name(person.name) if self._register.is_person(one)]
        if len(given) == 1:
            return Resolution(given[0].name, "titled" if person.role & BEFORE_GIVEN_NAMES else "given", given[0])
        if given or self._register.is_word(person.name):
            return None
        return Resolution(cased(person.name), "single")

    def _surname_in(self, text: str) -> Person | None:
        """Return a capitalised word as a person, if somebody of the article has this surname: "Given", "Cuban"."""
        word = text.strip()
        if not word[:1].isupper() or " " in word:
            return None
        bearers = self._register.bearers(surname_key(word))
        # In capitals it is more likely an acronym.
        known = any(map(self._register.is_person, bearers)) if word.isupper() else bool(bearers)
        return Person(word, frozenset()) if known else None

    def _fitting(self, bearers: list[Entity], person: Person) -> list[Entity]:
        """Return the bearers of a surname whom a title in the mention does not exclude: "Mrs Ruiz"."""
        if len(bearers) < len("ab"):
            return bearers
        gender = described_gender(person.role)
        fitting = [one for one in bearers if gender is None or self._register.gender(one) in {gender, None}]
        return fitting or bearers

    def _of_several(self, bearers: list[Entity], mention: Mention) -> Resolution:
        """Return the bearer of a shared surname whom the article introduced first, before the mention.

        Nobody, if another is introduced in the same breath: "Ana and Ivo Ruiz".
        """
        first, second = bearers[0].occurrences[0], bearers[1].occurrences[0]
        if self._register.is_titled(bearers[0].surname):
            return Resolution(None, "shared")  # "Mr Ruiz" and "Ms Ruiz": "Ruiz" alone may be either
        together = first.block == second.block and 0 <= second.start - first.end < len(" and … ") + 8
        if together or (first.block, first.start) > (mention.block, mention.start):
            return Resolution(None, "shared")
        return Resolution(bearers[0].name, "shared", bearers[0])

    def _role(self, text: str, mention: Mention) -> Resolution | None:
        """Return the person who was introduced with the role that a mention gives; None if the mention is no role."""
        phrase = _ROLE_PHRASE.fullmatch(text)
        if phrase is None:
            return None
        words = [word for word in phrase[1].lower().split() if word not in _ROLE_STOPS]
        head = words[-1] if words else ""
        if head in ANONYMOUS:
            return NOBODY
        if not (head in PERSON_NOUNS or AGE_NOUN.fullmatch(head) or phrase[1].split()[-1] in NATIONS):
            return None
        known = [one for one in self._register.introduced_as(head) if is_before(one.occurrences[0], mention)]
        bearers = [
            one for one in known if self._register.is_person(one) and not differs(self._register.roles(one), words)
        ]
        exact = [one for one in bearers if self._register.roles(one).issuperset(words)]
        if len(exact or bearers) == 1:
            one = (exact or bearers)[0]
            return Resolution(one.name, "role/whole" if exact else "role/part", one)
        if bearers:
            return Resolution(None, "role/several")
        others = frozenset(one.name for one in known)
        return self._described(mention, described_gender(frozenset(words)), others)

    def _described(self, mention: Mention, gender: Gender | None, others: frozenset[str]) -> Resolution:
        """Return the antecedent of a description that nobody was introduced with; it may hang on earlier ones.

        Chains of over _MAX_CHAIN descriptions are not followed.
        """
        if mention not in self._descriptions:
            if self._chain == _MAX_CHAIN:
                return NOBODY
            self._chain += 1
            self._descriptions[mention] = self._antecedent(mention, gender, "described", others)
            self._chain -= 1
        return self._descriptions[mention]

    def _antecedent(
        self, mention: Mention, gender: Gender | None, prefix: str, excluded: frozenset[str] = frozenset()
    ) -> Resolution:
        """Return the most salient person before a mention whom its gender does not exclude, nor `excluded` the name."""
        skipped: set[str] = set()
        for distance, (reading, index) in enumerate(self._sentences_back(mention)):
            limit = mention.start if reading.number == mention.block else len(reading.text)
            bound = distance == 0  # others in the pronoun's own clause are somebody else
            tagged = bound and is_tag(self._blocks, mention)
            for phrase, basis in reading.actors(index, limit):
                there = reading.mention(phrase)
                if _GENDERS.get(there.text(self._blocks).lower()) is not None:
                    bound = True
                    tagged = tagged or is_tag(self._blocks, there)
                if basis == "subject" and tagged:
                    continue  # "Mr Ruiz has failed, he said": whom the speaker talks of is not the speaker
                verdict = self._candidate(there, gender, basis)
                if verdict is None or verdict.name in excluded:
                    continue
                if verdict.name is None:
                    return NOBODY
                near = "near" if distance <= 1 else "far"
                rivals = self._rivals(reading, index, mention, gender, verdict, skipped)
                if verdict.basis in {"unsure", "single"}:
                    return Resolution(verdict.name, f"unsure/{prefix}/{basis}", verdict.entity)
                return Resolution(verdict.name, f"{prefix}/{basis}/{near}/{rivals}", verdict.entity)
            others = self._others(reading, index, limit, gender)
            if len(others) == 1 and not bound and others[0].name not in excluded:
                return Resolution(others[0].name, f"{prefix}/named", others[0])
            skipped.update(one.name for one in others)
        return NOBODY

    def _body_before(self, mention: Mention, prefix: str) -> Resolution:
        """Return the last body that speaks or is the subject before "it" or "the company"."""
        for distance, (reading, index) in enumerate(self._sentences_back(mention)):
            limit = mention.start if reading.number == mention.block else len(reading.text)
            for phrase, basis in reading.actors(index, limit):
                there = reading.mention(phrase)
                if not distance and there.end > mention.start - 2:
                    continue
                text = there.text(self._blocks)
                name = self._body_named(text)
                if name is not None and (prefix == "it" or may_be_called(name, mention.text(self._blocks))):
                    return Resolution(name, f"{prefix}/{basis}/{'near' if distance <= 1 else 'far'}")
        return NOBODY

    def _body_named(self, text: str) -> str | None:
        """Return the name of the body that an actor is; None for a person, a pronoun or a description."""
        if text.lower() in _PRONOUNS or text.endswith(("’s", "'s")):
            return None
        person = person_in(text)
        if person is None:
            return body_in(text)
        entity = self._register.entity(person) if person.is_full else None
        if person.is_full:
            return None if entity is None or self._register.is_person(entity) else entity.name
        known = self._register.bearers(surname_key(person.name)) or self._register.is_word(person.name)
        return None if known or person.role & TITLES else person.name

    def _sentences_back(self, mention: Mention) -> Iterator[tuple[BlockReading, int]]:
        """Yield the sentences from that of a mention backwards."""
        left = _MAX_SENTENCES_BACK
        blocks = 0
        for number in range(mention.block, -1, -1):
            reading = self._readings[number]
            if self._blocks[number].kind in ASIDES or not reading.is_readable:
                continue
            last = reading.sentence_at(mention.start) if number == mention.block else len(reading.sentences) - 1
            for index in range(last, -1, -1):
                yield reading, index
                left -= 1
                if not left:
                    return
            blocks += 1
            if blocks > _MAX_BLOCKS_BACK:
                return

    def _candidate(self, there: Mention, gender: Gender | None, basis: str) -> Resolution | None:
        """Return whom an actor of an earlier sentence is; None to pass over it; NOBODY if a nameless person ends it."""
        text = there.text(self._blocks)
        if text.lower() in _PRONOUNS or text.endswith(("’s", "'s")):
            return None
        named = self._named(text, there) or self._apposed(there)
        if named is not None:
            return self._named_candidate(named, text, gender, basis)
        role = self._role(text, there) if text[:4].lower() == "the " else None
        if role is not None and role.entity is not None:
            other = self._register.gender(role.entity)
            return None if gender is not None and other not in {None, gender} else role
        return NOBODY if is_nameless(text, gender) else None

    def _named_candidate(self, named: Resolution, text: str, gender: Gender | None, basis: str) -> Resolution | None:
        """Return somebody whom an actor names, as a candidate; None for another gender, a place or a firm."""
        if named.entity is None:
            return self._candidate_without_entity(named, text, gender, basis)
        other = self._register.gender(named.entity)
        if gender is not None and other is not None and other != gender:
            return None
        if other is not None or self._register.is_person(named.entity):
            return named
        unsure = basis == "speaker" and self._register.may_be_person(named.entity)
        return Resolution(named.name, "unsure", named.entity) if unsure else None

    def _apposed(self, there: Mention) -> Resolution | None:
        """Return the person whose name follows a role and a comma: "The attorney general, Lord Ruiz, has …"."""
        match = APPOSED_NAME.match(self._blocks[there.block].text, there.end)
        if match is None:
            return None
        return self._named(match[1], Mention(there.block, match.start(1), match.end(1)))

    def _candidate_without_entity(
        self, named: Resolution, text: str, gender: Gender | None, basis: str
    ) -> Resolution | None:
        """Return a person who is never named in full, or named only here, as a candidate."""
        if named.basis == "shared":
            return NOBODY
        person = person_in(text)
        titled = described_gender(person.role) if person else None
        if titled is not None and gender is not None and titled != gender:
            return None
        alone = named.basis == "single" and (basis == "speaker" or self._register.is_repeated(named.name or ""))
        return named if titled is not None or alone else None

    def _others(self, reading: BlockReading, index: int, limit: int, gender: Gender | None) -> list[Entity]:
        """Return the people whom a sentence names outside of quotations, before an offset, of fitting gender."""
        start, end = reading.span_of(index)
        start = max(start, min(end, limit) - _MAX_CLAUSE_LENGTH)
        found: dict[str, Entity] = {}
        for occurrence, bearers in self._register.named_in(reading.number, start, min(end, limit)):
            if reading.is_quoted(occurrence.start) or len(bearers) != 1:
                continue
            one = bearers[0]
            other = self._register.gender(one)
            if (gender is None or other in {None, gender}) and self._register.is_person(one):
                found.setdefault(one.name, one)
        return list(found.values())

    def _rivals(
        self,
        reading: BlockReading,
        index: int,
        mention: Mention,
        gender: Gender | None,
        chosen: Resolution,
        skipped: set[str],
    ) -> str:
        """Return `alone` if nobody else of this gender is named from the antecedent's sentence on, else `rivals`."""
        limit = mention.start if reading.number == mention.block else len(reading.text)
        names = skipped | {one.name for one in self._others(reading, index, limit, gender)}
        return "alone" if names <= {chosen.name} else "rivals"
