"""`merge`: join the shards of a study into its results folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from sim.cli.errors import say
from sim.cli.helping import command_line, example
from sim.cli.options import json_option, log_option, out_option
from sim.cli.run import charts_option, runs_to_log, tell_study, write_study


@click.command(
    "merge",
    short_help="Join the shards of a study into its results folder.",
    epilog=example("python -m sim merge results/NAME/*.shard-*-of-8"),
)
@click.argument("folders", type=click.Path(path_type=Path), metavar="FOLDER...", nargs=-1, required=True)
@charts_option
@log_option
@out_option
@json_option
@click.pass_context
def merge_command(
    ctx: click.Context,
    folders: tuple[Path, ...],
    charts: str,
    log: str | tuple[int, ...],
    out: str,
    as_json: bool,
) -> None:
    """Join what `--shard` left in each FOLDER, and write the results that one machine would have written.

    All shards must be there, once, complete, undamaged and of one study; the shards' folders stay.
    """
    from sim.experiment.merge import join_shards, plan_from
    from sim.experiment.results import store_for
    from sim.experiment.store_place import running_folder
    from sim.experiment.study import do_study

    started = datetime.now(UTC)
    first, target = join_shards(folders, Path(out))
    if first.identity.kind != "study":
        say("the shards are joined; their command without --shard now writes the results")
        click.echo(str(running_folder(target)))
        return
    plan = plan_from(first)
    logs = runs_to_log(log, len(plan.design))
    with store_for(plan, out) as store:
        study = do_study(plan, 1, store=store)
        folder = write_study(study, out, charts, logs, command_line(ctx), started, store)
    tell_study(ctx, study, folder, as_json)
