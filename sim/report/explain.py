"""One answer of the council or of an ally, in sentences: reasons, the rule, who decided, what came next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.alliance.decision_rules import Answer, Position
from sim.alliance.ordered_choice import answer as answer_of
from sim.engine.law import NO_PLAN
from sim.report.explain_tables import (
    SHOCKS,
    marked,
    motion_told,
    name_of,
    on_own_case,
    plain,
    scope_of,
    systematic,
)  # fmt: skip
from sim.report.telling import listing
from sim.scenario.alliance import HELP_LEVELS, RANK

if TYPE_CHECKING:
    from sim.engine.members import Verdict
    from sim.inference.explanation import Explanation
    from sim.inference.hearing import Attempt


def _names(e: Explanation, members: tuple[str, ...]) -> str:
    return listing(name_of(e, m) for m in members)


def member_sentence(e: Explanation, member: str) -> str:
    """Return why one member answers as it does, in a sentence or two."""
    attempt = motion_told(e)
    v = e.hearing.verdict(member, attempt.level, attempt.limited)
    does = {"support": "supports", "abstain": "abstains", "object": "objects"}[v.answer.position.value]
    sides = []
    for word, most in _weightiest(v).items():
        named = listing(f"{marked(e, n)} {x:+.2f}" for n, x in most)
        sides += [f"{word} it {named}"] if most else []
    if on_own_case(v):
        return f"{name_of(e, member)} {does}: it is a party to the fight and votes on its own case."
    said = f"{name_of(e, member)} {does} ({v.willingness:+.2f} against {v.threshold:+.2f})"
    if member == e.scenario.crisis.asker:
        host = name_of(e, e.hearing.members.host)
        return f"{said}: it asks on behalf of {host} and supports what it asks for, willing or not."
    said += f": {'; '.join(sides)}." if sides else "."
    if v.answer.position is Position.ABSTAIN and v.willingness >= v.threshold:
        said += " It is willing enough but does not accept the contested legal basis."
    elif all(n in v.terms for n in SHOCKS):
        band = float(e.scenario.response.decision.choice.abstention)
        unmoved = answer_of(systematic(v), v.threshold, band).position
        luck = sum(v.terms[n] for n in SHOCKS)
        same = unmoved is v.answer.position
        told = "the answer would be the same" if same else f"the answer would be to {unmoved.value}"
        said += f" Without the shocks, which add {luck:+.2f}, {told}."
    return said


def named_reasons(e: Explanation, member: str) -> list[str]:
    """Return the terms that a member's sentence names."""
    attempt = motion_told(e)
    verdict = e.hearing.verdict(member, attempt.level, attempt.limited)
    if member == e.scenario.crisis.asker:  # it supports its own request, for whatever reasons
        return []
    return [name for most in _weightiest(verdict).values() for name, _ in most]


def _weightiest(verdict: Verdict) -> dict[str, list[tuple[str, float]]]:
    """Return the two terms that weigh most for help, and the two that weigh most against it."""
    terms = ((n, x) for n, x in verdict.terms.items() if n not in SHOCKS)
    ranked = sorted(terms, key=lambda item: -abs(item[1]))
    return {
        word: [(n, x) for n, x in ranked if x * sign >= 0.005][:2]
        for word, sign in (("for", 1), ("against", -1))
    }


def outcome(e: Explanation) -> list[str]:
    """Return what became of each motion, from the most to the least."""
    rule = plain(e.hearing.rule)
    lines = []
    for a in e.hearing.attempts:
        what = f"{a.level[:1].upper()}{a.level[1:]}, {scope_of(a)} scope"
        if a.reason:
            lines.append(f"{what}: no motion was put ({not_put(e, a)}).")
            continue
        given = [x.position for x in e.hearing.answers(a).values()]
        tally = ", ".join(f"{given.count(p)} {p.value}" for p in Position)
        lines.append(
            f"{what}: {'adopted' if a.passed else 'refused'} under {rule} ({tally}, the host included)."
        )
    if not lines:
        lines.append("No motion was put: the scenario closes the channel of collective help.")
    if e.hearing.alone:
        lines.append(f"{name_of(e, e.hearing.members.lead)} then helps on its own, outside the council.")
    return lines


def not_put(e: Explanation, attempt: Attempt) -> str:
    """Return why a motion was not put; where the plan is missing, also what the law alone would have said."""
    if attempt.reason != NO_PLAN:
        return attempt.reason
    law = {
        "met": "the law carries it",
        "contested": "the law leaves it open",
        "unmet": "no clause carries it",
    }
    joint = "and" if e.hearing.basis.get(attempt.level, "unmet") == "unmet" else "but"
    said = law[e.hearing.basis.get(attempt.level, "unmet")]
    return f"{said}, {joint} {attempt.reason}: the scenario has no 'response.mandate'"


def decisive(e: Explanation) -> list[str]:
    """Return who decided the motion that is told."""
    a = e.hearing.attempt(e.question.level)
    if a.reason:
        return []
    what = f"Decisive on {a.level}, {scope_of(a)} scope: "
    if a.passed:
        alone = e.hearing.stoppers(a, Answer(Position.ABSTAIN))
        against = e.hearing.stoppers(a, Answer(Position.OBJECT, adamant=True))
        only = tuple(m for m in against if m not in alone)
        one = "any one of them" if len(alone) > 1 else "that member"
        said = (
            [f"{_names(e, alone)} carried it, which would have failed had {one} abstained"] if alone else []
        )
        if only:
            said.append(
                f"{_names(e, only)} could {'each ' if len(only) > 1 else ''}have stopped it by objecting"
            )
        return [what + ("; ".join(said) or "nobody alone could have stopped it") + "."]
    turners = e.hearing.turners(a)
    if turners:
        each = "any one of whom would have carried it by supporting" if len(turners) > 1 else (
            "who would have carried it by supporting"
        )  # fmt: skip
        return [f"{what}{_names(e, turners)}, {each}."]
    against = tuple(m for m, x in e.hearing.answers(a).items() if x.position is Position.OBJECT)
    by = f"; {_names(e, against)} objected" if against else ""
    return [f"{what}nobody alone could have carried it{by}."]


def next_higher(e: Explanation) -> list[str]:
    """Return why help did not go one level further."""
    rank = RANK[e.hearing.adopted] + 1
    if rank >= len(HELP_LEVELS):
        return ["There is no higher level than force."]
    level = HELP_LEVELS[rank]
    reasons = []
    for a in (a for a in e.hearing.attempts if a.level == level):
        by = f"refused, blocked by {_names(e, a.blockers)}" if a.blockers else "refused, too little support"
        reasons.append(f"{not_put(e, a) or by} ({scope_of(a)} scope)")
    if not reasons:
        return []
    more = "" if level == e.question.level else f" `--level {level}` tells what would flip that."
    return [f"Why not {level}, the next higher level: {'; '.join(reasons)}.{more}"]
