"""One answer of the council or of an ally, told: the law, the members' reasons, the rule, what flips it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.alliance.decision_rules import Answer, Position
from sim.alliance.ordered_choice import answer as answer_of
from sim.alliance.theories import RANK
from sim.engine.law import NO_PLAN
from sim.inference.changes import FACTS, GROUPS, RULE, Change
from sim.inference.why import STEPS
from sim.report.campaigns import one_of_several
from sim.report.explain_tables import (
    SHOCKS,
    law_table,
    motion_told,
    name_of,
    on_own_case,
    plain,
    scope_of,
    shown_members,
    systematic,
    terms_table,
)  # fmt: skip
from sim.report.telling import count, listing
from sim.report.words import WIDTH, heading, notes, percent, rows_of
from sim.scenario.alliance import HELP_LEVELS, HelpLevel

if TYPE_CHECKING:
    from sim.inference.hearing import Attempt
    from sim.inference.why import Explanation

#: Flips that are listed, smallest first; the document has them all.
LISTED = 12


def explanation_text(found: Explanation) -> str:
    """Return everything that is told of one answer, as lines of at most 110 columns."""
    return "\n".join(line for part in _parts(found) for line in [*part, ""]).rstrip("\n")


def _parts(e: Explanation) -> Iterator[list[str]]:
    yield _wrapped([_which(e), _asked(e)])
    yield law_table(e)
    yield terms_table(e)
    yield _wrapped([member_sentence(e, m) for m in shown_members(e)])
    yield [*heading("The outcome under the rule"), *_wrapped([*outcome(e), *decisive(e), *next_higher(e)])]
    yield [*heading("The smallest single change that flips the answer"), *_flip(e)]


def _wrapped(sentences: list[str]) -> list[str]:
    return [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH)]


def _names(e: Explanation, members: tuple[str, ...]) -> str:
    return listing(name_of(e, m) for m in members)


def _which(e: Explanation) -> str:
    draw = "" if e.run.draw is None else f", draw {e.run.draw} of the uncertain inputs"
    host, asker = name_of(e, e.hearing.members.host), name_of(e, e.scenario.crisis.asker)
    behalf = f" on behalf of {host}" if host != asker else ""
    if e.heard:
        asked = f"{asker} asked the alliance{behalf}; the highest help adopted is {e.hearing.adopted}."
    else:
        asked = (
            f"{asker} did not ask the alliance for help{behalf} in this run, or was not answered before its "
            f"end: what follows is what the council would have answered ({e.hearing.adopted})."
        )
    return f"{one_of_several(e.scenario)}Run {e.run.run} (seed {e.run.seed}{draw}): {e.chosen}. {asked}"


def _asked(e: Explanation) -> str:
    said = "Yes" if e.answer else "No"
    if e.question.member:
        who = name_of(e, e.question.member)
        return f"Question: does {who} support a motion on {e.question.level} in full scope? {said}."
    return f"Question: is {e.question.level}{_or_more(e.question.level)} adopted? {said}."


def _or_more(level: HelpLevel) -> str:
    return "" if level == HELP_LEVELS[-1] else " or more"


def member_sentence(e: Explanation, member: str) -> str:
    """Return why one member answers as it does, in a sentence or two."""
    attempt = motion_told(e)
    v = e.hearing.verdict(member, attempt.level, attempt.limited)
    does = {"support": "supports", "abstain": "abstains", "object": "objects"}[v.answer.position.value]
    ranked = sorted(((n, x) for n, x in v.terms.items() if n not in SHOCKS), key=lambda item: -abs(item[1]))
    sides = []
    for word, sign in (("for", 1), ("against", -1)):
        most = [f"{plain(n)} {x:+.2f}" for n, x in ranked if x * sign >= 0.005][:2]
        sides += [f"{word} it {listing(most)}"] if most else []
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


def change_words(e: Explanation, change: Change) -> str:
    """Return a change in words."""
    if change.group == "answer":
        return f"{name_of(e, change.path)}: {change.before} becomes {change.after}"
    if isinstance(change.before, str):
        what = (
            "the decision rule"
            if change.path == RULE
            else f"the fact {change.path.removeprefix(FACTS + '.')}"
        )
        return f"{what}: {change.before} becomes {change.after}".replace("_", " ")
    return f"{change.path}: {change.before:.3f} becomes {change.after:.3f}"


def _flip(e: Explanation) -> list[str]:
    tried = "; ".join(f"{words} ({e.tried[group]} tried)" for group, words in GROUPS.items())
    searched = (
        f"Searched, one change at a time in the same run: {tried}. A change of a word counts 1, a number the "
        "share of its low-high range that it moves; of equals the kind named first is the smaller. Numbers "
        f"are tried at {STEPS} places towards either end, and the first that flips is bisected. Not "
        "searched: the type of the crisis, the sizes of the shocks, two changes at once."
    )
    if e.flip is None:
        a = e.hearing.attempt(e.question.level)
        why = f" None can: {not_put(e, a)}." if a.reason == NO_PLAN and not e.question.member else ""
        return [*_wrapped([f"No change in the set flips it.{why}"]), *notes(searched)]
    change = e.flip.change
    size = (
        f"{percent(change.size)} of its range" if change.group == "number" else "a change of a word, size 1"
    )
    how = (
        "the whole replication was run again and gives the other answer"
        if e.flip.replicated
        else "the council, or the member, was not asked in the rerun of the whole replication; the decision "
        "alone was run again and gives the other answer"
    )
    lines = [f"{change_words(e, change)} ({size}). Verified: {how}."]
    if e.unconfirmed:
        told = "; ".join(change_words(e, c) for c in e.unconfirmed)
        lines.append(
            f"{count(len(e.unconfirmed), 'smaller change')} would flip the answer to an appeal, but not what "
            f"happens in the rerun of the whole replication: {told}."
        )
    lines.append(f"No {'other ' if e.unconfirmed else ''}smaller one in the set flips it.")
    rows = [("flips the answer, smallest first", "size")]
    rows += [(change_words(e, c), f"{c.size:.3f}") for c in e.flips[:LISTED]]
    table = rows_of(rows, (98, 8))
    rest = len(e.flips) - LISTED
    more = [f"and {rest} more"] if rest > 0 else []
    return [*_wrapped(lines), *table, *more, *notes(searched)]
