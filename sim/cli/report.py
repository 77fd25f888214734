"""`report`: the dossier of a results folder, one HTML file that opens from a mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.errors import say
from sim.cli.helping import example
from sim.cli.options import jobs_option, quiet_option, style_option
from sim.cli.progress import progress

if TYPE_CHECKING:
    from sim.experiment.executors import Jobs

CHARTS = ("none", "main", "all")


@click.command(
    "report",
    short_help="Write a results folder's dossier, report.html.",
    epilog=example("python -m sim report RESULTS --animate"),
)
@click.argument("results", type=click.Path(path_type=Path), metavar="RESULTS")
@click.option("--animate", is_flag=True, help="Write the replay of the map as replay.gif, too.")
@click.option("--map", "outlines", type=click.Path(path_type=Path), metavar="FILE",
              help="GeoJSON outlines in place of the shipped ones.")  # fmt: skip
@click.option("--sensitivity", "analysis", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Folder of a sensitivity analysis of the same scenario, for the ranking.")  # fmt: skip
@click.option("--charts", type=click.Choice(CHARTS), default="none", show_default=True,
              help="Charts to draw as files, too (of a run's folder).")  # fmt: skip
@style_option
@jobs_option
@quiet_option
def report_command(
    results: Path,
    animate: bool,
    outlines: Path | None,
    analysis: Path | None,
    charts: str,
    style: str,
    jobs: Jobs,
    quiet: bool,
) -> None:
    """Write the dossier of the folder RESULTS, which `run`, `sweep` or `compare` wrote, into it.

    report.html holds answer, story, map, charts, decision, record, inputs, model and manifest in one file
    that asks the network for nothing. What it shows is held against the folder's own tables first. The last
    line is the folder.
    """
    from sim.report.dossier.folder import report_folder
    from sim.report.map import OutlinesError

    try:
        with progress("report", quiet=quiet) as tell:
            made = report_folder(
                results, animate=animate, outlines=outlines, analysis=analysis, charts=charts, style=style,
                jobs=jobs, progress=tell,
            )  # fmt: skip
    except OutlinesError as error:
        raise click.BadParameter(str(error), param_hint="'--map'") from error
    if not quiet:
        say(f"wrote {', '.join(sorted(made))}")
    click.echo(str(results))
