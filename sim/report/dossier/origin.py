"""Where a dossier comes from, and the command that makes it again."""

from __future__ import annotations

import platform
from importlib import import_module
from typing import TYPE_CHECKING

import sim
from sim.experiment.results import PACKAGES, identity_of
from sim.report.dossier.markup import Child, Html, join, tag
from sim.scenario.plain import scenario_hash
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.study import Study


def versions() -> dict[str, str]:
    """Return the versions of what the figures rest on."""
    found = {"Python": platform.python_version()}
    return found | {n: str(getattr(import_module(m), "__version__", "unknown")) for n, m in PACKAGES.items()}


def facts(pairs: dict[str, Child]) -> Html:
    """Return names with their values as a list."""
    return tag("dl", *[[tag("dt", key), tag("dd", value)] for key, value in pairs.items()], class_="facts")


def origin(study: Study) -> Html:
    """Return the manifest of a study and its commands."""
    identity = identity_of(study.scenario, study.seed)
    variants = f"{count(len(study.variant_rows), 'variant')} on the same luck"
    counts = f"{count(len(study.rows), 'run')}, {variants}, {len(study.failures)} failed"
    pairs: dict[str, Child] = {
        "Program": f"csto-sim {sim.__version__}",
        "Scenario": tag("code", study.scenario.name),
        "Scenario hash": tag("code", scenario_hash(study.scenario)),
        "Digest of the study": tag("code", identity.digest),
        "Seed": str(study.seed),
        "Runs": counts,
        "Typical run": str(study.typical),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }
    again = f"python -m sim run scenario.resolved.yaml --seed {study.seed} --charts all"
    return join([facts(pairs), commands([again, "python -m sim verify FOLDER"])])


def commands(lines: list[str]) -> Html:
    """Return the commands that make everything again, and what is kept elsewhere."""
    said = (
        "In the results folder; the second checks every byte. The command as typed, times, platform and the "
        "checksum of every file are in manifest.json beside this file: with them equal runs would not give "
        "equal bytes here."
    )
    return join(
        [tag("h3", "Make it again"), tag("pre", tag("code", "\n".join(lines))), tag("p", said, class_="note")]
    )
