"""A recorded case explained: ledger, allies' terms against the threshold, what would flip the forecast."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from sim.alliance.record_reading import decided_class
from sim.inference.backtest_text import ledger_lines
from sim.inference.case_why import EVEN, GROUPS
from sim.report.words import WIDTH, heading, notes, percent, rows_of

if TYPE_CHECKING:
    from sim.inference.case_why import CaseChange, CaseWhy

#: Flips that are listed.
LISTED = 10


def case_why_text(found: CaseWhy) -> str:
    """Return everything that is told of one case, as lines of at most 110 columns."""
    case, s = found.coded.case, found.coded.situation
    asked = f"asked for {s.asked_level}" if s.asked else "did not ask"
    host = s.host or "nobody in particular"
    more = "" if found.level == "force" else " or more"
    what = f"{found.member} supports {found.level}{more}" if found.member else f"{found.level}{more} adopted"
    said = "more likely than not" if found.chance > EVEN else "less likely than not"
    lines = _wrapped(
        f"{case.id} ({case.day}): {host} {asked}; the council decided {case.council_decision} "
        f"({decided_class(case)}). Foreseen by the ordered choice fitted to {found.learnt_from} cases of "
        f"other conflicts: {what} with chance {percent(found.chance)}, {said}."
    )
    lines += ["", *heading("The treaty on that day"), *_law(found)]
    lines += ["", *heading(f"Willingness against the threshold of {found.level}"), *_terms(found), ""]
    lines += heading("The smallest single change that flips the forecast")
    return "\n".join([*lines, *_flip(found)])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def _law(found: CaseWhy) -> list[str]:
    """Return the ledger, each clause with what it hangs on in lines of its own."""
    return [
        part
        for line in ledger_lines(found.coded)
        for part in textwrap.wrap(line[5:], WIDTH, subsequent_indent=" " * 14)
    ]


def _terms(found: CaseWhy) -> list[str]:
    if not found.allies:
        return ["no allies are coded"]
    names = list(next(iter(found.allies.values()))[2])
    short = [name.replace("_", " ") for name in names]
    rows = [("ally", *short, "sum", "needed", "chance")]
    for ally, (reach, tau, terms) in found.allies.items():
        told = (*(f"{terms[n] + 0.0:+.2f}" for n in names), f"{sum(terms.values()):+.2f}", f"{tau:+.2f}")
        rows.append((ally, *told, percent(reach)))
    widths = (6, *(max(7, len(name) + 1) for name in short), 7, 8, 8)
    return [
        *rows_of(rows, widths),
        *notes(
            "Sums are at the posterior mode, before shocks and with a neutral lead; chances are over draws "
            "of the weights, both shocks and the lead's own choice, unasked never above words."
        ),
    ]


def change_words(change: CaseChange) -> str:
    """Return a change in words."""
    what = f"the fact {change.what}" if change.group == "fact" else change.what
    before = f"{change.before} becomes" if change.group != "answer" else "holds"
    return f"{what}: {before} {change.after}".replace("_", " ")


def _flip(found: CaseWhy) -> list[str]:
    tried = "; ".join(f"{words} ({found.tried[group]} tried)" for group, words in GROUPS.items())
    searched = (
        f"Searched, one change at a time: {tried}. A change of a word counts 1, a tie the share of its range "
        "that it moves, to the first place that flips by bisection. Each is a new forecast. Not searched: "
        "the decision rule (consensus is built into the reading of the record), weights, two changes at once."
    )
    if not found.flips:
        near = found.nearest
        told = "" if near is None else f" Nearest: {change_words(near)} ({percent(near.chance)})."
        return [*_wrapped(f"No change in the set brings the chance across one half.{told}"), *notes(searched)]
    first = found.flips[0]
    head = f"{change_words(first)}: chance {percent(first.chance)}. No smaller one in the set flips it."
    rows = [("flips the forecast, smallest first", "size", "chance")]
    rows += [(change_words(c), f"{c.size:.3f}", percent(c.chance)) for c in found.flips[:LISTED]]
    rest = len(found.flips) - LISTED
    more = [f"and {rest} more"] if rest > 0 else []
    return [*_wrapped(head), *rows_of(rows, (88, 8, 8)), *more, *notes(searched)]


def case_why_data(found: CaseWhy) -> dict[str, Any]:
    """Return the same as plain data."""

    def plain(change: CaseChange | None) -> dict[str, Any] | None:
        return None if change is None else {**change._asdict(), "words": change_words(change)}

    return {
        "case": found.coded.id,
        "conflict": found.coded.case.conflict,
        "level": found.level,
        "member": found.member or None,
        "decided": found.coded.case.council_decision,
        "learnt_from": found.learnt_from,
        "chance": found.chance,
        "answer": found.chance > EVEN,
        "ledger": [line.strip() for line in ledger_lines(found.coded)],
        "allies": {
            m: {"chance": reach, "threshold": tau, "terms": terms}
            for m, (reach, tau, terms) in found.allies.items()
        },
        "flip": plain(found.flips[0]) if found.flips else None,
        "flips": [plain(c) for c in found.flips],
        "nearest": plain(found.nearest),
        "tried": found.tried,
    }
