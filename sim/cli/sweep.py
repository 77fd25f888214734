"""`sweep`: run a scenario at every combination of some inputs' values, and tell what each changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from sim.cli.errors import ExitCode, say
from sim.cli.helping import command_line, example
from sim.cli.options import (
    fresh_option,
    jobs_option,
    json_option,
    max_reps_option,
    most_replications,
    on_option,
    out_option,
    paths_set,
    precision_option,
    quiet_option,
    replications_option,
    response_option,
    scenario_file,
    seed_option,
    set_option,
    shard_option,
    style_option,
    where_to_run,
)
from sim.cli.progress import progress
from sim.cli.reading import read_scenario
from sim.cli.run import do_shard

if TYPE_CHECKING:
    from pathlib import Path

    from sim.experiment.cluster import Cluster
    from sim.experiment.executors import Jobs
    from sim.experiment.shards import Shard
    from sim.experiment.sweep import SweepStudy

SAMPLES = {"latin": "latin_hypercube", "sobol": "sobol"}


@click.command(
    "sweep",
    short_help="Vary inputs and tell what each changes.",
    epilog=example(
        "python -m sim sweep FILE --vary council.rule=consensus,simple_majority --reps 100",
    ),
)
@scenario_file
@click.option(
    "--vary",
    metavar="PATH=X,Y|START:STOP:STEP",
    multiple=True,
    help="Vary one input over values or a range (stop included); may be repeated: all combinations are run. "
    "With --sample, PATH=LOW:HIGH. Without it the file's 'sweep:' block says what is varied.",
)
@replications_option(1, None, "Replications at each point; with --precision, the most of them.")
@seed_option
@set_option
@response_option
@click.option(
    "--sample",
    type=click.Choice(list(SAMPLES)),
    help="Spread points over the ranges in place of all combinations: a Latin hypercube or a Sobol sequence.",
)
@click.option("--points", type=click.IntRange(2, 10_000), help="Points of a sample (32 by default).")
@precision_option
@max_reps_option
@jobs_option
@on_option
@click.option("--charts/--no-charts", default=True, help="Draw charts, or do not.")
@style_option
@fresh_option
@shard_option
@out_option
@quiet_option
@json_option
@click.pass_context
def sweep_command(
    ctx: click.Context,
    file: str,
    vary: tuple[str, ...],
    reps: int | None,
    seed: int,
    overrides: tuple[str, ...],
    responses: tuple[str, ...],
    sample: str | None,
    points: int | None,
    precision: float | None,
    max_reps: int | None,
    jobs: Jobs,
    cluster: Cluster | None,
    charts: bool,
    style: str,
    fresh: bool,
    shard: Shard | None,
    out: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run the scenario in FILE at every point of a design, with the same luck at each.

    Every point is checked before anything runs. Prints the points and the main effects of what is varied,
    paired run by run, and ends with the results folder.
    """
    from sim.engine.idle import idle_everywhere
    from sim.experiment.shards import WHOLE
    from sim.experiment.sweep import do_sweep
    from sim.experiment.sweep_plan import plan_sweep
    from sim.experiment.sweep_results import sweep_store
    from sim.report.styles import choosing_style
    from sim.report.sweep_folder import write_sweep
    from sim.scenario.vary import make_sweep

    started = datetime.now(UTC)
    if points is not None and sample is None:
        raise click.UsageError("--points belongs to --sample", ctx)
    scenario = read_scenario(file, overrides)
    asked, origins = _asked(vary, sample, points or 32)
    asked |= {"responses": list(responses)} if responses else {}
    asked |= {} if precision is None else {"precision": precision}
    sweep = make_sweep(asked, scenario.sweep, origins) if asked else None
    width = getattr(sweep or scenario.sweep, "precision", None)
    if shard is not None and width is not None:
        raise click.UsageError("--precision needs all runs in one place; give --shard or --precision", ctx)
    plan = plan_sweep(scenario, sweep, most_replications(ctx, reps, max_reps, width), seed, origins=origins)
    for note in [] if quiet else idle_everywhere(plan.design.scenarios, paths_set((*overrides, *vary))):
        say(note)
    jobs = where_to_run(ctx, jobs, cluster)
    with sweep_store(plan, out, fresh=fresh, shard=shard or WHOLE, say=None if quiet else say) as store:
        with progress(f"{scenario.name}, sweep", quiet=quiet) as tell:
            if shard is not None and not shard.whole:
                do_shard(ctx, plan, store, jobs, tell)
                return
            study = do_sweep(plan, jobs, tell, store=store)
        with choosing_style(style):
            folder = write_sweep(study, out, command_line(ctx), started, charts=charts, store=store)
    tell_sweep(ctx, study, folder, as_json)


def tell_sweep(ctx: click.Context, study: SweepStudy, folder: Path, as_json: bool) -> None:
    """Print what a sweep found; exit with the code that says if runs failed."""
    click.echo(_document(study, folder) if as_json else _text(study, folder))
    if study.failed:
        first = study.failures[0]
        say(
            f"{study.failed} of {study.size} runs failed, the first being run {first.run.run} at point "
            f"{first.point} ({first.told.splitlines()[0]}); they are left out of all figures, see "
            f"{folder / 'failures.csv'}"
        )
        ctx.exit(ExitCode.SOME_FAILED)


def _asked(vary: tuple[str, ...], sample: str | None, points: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the part of a `sweep:` block that the options write, and the places of its paths."""
    from sim.scenario.vary import read_spans, read_vary

    if sample is not None:
        if not vary:
            raise click.UsageError("--sample needs a --vary PATH=LOW:HIGH or more")
        spans, origins = read_spans(vary)
        return {"blocks": [{SAMPLES[sample]: spans, "count": points}]}, origins
    if not vary:
        return {}, {}
    levels, origins = read_vary(vary)
    return {"vary": levels}, origins


def _text(study: SweepStudy, folder: Path) -> str:
    from sim.report.sweep_tables import sweep_text

    return f"{sweep_text(study)}\n\n{folder}"


def _document(study: SweepStudy, folder: Path) -> str:
    content = {
        "results": str(folder),
        "scenario": study.scenario.name,
        "seed": study.seed,
        "factors": [factor.path for factor in study.design.factors],
        "design": [list(point.levels) for point in study.design.points],
        "responses": list(study.shown),
        "summary": study.summary().as_dict(),
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
