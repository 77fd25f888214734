"""The model in short, under the seven headings of the ODD protocol, and the STRESS-DES checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sim
from sim.experiment.curves import grid_of
from sim.experiment.dynamics import MODULES, present
from sim.report.dossier.markup import Html, join, table, tag
from sim.report.dossier.page import data_text
from sim.report.telling import listing
from sim.report.why_run import model_sentence
from sim.scenario.uncertain import drawn_inputs

if TYPE_CHECKING:
    from sim.scenario.models import Scenario

#: What each kind of crisis is called.
KINDS = {
    "unrest": "unrest at sites",
    "incursions": "incursions over a border",
    "fighting": "fighting between two sides",
    "epidemic": "an epidemic",
    "pressure": "pressure short of force",
    "crises": "a campaign of several crises",
}


def odd(scenario: Scenario) -> Html:
    """Return the description of the model as far as this scenario uses it."""
    crisis, alliance = scenario.crisis, scenario.alliance
    hours = float(scenario.horizon)
    drawn = scenario.experiment.uncertain == "drawn"
    values = {
        "crisis": listing(kinds_of(scenario)) or "a crisis",
        "host": alliance.members[crisis.host].name if crisis.host in alliance.members else crisis.host,
        "record": len(scenario.record) or "none",
        "members": listing(member.name for member in alliance.members.values()),
        "start": scenario.start.isoformat(timespec="minutes"),
        "horizon": f"{hours:,.0f} h ({hours / 24:,.0f} days)",
        "decides": model_sentence(scenario),
        "uncertain": len(drawn_inputs(scenario)),
        "drawn": "drawn anew in each outer draw" if drawn else "held at their values",
        "injects": len(crisis.injects),
    }
    # Split before filling in: what is filled in may hold any text.
    parts = (part.strip().partition("\n") for part in data_text("odd.txt").split("## ")[1:])
    return join(_heading(title, text.format_map(values)) for title, _, text in parts)


def _heading(title: str, text: str) -> Html:
    return join([tag("h3", title), tag("p", text)])


def kinds_of(scenario: Scenario) -> list[str]:
    """Return the kinds of crisis that a scenario has, in words."""
    found = [KINDS["unrest"]] if scenario.crisis.unrest is not None else []
    return found + [KINDS[key] for key in MODULES if key in KINDS and present(scenario, key)]


def checklist(scenario: Scenario, seed: int, runs: str, versions: dict[str, str]) -> Html:
    """Return the STRESS-DES checklist with the numbers that were used."""
    experiment = scenario.experiment
    values = {
        "runs": runs,
        "variants": listing(variant.title for variant in scenario.variants.values()) or "none",
        "uncertain": len(drawn_inputs(scenario)),
        "hours": f"{float(scenario.horizon):g}",
        "nested": f"{int(experiment.per_draw)} replications share an outer draw of the uncertain inputs",
        "band": f"{100 * float(experiment.band):.0f}",
        "version": sim.__version__,
        "used": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "seed": seed,
        "step": f"{_step(scenario):g}",
    }
    lines = data_text("stress.txt").splitlines()
    # Split before filling in: what is filled in may hold any text.
    rows = [[cell.strip().format_map(values) for cell in line.split("|", 1)] for line in lines]
    title = "STRESS-DES checklist (Monks and others, 2019)"
    return table(("item", "what was done"), rows, title, words=(0, 1))


def _step(scenario: Scenario) -> float:
    grid = grid_of(scenario)
    return float(grid[1] - grid[0]) if len(grid) > 1 else float(scenario.horizon)
