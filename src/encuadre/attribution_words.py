"""English words that report speech, and nouns that can be their subjects: language, not study."""

from __future__ import annotations

_STATE = (
    "say tell add note claim declare state argue insist assert contend announce "
    "explain reply respond retort acknowledge "
    "concede admit allege maintain warn caution predict testify tweet recall remark "
    "reiterate stress emphasize emphasise "
    "confirm suggest mention put inform observe complain lament joke quip disclose "
    "reveal conclude write report proclaim opine "
    "assure advise clarify elaborate confess recount vent muse conjecture counsel "
    "repeat counter comment swear post"
)
_JUDGE = (
    "deny describe call label dub portray depict characterize characterise blame "
    "accuse criticize criticise condemn denounce "
    "slam blast praise hail laud decry mock ridicule urge implore express voice "
    "outline speak lash rail cite tout brand liken "
    "welcome chide rebuke question compare defend dispute deride disparage"
)
_BELIEF = "believe think suspect fear estimate expect doubt"
_ACT = (
    "boast brag gloat vow pledge promise threaten demand ask thunder shout yell "
    "scream exclaim sneer plead continue begin wonder whisper mutter murmur roar chime crow sniff "
    "cry scoff bellow grumble growl groan deadpan intone fume marvel bark chant squeal gush snap"
)
_MEDIUM = (
    "show find list document publish issue illuminate indicate uncover expose detail "
    "expose estimate release"
)
_IRREGULAR = {
    "say": ("says", "said", "said", "saying"),
    "tell": ("tells", "told", "told", "telling"),
    "write": ("writes", "wrote", "written", "writing"),
    "think": ("thinks", "thought", "thought", "thinking"),
    "speak": ("speaks", "spoke", "spoken", "speaking"),
    "find": ("finds", "found", "found", "finding"),
    "show": ("shows", "showed", "shown", "showing"),
    "begin": ("begins", "began", "begun", "beginning"),
    "put": ("puts", "put", "put", "putting"),
    "swear": ("swears", "swore", "sworn", "swearing"),
}
_DOUBLED = frozenset("admit quip dub brag snap".split())


def inflect_verb(lemma: str) -> dict[str, str]:
    """Return base, third, past, participle and ing of a verb, each by its spelling."""
    if lemma in _IRREGULAR:
        third, past, participle, ing = _IRREGULAR[lemma]
    elif lemma in _DOUBLED:
        third, past, ing = lemma + "s", lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"
        participle = past
    elif lemma.endswith("e"):
        third, past, ing = lemma + "s", lemma + "d", lemma[:-1] + "ing"
        participle = past
    elif lemma.endswith("y") and lemma[-2] not in "aeiou":
        third, past, ing = lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"
        participle = past
    else:
        third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x")) else "s")
        past, ing = lemma + "ed", lemma + "ing"
        participle = past
    return {lemma: "base", participle: "participle", past: "past", third: "third", ing: "ing"}


def _list_forms() -> dict[str, tuple[str, str, str]]:
    forms: dict[str, tuple[str, str, str]] = {}
    for kind, words in (
        ("medium", _MEDIUM),
        ("act", _ACT),
        ("belief", _BELIEF),
        ("judge", _JUDGE),
        ("state", _STATE),
    ):
        for lemma in words.split():
            for form, tense in inflect_verb(lemma).items():
                forms[form] = (lemma, kind, tense)
    forms |= {"labelling": ("label", "judge", "ing"), "labelled": ("label", "judge", "past")}
    return forms


FORMS = _list_forms()
"""Form of a reporting verb to its lemma, kind (state, judge, belief, act, medium) and tense."""

