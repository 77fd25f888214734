"""A calibration as text: the file of fitted inputs and the tables a person reads."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path

from sim.inference.fitted import CalibrationResult, Interval, short
from sim.inference.whole_files import write_whole


def fitted_text(result: CalibrationResult) -> str:
    """Return the YAML file of the fitted inputs; the same result gives the same bytes."""
    rounds = len(result.rounds)
    how = f"seed {result.seed}, {rounds} rounds of {result.draws} draws, version {result.version}"
    lines = [
        f"# Fitted inputs of the scenario '{result.scenario}'; do not edit, run again:",
        f"#   python -m sim calibrate <scenario file> --seed {result.seed}",
        f"# Made with {how}.",
        f"# {len(result.parameters)} inputs fitted to {len(result.quantities)} recorded quantities: "
        + ", ".join(q.key for q in result.quantities) + ".",
        f"# The list of all that is scored or fitted was fixed before the fit; its digest is {result.fixed}.",
        "# Medians are in base units (h, per h, people); a spread is the 95th percentile over the median.",
    ]  # fmt: skip
    for parameter in result.parameters:
        lines += [
            f"{_quoted(parameter.path)}:",
            f"  fitted_median: {parameter.median!r}",
            f"  fitted_spread: {parameter.spread!r}",
            f"  fitted_to: {_quoted(result.scenario)}",
            f"  fitted_list: {_quoted(result.fixed)}",
            f"  source: {_quoted(f'fitted by python -m sim calibrate ({how})')}",
            f"  note: {_quoted(parameter.note)}",
        ]
    return "\n".join(lines) + "\n"


def write_fitted(result: CalibrationResult, path: str | Path) -> Path:
    """Write the fitted inputs to *path*, whole or not at all, and return the path.

    Raises:
        OSError: the file cannot be written.
    """
    return write_whole(path, fitted_text(result))


def calibration_text(result: CalibrationResult) -> str:
    """Return the tables a person reads: rounds, inputs, quantities, notes."""
    lines = [f"{len(result.parameters)} inputs fitted to {len(result.quantities)} recorded quantities"]
    lines += [
        f"round {r.number + 1}: {r.complete} of {result.draws} draws complete, temperature "
        f"{short(r.power)}, {r.effective:.0f} effective draws"
        for r in result.rounds
    ]
    wide = max((len(p.path) for p in result.parameters), default=5)
    heads = f"{'prior 5 / 50 / 95 %':<30}  {'fitted 5 / 50 / 95 %':<30}"
    lines += ["", f"{'input':<{wide}}  {heads}  nats  moves with"]
    lines += [
        f"{p.path:<{wide}}  {_three(p.prior):<30}  {_three(p.posterior):<30}  {p.information:4.2f}  "
        + ", ".join(key for key, _ in p.identified_by)
        for p in result.parameters
    ]
    wide = max((len(q.key) for q in result.quantities), default=8)
    heads = (
        f"{'recorded':<18}  {'prior draws 5 / 50 / 95 %':<30}  {'weighted draws 5 / 50 / 95 %':<30}  happened"
    )
    lines += ["", f"{'quantity':<{wide}}  {heads}"]
    lines += [
        f"{q.key:<{wide}}  {_range(q.low, q.high):<18}  {_three(q.prior):<30}  "
        f"{_three(q.posterior):<30}  {q.happened:.0%}"
        for q in result.quantities
    ]
    return "\n".join([*lines, *(["", *result.notes] if result.notes else [])]) + "\n"


def _three(values: Interval) -> str:
    return " / ".join(short(x) for x in values)


def _range(low: float, high: float) -> str:
    if isnan(low) or isnan(high):
        return f"at most {short(high)}" if isnan(low) else f"at least {short(low)}"
    return short(low) if low == high else f"{short(low)} to {short(high)}"


def _quoted(text: str) -> str:
    """A double-quoted scalar: what JSON allows, YAML reads alike."""
    return json.dumps(text, ensure_ascii=False)
