"""The file of fitted weights: what theories that need data read, made by a command and reproduced by it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.inference.contenders import class_shares, fit_logit, past_cases
from sim.inference.decision_fit import (
    ABSTENTION,
    DEPENDENCE_POWER,
    FACTORS,
    NAMES,
    Array,
    DecisionFit,
    fit_decisions,
    thresholds,
)
from sim.inference.situations import CodedCase
from sim.inference.whole_files import write_whole

#: Draws behind the intervals of the file, and the share that these hold.
DRAWS = 4000
SHARE = 0.9
#: The forms of the ordered choice that the record cannot tell (assumed, as in scenarios).
SIGMA_OWN = 1.0


def raw_weights(fit: DecisionFit, theta: Array) -> dict[str, float]:
    """Return the numbers of an ordered choice at *theta*, effects per unit of their factor."""
    taus = thresholds(theta)
    found = {name: theta[k] / fit.scale[k] for k, name in enumerate(FACTORS)}
    found |= {"lead_line": theta[5], "threshold_words": taus[0], "threshold_measures": taus[1]}
    found |= {"threshold_force": taus[2], "sigma_common": np.exp(theta[9])}
    return {name: float(value) for name, value in found.items()}


def intervals(fit: DecisionFit) -> dict[str, tuple[float, float, float]]:
    """Return value, low and high (90 %) of each number of the ordered choice."""
    at = raw_weights(fit, fit.mode)
    drawn = [raw_weights(fit, theta) for theta in fit.draws(DRAWS)]
    ends = [(1 - SHARE) / 2, (1 + SHARE) / 2]
    spans = {name: np.quantile([d[name] for d in drawn], ends) for name in at}
    return {name: (value, float(spans[name][0]), float(spans[name][1])) for name, value in at.items()}


def decisions_text(record: str, cases: Sequence[CodedCase], fit: DecisionFit | None = None) -> str:
    """Return the YAML text of everything fitted to *cases*; the same cases give the same bytes.

    Args:
        record: the record's file name, for the head of the file.
        cases: coded cases.
        fit: of the ordered choice to these cases, if there is one already.
    """
    fit = fit or fit_decisions(cases)
    logit, shares = fit_logit(cases), class_shares(cases)
    conflicts = len({c.case.conflict for c in cases})
    lines = [
        "# Weights of the decision models, fitted to coded cases; do not edit, run again:",
        f"#   python -m sim fit {record}",
        f"# {len(cases)} cases of {conflicts} conflicts, {_short(fit.observations)} whole observations.",
        "# In-sample by construction: a scenario about one of these cases is no test of them.",
        "format: 1",
        f"record: {record}",
        "ordered_choice:",
        "  # Per unit of each factor; value is the posterior mode, low to high holds 90 % of the posterior.",
        "  weights:",
    ]
    spans = intervals(fit)
    in_weights = (*FACTORS, "lead_line")
    lines += [f"    {name}: {_span(spans[name])}" for name in in_weights]
    lines += [f"  {name}: {_span(spans[name])}" for name in spans if name not in in_weights]
    lines += [
        f"  # Not fitted: the scale of willingness ({_short(SIGMA_OWN)}), and what the record hardly tells.",
        f"  sigma_own: {_short(SIGMA_OWN)}",
        f"  abstention: {_short(ABSTENTION)}",
        f"  dependence_power: {_short(DEPENDENCE_POWER)}",
        "  # Normal posterior of the standardised numbers; effects are divided by scale.",
        "  posterior:",
        f"    names: [{', '.join(NAMES)}]",
        f"    scale: {_row(fit.scale)}",
        f"    mode: {_row(fit.mode)}",
        "    covariance:",
        *(f"      - {_row(row)}" for row in fit.covariance),
        "plain_logit:",
        "  coefficients:",
        *(f"    {name}: {_short(value)}" for name, value in logit.coefficients.items()),
        f"  cuts: {_row(logit.cuts)}",
        "base_rate:",
        "  # none, words, measures, force",
        f"  shares: {_row(shares)}",
        "case_based:",
        "  # A range of classes is shared out over them; features that are 0 are left out.",
        "  cases:",
    ]
    for past in past_cases(cases):
        told = ", ".join(f"{name}: {_short(x)}" for name, x in past.features.items() if x)
        lines.append(
            f"    - {{name: {past.name}, outcome: {past.outcome}, weight: {_short(past.weight)}, "
            f"features: {{{told}}}}}"
        )
    return "\n".join(lines) + "\n"


def write_decisions(text: str, path: str | Path) -> bool:
    """Write *text* to *path*, whole or not at all; return whether the file changed.

    Raises:
        OSError: the file cannot be written.
    """
    target, content = Path(path), text.encode()
    if target.is_file() and target.read_bytes() == content:
        return False
    write_whole(target, text)
    return True


def _span(values: tuple[float, float, float]) -> str:
    value, low, high = values
    return f"{{value: {_short(value)}, low: {_short(min(low, value))}, high: {_short(max(high, value))}}}"


def _row(values: Sequence[float] | Array) -> str:
    return "[" + ", ".join(_short(float(x)) for x in values) + "]"


def _short(value: float) -> str:
    """Return *value* with three decimals, so that the last bits of a machine do not show."""
    rounded = round(float(value), 3) + 0.0
    return f"{rounded:g}" if abs(rounded) < 1e5 else f"{rounded:.0f}"
