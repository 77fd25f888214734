"""Everything that is told of one answer, from the law to the smallest change that flips it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.engine.law import NO_PLAN
from sim.inference.changes import FACTS, GROUPS, RULE, Change
from sim.inference.why import STEPS
from sim.report.campaigns import one_of_several
from sim.report.explain import decisive, member_sentence, next_higher, not_put, outcome
from sim.report.explain_tables import law_table, name_of, shown_members, terms_table
from sim.report.words import WIDTH, heading, notes, percent, rows_of
from sim.scenario.alliance import HELP_LEVELS, HelpLevel
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.inference.explanation import Explanation

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
