"""`merge`: join the shards of a study or a sweep into its results folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.helping import command_line, example
from sim.cli.options import json_option, log_option, out_option, quiet_option, style_option
from sim.cli.progress import progress
from sim.cli.run import charts_option, runs_to_log, tell_study, write_study
from sim.cli.sweep import tell_sweep

if TYPE_CHECKING:
    from sim.experiment.study import Plan
    from sim.experiment.sweep_plan import SweepPlan


@click.command(
    "merge",
    short_help="Join the shards of a study or a sweep into its results folder.",
    epilog=example("python -m sim merge results/NAME/*.shard-*-of-8"),
)
@click.argument("folders", type=click.Path(path_type=Path), metavar="FOLDER...", nargs=-1, required=True)
@charts_option
@style_option
@log_option
@out_option
@quiet_option
@json_option
@click.pass_context
def merge_command(
    ctx: click.Context,
    folders: tuple[Path, ...],
    charts: str,
    style: str,
    log: str | tuple[int, ...],
    out: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Join what `--shard` left in each FOLDER, and write the results that one machine would have written.

    All shards must be there, once, complete, undamaged and of one study; the shards' folders stay.
    """
    from sim.experiment.merge import join_shards
    from sim.experiment.sweep_plan import SweepPlan

    started = datetime.now(UTC)
    with progress("shards joined", quiet=quiet) as tell:
        plan = join_shards(folders, Path(out), tell)
    if isinstance(plan, SweepPlan):
        _merged_sweep(ctx, plan, charts != "none", style, out, as_json, started)
    else:
        _merged_study(ctx, plan, charts, style, log, out, as_json, started)


def _merged_study(
    ctx: click.Context,
    plan: Plan,
    charts: str,
    style: str,
    log: str | tuple[int, ...],
    out: str,
    as_json: bool,
    started: datetime,
) -> None:
    from sim.experiment.results import store_for
    from sim.experiment.study import do_study

    logs = runs_to_log(log, len(plan.design))
    with store_for(plan, out) as store:
        study = do_study(plan, 1, store=store)
        folder = write_study(study, out, charts, logs, command_line(ctx), started, store, style)
    tell_study(ctx, study, folder, as_json)


def _merged_sweep(
    ctx: click.Context,
    plan: SweepPlan,
    charts: bool,
    style: str,
    out: str,
    as_json: bool,
    started: datetime,
) -> None:
    from sim.experiment.sweep import do_sweep
    from sim.experiment.sweep_results import sweep_store
    from sim.report.styles import choosing_style
    from sim.report.sweep_folder import write_sweep

    with sweep_store(plan, out) as store:
        study = do_sweep(plan, 1, store=store)
        with choosing_style(style):
            folder = write_sweep(study, out, command_line(ctx), started, charts=charts, store=store)
    tell_sweep(ctx, study, folder, as_json)
