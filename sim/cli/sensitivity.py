"""`sensitivity`: move each assumption from its low to its high value, and rank them by what they change."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sim.cli.helping import command_line, example
from sim.cli.options import (
    jobs_option,
    json_option,
    out_option,
    quiet_option,
    replications_option,
    scenario_file,
    seed_option,
    set_option,
    style_option,
)
from sim.cli.progress import progress
from sim.cli.reading import read_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from sim.experiment.executors import Jobs
    from sim.inference.sensitivity import Sensitivity


@click.command(
    "sensitivity",
    short_help="Rank the assumptions of a scenario by influence.",
    epilog=example("python -m sim sensitivity FILE --response hours_to_order"),
)
@scenario_file
@replications_option(30, 40, "Replications at each point, 30 or more.")
@seed_option
@set_option
@click.option(
    "--response", "responses", metavar="NAME", multiple=True, help="A response to rank by; may be repeated."
)
@click.option(
    "--screen",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Try every assumption on N replications first and give all of them to the 40 with most effect only.",
)
@click.option(
    "--settled",
    is_flag=True,
    help="Take the answer as given: every member helps. Then nearly every run has a force to measure.",
)
@jobs_option
@style_option
@out_option
@quiet_option
@json_option
@click.pass_context
def sensitivity_command(
    ctx: click.Context,
    file: str,
    reps: int,
    seed: int,
    overrides: tuple[str, ...],
    responses: tuple[str, ...],
    screen: int,
    settled: bool,
    jobs: Jobs,
    style: str,
    out: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Rank the assumptions of the scenario in FILE by their influence.

    Each number with a low and a high is moved from the one to the other, the rest held at their central
    values, with the same luck at every point. Prints effects with intervals and the share that is noise,
    writes them with tornado charts, and ends with the results folder.
    """
    from sim.inference.sensitivity import sensitivity, sensitivity_text
    from sim.report.sensitivity import write_sensitivity
    from sim.report.styles import choosing_style

    started = datetime.now(UTC)
    scenario = read_scenario(file, overrides)
    with progress(f"{scenario.name}, assumptions", quiet=quiet) as tell:
        result = sensitivity(
            scenario,
            seed=seed,
            reps=reps,
            jobs=jobs,
            responses=responses,
            screen=screen,
            progress=tell,
            settled=settled,
        )
    with choosing_style(style):
        folder = write_sensitivity(result, scenario, out, command_line(ctx), started)
    click.echo(_document(result, folder) if as_json else f"{sensitivity_text(result)}\n{folder}")


def _document(result: Sensitivity, folder: Path) -> str:
    from sim.experiment.event_file import plain

    content = {"results": str(folder), "seed": result.seed, "replications": result.reps, "rows": result.rows}
    return json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False)
