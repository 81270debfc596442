"""Whether the name of a country stands for its government: general rules of English syntax."""

from __future__ import annotations

import re

_POLICY = re.compile(
    r"(?:\w+ )?\b(?:government|governments|president|presidency|administration|ministry|"
    r"minister|military|army|navy|police|policing|law enforcement|"
    r"authorities|officials|officers|agents|agencies|lawmakers|congress|senate|court|attorney|prosecutors|policy|policies|strategy|strategies|"
    r"laws?|approach|cooperation|collaboration|relations?|relationship|ties|alliance|partnership|framework|talks|negotiations|effort|efforts|"
    r"operations?|assistance|aid|pressure|demands?|requests?|response|refusal|withdrawal|lack|failure|willingness|unwillingness|commitment|"
    r"role|decision|intelligence|sanctions|threats?|allegations|charges|indictment|options?|interests?|sovereignty|intervention|interference|"
    r"action|behest|support|promises?|foreign|"
    r"security|diplomats?|ambassador|embassy)\b",
    re.I,
)

_NOT_POLICY = re.compile(
    r"(?:\w+ ){0,2}(?:border|gangs?|citizens?|companies|population|market|soil|streets?|side)\b",
    re.I,
)

_RELATION = re.compile(
    r"\b(?:cooperation|collaboration|relations?|relationship|ties|alliance|partnership|pact|deal|agreements?|framework|talks|negotiations|"
    r"dialogue|dispute|row|rift|suspicion|trust|summit|initiative|responsibility|triangle|tensions?|engagement|coordination)\b",
    re.I,
)

_HANDLED = re.compile(
    r"\b(?:trust|push|pushes|pushed|pushing|press|pressed|pressing|pressure|urge|urged|urging|accuse|accused|accuses|ask|asks|asked|asking|"
    r"thank|thanks|thanked|thanking|blame|blames|blamed|blaming|criticize|criticizes|criticized|criticise|criticised|involve|involved|force|forced|"
    r"persuade|persuaded|help|helped|warn|warned|tell|told|want|wants|wanted|let|make|makes|made|threaten|threatened|sue|sued|praise|praised|"
    r"denounce|denounced|condemn|condemned|convince|expect|encourage|get|oblige|order|ordered|show|shows|support|supports|fault|faulted)\s+(?:the\s+)?$",
    re.I,
)

_GOVERNED = re.compile(
    r"(?:\b(?:with|against)|\bbetween(?: [\w.’ ]{1,40} and)?|\b(?:lash\w*|anger|fury|"
    r"furious|criticism)(?: out)? (?:at|of)|"
    r"\b(?:demand\w*|seek\w*|sought|requests?|explanation|transparency|pressure|stress|"
    r"support|help|concessions|wants?|allegations) (?:\w+ ){0,3}(?:from|on)|"
    r"\b(?:suspicious|critical|afraid|demand\w*|ask|behalf|mistrust|distrust) of|"
    r"\b(?:rely|relies|depend\w*|pressure|sanctions|impose\w*) on|"
    r"\b(?:assistance|aid|threat|promises?|letter|appeal|answer|response|message|"
    r"help) to)\s+(?:the\s+)?$",
    re.I,
)

_SUBJECT = re.compile(
    r"\s+(?:itself |also |now |then |still |already |never |immediately |essentially |"
    r"reluctantly |quickly |clearly |meanwhile |\w+ly |in turn, |in turn has, )*"
    r"(?:has|had|is|was|will|would|can|cannot|could|should|must|may|might|does|did|do|need|needs|want|wants|seeks?|refuses?|"
    r"demands?|makes?|made|took|takes|gave|gives|held|kept|keeps|let|lets|went|sent|shows?|showed|knew|knows|agrees?|said|says|told|"
    r"interprets?|remains?|continues?|considers?|denies|offers?|hopes?|insists?|faces?|built|caught|got|became|began|broke|chose|"
    r"fell|found|lost|paid|put|sees?|saw|spent|stood|won|wrote|spoke|sought|handed|reducing|reporting|doing|being|taking|having|\w{3,}ed)\b",
)

