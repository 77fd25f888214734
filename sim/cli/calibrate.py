"""`calibrate`: fit the inputs a scenario names to its record, and write them beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.helping import example
from sim.cli.options import jobs_option, quiet_option, scenario_file, seed_option
from sim.cli.progress import progress

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs
    from sim.scenario.models import Scenario


@click.command(
    "calibrate",
    short_help="Fit inputs to the record of a scenario.",
    epilog=example("python -m sim calibrate FILE"),
)
@scenario_file
@seed_option
@jobs_option
@click.option(
    "--to", type=click.Path(dir_okay=False), help="File to write; the scenario names it by default."
)
@click.option(
    "--left-out",
    is_flag=True,
    help="Write nothing; fit again without each response of the record in turn, and show how well the others "
    "predict it (takes as many fits as there are responses).",
)
@quiet_option
def calibrate_command(file: str, seed: int, jobs: Jobs, to: str | None, left_out: bool, quiet: bool) -> None:
    """Fit the inputs that the scenario in FILE names to its record, and write what was found.

    Starts from the ranges of the `uncertain:` block, whatever was fitted before, so that unchanged inputs
    give the same file byte for byte. Prints what each input and each recorded quantity became and, as its
    last line, the file.
    """
    from sim.experiment.record_check import record_faults
    from sim.inference.calibrate import calibrate, calibration_text, fitted_text, write_fitted
    from sim.scenario.load import load_scenario

    scenario = load_scenario(file, use_fitted=False, further=record_faults)
    if left_out:
        if to:
            raise click.UsageError("--left-out writes no file; leave --to out")
        _show_left_out(scenario, seed, jobs, quiet)
        return
    target = Path(to) if to else _target(file, scenario)
    _must_be_writable(target.parent)
    with progress(f"fitting {scenario.name}", quiet=quiet) as tell:
        result = calibrate(scenario, seed=seed, jobs=jobs, progress=tell)
    before = target.read_bytes() if target.is_file() else None
    write_fitted(result, target)
    same = before == fitted_text(result).encode()
    click.echo(calibration_text(result))
    click.echo("unchanged: the file held these values already" if same else "written: the values are new")
    click.echo(str(target))


def _show_left_out(scenario: Scenario, seed: int, jobs: Jobs, quiet: bool) -> None:
    from sim.inference.left_out import leave_out, left_out_text

    with progress(f"fitting {scenario.name} without each response", quiet=quiet) as tell:
        result = leave_out(scenario, seed, jobs, tell)
    click.echo(left_out_text(result), nl=False)


def _target(file: str, scenario: Scenario) -> Path:
    """Return the file the scenario names, beside itself."""
    from sim.scenario.errors import one_problem

    if scenario.calibration is None:
        message = "there is no 'calibration:' block; say which parameters to fit, draws, rounds and a file"
        raise one_problem(file, message, "calibration")
    return Path(file).parent / scenario.calibration.writes


def _must_be_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written before minutes are spent on what goes there."""
    from sim.experiment.folders import ResultsError

    if not os.access(folder, os.W_OK):
        raise ResultsError(f"the folder {folder} is missing or cannot be written; choose another with --to")
