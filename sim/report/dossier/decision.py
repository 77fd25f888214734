"""The decision: the treaty clause by clause, positions, and why the council answered as it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.alliance.treaty import is_silent
from sim.engine.event_log import EventKind
from sim.inference.explanation import Explanation
from sim.inference.why import explain
from sim.report import style
from sim.report.campaigns import one_of_several
from sim.report.dossier.markup import Child, Html, details, join, paragraphs, table, tag
from sim.report.explain import decisive, member_sentence, next_higher, outcome
from sim.report.explain_tables import (
    SHOCKS,
    marked,
    motion_told,
    plain,
    scope_of,
    turned_notes,
    two_places,
    verdicts_told,
    weighed,
)
from sim.report.explain_text import change_words
from sim.report.record_marks import recorded_answer
from sim.report.why_run import explanation_of, model_sentence
from sim.report.words import NONE, percent

if TYPE_CHECKING:
    from sim.experiment.study import Study

_TEST: dict[str, object] = {"class_": "test"}
#: Flips that are listed.
FLIPS = 12


def decision(study: Study) -> Html:
    """Return ledger, positions and reasons of the typical run."""
    return join([
        tag("p", one_of_several(study.scenario), model_sentence(study.scenario)),
        tag("h3", "Positions"), _positions(study),
        tag("h3", "Why, and why not"), _why(study),
        tag("h3", "The treaty, clause by clause"), _ledger(study),
    ])  # fmt: skip


def _positions(study: Study) -> Html:
    summary = study.summary()
    answers = list(style.ANSWERS)[:4]
    rows = []
    for key, member in study.scenario.alliance.members.items():
        if key in summary.positions:
            shares = [percent(summary.positions[key].get(a, 0.0)) for a in answers]
            rows.append((member.name, *shares, recorded_answer(study, key) or NONE))
        elif key == study.scenario.crisis.host:
            rows.append((f"{member.name} (the host, sponsors the motion)", *([NONE] * 4), NONE))
    if not summary.positions:
        return join([tag("p", "No motion on force was decided in any run."), _last_answers(study)])
    n = summary.positions_n
    return table(
        ("member", *answers, "recorded"), rows, f"Answers to the motion on force finally decided (n = {n})"
    )


def _last_answers(study: Study) -> Html | None:
    """Return every answer given in the typical run, motion by motion."""
    members = study.scenario.alliance.members
    rows = []
    for r in study.typical_log.of(EventKind.POSITION) if study.typical >= 0 else ():
        d = r.detail
        name = members[r.who].name if r.who in members else r.who
        reached = two_places(float(d["willingness"])), two_places(float(d["threshold"]))
        rows.append((name, f"{d['level']}, {d['scope']} scope", str(d["answer"]), *reached))
    head = ("member", "motion", "answer", "willingness", "threshold")
    return table(head, rows, "Answers in the typical run", words=(0, 1, 2)) if rows else None


def _why(study: Study) -> Html:
    found = explanation_of(study)
    if found is None:
        return tag("p", "Nobody asked the alliance in the typical run, so there is no answer to explain.")
    allies = found.hearing.members.allies
    notes = turned_notes(found.turned, weighed(verdicts_told(found)))
    searched = explain(study.scenario, study.seed, found.run.run, found.question.level)
    return join([
        paragraphs([*outcome(found), *decisive(found), *map(_without_hint, next_higher(found))]),
        tag("ul", *[tag("li", member_sentence(found, m)) for m in allies]),
        *(tag("p", note, class_="note") for note in notes),
        details("Every term of every member", _terms(found), class_="folded"),
        tag("h3", "The smallest single change that flips the answer"), _flips(searched),
    ])  # fmt: skip


def _without_hint(sentence: str) -> str:
    """Return a sentence without the option of a command that it offers at its end."""
    return sentence.partition(" `--")[0]


def _terms(e: Explanation) -> Html:
    verdicts = verdicts_told(e)
    attempt = motion_told(e)
    names = list(dict.fromkeys(n for v in verdicts.values() for n in v.terms))
    rows: list[tuple[Child, ...]] = [
        (
            marked(e, n) + (" (luck)" if n in SHOCKS else ""),
            *(two_places(v.terms.get(n, 0.0)) for v in verdicts.values()),
        )
        for n in names
    ]
    rows.append(("= willingness", *(two_places(v.willingness) for v in verdicts.values())))
    rows.append(("threshold", *(two_places(v.threshold) for v in verdicts.values())))
    rows.append(("answer", *(v.answer.position.value for v in verdicts.values())))
    members = e.scenario.alliance.members
    head = ("term", *(members[m].name for m in verdicts))
    return table(head, rows, f"What each factor adds: {attempt.level}, {scope_of(attempt)} scope")


def _flips(e: Explanation) -> Html:
    if e.flip is None:
        return tag("p", "No single change among those tried flips it.")
    how = "The whole replication was run again" if e.flip.replicated else "The decision alone was run again"
    said = (
        f"{change_words(e, e.flip.change)} (size {e.flip.change.size:.2f}). {how} and gives the other answer."
    )
    rows = [(change_words(e, c), f"{c.size:.3f}") for c in e.flips[:FLIPS]]
    note = (
        f"{sum(e.tried.values())} single changes were tried in the same run. A change of a word counts 1, a "
        "number the share of its low-high range that it moves."
    )
    return join([tag("p", said), table(("flips the council's answer, smallest first", "size"), rows, "Flips"),
                 tag("p", note, class_="note")])  # fmt: skip


def _ledger(study: Study) -> Html:
    if study.typical < 0 or study.typical_log.first(EventKind.LEDGER) is None:
        return tag("p", "No council met in the typical run, so the treaty was not read.")
    rows: list[tuple[Child, ...]] = []
    marks: list[dict[str, object]] = []
    tests: list[tuple[Child, ...]] = []
    for entry in study.ledger:
        if entry.fact:
            # The ledger lists a clause's tests ahead of it.
            tests.append((tag("span", "test: ", plain(entry.fact)), plain(entry.found), entry.verdict))
            continue
        rows += [(entry.title, _carries(entry) or NONE, entry.verdict), *tests]
        marks += [{"class_": "group"}, *[_TEST for _ in tests]]
        tests = []
    silence = (
        "No clause in force speaks to this crisis: the treaty is silent." if is_silent(study.ledger) else None
    )
    whole = table(("clause and its tests", "carries, or fact found", "verdict"), rows,
                  "Clauses in force on the day, tested against the facts (typical run)", words=(0, 1, 2),
                  attributes=marks)  # fmt: skip
    paper = "The tests of each clause and the facts found stand in this file on a screen."
    return join([tag("p", silence) if silence else None, whole, tag("p", paper, class_="note paper")])


def _carries(entry: object) -> str:
    said = [f"{verb} {', '.join(levels)}" for verb in ("obliges", "permits", "bars")
            if (levels := getattr(entry, verb, ()))]  # fmt: skip
    return "; ".join(said)
