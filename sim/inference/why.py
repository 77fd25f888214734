"""Why a council answered as it did in one replication, and the smallest change that flips the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from math import ceil, floor

from sim.engine.members import gather
from sim.engine.replication import run_replication
from sim.engine.told import gather_told
from sim.experiment.design import Run, nested_design, scenario_for
from sim.experiment.study import run_study
from sim.inference.changes import GROUPS, Change, Range, changed, moved, numbers, words
from sim.inference.explanation import Explanation, Flip, Question, adopted_in, asked_in, turned_weights
from sim.inference.hearing import Hearing, hear
from sim.scenario.alliance import HelpLevel
from sim.scenario.models import Scenario

#: Runs of the small study that a run to explain is chosen from.
RUNS = 24
#: Places on the way to either end of a range at which a number is tried before the first flip is bisected.
STEPS = 16
#: Halvings of such a step.
HALVINGS = 20
#: Decimals that a number found is rounded to, away from where it stands.
DECIMALS = 3


def choose_run(scenario: Scenario, seed: int, number: int | None = None) -> tuple[Run, str]:
    """Return the run to explain and how it was chosen, in words.

    Args:
        scenario: a loaded scenario.
        seed: of the study.
        number: the run asked for; none for the typical run of a small study, or where that has no appeal
            the first one that has.
    """
    if number is not None:
        return nested_design(scenario, seed, number + 1)[number], "the run asked for"
    study = run_study(scenario, RUNS, seed, 1, variants=())
    asked = [place for place, row in enumerate(study.rows) if row["appealed"] == 1]
    place = study.typical
    if place in asked:
        return study.design[place], f"the typical one of {RUNS}"
    if asked:
        return study.design[asked[0]], f"the first of {RUNS} with an appeal; the typical one has none"
    return study.design[max(place, 0)], f"the typical one of {RUNS}, none of which has an appeal"


def explain(
    scenario: Scenario,
    seed: int = 1,
    number: int | None = None,
    level: HelpLevel = "force",
    member: str = "",
) -> Explanation:
    """Return why the council, or one member, answered as it did in one run, and what flips the answer.

    Args:
        scenario: a loaded scenario.
        seed: of the study.
        number: the run to explain; see `choose_run`.
        level: of help that is asked about.
        member: an ally whose answer is asked about; "" for the council's.

    Raises:
        ValueError: *member* is no ally with a vote.
    """
    run, chosen = choose_run(scenario, seed, number)
    drawn = scenario_for(scenario, seed, run.draw)
    question = Question(level, member)
    hearing = hear(drawn, run.seed, run.replication)
    if member and member not in hearing.members.allies:
        raise ValueError(f"{member!r} is no ally with a vote; those are {', '.join(hearing.members.allies)}")
    answer = question.asked_of(hearing)
    log = run_replication(drawn, run.seed, run.replication)
    heard = asked_in(log) and adopted_in(log) == hearing.adopted
    flips, tried = search(drawn, run, question, hearing)
    flip, unconfirmed = confirmed(drawn, run, question, flips, answer, heard)
    return Explanation(
        drawn, run, chosen, question, answer, heard, hearing, flip, tuple(flips), unconfirmed, tried,
        turned_weights(scenario.response.decision, drawn.response.decision),
    )  # fmt: skip


def search(
    scenario: Scenario, run: Run, question: Question, hearing: Hearing
) -> tuple[list[Change], dict[str, int]]:
    """Return the changes that flip the council's answer, smallest first, and how many were tried.

    A word counts 1, a number the share of its range that it moves; equals stand in the order of `GROUPS`.
    Of each number only the smallest move in either direction is kept.
    """
    was = question.asked_of(hearing)

    def flips(change: Change) -> bool:
        new, order = changed(scenario, change, question.level)
        return question.asked_of(hear(new, run.seed, run.replication, order)) is not was

    found, tried = [], Counter(dict.fromkeys(GROUPS, 0))
    for change in words(hearing, question.level, question.member):
        tried[change.group] += 1
        if flips(change):
            found.append(change)
    for span in numbers(scenario):
        tried["number"] += 1
        moves = [smallest_move(span, end, flips) for end in (span.low, span.high)]
        found += sorted((m for m in moves if m is not None), key=lambda m: m.size)[:1]
    order = list(GROUPS)
    return sorted(found, key=lambda c: (round(c.size, 9), order.index(c.group))), dict(tried)


def smallest_move(span: Range, end: float, flips: Callable[[Change], bool]) -> Change | None:
    """Return the smallest move of a number towards one *end* of its range that flips the answer, or None.

    The way is tried at `STEPS` places and the first that flips is bisected, so that a flip and its undoing
    between two neighbouring places go unseen. The value is rounded away from where the number stands.
    """
    if end == span.value or (end - span.value) * (end - (span.low + span.high) / 2) < 0:
        return None
    step = (end - span.value) / STEPS
    first = next((k for k in range(1, STEPS + 1) if flips(moved(span, _at(span, end, step, k)))), None)
    if first is None:
        return None
    near, far = span.value + step * (first - 1), _at(span, end, step, first)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if flips(moved(span, middle)) else (middle, far)
    outward = ceil if end > span.value else floor
    rounded = outward(far * 10**DECIMALS) / 10**DECIMALS
    tidy = moved(span, rounded)
    return tidy if span.low <= rounded <= span.high and flips(tidy) else moved(span, far)


def _at(span: Range, end: float, step: float, k: int) -> float:
    return end if k == STEPS else span.value + step * k


def confirmed(
    scenario: Scenario, run: Run, question: Question, flips: list[Change], was: bool, heard: bool
) -> tuple[Flip | None, tuple[Change, ...]]:
    """Return the smallest of *flips* that a rerun confirms, and the smaller ones that it does not."""
    missed: list[Change] = []
    for change in flips:
        new, order = changed(scenario, change, question.level)
        told = gather if order is None else partial(gather_told, order=order)
        after = None
        if heard:
            after = question.read_from(run_replication(new, run.seed, run.replication, gathered=told))
        if after is None:
            # Nobody asked the council, or the member: only what it would have said can be tried again.
            if question.asked_of(hear(new, run.seed, run.replication, order)) is not was:
                return Flip(change, False), tuple(missed)
        elif after is not was:
            return Flip(change, True), tuple(missed)
        missed.append(change)
    return None, tuple(missed)
