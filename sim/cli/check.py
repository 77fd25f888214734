"""`check`: read a scenario, report every mistake at once, run nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.errors import ExitCode, say
from sim.cli.helping import example
from sim.cli.options import set_option

if TYPE_CHECKING:
    from sim.scenario.models import Scenario


@click.command(
    "check",
    short_help="Check scenarios and say what is in them.",
    epilog=example("python -m sim check FILE --set council.rule=simple_majority"),
)
@click.argument("files", type=click.Path(), metavar="FILE...", nargs=-1, required=True)
@set_option
@click.pass_context
def check_command(ctx: click.Context, files: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Check scenario FILEs and say what is in them; nothing is run and nothing is written.

    All mistakes are reported at once, each with its line and what to do; the exit code is then 3.
    """
    from sim import api
    from sim.scenario.errors import ScenarioError

    faulty = False
    for file in files:
        try:
            click.echo(describe(file, api.load(file, overrides)))
        except ScenarioError as error:
            say(str(error))
            faulty = True
    if faulty:
        ctx.exit(ExitCode.SCENARIO)


def describe(file: str, scenario: Scenario) -> str:
    """Return what a checked scenario holds, in a few lines.

    Args:
        file: the path as the user wrote it.
        scenario: what was read from it.
    """
    from sim.scenario.uncertain import assumptions, drawn_inputs
    from sim.scenario.units import count

    record = scenario.record.values()
    ranged = assumptions(scenario)
    scored, fitted = sum(entry.scored for entry in record), sum(entry.fitted for entry in record)
    return "\n".join(
        (
            f"{file}: correct",
            f"  {scenario.title}{' (hypothetical: it never happened)' if scenario.hypothetical else ''}",
            f"  {count(len(scenario.alliance.members), 'member')}, "
            f"{count(len(scenario.crisis.sites), 'site')}, "
            f"{float(scenario.horizon):g} h from {scenario.start.isoformat(timespec='minutes')}",
            f"  {count(len(ranged), 'input')} with a range, {len(drawn_inputs(scenario))} of them drawn; "
            f"{count(len(scenario.variants), 'variant')}",
            f"  {count(len(record), 'recorded quantity', 'recorded quantities')}, {scored} scored, "
            f"{fitted} used by the calibration",
        )
    )
