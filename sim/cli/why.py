"""`why`: explain the members' answers in one run, and find the smallest change that flips the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sim.cli.helping import example
from sim.cli.options import json_option, scenario_file, seed_option, set_option

if TYPE_CHECKING:
    from sim.scenario.alliance import HelpLevel

#: What may be asked about: levels of help, and the rungs by which the record names them.
LEVELS: dict[str, HelpLevel] = {
    "words": "words", "measures": "measures", "force": "force", "statement": "words",
    "consultations": "words", "mission": "measures", "material_aid": "measures", "exercises": "measures",
    "force_deployment": "force",
}  # fmt: skip


@click.command(
    "why",
    short_help="Explain the members' answers, and what would flip them.",
    epilog=example("python -m sim why FILE --level force --replication 3"),
)
@scenario_file
@click.option("--member", metavar="KEY", default="", help="An ally whose own answer is asked about.")
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    metavar="LEVEL",
    default="force",
    show_default=True,
    help="Level of help asked about: words, measures or force, or a rung of the record.",
)
@click.option(
    "--replication",
    type=click.IntRange(min=0),
    metavar="N",
    help="Run to explain; by default the typical one of 24, or the first of them with an appeal.",
)
@seed_option
@set_option
@json_option
def why_command(
    file: str,
    member: str,
    level: str,
    replication: int | None,
    seed: int,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Explain why the members answered as they did in one run of the scenario in FILE.

    Prints the clauses of the treaty that matter, what each factor adds to each member's willingness, who
    was decisive under the rule, and the smallest single change that flips the answer, found by search.
    Nothing is written.
    """
    from sim import api
    from sim.inference.why import explain
    from sim.report.explain import explanation_text
    from sim.report.explain_data import explanation_data

    scenario = api.load(file, overrides)
    allies = [
        key for key, m in scenario.alliance.members.items() if m.participates and key != scenario.crisis.host
    ]
    if member and member not in allies:
        raise click.BadParameter(
            f"{member!r} is no ally with a vote; those are {', '.join(allies)}", param_hint="'--member'"
        )
    found = explain(scenario, seed, replication, LEVELS[level], member)
    if as_json:
        click.echo(json.dumps(explanation_data(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(explanation_text(found))
