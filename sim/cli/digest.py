"""`digest`: one hash over everything in a results folder, after a check of every file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.errors import ExitCode, say
from sim.cli.helping import example

#: Kinds of folder that `verify` can make again.
VERIFIED = ("run", "study", "sweep", "comparison")


@click.command(
    "digest",
    short_help="Check a results folder and print one hash of it.",
    epilog=example("python -m sim digest RESULTS"),
)
@click.argument("results", type=click.Path(), metavar="RESULTS")
@click.pass_context
def digest_command(ctx: click.Context, results: str) -> None:
    """Check every file in the folder RESULTS against its manifest and print one hash over all results.

    Any folder that a command wrote will do: runs, a sweep, a comparison, an analysis, a back-test. Equal
    studies have equal hashes wherever, whenever and by however many workers they were run. Anything missing,
    damaged or not in the manifest is told, a sentence each, and no hash is printed (exit 1).
    """
    from sim.experiment.canonical import canonical_hash, faults, kind_of, read_manifest

    folder = Path(results)
    manifest = read_manifest(folder)
    found = [*_torn(manifest, folder), *faults(folder, manifest)]
    if found:
        for fault in found:
            say(f"{folder}: {fault}")
        kind = kind_of(manifest)
        new = "`verify` compares it with a new run, " if kind in VERIFIED else ""
        say(f"this folder of a {kind} is not whole: {new}the command behind it mends it")
        ctx.exit(ExitCode.NOT_FINISHED)
    click.echo(canonical_hash(folder, manifest))


def _torn(manifest: dict[str, Any], folder: Path) -> list[str]:
    """Return whether a manifest of this version says another seed or scenario than its digest is made of."""
    import sim
    from sim.experiment.canonical import kind_of
    from sim.experiment.results import study_digest
    from sim.scenario.errors import ScenarioError
    from sim.scenario.load import load_scenario

    if kind_of(manifest) not in ("run", "study") or manifest.get("version") != sim.__version__:
        return []
    try:
        scenario = load_scenario(folder / "scenario.resolved.yaml")
        made = study_digest(scenario, int(str(manifest.get("seed"))))
    except (ScenarioError, ValueError, OSError):
        return ["manifest.json or scenario.resolved.yaml is damaged: they make no study together"]
    return [] if made == manifest["digest"] else [
        "manifest.json is damaged: its digest is not that of its scenario, seed and version"
    ]  # fmt: skip
