"""`schema`: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json

import click

from sim.cli.helping import example


@click.command("schema", epilog=example("python -m sim schema > scenarios/scenario.schema.json"))
def schema_command() -> None:
    """Print the JSON Schema of scenario files.

    An editor with a YAML language server then completes keys and marks mistakes while you type; point to the
    schema in the first line of a scenario: `# yaml-language-server: $schema=./scenario.schema.json`.
    """
    from sim.scenario.load import scenario_schema

    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
