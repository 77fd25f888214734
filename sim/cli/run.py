"""`run`: simulate a scenario many times, tell what came out, keep it in a results folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.errors import ExitCode, say
from sim.cli.helping import command_line, example
from sim.cli.options import (
    fresh_option,
    host_time,
    hours_until,
    jobs_option,
    json_option,
    log_option,
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.cluster import Cluster
    from sim.experiment.executors import Jobs, Progress
    from sim.experiment.shards import Shard
    from sim.experiment.store import Store
    from sim.experiment.study import Plan, Study
    from sim.experiment.sweep_plan import SweepPlan
    from sim.scenario.models import Scenario


charts_option = click.option(
    "--charts",
    type=click.Choice(["none", "main", "all"]),
    default="main",
    show_default=True,
    help="Charts to draw; with all of them the dossier, report.html.",
)


@click.command(
    "run",
    short_help="Simulate a scenario and write a results folder.",
    epilog=example("python -m sim FILE --reps 500 --set council.rule=simple_majority"),
)
@scenario_file
@replications_option(
    1, None, "Replications, by default the scenario's own; with --precision, the most of them."
)
@seed_option
@set_option
@click.option("--until", metavar="WHEN", help="Stop there: hours ('120 h') or a date (host's local time).")
@precision_option
@max_reps_option
@response_option
@jobs_option
@on_option
@charts_option
@style_option
@log_option
@click.option(
    "--variants/--no-variants", default=True, help="Compare with the scenario's variants, or do not."
)
@fresh_option
@shard_option
@out_option
@quiet_option
@json_option
@click.pass_context
def run_command(
    ctx: click.Context,
    file: str,
    reps: int | None,
    seed: int,
    overrides: tuple[str, ...],
    until: str | None,
    precision: float | None,
    max_reps: int | None,
    responses: tuple[str, ...],
    jobs: Jobs,
    cluster: Cluster | None,
    charts: str,
    style: str,
    log: str | tuple[int, ...],
    variants: bool,
    fresh: bool,
    shard: Shard | None,
    out: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Simulate the scenario in FILE and its variants, and write a results folder.

    Prints the story of a typical replication, the outcomes beside what is on record, the members' positions,
    the effects of help, the treaty ledger and, as its last line, the results folder.

    What is done is kept as it is done: after an interrupt or a crash the same command goes on from there,
    and more replications of the same study run only the new ones.
    """

    started = datetime.now(UTC)
    most = _most(ctx, reps, max_reps, precision, responses, shard)
    scenario = read_scenario(file, overrides)
    # Imported here: a scenario that is wrong needs no library that simulates to be refused.
    from sim.engine.idle import idle_switches, unasked
    from sim.experiment.results import store_for
    from sim.experiment.shards import WHOLE
    from sim.experiment.study import do_study, plan_study

    for note in [] if quiet else idle_switches(scenario, paths_set(overrides)):
        say(note)
    stop = None if until is None else _stop(until, scenario)
    plan = plan_study(scenario, most, seed, until=stop, variants=None if variants else ())
    logs = runs_to_log(log, len(plan.design)) if precision is None else ()
    aim, notes = None, []
    if precision is not None:
        from sim.experiment.precise import aim_at, do_until_precise, precision_lines

        aim = aim_at(plan.scenario, precision, responses, len(plan.design))
    jobs = where_to_run(ctx, jobs, cluster)
    with store_for(plan, out, fresh=fresh, shard=shard or WHOLE, say=None if quiet else say) as store:
        with progress(scenario.name, quiet=quiet) as tell:
            if shard is not None and not shard.whole:
                do_shard(ctx, plan, store, jobs, tell)
                return
            if aim is None:
                study = do_study(plan, jobs, tell, store=store)
            else:
                study, reached = do_until_precise(plan, aim, store, jobs, tell)
                logs, notes = runs_to_log(log, reached.n), precision_lines(reached, aim, study.scenario)
        folder = write_study(study, out, charts, logs, command_line(ctx), started, store, style)
    for note in [] if quiet else unasked(scenario, paths_set(overrides), _appeals(study)):
        say(note)
    tell_study(ctx, study, folder, as_json, notes)


def _appeals(study: Study) -> list[float]:
    """Return whether anybody appealed, run by run; nothing where runs do not tell."""
    return [row["appealed"] for row in study.rows if "appealed" in row]


