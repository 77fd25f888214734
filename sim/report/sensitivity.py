"""The results folder of a sensitivity analysis: the table of effects, and a tornado chart a response."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b
from math import nan
from pathlib import Path

from sim import __version__
from sim.experiment.responses import responses_of
from sim.experiment.results import SHORT, write_folder
from sim.inference.effects import EffectRow
from sim.inference.sensitivity import Sensitivity, sensitivity_csv
from sim.report.figures import Chart, made_from, save
from sim.report.tornado import TornadoRow, draw_tornado
from sim.report.undrawn import attempted
from sim.scenario.models import Scenario
from sim.scenario.paths import quantities
from sim.scenario.plain import scenario_hash
from sim.scenario.resolve import resolve

FORMATS = ("png", "svg", "csv")


def write_sensitivity(
    result: Sensitivity,
    scenario: Scenario,
    out: str | Path = "results",
    command: Sequence[str] = (),
    started: datetime | None = None,
) -> Path:
    """Write the results folder of a sensitivity analysis and return its path.

    Args:
        result: what to write.
        scenario: what was analysed.
        out: the folder that holds the results of all scenarios.
        command: the command line, for the manifest.
        started: when the analysis began, for the manifest.

    Raises:
        ResultsError: the folder cannot be written, or holds something else.
    """
    whole = scenario_hash(scenario)
    settings = [result.seed, result.reps, result.screen, *result.responses]
    digest = blake2b(json.dumps([__version__, whole, settings]).encode(), digest_size=16).hexdigest()
    files = {
        "scenario.resolved.yaml": resolve(scenario).encode(),
        "sensitivity.csv": sensitivity_csv(result).encode(),
    }
    about = {
        "scenario": scenario.name,
        "scenario_hash": whole,
        "seed": result.seed,
        "counts": {"replications": result.reps, "screening": result.screen, "rows": len(result.rows)},
    }

    def draw(folder: Path) -> None:
        for response in result.responses:
            chart = tornado(result, scenario, response)
            chart.made = made_from(scenario, result.seed, f"{result.reps} replications a point")
            save(chart, folder / "charts", FORMATS)

    target = Path(out) / scenario.name / f"sensitivity-{digest[:SHORT]}"
    return write_folder(target, digest, files, about, command, draw, started)


def tornado(result: Sensitivity, scenario: Scenario, response: str) -> Chart:
    """Return the tornado chart of one response, not yet written; a note if it cannot be drawn."""
    name = f"tornado-{response.replace('_', '-')}"
    chart = attempted(name, partial(_drawn, result, scenario, response))
    chart.name = name
    return chart


def _drawn(result: Sensitivity, scenario: Scenario, response: str) -> Chart:
    rows = result.of(response)
    units = {path: quantity.unit for path, quantity in quantities(scenario)}
    about = responses_of(scenario)[response]
    base = rows[0].at_base if rows else nan
    return draw_tornado(
        [_bars(row, units.get(row.swing.path, "")) for row in rows if not row.inert],
        about.label, about.unit, base, n=result.reps,
    )  # fmt: skip


def _bars(row: EffectRow, unit: str) -> TornadoRow:
    (low, *low_span), (high, *high_span) = row.low_from_base, row.high_from_base
    return TornadoRow(
        row.swing.path, row.swing.low, row.swing.high, low, high,
        (low_span[0], low_span[1]), (high_span[0], high_span[1]), row.noise, unit,
    )  # fmt: skip
