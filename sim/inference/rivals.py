"""Rival structures of the ordered choice on the same cases: which conclusions hold under all, which flip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan

from sim.alliance.record_reading import decided_class
from sim.inference.board_scores import ranked_probability
from sim.inference.decision_fit import DRAWS, DecisionFit, fit_decisions, scenes
from sim.inference.joint_board import Fold
from sim.inference.reading_out import answers, level, shares_of, weight_in
from sim.inference.situations import CodedCase
from sim.scenario.alliance import RANK
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
    #: Left out: the score of answers by own acts and of the council, and the same chances as above.
    rps_out: float = nan
    level_out: float = nan
    against_states_out: float = nan
    granted_out: float = nan

    @property
    def conclusions(self) -> tuple[bool, bool, bool]:
        """Below exercises against states; force expected where it was granted; ties to the host help."""
        return self.against_states < FEW, self.granted[0] > EVEN, not self.tie <= 0

    @property
    def conclusions_out(self) -> tuple[bool, bool]:
        """The first two conclusions from forecasts of cases left out."""
        return self.against_states_out < FEW, self.granted_out > EVEN


@dataclass(frozen=True)
class Structure:
    """One way to build the ordered choice: how it is fitted, and how its forecasts are read out."""

    name: str
    line: float | None = None
    inferred: bool = True
    gate: bool = True
    ties: bool = True
    draws: int = DRAWS

    @property
    def refits(self) -> bool:
        """Whether the weights differ from those as fitted."""
        return self.line is not None or not self.inferred or not self.ties

    def seen(self, cases: Sequence[CodedCase]) -> Sequence[CodedCase]:
        """Return *cases* as this structure sees them."""
        if self.ties:
            return cases
        return [replace(c, situation=c.situation._replace(ties={}, ties_to_adversary={})) for c in cases]

    def fitted(
        self, cases: Sequence[CodedCase], fit: DecisionFit, near: DecisionFit | None = None
    ) -> DecisionFit:
        """Return its fit to *cases*, to which *fit* is the one as fitted; *near*: its own to more cases."""
        if not self.refits:
            return fit
        return fit_decisions(cases, fit.mode, line=self.line, inferred=self.inferred, near=near)


STRUCTURES = (
    Structure("as fitted"),
    Structure("lead's line 0", line=0.0),
    Structure("lead's line 1", line=1.0),
    Structure("no gate", gate=False),
    Structure("inferred silence out", inferred=False),
    Structure("no ties", ties=False),
    Structure("weights certain", draws=1),
)


def rival_structures(cases: Sequence[CodedCase], fit: DecisionFit, folds: Sequence[Fold] = ()) -> list[Rival]:
    """Return the ordered choice with one assumption changed at a time, in-sample and left out.

    Args:
        cases: coded cases, to which *fit* is the ordered choice as fitted.
        fit: see *cases*.
        folds: cases left out together with what is learnt from instead; none gives no left-out values.
    """
    found = []
    for structure in STRUCTURES:
        seen = structure.seen(cases)
        mine, out = structure.fitted(seen, fit), _Reading()
        for fold in folds:
            training = structure.seen(fold.training)
            refit = structure.fitted(training, fold.fit, mine)
            out.add(_reading(structure, training, structure.seen(fold.out), refit))
        tie = float(mine.mode[2]) if structure.ties else nan
        found.append(_rival(structure.name, _reading(structure, seen, seen, mine), out, tie))
    return found


@dataclass
class _Reading:
    """What a structure foresaw: losses of answers and of the council, chances that conclusions rest on."""

    losses: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)
    granted: list[float] = field(default_factory=list)

    def add(self, other: _Reading) -> None:
        """Take over what *other* foresaw."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.extend(theirs)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan


def _rival(name: str, whole: _Reading, out: _Reading, tie: float) -> Rival:
    return Rival(
        name,
        _mean(whole.losses),
        max(whole.beyond, default=0.0),
        (max(whole.granted, default=0.0), min(whole.granted, default=0.0)),
        tie,
        _mean(out.losses),
        _mean(out.levels),
        max(out.beyond, default=nan),
        max(out.granted, default=nan),
    )


def _reading(
    structure: Structure, training: Sequence[CodedCase], cases: Sequence[CodedCase], fit: DecisionFit
) -> _Reading:
    shares = shares_of(training, "own_acts")
    if not structure.gate:
        shares = replace(shares, spoke=(1.0, 1.0), occasion=1.0)
    losses, levels, beyond, granted = [], [], [], []
    for coded, scene in zip(cases, scenes(fit, cases, structure.draws), strict=True):
        told, decision = answers(scene, coded, shares), level(scene, coded, shares)
        for member, chances in told.items():
            answer = coded.case.coded(member).position
            if answer is not None and weight_in("own_acts", coded, member):
                losses.append(ranked_probability(chances, CODED_ANSWERS.index(answer)))
        levels.append(ranked_probability(decision, RANK[decided_class(coded.case)]))
        if coded.situation.against_state:
            beyond.append(float(decision[RANK["measures"] :].sum()))
        if decided_class(coded.case) == "force" and coded.situation.asked_level == "force":
            granted.append(float(decision[RANK["force"]]))
    return _Reading(losses, levels, beyond, granted)


def rivals_text(rivals: Sequence[Rival]) -> list[str]:
    """Return the table of rival structures; a conclusion that differs from the first row's is marked."""
    lines = [
        "Rival structures of the ordered choice (in-sample, then left out; * marks a conclusion that flips):",
        f"  {'':<22} {'RPS own acts':>15} {'council':>7}   {'more than words':>17}   {'force where':>15}   "
        f"{'tie to':>6}",
        f"  {'structure':<22} {'in':>7} {'out':>7} {'out':>7}   {'against states':>17}   {'granted':>15}   "
        f"{'host':>6}",
    ]
    for rival in rivals:
        inside = _marks(rival.conclusions, rivals[0].conclusions)
        out = _marks(rival.conclusions_out, rivals[0].conclusions_out)
        against = f"{rival.against_states:.0%}{inside[0]} / {_share(rival.against_states_out)}{out[0]}"
        granted = f"{rival.granted[0]:.0%}{inside[1]} / {_share(rival.granted_out)}{out[1]}"
        tie = "-" if isnan(rival.tie) else f"{rival.tie:+.2f}{inside[2]}"
        lines.append(
            f"  {rival.name:<22} {rival.rps:7.3f} {rival.rps_out:7.3f} {rival.level_out:7.3f}   "
            f"{against:>17}   {granted:>15}   {tie:>6}".rstrip()
        )
    return lines


def _marks(mine: Sequence[bool], first: Sequence[bool]) -> list[str]:
    return ["*" if one != other else "" for one, other in zip(mine, first, strict=True)]


def _share(chance: float) -> str:
    return "-" if isnan(chance) else f"{chance:.0%}"
