"""The file of fitted weights: what theories that need data read, made by a command and reproduced by it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.alliance.theories.features import features
from sim.inference.contenders import class_shares, fit_logit
from sim.inference.decision_fit import (
    ABSTENTION,
    DEPENDENCE_POWER,
    FACTORS,
    Array,
    DecisionFit,
    fit_decisions,
    thresholds,
)
from sim.inference.situations import CodedCase, akin
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

    Once to all of them and once without each conflict, for scenarios about a crisis that is in the record.

    Args:
        record: the record's file name, for the head of the file.
        cases: coded cases.
        fit: of the ordered choice to these cases, if there is one already.
    """
    fit = fit or fit_decisions(cases)
    conflicts = list(dict.fromkeys(c.case.conflict for c in cases))
    lines = [
        "# What decision models learnt from coded cases; do not edit, run again:",
        f"#   python -m sim fit {record}",
        f"# {len(cases)} cases of {len(conflicts)} conflicts, {_short(fit.observations)} whole observations.",
        "# `all` is in-sample for a scenario about one of these cases; each other fit has not seen the",
        "# conflict that it is named after (decision.leave_out).",
        "format: 1",
        f"record: {record}",
        "# Weights: per unit of each factor; value is the posterior mode, low to high holds 90 %.",
        "# Posterior: normal in standardised effects (weight x scale), line, first threshold, logarithms of",
        "# gaps and of sigma_common; a draw is mode + root z. Shares: none, words, measures, force.",
        "fits:",
        *_fit_lines("all", cases, fit),
    ]
    for conflict in conflicts:
        out = [c for c in cases if c.case.conflict == conflict]
        training = [c for c in cases if not any(akin(c, other) for other in out)]
        lines += _fit_lines(conflict, training, fit_decisions(training, fit.mode))
    lines += [
        "# Coded positions as ranges of classes (0 none to 3 force); features that are 0 are left out.",
        "cases:",
    ]
    for coded in cases:
        lines += _case_lines(coded)
    return "\n".join(lines) + "\n"


def _fit_lines(name: str, cases: Sequence[CodedCase], fit: DecisionFit) -> list[str]:
    """Return the lines of one fit, under its name."""
    logit, spans = fit_logit(cases), intervals(fit)
    in_weights = (*FACTORS, "lead_line")
    root = np.linalg.cholesky(fit.covariance)
    told = ", ".join(f"{key}: {_short(value)}" for key, value in logit.coefficients.items())
    return [
        f"  {name}:",
        "    ordered_choice:",
        "      weights:",
        *(f"        {key}: {_span(spans[key])}" for key in in_weights),
        *(f"      {key}: {_span(spans[key])}" for key in spans if key not in in_weights),
        # The scale of willingness, and what the record hardly tells: taken as given.
        f"      sigma_own: {_short(SIGMA_OWN)}",
        f"      abstention: {_short(ABSTENTION)}",
        f"      dependence_power: {_short(DEPENDENCE_POWER)}",
        "    posterior:",
        f"      scale: {_row(fit.scale)}",
        f"      mode: {_row(fit.mode)}",
        "      root:",
        *(f"        - {_row(row[: k + 1])}" for k, row in enumerate(root)),
        "    plain_logit:",
        f"      coefficients: {{{told}}}",
        f"      cuts: {_row(logit.cuts)}",
        f"    shares: {_row(class_shares(cases))}",
    ]


def _case_lines(coded: CodedCase) -> list[str]:
    """Return the lines of one case: what its members shared, then what is known of each."""
    told = {member: features(coded.situation, member) for member in coded.observed}
    if not told:
        return []
    first = next(iter(told.values()))
    shared = {k: x for k, x in first.items() if x and all(one[k] == x for one in told.values())}
    lines = [f"  {coded.id}:", f"    conflict: {coded.case.conflict}", f"    features: {_mapping(shared)}"]
    lines.append("    members:")
    for member, seen in coded.observed.items():
        own = {k: x for k, x in told[member].items() if x and k not in shared}
        lines.append(
            f"      {member}: {{classes: [{seen.lower}, {seen.upper}], weight: {_short(seen.weight)}, "
            f"features: {_mapping(own)}}}"
        )
    return lines


def _mapping(values: dict[str, float]) -> str:
    return "{" + ", ".join(f"{name}: {_short(x)}" for name, x in values.items()) + "}"


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