def _most(
    ctx: click.Context,
    reps: int | None,
    max_reps: int | None,
    precision: float | None,
    responses: Sequence[str],
    shard: Shard | None,
) -> int | None:
    """Return the most replications, if the command says; a cap where a precision decides."""
    most = most_replications(ctx, reps, max_reps, precision)
    if precision is None:
        if responses:
            raise click.UsageError("--response says what --precision is about; give both", ctx)
        return most
    if shard is not None:
        raise click.UsageError("--precision needs all runs in one place; give --shard or --precision", ctx)
    from sim.experiment.precise import CAP

    return most or CAP


def do_shard(ctx: click.Context, plan: Plan | SweepPlan, store: Store, jobs: Jobs, tell: Progress) -> None:
    """Do a shard's runs and leave them in its folder for `merge`."""
    from sim.experiment.executors import fulfil
    from sim.experiment.merge import finish_shard

    fulfil(plan.simulator, plan.tasks, store, jobs, tell)
    finish_shard(store, plan)
    click.echo(str(store.folder))
    failed = sum(len(store.failures(point)) for point in plan.tasks.points)
    if failed:
        say(f"{failed} of the shard's {len(store)} runs failed")
        ctx.exit(ExitCode.SOME_FAILED)


def tell_study(
    ctx: click.Context, study: Study, folder: Path, as_json: bool, notes: Sequence[str] = ()
) -> None:
    """Print what a study found, with some *notes*; exit with the code that says if runs failed."""
    click.echo(_document(study, folder, notes) if as_json else _text(study, folder, notes))
    if study.failures:
        say(_told(study, folder))
        ctx.exit(ExitCode.SOME_FAILED)


def runs_to_log(log: str | tuple[int, ...], total: int) -> Sequence[int]:
    """Return the runs whose event logs are kept beside the typical one's, of *total*."""
    if isinstance(log, str):
        return range(total) if log == "all" else ()
    if log[-1] >= total:
        raise click.BadParameter(
            f"there is no replication {log[-1]}; the last is {total - 1}", param_hint="'--log'"
        )
    return log


def _stop(until: str, scenario: Scenario) -> float:
    hours = hours_until(until, scenario)
    instant = host_time(hours, scenario).isoformat(sep=" ", timespec="minutes")
    say(f"until {instant}, {hours:g} h after the start")
    return hours


def write_study(
    study: Study,
    out: str,
    charts: str,
    logs: Sequence[int],
    command: Sequence[str],
    started: datetime,
    store: Store,
    style: str = "screen",
) -> Path:
    """Write the results folder of a study with its charts in a style and return its path."""
    from sim.experiment.results import write_results
    from sim.report.why_run import why_data

    def draw(folder: Path) -> None:
        if charts != "none":
            from sim.report.charts import draw_charts

            draw_charts(study, folder / "charts", charts, style=style)
        reasons = json.dumps(why_data(study), indent=2, ensure_ascii=False, allow_nan=False, default=str)
        (folder / "why.json").write_text(reasons + "\n", encoding="utf-8")
        if charts == "all":
            from sim.report.dossier.folder import write_study_dossier

            write_study_dossier(study, folder)

    return write_results(study, out, command=command, fill=draw, logs=logs, started=started, store=store)


def _text(study: Study, folder: Path, notes: Sequence[str]) -> str:
    from sim.report.story import story
    from sim.report.tables import all_tables
    from sim.report.why_run import why_lines

    lines = [*story(study), "", *why_lines(study), "", *all_tables(study), ""]
    return "\n".join([*lines, *notes, *[""][: len(notes)], str(folder)])


def _document(study: Study, folder: Path, notes: Sequence[str]) -> str:
    from sim.report.why_run import why_data

    content = {
        "results": str(folder),
        "scenario": study.scenario.name,
        "seed": study.seed,
        "typical": study.typical,
        "why": why_data(study),
        "summary": study.summary().as_dict(),
        **({"precision": list(notes)} if notes else {}),
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def _told(study: Study, folder: Path) -> str:
    first = study.failures[0]
    runs = len(study.rows) * (1 + len(study.variant_rows))
    under = f" under {first.variant}" if first.variant in study.variant_rows else ""
    return (
        f"{len(study.failures)} of {runs} runs failed, the first being run {first.run.run}{under} "
        f"({first.told.splitlines()[0]}); they are left out of all figures, see {folder / 'failures.csv'}"
    )
