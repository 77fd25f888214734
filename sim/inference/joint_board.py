"""What the record tells of asking and answering together, and whether it helps on cases left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from sim.alliance.record_reading import decided_class
from sim.inference.asking import has_host
from sim.inference.board_scores import Measure, Score, scored
from sim.inference.decision_fit import Array, DecisionFit
from sim.inference.joint_asking import RHO_SD, JointFit, chances_jointly, fit_jointly, scenes_jointly
from sim.inference.reading_out import answers, level, shares_of, weight_in
from sim.inference.situations import CodedCase
from sim.scenario.alliance import RANK
from sim.scenario.learnt import NAMES
from sim.scenario.record_shapes import CODED_ANSWERS

#: The record is said to identify the link if rho is twice its deviation from zero and the data narrowed its
#: prior by a third (assumed).
TOLD = 2.0
NARROWED = 2 / 3
SAMPLES = {
    "all": "answers, all coded",
    "own_acts": "answers, own acts only",
    "level": "council, four classes",
}


class Fold(NamedTuple):
    """Cases left out together, what is learnt from instead, and the fit of the answers alone to that."""

    training: Sequence[CodedCase]
    out: Sequence[CodedCase]
    fit: DecisionFit


@dataclass(frozen=True)
class JointBoard:
    """The joint fit to all cases, and its left-out scores against those of the separate fits."""

    rho: float
    rho_sd: float
    gain: float
    #: Greatest move of a number of the answers, in its posterior deviations, and which it is.
    moved: float
    moved_name: str
    #: By sample; skill is against the separate fits, not against the base rate.
    scores: Mapping[str, Score]

    @property
    def identified(self) -> bool:
        """Whether the record tells that one shock moves hosts and allies."""
        return abs(self.rho) > TOLD * self.rho_sd and self.rho_sd < NARROWED * RHO_SD


def joint_board(
    whole: Sequence[CodedCase],
    fit: DecisionFit,
    folds: Sequence[Fold],
    apart: Mapping[str, Mapping[str, Array]],
    asked_apart: Mapping[str, Array],
) -> JointBoard:
    """Return what asking and answering tell together.

    Args:
        whole: all coded cases, and *fit* that of the answers alone to them.
        fit: see *whole*.
        folds: left-out cases.
        apart: left-out forecasts of the separate fits: by case, of each ally's answer ("all <ally>",
            "own_acts <ally>") and of the council ("level").
        asked_apart: the same of asking.
    """
    joint = fit_jointly(whole, fit)
    rows: dict[str, list[Measure]] = {name: [] for name in (*SAMPLES, "asked")}
    for fold in folds:
        _forecast(fold, joint, apart, asked_apart, rows)
    steps = (joint.fit.mode[: len(fit.mode)] - fit.mode) / np.sqrt(np.diag(fit.covariance))
    most = int(np.argmax(np.abs(steps)))
    rho, sd = joint.rho
    scores = {name: scored(measures) for name, measures in rows.items()}
    return JointBoard(rho, sd, joint.gain, float(steps[most]), NAMES[most], scores)


def _forecast(
    fold: Fold,
    joint: JointFit,
    apart: Mapping[str, Mapping[str, Array]],
    asked_apart: Mapping[str, Array],
    rows: dict[str, list[Measure]],
) -> None:
    """Add the joint forecasts of the cases of *fold* to *rows*."""
    mine = fit_jointly(fold.training, fold.fit, joint)
    shares = {sample: shares_of(fold.training, sample) for sample in ("all", "own_acts")}
    asks = chances_jointly(mine, fold.out)
    for coded, scene, asked in zip(fold.out, scenes_jointly(mine, fold.out), asks, strict=True):
        key, before = coded.case.conflict, apart[coded.id]
        for sample, counted in shares.items():
            for member, chances in answers(scene, coded, counted).items():
                answer, weight = coded.case.coded(member).position, weight_in(sample, coded, member)
                if answer is not None and weight:
                    place = CODED_ANSWERS.index(answer)
                    rows[sample].append(Measure(key, weight, place, chances, before[f"{sample} {member}"]))
        decided = RANK[decided_class(coded.case)]
        rows["level"].append(Measure(key, 1.0, decided, level(scene, coded, shares["all"]), before["level"]))
        if has_host(coded):
            rows["asked"].append(
                Measure(key, 1.0, int(not coded.situation.asked), asked, asked_apart[coded.id])
            )


def joint_text(board: JointBoard) -> list[str]:
    """Return the table of asking and answering fitted together."""
    told = "identified" if board.identified else "not identified by this record"
    lines = [
        "Asking and answering fitted together (a shock that moves allies may move the host to ask):",
        f"  effect of the shared shock on asking (log odds per unit): {board.rho:+.2f}, "
        f"sd {board.rho_sd:.2f} (prior 0, sd {RHO_SD:.2f}); log likelihood gained {board.gain:.2f}: {told}",
        f"  the number of the answers it moves most: {board.moved_name}, "
        f"by {board.moved:+.2f} of its deviations",
        f"  {'left out':<28} {'joint':>7} {'apart':>7}  skill of joint over apart",
    ]
    for name, score in board.scores.items():
        words = SAMPLES.get(name, "asked or not (Brier)")
        skill = f"{score.skill:+.2f} [{score.low:+.2f}, {score.high:+.2f}]" if isfinite(score.low) else "-"
        lines.append(f"  {words:<28} {score.rps:7.3f} {score.reference:7.3f}  {skill}")
    return lines


def joint_data(board: JointBoard) -> dict[str, Any]:
    """Return the same as plain data."""

    def plain(x: Any) -> Any:
        return (round(x, 4) if isfinite(x) else None) if isinstance(x, float) else x

    told = {name: plain(getattr(board, name)) for name in ("rho", "rho_sd", "gain", "moved", "moved_name")}
    scores = {k: {name: plain(x) for name, x in asdict(s).items()} for k, s in board.scores.items()}
    return {**told, "identified": board.identified, "scores": scores}
