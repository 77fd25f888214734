"""Rival structures of the ordered choice on the same cases: which conclusions hold under all, which flip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan, nan

from sim.alliance.record_reading import decided_class
from sim.alliance.theories import RANK
from sim.inference.board_scores import ranked_probability
from sim.inference.decision_fit import DRAWS, DecisionFit, fit_decisions, scenes
from sim.inference.reading_out import answers, level, shares_of, weight_in
from sim.inference.situations import CodedCase
from sim.scenario.record_shapes import CODED_ANSWERS

#: A chance below this reads as "stays below", one above as "is to be expected" (assumed).
FEW, EVEN = 0.25, 0.5


@dataclass(frozen=True)
class Rival:
    """One structure, fitted to all cases (in-sample), and what it concludes."""

    name: str
    #: Ranked probability score of answers by own acts.
    rps: float
    #: Greatest chance of more than words where a state or a member was on the other side.
    against_states: float
    #: Greatest and least chance of force over the cases in which a request for force was granted.
    granted: tuple[float, float]
    #: Effect of a tie to the host, of one standard unit; nan where ties are left out.
    tie: float

    @property
    def conclusions(self) -> tuple[bool, bool, bool]:
        """Below exercises against states; force expected where it was granted; ties to the host help."""
        return self.against_states < FEW, self.granted[0] > EVEN, not self.tie <= 0


def rival_structures(cases: Sequence[CodedCase], fit: DecisionFit) -> list[Rival]:
    """Return the ordered choice as fitted to *cases* (*fit*), and with one assumption changed at a time."""
    bare = [replace(c, situation=replace(c.situation, ties={}, ties_to_adversary={})) for c in cases]
    return [
        _rival("as fitted", cases, fit),
        _rival("lead's line 0", cases, fit_decisions(cases, fit.mode, line=0.0)),
        _rival("lead's line 1", cases, fit_decisions(cases, fit.mode, line=1.0)),
        _rival("no gate", cases, fit, gate=False),
        _rival("inferred silence out", cases, fit_decisions(cases, fit.mode, inferred=False)),
        _rival("no ties", bare, fit_decisions(bare, fit.mode)),
        _rival("weights certain", cases, fit, draws=1),
    ]


def _rival(
    name: str, cases: Sequence[CodedCase], fit: DecisionFit, *, gate: bool = True, draws: int = DRAWS
) -> Rival:
    shares = shares_of(cases, "own_acts")
    if not gate:
        shares = replace(shares, spoke=(1.0, 1.0), occasion=1.0)
    losses, beyond, granted = [0.0], [0.0], []
    for coded, scene in zip(cases, scenes(fit, cases, draws), strict=True):
        told, decision = answers(scene, coded, shares), level(scene, coded, shares)
        for member, chances in told.items():
            answer = coded.case.positions[member].position
            if answer is not None and weight_in("own_acts", coded, member):
                losses.append(ranked_probability(chances, CODED_ANSWERS.index(answer)))
        if coded.situation.against_state:
            beyond.append(float(decision[RANK["measures"] :].sum()))
        if decided_class(coded.case) == "force" and coded.situation.asked_level == "force":
            granted.append(float(decision[RANK["force"]]))
    rps = sum(losses) / max(1, len(losses) - 1)
    known = any(coded.situation.ties for coded in cases)
    tie = float(fit.mode[2]) if known else nan
    return Rival(name, rps, max(beyond), (max(granted, default=0.0), min(granted, default=0.0)), tie)


def rivals_text(rivals: Sequence[Rival]) -> list[str]:
    """Return the table of rival structures; a conclusion that differs from the first row's is marked."""
    lines = [
        "Rival structures of the ordered choice (in-sample; * marks a conclusion that flips):",
        f"  {'structure':<22} {'RPS own acts':>12}  {'beyond words against states':>28}  "
        f"{'force where granted':>20}  {'tie to host':>12}",
    ]
    for rival in rivals:
        flips = [
            "*" if mine != first else " "
            for mine, first in zip(rival.conclusions, rivals[0].conclusions, strict=True)
        ]
        tie = "-" if isnan(rival.tie) else f"{rival.tie:+.2f}"
        lines.append(
            f"  {rival.name:<22} {rival.rps:12.3f}  {f'at most {rival.against_states:.0%}':>27}{flips[0]}  "
            f"{rival.granted[0]:>19.0%}{flips[1]}  {tie:>11}{flips[2]}"
        )
    return lines
