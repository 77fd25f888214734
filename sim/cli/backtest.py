"""`backtest`: score every theory against a record of past cases; `fit`: write the weights it found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.helping import command_line
from sim.cli.options import json_option, out_option, quiet_option, style_option
from sim.cli.progress import progress

if TYPE_CHECKING:
    from sim.inference.material import Material

record_file = click.argument("record", type=click.Path(), metavar="[RECORD.yaml]", required=False)
alliance_option = click.option(
    "--alliance",
    type=click.Path(),
    metavar="FILE",
    help="Alliance with ties, forces and treaty; by default the one in ../alliances beside the record.",
)
no_ties_option = click.option("--no-ties", is_flag=True, help="Leave the judged ties between states out.")


@click.command(
    "backtest",
    short_help="Score the theories on past cases.",
    epilog="\b\nExample:\n  python -m sim backtest scenarios/record/csto.yaml",
)
@record_file
@alliance_option
@no_ties_option
@click.option("--write", is_flag=True, help="Also write the fitted weights, as `fit` does.")
@style_option
@out_option
@quiet_option
@json_option
@click.pass_context
def backtest_command(
    ctx: click.Context,
    record: str | None,
    alliance: str | None,
    no_ties: bool,
    write: bool,
    style: str,
    out: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Let every theory forecast every case of RECORD.yaml (by default the shipped record), and score it.

    Each case is forecast twice: left out, with no case of its conflict in view, and in-sample. Skill is
    measured against base rates, with intervals that resample conflicts. Prints the score board, then the
    cases, worst misses first with their ledgers, and ends with the results folder.
    """
    from sim.inference.backtest import backtest
    from sim.inference.backtest_text import backtest_text, document
    from sim.inference.material import gather
    from sim.report.scoreboard import write_backtest
    from sim.report.styles import choosing_style

    started = datetime.now(UTC)
    material = gather(record, alliance, use_ties=not no_ties)
    if not quiet:
        _warn(material)
    with progress("forecasting, conflict by conflict", quiet=quiet) as tell:
        result = backtest(material.cases, material.pool, material.notices, tell)
    with choosing_style(style):
        folder = write_backtest(result, material, out, command_line(ctx), started)
    if write:
        _write(material, quiet=True)
    if as_json:
        content: dict[str, Any] = {"results": str(folder), "record": material.record, **document(result)}
        click.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(f"{backtest_text(result)}\n{folder}")


@click.command(
    "fit",
    short_help="Fit the decision models to past cases.",
    epilog="\b\nExample:\n  python -m sim fit scenarios/record/csto.yaml",
)
@record_file
@alliance_option
@no_ties_option
@click.option("--to", type=click.Path(dir_okay=False), help="File to write; by default beside the alliance.")
@quiet_option
def fit_command(record: str | None, alliance: str | None, no_ties: bool, to: str | None, quiet: bool) -> None:
    """Fit the weights of the decision models to RECORD.yaml (by default the shipped record) and write them.

    Unchanged inputs give the same file byte for byte. Prints each weight with its interval and, as its last
    line, the file.
    """
    from sim.inference.material import gather

    material = gather(record, alliance, use_ties=not no_ties)
    if not quiet:
        _warn(material)
    click.echo(_write(material, to, quiet=False))


def _warn(material: Material) -> None:
    for notice in material.notices:
        click.echo(f"warning: {notice}", err=True)


def _write(material: Material, to: str | None = None, *, quiet: bool) -> str:
    from sim.inference.decision_fit import fit_decisions
    from sim.inference.decisions_file import decisions_text, intervals, write_decisions

    fit = fit_decisions(material.cases)
    target = Path(to) if to else material.decisions
    changed = write_decisions(decisions_text(material.record, material.cases, fit), target)
    lines = []
    if not quiet:
        lines = [
            f"{k:<20} {v:+.2f}  90 % {low:+.2f} to {high:+.2f}"
            for k, (v, low, high) in intervals(fit).items()
        ]
    lines.append(
        "written: the values are new" if changed else "unchanged: the file held these values already"
    )
    return "\n".join([*lines, str(target)])
