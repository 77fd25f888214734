"""What coded positions say about how far each ally would go: the observation rules of the record.

An ally's class is the highest help level it would support. A coded position is read at the level
that was asked, or, where nothing was asked, at the level the council adopted; it bounds the class
from below, from above, or both. All rules here are *assumed* readings of a codebook, not findings.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.alliance import HELP_LEVELS, HelpLevel
from sim.scenario.record_shapes import Case, CodedPosition, Decision

_CLASSES: dict[Decision, HelpLevel] = {
    "none": "none",
    "refused": "none",
    "statement": "words",
    "consultations": "words",
    "mission": "measures",
    "material_aid": "measures",
    "exercises": "measures",
    "force_deployment": "force",
}
_NOTHING, _WORDS, _HIGHEST = 0, 1, len(HELP_LEVELS) - 1
#: Weights by basis (assumed): an own act counts whole, a silence inferred from the outcome hardly.
OWN_ACT = 1.0
INFERRED = 0.1
UNCHECKED = 0.25


class Observation(NamedTuple):
    """An ally's class lies between *lower* and *upper* (0 none, 1 words, 2 measures, 3 force).

    *weight* is the share of a whole observation that this counts for.
    """

    lower: int
    upper: int
    weight: float


def level_class(rung: Decision) -> HelpLevel:
    """Return the help level of one of the seven rungs; a refusal is none."""
    return _CLASSES[rung]


def decided_class(case: Case) -> HelpLevel:
    """Return the help level of what was done in the alliance's name."""
    return level_class(case.council_decision)


def adopted_class(case: Case) -> HelpLevel:
    """Return the help level of what the members adopted; the secretary-general's own words are not theirs."""
    return "none" if case.motion is False else decided_class(case)


def question_class(case: Case) -> HelpLevel | None:
    """Return the level at which the members' answers are read, or None when nothing was put to them.

    That is the level asked; where none was asked, or it is not coded, the level adopted on somebody's
    initiative. A request whose level is not known and that led to nothing is read as one for words.
    """
    if case.motion is False:
        return None
    adopted = adopted_class(case)
    if case.asked_level is not None and case.asked_level != "none":
        return max(case.asked_level, adopted, key=HELP_LEVELS.index)
    if adopted != "none":
        return adopted
    uncoded = case.asked_level is None and bool(case.formally_requested.value)
    return "words" if uncoded or case.motion else None


def observed_answers(case: Case, *, inferred: float = INFERRED) -> dict[str, Observation]:
    """Return what each ally's coded position says about the highest level it would support.

    Members that are host, requester, adversary or accused are left out, and so are positions that say
    nothing: those not established, silence where nothing was put to the members, and bilateral help
    where the alliance adopted nothing.

    Args:
        case: a coded case.
        inferred: weight of a silence inferred from the outcome (0 leaves it out).
    """
    question = question_class(case)
    asked = None if question is None else HELP_LEVELS.index(question)
    adopted = HELP_LEVELS.index(adopted_class(case))
    bounds = {name: _bounds(case.coded(name), asked, adopted) for name in case.allies}
    texts = [name for name, bound in bounds.items() if bound and _rests_on_text(case.coded(name))]
    found = {}
    for name, bound in bounds.items():
        weight = _weight(case.coded(name), len(texts), inferred)
        if bound is not None and weight > 0:
            found[name] = Observation(*bound, weight)
    return found


def _bounds(coded: CodedPosition, asked: int | None, adopted: int) -> tuple[int, int] | None:
    if coded.position == "contributes" and coded.channel != "bilateral":
        return max(adopted, _WORDS), _HIGHEST
    if coded.position == "contributes":
        # Help of its own says nothing of what it would support in common, beyond what was adopted.
        return (adopted, _ceiling(asked, adopted)) if adopted >= _WORDS else None
    if coded.position == "supports":
        return max(adopted, _WORDS), _ceiling(asked, max(adopted, _WORDS))
    if coded.position == "opposes":
        # Supporting one level below the question would have been abstaining on it.
        return _NOTHING, max(_NOTHING, (asked or 0) - 2)
    if coded.position == "abstains_or_silent":
        return _silence(coded, asked)
    return None


def _silence(coded: CodedPosition, asked: int | None) -> tuple[int, int] | None:
    if asked is not None:
        return _NOTHING, asked - 1
    # Nobody asked: only a member's own word that it stays out says something.
    return (_NOTHING, _WORDS) if coded.basis == "own_statement_or_act" else None


def _ceiling(asked: int | None, shown: int) -> int:
    """Return the highest class left open by support shown for *shown* where more may have been asked."""
    return _HIGHEST if asked is None or asked <= shown else max(shown, asked - 1)


def _rests_on_text(coded: CodedPosition) -> bool:
    """Tell whether a position is known from a text of all: one text, one observation, shared."""
    by_outcome = coded.position == "contributes" and coded.channel == "bilateral"
    return coded.basis == "consensus_document" or by_outcome


def _weight(coded: CodedPosition, texts: int, inferred: float) -> float:
    if _rests_on_text(coded):
        return 1.0 / max(texts, 1)
    return {
        "own_statement_or_act": OWN_ACT,
        "inferred_from_collective_outcome": inferred,
        "background_knowledge_not_checked": UNCHECKED,
    }.get(coded.basis, 0.0)
