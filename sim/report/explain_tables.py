"""Tables of an explanation: the clauses that matter, and each member's terms against the threshold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from sim.engine.members import OWN_CASE
from sim.report.telling import listing
from sim.report.words import heading, notes, rows_of

if TYPE_CHECKING:
    from sim.engine.members import Verdict
    from sim.inference.explanation import Explanation, Turned
    from sim.inference.hearing import Attempt

#: Terms of willingness that are luck, not reasons.
SHOCKS = ("common shock", "own shock")
LAW_WIDTHS = (46, 20, 30, 10)
#: Columns of a table of terms: the name of a term, and one for each member.
TERM, MEMBER = 36, 8


def name_of(e: Explanation, member: str) -> str:
    """Return a member's or partner's name."""
    alliance = e.scenario.alliance
    found = alliance.members.get(member) or alliance.partners.get(member)
    return found.name if found else member


def on_own_case(verdict: Verdict) -> bool:
    """Return whether a member answers as a party to the fight, whatever its willingness."""
    return verdict.terms.keys() == OWN_CASE.keys()


def shown_members(e: Explanation) -> tuple[str, ...]:
    """Return the allies that are told of: all, or the one asked about."""
    return (e.question.member,) if e.question.member else e.hearing.members.allies


def motion_told(e: Explanation) -> Attempt:
    """Return the motion whose answers are told: the one that decided, in full scope for a single member."""
    attempt = e.hearing.attempt(e.question.level)
    return attempt._replace(limited=False) if e.question.member else attempt


def verdicts_told(e: Explanation) -> dict[str, Verdict]:
    """Return how each ally that is told of answers that motion, or would."""
    attempt = motion_told(e)
    return {m: e.hearing.verdict(m, attempt.level, attempt.limited) for m in shown_members(e)}


def law_rows(e: Explanation) -> list[tuple[str, str, str, str]]:
    """Return clause, test, fact and verdict of the clauses that speak to the level asked about."""
    rows: list[tuple[str, str, str, str]] = []
    tests: list[tuple[str, str, str, str]] = []
    for entry in e.hearing.ledger:
        if entry.fact:
            tests.append(("", entry.fact, entry.found, entry.verdict))
            continue
        said = [v for v in ("obliges", "permits", "bars") if e.question.level in getattr(entry, v)]
        if said:
            rows += [(entry.title, "the whole clause", " and ".join(said) + " it", entry.verdict), *tests]
        tests = []
    return rows


def law_table(e: Explanation) -> list[str]:
    """Return the clauses that speak to the level asked about, each with the tests that are not met."""
    level = e.question.level
    rows = [tuple(map(plain, row)) for row in law_rows(e) if row[0] or row[3] != "met"]
    basis = e.hearing.basis.get(level, "unmet")
    said = f"The legal basis of {level} is {basis}. Tests that are met are left out of the table."
    if level == "words":
        said += " Words need none: an organ may always speak."
    if not rows:
        return [
            *heading(f"The treaty on {level}"),
            *notes(f"No clause in force speaks to it: its legal basis is {basis}."),
        ]
    table = rows_of([("clause", "test", "fact", "verdict"), *rows], LAW_WIDTHS, left=(0, 1, 2, 3))
    return [*heading(f"The treaty on {level}"), *table, *notes(said)]


def terms_table(e: Explanation) -> list[str]:
    """Return what each factor adds to each member's willingness, the shocks apart, against the threshold."""
    verdicts, rival = verdicts_told(e), e.scenario.response.decision.model != "ordered_choice"
    attempt = motion_told(e)
    names = [n for n in dict.fromkeys(n for v in verdicts.values() for n in v.terms) if n not in SHOCKS]
    rows = [("", *verdicts), *(_term_row(n, marked(e, n), verdicts) for n in names)]
    if not rival:
        rows.append(_row("= systematic terms", verdicts, systematic))
        rows += [_row(n, verdicts, partial(_term, name=n)) for n in SHOCKS]
    rows.append(_row("= willingness" if not rival else "class", verdicts, attrgetter("willingness")))
    rows.append(("threshold", *(two_places(v.threshold) for v in verdicts.values())))
    rows.append(("answer", *(v.answer.position.value for v in verdicts.values())))
    put = "" if not attempt.reason else " (not put: what they would have answered)"
    title = f"Reasons of the members: {attempt.level}, {scope_of(attempt)} scope{put}"
    lines = [*heading(title), *rows_of(rows, (TERM, *[MEMBER] * len(verdicts)))]
    if rival:
        return lines + notes(
            "By this theory each member's class is drawn from chances; classes and thresholds are places on "
            "the ladder from 0 (none) to 3 (force), and reasons are on the theory's own scale."
        )
    band = float(e.scenario.response.decision.choice.abstention)
    return (
        lines
        + notes(
            f"Support from the threshold up, abstention within {band:.2f} below it, objection further down. "
            "The shocks are this run's luck, common to the members and each one's own."
        )
        + [line for note in turned_notes(e.turned, weighed(verdicts)) for line in notes(note)]
    )


def weighed(verdicts: Mapping[str, Verdict]) -> set[str]:
    """Return the terms that are not nothing in some verdict, as it is printed."""
    return {name for v in verdicts.values() for name, x in v.terms.items() if abs(x) >= 0.005}


def marked(e: Explanation, name: str) -> str:
    """Return a term as words, starred where the weight behind it was drawn with the other sign."""
    return plain(name) + ("*" if name in e.turned and name in weighed(verdicts_told(e)) else "")


def turned_notes(turned: Mapping[str, Turned], named: Collection[str], mark: str = "* ") -> list[str]:
    """Return one note on the weights drawn with the sign opposite to the expected one; none without any.

    Args:
        turned: those weights by factor.
        named: factors that are told of; others need no note.
        mark: what refers to the note where the terms stand.
    """
    told = [f"{plain(name)} ({w.drawn:+.2g}, expected {w.expected:+.2g})" for name, w in turned.items()
            if name in named]  # fmt: skip
    if not told:
        return []
    has = "weight of {} has the sign" if len(told) == 1 else "weights of {} each have the sign"
    return [
        f"{mark}In this draw the {has.format(listing(told))} opposite to the one expected, since what a "
        "factor weighs is uncertain."
    ]


def _term_row(name: str, title: str, verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
    if name in OWN_CASE:
        return (title, *("yes" if on_own_case(v) else "no" for v in verdicts.values()))
    return _row(title, verdicts, partial(_term, name=name))


def _row(name: str, verdicts: Mapping[str, Verdict], told: Callable[[Verdict], float]) -> tuple[str, ...]:
    """Return a row of numbers; a party to the fight has none, since it does not weigh anything."""
    return (name, *("-" if on_own_case(v) else two_places(told(v)) for v in verdicts.values()))


def _term(verdict: Verdict, name: str) -> float:
    return verdict.terms.get(name, 0.0)


def systematic(verdict: Verdict) -> float:
    """Return a member's willingness without the shocks."""
    return sum(value for name, value in verdict.terms.items() if name not in SHOCKS)


def plain(name: str) -> str:
    """Return a key as words."""
    return name.replace("_", " ")


def two_places(value: float) -> str:
    """Return a signed number to a hundredth; what rounds to nothing is 0."""
    return f"{value:+.2f}" if abs(value) >= 0.005 else "0"


def scope_of(attempt: Attempt) -> str:
    """Return full or limited."""
    return "limited" if attempt.limited else "full"
