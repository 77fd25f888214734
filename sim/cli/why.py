"""`why`: explain the members' answers in one run, and find the smallest change that flips the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sim.cli.helping import example
from sim.cli.options import json_option, seed_option, set_option
from sim.cli.reading import read_scenario

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
@click.argument("file", type=click.Path(), metavar="[FILE]", required=False)
@click.option("--case", metavar="ID", help="Explain a recorded case by the fitted choice instead of a run.")
@click.option(
    "--record", type=click.Path(), metavar="FILE", help="Record of the case; the shipped one by default."
)
@click.option("--member", metavar="KEY", default="", help="An ally whose own answer is asked about.")
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    metavar="LEVEL",
    help="Level of help asked about: words, measures or force, or a rung of the record; by default force, "
    "of a case what was asked for.",
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
    file: str | None,
    case: str | None,
    record: str | None,
    member: str,
    level: str | None,
    replication: int | None,
    seed: int,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Explain why the members answered as they did in one run of the scenario in FILE.

    Prints the clauses of the treaty that matter, what each factor adds to each member's willingness, who
    was decisive under the rule, and the smallest single change that flips the answer, found by search.
    Nothing is written. With --case a case of the record is explained in the same way, by the choice fitted to
    all other conflicts.
    """
    if (file is None) is (case is None):
        raise click.UsageError("give either a scenario's FILE or --case ID")
    if case is not None:
        if overrides or replication is not None:
            raise click.UsageError("--set and --replication go with a scenario's FILE, not with --case")
        _told_case(case, record, member, level, as_json)
        return
    assert file is not None
    if record is not None:
        raise click.UsageError("--record goes with --case")
    from sim.inference.why import explain
    from sim.report.explain_data import explanation_data
    from sim.report.explain_text import explanation_text

    scenario = read_scenario(file, overrides)
    allies = [
        key for key, m in scenario.alliance.members.items() if m.participates and key != scenario.crisis.host
    ]
    if member and member not in allies:
        raise click.BadParameter(
            f"{member!r} is no ally with a vote; those are {', '.join(allies)}", param_hint="'--member'"
        )
    found = explain(scenario, seed, replication, LEVELS[level or "force"], member)
    if as_json:
        click.echo(json.dumps(explanation_data(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(explanation_text(found))


def _told_case(case: str, record: str | None, member: str, level: str | None, as_json: bool) -> None:
    """Print why a case of a record is foreseen as it is."""
    from sim.inference.case_why import explain_case
    from sim.inference.material import gather
    from sim.report.case_why import case_why_data, case_why_text
    from sim.scenario.errors import did_you_mean

    material = gather(record)
    known = {coded.id: coded for coded in material.cases}
    if case not in known:
        cure = did_you_mean(case, known) or f"; known are {', '.join(known)}"
        raise click.BadParameter(f"the record has no case '{case}'{cure}", param_hint="'--case'")
    coded = known[case]
    if member and member not in coded.situation.members:
        allies = ", ".join(coded.situation.members)
        raise click.BadParameter(
            f"{member!r} is no ally in this case; those are {allies}", param_hint="'--member'"
        )
    found = explain_case(
        coded, [*material.cases, *material.pool], material.alliance, LEVELS[level] if level else None, member
    )
    if as_json:
        click.echo(json.dumps(case_why_data(found), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(case_why_text(found))
