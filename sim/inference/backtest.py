"""The score board: every theory forecasts every case, once without its conflict and once with it in view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.alliance.record_reading import decided_class
from sim.alliance.theories import THEORIES
from sim.inference.asking import chances_of_asking, fit_asking, has_host
from sim.inference.board_scores import Measure, Score, scored
from sim.inference.contenders import forecaster
from sim.inference.decision_fit import Array, DecisionFit, fit_decisions
from sim.inference.joint_board import Fold, JointBoard, joint_board
from sim.inference.reading_out import (
    SAMPLES,
    Shares,
    answers,
    base_answers,
    floored,
    level,
    rung_of,
    seven,
    shares_of,
    weight_in,
)
from sim.inference.rivals import Rival, rival_structures
from sim.inference.situations import CodedCase, akin
from sim.scenario.alliance import RANK
from sim.scenario.record_shapes import CODED_ANSWERS

#: How a forecast stands to the case it is of.
MODES = ("left_out", "in_sample")
#: The theory that skill is measured against: shares of what was coded, blind to the case.
REFERENCE = "base_rate"
ORDERED = "ordered_choice"
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class CaseForecast:
    """What one theory foresees in one case."""

    #: Chances of the coded answers by sample and ally.
    answers: Mapping[str, Mapping[str, Array]]
    #: Chances of the council's decision in four classes and on seven rungs.
    level: Array
    rungs: Array


@dataclass(frozen=True)
class Backtest:
    """All forecasts and scores over one record."""

    cases: tuple[CodedCase, ...]
    #: By theory, mode and case.
    forecasts: Mapping[str, Mapping[str, Mapping[str, CaseForecast]]]
    #: By theory and sample; samples of forecasts with the case in view end in "_in_sample".
    scores: Mapping[str, Mapping[str, Score]]
    fit: DecisionFit
    #: Cases of another record that were learnt from.
    borrowed: int = 0
    notices: tuple[str, ...] = ()
    #: Chances that the host asked and did not, by mode and case, where there was a host.
    asking: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)
    rivals: tuple[Rival, ...] = ()
    #: Asking and answering fitted together.
    joint: JointBoard | None = None


def backtest(
    cases: Sequence[CodedCase],
    pool: Sequence[CodedCase] = (),
    notices: Sequence[str] = (),
    progress: Progress | None = None,
    *,
    structures: bool = True,
) -> Backtest:
    """Return the score board over *cases*.

    Args:
        cases: what is forecast and scored; other conflicts among them are learnt from.
        pool: further cases to learn from, of another record; those that share an id or parties with a
            forecast conflict are left out with it.
        notices: what the reader of the files should know.
        progress: told of folds done and in all.
        structures: also fit rival structures, and asking together with answering (half of the time).
    """
    whole = [*cases, *(c for c in pool if c.id not in {own.id for own in cases})]
    conflicts = list(dict.fromkeys(c.case.conflict for c in cases))
    fit = fit_decisions(whole)
    found: dict[str, dict[str, dict[str, CaseForecast]]] = {t: {m: {} for m in MODES} for t in THEORIES}
    asking: dict[str, dict[str, tuple[Array, Array]]] = {mode: {} for mode in MODES}
    folds = []
    for done, conflict in enumerate(conflicts):
        out = [c for c in cases if c.case.conflict == conflict]
        training = [c for c in whole if not any(akin(c, other) for other in out)]
        refit = fit_decisions(training, fit.mode)
        folds.append(Fold(training, out, refit))
        for theory, forecasts in _forecasts(training, out, refit).items():
            found[theory]["left_out"].update(forecasts)
        asking["left_out"] |= _asked(training, out, refit)
        if progress is not None:
            progress(done + 1, len(conflicts) + 1)
    for theory, forecasts in _forecasts(whole, cases, fit).items():
        found[theory]["in_sample"].update(forecasts)
    asking["in_sample"] = _asked(whole, cases, fit)
    if progress is not None:
        progress(len(conflicts) + 1, len(conflicts) + 1)
    scores = {
        theory: {
            sample + ("" if mode == "left_out" else f"_{mode}"): score
            for mode in MODES
            for sample, score in scores_of(cases, found[theory][mode], found[REFERENCE][mode]).items()
        }
        for theory in THEORIES
    }
    for theory, mine in ((ORDERED, 0), (REFERENCE, 1)):
        for mode, by_case in asking.items():
            rows = [
                Measure(
                    c.case.conflict, 1.0, int(not c.situation.asked), by_case[c.id][mine], by_case[c.id][1]
                )
                for c in cases
                if c.id in by_case
            ]
            scores[theory]["asked" + ("" if mode == "left_out" else f"_{mode}")] = scored(rows)
    told = {mode: {name: pair[0] for name, pair in by_case.items()} for mode, by_case in asking.items()}
    rivals: tuple[Rival, ...] = ()
    joint = None
    if structures:
        rivals = tuple(rival_structures(whole, fit, folds))
        joint = joint_board(whole, fit, folds, _apart(found[ORDERED]["left_out"]), told["left_out"])
    return Backtest(
        tuple(cases), found, scores, fit, len(whole) - len(cases), tuple(notices), told, rivals, joint
    )  # fmt: skip


def _apart(forecasts: Mapping[str, CaseForecast]) -> dict[str, dict[str, Array]]:
    """Return the forecasts of answers by sample and ally, and of the council, by case."""
    return {
        name: {
            **{f"{sample} {m}": p for sample, by in f.answers.items() for m, p in by.items()},
            "level": f.level,
        }
        for name, f in forecasts.items()
    }


def _asked(
    training: Sequence[CodedCase], cases: Sequence[CodedCase], fit: DecisionFit
) -> dict[str, tuple[Array, Array]]:
    """Return the chances that each host asked, by the logit of asking and by the base rate."""
    asking = fit_asking(training, fit, shares_of(training, "all"))
    hosts = [c for c in training if has_host(c)]
    share = (sum(c.situation.asked for c in hosts) + 0.5) / (len(hosts) + 1)
    blind = floored(np.array([share, 1 - share]))
    cases = [c for c in cases if has_host(c)]
    return {c.id: (mine, blind) for c, mine in zip(cases, chances_of_asking(asking, cases), strict=True)}


def _forecasts(
    training: Sequence[CodedCase], cases: Sequence[CodedCase], fit: DecisionFit
) -> dict[str, dict[str, CaseForecast]]:
    shares = {sample: shares_of(training, sample) for sample in SAMPLES}
    found: dict[str, dict[str, CaseForecast]] = {}
    for theory in THEORIES:
        made = forecaster(theory, training, fit)(cases)
        found[theory] = {}
        for coded, scene in zip(cases, made, strict=True):
            blind = theory == REFERENCE
            told = {
                sample: base_answers(coded, s) if blind else answers(scene, coded, s)
                for sample, s in shares.items()
            }
            levels = floored(shares["all"].levels) if blind else level(scene, coded, shares["all"])
            found[theory][coded.id] = CaseForecast(told, levels, _rungs(levels, shares["all"]))
    return found


def _rungs(levels: Array, shares: Shares) -> Array:
    return floored(seven(levels, shares))


def scores_of(
    cases: Sequence[CodedCase], mine: Mapping[str, CaseForecast], reference: Mapping[str, CaseForecast]
) -> dict[str, Score]:
    """Return the scores of one theory's forecasts beside the reference's, by sample."""
    found = {}
    for sample in SAMPLES:
        rows = [
            Measure(
                coded.case.conflict, weight, place, mine[coded.id].answers[sample][member],
                reference[coded.id].answers[sample][member],
            )
            for coded in cases
            for member, weight, place in coded_answers(coded, sample)
        ]  # fmt: skip
        found[sample] = scored(rows)
    found["backed"] = scored([
        Measure(coded.case.conflict, w, int(place >= 2), _helps(mine[coded.id], m),
                _helps(reference[coded.id], m))
        for coded in cases for m, w, place in coded_answers(coded, "all")
    ])  # fmt: skip
    pairs = [(coded, mine[coded.id], reference[coded.id]) for coded in cases]
    found["level"] = scored(
        [Measure(c.case.conflict, 1.0, RANK[decided_class(c.case)], a.level, b.level) for c, a, b in pairs]
    )
    found["level_seven"] = scored(
        [Measure(c.case.conflict, 1.0, rung_of(c), a.rungs, b.rungs) for c, a, b in pairs]
    )
    found["troops"] = scored([
        Measure(c.case.conflict, 1.0, int(decided_class(c.case) != "force"), _force(a), _force(b))
        for c, a, b in pairs
    ])  # fmt: skip
    return found


def coded_answers(coded: CodedCase, sample: str) -> list[tuple[str, float, int]]:
    """Return ally, weight and place of the coded answer of every position that counts in *sample*."""
    found = []
    for member in coded.situation.members:
        weight, answer = weight_in(sample, coded, member), coded.case.coded(member).position
        if weight > 0 and answer is not None:
            found.append((member, weight, CODED_ANSWERS.index(answer)))
    return found


def _helps(forecast: CaseForecast, member: str) -> Array:
    chances = forecast.answers["all"][member]
    return np.array([chances[:2].sum(), chances[2:].sum()])


def _force(forecast: CaseForecast) -> Array:
    return np.array([forecast.level[-1], 1 - forecast.level[-1]])