MEDIUM_VERBS = frozenset(_MEDIUM.split())
SPEECH_NOUNS = frozenset(
    "report reports assessment assessments statement statements warning warnings "
    "study studies expose exposes exposé exposés "
    "letter letters memo memos article articles data figures list advisory bulletin "
    "communiqué transcript indictment".split()
)
SOURCE_NOUNS = frozenset(
    "report reports reporting study studies survey surveys poll polls database data "
    "newspaper newspapers magazine media paper papers "
    "article articles investigation investigations audit analysis research book "
    "documents records document transcript "
    "exposes exposés exposé outlets broadcaster indictment affidavit complaint "
    "lawsuit memo statement editorial statistics account filing filings transcript "
    "sources panel website site".split()
)
BODY_NOUNS = SOURCE_NOUNS | frozenset(
    "government administration agency department ministry campaign party group organization "
    "organisation union coalition committee commission court association institute foundation "
    "council alliance federation chamber church office bureau league network watchdog university "
    "center centre company firm bank board team staff police military army navy nation state country "
    "authority".split()
)
"""Nouns of bodies and texts: each is an "it", never "he" or "she"."""
ROLE_NOUNS = (
    frozenset(
        "official officials officer officers authority authorities government "
        "administration agency agencies department ministry minister "
        "ministers president vice-president senator senators lawmaker lawmakers "
        "congressman congresswoman congressmen representative "
        "representatives secretary spokesman spokeswoman spokesperson spokespeople "
        "spokesmen aide aides adviser advisers advisor advisors "
        "analyst analysts expert experts consultant consultants critic critics observer "
        "observers scholar scholars professor professors "
        "economist economists scientist scientists researcher researchers historian "
        "historians lawyer lawyers attorney attorneys "
        "prosecutor prosecutors judge judges police military army navy troops soldier "
        "soldiers general commander commanders "
        "chief head director administrator ambassador diplomat diplomats envoy leader "
        "leaders chairman chairwoman chair governor governors "
        "mayor mayors candidate candidates campaign campaigns strategist strategists "
        "pollster pollsters democrat democrats republican "
        "republicans conservatives liberals party group groups organization organisation "
        "union coalition committee commission court "
        "association associations institute foundation council alliance federation "
        "chamber church office bureau league network watchdog university center centre "
        "company companies firm bank board executive executives investor investors source "
        "sources witness witnesses people person man woman "
        "residents resident voters voter activists activist advocates advocate opponents "
        "opponent supporters supporter protesters "
        "others some many most several reporter reporters journalist journalists editor "
        "editors columnist author authors writer "
        "doctors doctor doctor’s farmers workers worker teachers students parents mother "
        "father wife husband brother sister son "
        "daughter family families friend friends neighbor neighbors colleague colleagues "
        "allies ally rivals members member staff team "
        "operatives operative insiders insider detectives investigators investigator "
        "agents agent regulators skilled nation state "
        "country countries nations pope king queen prince bishop rabbi priest pastor".split()
    )
    | SOURCE_NOUNS
)
"""Nouns that can say something; names and other nouns are judged by their form."""

PRONOUNS = frozenset("he she they it i we you who which one others some many both another".split())
PREPOSITIONS = frozenset(
    "of in at for from with on by to between about against under over into among "
    "amid during through throughout toward towards "
    "upon within without across behind beyond near outside inside around despite "
    "versus via regarding concerning including "
    "following like per alongside beneath above below".split()
)
SUBORDINATORS = frozenset(
    "after because if when whether although though since before unless until where "
    "while whereas who whom whose which what how why "
    "as than once lest whenever wherever".split()
)
AUXILIARIES = frozenset(
    "has have had having is are was were be been being do does did will would could "
    "should may might must can ’s".split()
)
MODALS = frozenset("will would could should may might must can".split())
ADVERBS = frozenset(
    "also later then again once even just still already often always sometimes "
    "recently earlier previously soon now today instead "
    "further thus therefore however meanwhile likewise similarly himself herself itself themselves "
    "myself in-turn too once further famously have "
    "twice first yet simply so long never almost nearly only reportedly".split()
)
ASPECT = frozenset(
    "went go goes gone going proceeded continued continues proceeds continue proceed".split()
)
NEGATIONS = frozenset(
    "not n’t never don’t doesn’t didn’t won’t wouldn’t can’t cannot couldn’t hasn’t "
    "haven’t hadn’t".split()
)
DETERMINERS = frozenset(
    "the a an this that these those his her their its our my your some many several "
    "most all both various other another each every "
    "any no few".split()
)
FUNCTION_WORDS = (
    PREPOSITIONS
    | SUBORDINATORS
    | AUXILIARIES
    | frozenset(
        "and or but nor so yet that not there here then also however meanwhile instead "
        "still now today yesterday tomorrow "
        "given based such perhaps to up out off down away if too very more most less "
        "least only just even already ever".split()
    )
)
NOT_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october "
    "november december".split()
)
FALSITY_BEFORE = frozenset(
    "falsely wrongly incorrectly misleadingly baselessly erroneously dishonestly "
    "untruthfully mendaciously".split()
)
LIST_NOUNS = frozenset(
    "demands points reasons steps proposals conditions recommendations examples ways "
    "areas priorities options goals".split()
)
NUMBER_WORDS = frozenset("two three four five six seven eight nine ten several".split())

INANIMATE = frozenset(
    "framework agreement act law initiative plan treaty bill program programme "
    "policy deal proposal measure amendment constitution "
    "video footage scandal issue issues rule rules order budget figure figures "
    "number numbers fact facts move moves decision step event events".split()
)
"""Nouns of things that say nothing, though verbs of saying are used of them."""
