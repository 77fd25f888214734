"""`compare`: results folders or scenario files side by side, paired run by run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.errors import ExitCode
from sim.cli.helping import command_line, example
from sim.cli.options import (
    jobs_option,
    json_option,
    out_option,
    quiet_option,
    replications_option,
    style_option,
)
from sim.cli.progress import progress

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs

#: Fewest and most sides.
SIDES = (2, 6)


@click.command(
    "compare",
    short_help="Tell how runs differ: inputs, outcomes, first event apart.",
    epilog=example("python -m sim compare FILE other.yaml --reps 100"),
)
@click.argument("sides", type=click.Path(), metavar="A B [C ...]", nargs=-1, required=True)
@replications_option(
    1, None, "Runs of each scenario file; as many as a folder beside it has, or its own number."
)
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="Luck of the files that are run.  [default: "
              "a folder's beside them, or 1]")  # fmt: skip
@jobs_option
@click.option("--unpaired", is_flag=True, help="Compare as separate samples, with Welch intervals.")
@click.option("--exit-code", is_flag=True, help="Exit with 5 if an outcome differs (in any pair of runs).")
@click.option("--charts", type=click.Choice(["none", "all"]), default="all", show_default=True,
              help="Charts to draw.")  # fmt: skip
@style_option
@out_option
@quiet_option
@json_option
@click.pass_context
def compare_command(
    ctx: click.Context,
    sides: tuple[str, ...],
    reps: int | None,
    seed: int | None,
    jobs: Jobs,
    unpaired: bool,
    exit_code: bool,
    charts: str,
    style: str,
    out: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Compare results folders or scenario files (which are run) with the first of them.

    Prints the inputs that differ, the outcomes that differ as differences between runs with the same luck,
    and the first event at which a typical run parts from its twin; its last line is the results folder.
    """
    from sim import api
    from sim.experiment.comparison import write_comparison
    from sim.report.compare_charts import draw_comparison
    from sim.report.compare_text import comparison_text
    from sim.report.styles import choosing_style

    if not SIDES[0] <= len(sides) <= SIDES[1]:
        raise click.UsageError(f"compare takes {SIDES[0]} to {SIDES[1]} folders or files, not {len(sides)}")
    if all(Path(side).is_dir() for side in sides):
        for option, value in (("--reps", reps), ("--seed", seed)):
            if value is not None:
                raise click.UsageError(f"{option} is for files that are run; all {len(sides)} are folders")
    started = datetime.now(UTC)
    with progress("compare", quiet=quiet) as tell:
        found = api.compare(*sides, reps=reps, seed=seed, jobs=jobs, paired=not unpaired, progress=tell)

    def draw(folder: Path) -> None:
        with choosing_style(style):
            draw_comparison(found, folder / "charts", charts)

    folder = write_comparison(found, out, command_line(ctx), draw, started)
    if as_json:
        document = {"results": str(folder), **found.summary().as_dict()}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo("\n".join([*comparison_text(found), "", str(folder)]))
    if exit_code and found.differs:
        ctx.exit(ExitCode.DIFFERENT)