_INFINITIVE = re.compile(r"\s+(?:not )?to\s+(?!the\b|a\b|its?\b)[a-z]+")

_PREPOSED = re.compile(
    r"(?:^|[\s“\"(—–-])(?:in|to|into|from|at|near|of|on|off|across|throughout|within|inside|outside|toward|towards|around|for|through|by|under|over|than)\s+(?:the\s+)?(?:[A-Z][\w.]*\s+and\s+(?:the\s+)?)?$"
)

_FOR = re.compile(r"\bfor\s+(?:the\s+)?$", re.I)

_CAPITAL_AFTER = re.compile(
    r"[ \u00a0](?!(?:President|Congress|Senate|Navy|Army|Embassy|Government|Supreme|"
    r"Treasury|Department)\b)[A-Z][a-z]"
)

_CAPITAL_BEFORE = re.compile(
    r"\b(?:New|Nuevo|Nueva|Old|Greater|Upper|Lower|Inner|Outer|Royal|Air|Banco|Bank of|"
    r"University of|Gulf of) $"
)

_QUESTION = re.compile(
    r"^[“\"‘']?(?:Can|Will|Should|Does|Did|Do|Could|Would|Must|May|Has|Is) (?:the )?$"
)

_PAST_ONES = re.compile(r"\b(?:every|each|previous|past|earlier|many)\s+$")


def acts_as_government(text: str, start: int, end: int) -> bool:
    """Whether the name of a country stands for its government here."""
    before, after = text[max(0, start - 100) : start], text[end : end + 80]
    joined = before.endswith(("-", "–", "—", "/"))
    if (_CAPITAL_AFTER.match(after) and not joined) or _CAPITAL_BEFORE.search(before):
        return False
    joint = re.match(r"[-–—/](?:\w[\w.]*)(?:[-–—/]\w[\w.]*)*\s", after)
    if _PAST_ONES.search(before):
        return False
    if _QUESTION.match(before) and len(before) == start:
        return True
    if joint or re.search(r"[\w.][-–—/]$", before):
        rest = after[joint.end() - 1 :] if joint else after
        if re.match(r"\s(?:[\w-]+ ){0,3}?" + _RELATION.pattern, rest, re.I):
            return True
        return bool(
            re.match(r"\s(?:[\w-]+ ){0,2}?" + _POLICY.pattern, rest, re.I)
        ) and not _NOT_POLICY.match(rest.lstrip())
    if re.match(r"[’']s?\s", after):
        rest = after[after.index(" ") + 1 :]
        return bool(
            re.match(r"(?:[\w-]+ ){0,2}?" + _POLICY.pattern, rest, re.I)
        ) and not _NOT_POLICY.match(rest)
    if (
        re.match(r"\s(?:[\w-]+ ){0,2}?" + _POLICY.pattern, after, re.I)
        and not _NOT_POLICY.match(after.lstrip())
        and not _SUBJECT.match(after)
    ):
        modifies = re.search(
            r"\b(?:the|of|with|and|by|some|other|all|as|from|for|on|various|such|these|reluctant|,)\s*$|^$|[.“”\"(]\s?$",
            before,
        ) or re.match(r"U", text[start:])
        if modifies and not re.match(r"\s(?:in|on|to|for|with|from|by|at|of|and|or|as)\b", after):
            return True
    if _RELATION.search(before) and re.search(
        r"\bbetween\s+(?:the\s+)?(?:[\w.’]+\s+){0,3}?(?:and\s+(?:the\s+)?)?$", before
    ):
        return True
    if _HANDLED.search(before):
        return True
    if _GOVERNED.search(before):
        apart = re.search(r"\bbetween\b[^,;.]*$", before[-50:])
        governed = re.search(r"\b(?:with|against|at|of|from|on|to)\s+(?:the\s+)?$", before)
        return not apart or bool(governed)
    if _PREPOSED.search(before):
        return bool(_FOR.search(before) and _INFINITIVE.match(after))
    return bool(_SUBJECT.match(after))
