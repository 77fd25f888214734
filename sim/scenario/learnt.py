"""The shape of what decision models learnt from a record of past cases, and joint draws of fitted weights."""

from collections.abc import Callable
from math import exp
from statistics import NormalDist
from typing import Literal, Self

from pydantic import Field, model_validator

from sim.scenario.distributions import Frozen
from sim.scenario.quantities import Ratio, Score
from sim.scenario.scalars import Number

#: Weights of the factors that the fit standardises, in its order.
EFFECTS = ("adversary_state", "ties_to_adversary", "ties_to_host", "formal_request", "cost")
#: The fitted numbers: standardised effects, the line, first threshold, logarithms of gaps and spread.
NAMES = (*EFFECTS, "lead_line", "threshold_words", "log_gap_measures", "log_gap_force", "log_sigma_common")
#: Where a scenario keeps its assumed weights, where those learnt, and where the others stand in both.
ASSUMED = "response.decision.ordered_choice."
LEARNT = "response.decision.learnt.ordered_choice."
_inverse_normal = NormalDist().inv_cdf


class Weights(Frozen):
    """Weights of the factors of willingness, per standardised unit of each."""

    adversary_state: Score
    ties_to_adversary: Score
    ties_to_host: Score
    formal_request: Score
    lead_line: Score
    cost: Score


class FittedChoice(Frozen):
    """The numbers of the ordered choice that a record was fitted for, or that the fit took as given."""

    weights: Weights
    threshold_words: Score
    threshold_measures: Score
    threshold_force: Score
    sigma_common: Ratio
    sigma_own: Ratio
    abstention: Ratio
    dependence_power: Ratio


_FITTED = frozenset(FittedChoice.model_fields)


class Joint(Frozen):
    """A normal posterior of the fitted numbers (`NAMES`): mode + root z, z standard normal."""

    #: Spread of each factor over the record; a weight is its standardised effect over this.
    scale: tuple[Number, ...] = Field(min_length=len(EFFECTS), max_length=len(EFFECTS))
    mode: tuple[Number, ...] = Field(min_length=len(NAMES), max_length=len(NAMES))
    #: Lower triangle of the covariance's root: row k has k + 1 numbers.
    root: tuple[tuple[Number, ...], ...] = Field(min_length=len(NAMES), max_length=len(NAMES))
    #: Numbers set by hand, which are no longer drawn.
    certain: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _triangle(self) -> Self:
        if any(len(row) != k + 1 for k, row in enumerate(self.root)):
            raise ValueError("row k of 'root' needs k numbers: it is a lower triangle")
        if min(self.scale) <= 0:
            raise ValueError("each 'scale' must be above 0")
        return self

    def drawn(self, uniform: Callable[[str], float]) -> dict[str, float]:
        """Return one whole vector of numbers by full path, correlated as the posterior says.

        Args:
            uniform: from an address to its uniform number in (0, 1).
        """
        z = [_inverse_normal(uniform(f"{LEARNT}{name}")) for name in NAMES]
        theta = [
            at + sum(r * x for r, x in zip(row, z, strict=False))
            for at, row in zip(self.mode, self.root, strict=True)
        ]
        return {
            f"{LEARNT}{name}": value
            for name, value in numbers_at(theta, self.scale).items()
            if name not in self.certain
        }


def numbers_at(theta: list[float], scale: tuple[float, ...]) -> dict[str, float]:
    """Return the numbers of an ordered choice, by their place in it, from what was fitted.

    Weights are per unit of their factor: effect / scale. Thresholds are cumulated gaps, which keep them
    rising.
    """
    found = {f"weights.{name}": theta[k] / scale[k] for k, name in enumerate(EFFECTS)}
    words, measures, force = theta[6], theta[6] + exp(theta[7]), theta[6] + exp(theta[7]) + exp(theta[8])
    return found | {
        "weights.lead_line": theta[5],
        "threshold_words": words,
        "threshold_measures": measures,
        "threshold_force": force,
        "sigma_common": exp(theta[9]),
    }


class FittedLogit(Frozen):
    """Coefficients of the plain logit by feature, and its cuts."""

    coefficients: dict[str, Number]
    cuts: tuple[Number, Number, Number]


class PastPosition(Frozen):
    """What a coded position says of a member: its class lay within *classes* (0 none to 3 force)."""

    classes: tuple[Literal[0, 1, 2, 3], Literal[0, 1, 2, 3]]
    weight: Number = Field(gt=0, le=1)
    features: dict[str, Number] = {}


class PastEvent(Frozen):
    """A past case: features that all members shared, and each member's position."""

    conflict: str
    features: dict[str, Number] = {}
    members: dict[str, PastPosition]


class Learnt(Frozen):
    """Everything that decision models learnt from a record, one conflict left out if that is named."""

    #: The conflict that was kept from view; "" for none.
    left_out: str = ""
    ordered_choice: FittedChoice
    posterior: Joint
    plain_logit: FittedLogit
    #: Shares of the classes none, words, measures, force.
    shares: tuple[Number, Number, Number, Number]
    cases: dict[str, PastEvent]


def in_force(path: str, fitted: bool) -> bool:
    """Return whether a number at a full *path* counts: of each pair of twins only one does."""
    if path.startswith(LEARNT):
        return fitted
    return not (fitted and path.startswith(ASSUMED) and path.removeprefix(ASSUMED).split(".")[0] in _FITTED)


def twin(path: str) -> str | None:
    """Return where the number at an assumed weight's full *path* stands among those learnt; else None."""
    return f"{LEARNT}{path.removeprefix(ASSUMED)}" if path.startswith(ASSUMED) else None
