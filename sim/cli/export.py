"""`export`: a table of a results folder for Stata, spreadsheets and data frames."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.helping import example


@click.command(
    "export",
    short_help="Write a table of a results folder as dta, xlsx, parquet or json.",
    epilog=example("python -m sim export RESULTS --to runs.dta"),
)
@click.argument("results", type=click.Path(), metavar="RESULTS")
@click.option("--to", "target", type=click.Path(), required=True, metavar="FILE",
              help="File to write; its ending says how: .dta, .xlsx, .parquet or .json.")  # fmt: skip
@click.option(
    "--table", default="runs", show_default=True, help="Table to write, as in runs, variants, summary."
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def export_command(results: str, target: str, table: str, overwrite: bool) -> None:
    """Write one table of the folder RESULTS in the format of another program, with labels and units.

    Columns whose names that program does not take are renamed, always in the same way, and infinite numbers
    are missing values where it knows none; both are told. The last line is the file.
    """
    from sim.experiment.export import ExportError, export, read_table

    path = Path(target)
    if path.exists() and not overwrite:
        raise click.UsageError(f"{target} exists; choose another name or say --overwrite")
    try:
        found = read_table(Path(results), table)
        done = export(found, path)
    except ExportError as error:
        raise click.UsageError(str(error)) from error
    rows, columns = found.frame.shape
    click.echo(f"{rows:,} rows and {columns} columns of {table}.csv")
    if done.renamed:
        click.echo(
            f"{len(done.renamed)} columns are renamed, since names there are letters, digits and _ up to 32:"
        )
        width = max(map(len, done.renamed))
        click.echo("\n".join(f"  {old:<{width}}  {new}" for old, new in done.renamed.items()))
    for name, count in done.infinite.items():
        click.echo(f"{name}: {count} infinite {'value is' if count == 1 else 'values are'} missing there")
    click.echo(str(path))
