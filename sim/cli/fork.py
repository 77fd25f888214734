"""`fork`: replay a run to a moment, change something there, and run on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sim.cli.helping import example
from sim.cli.options import (
    hours_until,
    jobs_option,
    json_option,
    quiet_option,
    replications_option,
    scenario_file,
    seed_option,
)
from sim.cli.progress import progress

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs
    from sim.scenario.models import Scenario


@click.command(
    "fork",
    short_help="Replay a run to a moment, change something, run on.",
    epilog=example("python -m sim fork FILE --at 100h --set council.rule=simple_majority"),
)
@scenario_file
@click.option(
    "--at",
    required=True,
    metavar="WHEN",
    help="Moment: hours ('98 h'; from the start on: '0 h') or a date (host's local time).",
)
@click.option("--set", "overrides", metavar="PATH=VALUE", multiple=True, required=True,
              help="What changes at that moment; may be repeated.")  # fmt: skip
@click.option("--replication", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
              help="Run to replay.")  # fmt: skip
@replications_option(2, None, "Fork this many runs instead, and tell the paired differences.")
@seed_option
@jobs_option
@quiet_option
@json_option
def fork_command(
    file: str,
    at: str,
    overrides: tuple[str, ...],
    replication: int,
    reps: int | None,
    seed: int,
    jobs: Jobs,
    quiet: bool,
    as_json: bool,
) -> None:
    """Replay a run of the scenario in FILE to a moment, change something there, and run on.

    Prints the story of both twins from that moment on, in one: lines marked - happen without the change, +
    with it, the others in both. With --reps, what the change makes of many runs. Nothing is written.
    """
    from sim import api
    from sim.experiment.compare_inputs import input_differences
    from sim.experiment.forks import forked_comparison, forked_twins, forker_for
    from sim.report.compare_fork import fork_data, fork_head, fork_text
    from sim.report.compare_text import comparison_text
    from sim.scenario.errors import one_problem
    from sim.scenario.paths import full_path
    from sim.scenario.points import STUDY_PARTS

    scenario, changed = api.load(file), api.load(file, overrides)
    paths = [text.partition("=")[0].strip() for text in overrides]
    for number, path in enumerate(paths, 1):
        if (part := full_path(path).partition(".")[0]) in STUDY_PARTS:
            said = f"{path}: '{part}' says how the scenario is studied; set a part of what is simulated"
            raise one_problem(f"--set #{number}", said)
    hours = _moment(at, scenario, changed)
    forker = forker_for(scenario, changed, paths, seed, hours)
    inputs = [d for d in input_differences((scenario, changed)) if d.bears]
    head = fork_head(scenario, hours, inputs)
    if reps is not None:
        with progress("fork", quiet=quiet) as tell:
            found = forked_comparison(forker, reps, jobs, tell)
        said = json.dumps(found.summary().as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        click.echo(said if as_json else "\n".join([*head, "", *comparison_text(found)]))
        return
    twins = forked_twins(forker, replication)
    if as_json:
        click.echo(json.dumps(fork_data(twins, hours, inputs), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        alone = {}
        for path, text in zip(paths, overrides, strict=True) if len(paths) > 1 else ():
            one = forker_for(scenario, api.load(file, [text]), [path], seed, hours)
            alone[path] = forked_twins(one, replication)
        click.echo("\n".join([*head, "", *fork_text(twins, hours, alone)]))


def _moment(text: str, scenario: Scenario, changed: Scenario) -> float:
    try:
        hours = hours_until(text, scenario, start=True)
    except click.BadParameter as error:
        raise click.BadParameter(error.message, param_hint="'--at'") from error
    if hours >= scenario.horizon:
        raise click.BadParameter(f"{text!r} is the end of the simulated time", param_hint="'--at'")
    if hours >= changed.horizon:
        end = f"the end that is set, {float(changed.horizon):g} h"
        raise click.BadParameter(f"{text!r} does not lie before {end}", param_hint="'--at'")
    return hours
