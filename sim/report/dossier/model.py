"""The model in short, under the seven headings of the ODD protocol, and the STRESS-DES checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sim
from sim.experiment.curves import grid_of
from sim.experiment.dynamics import MODULES, present
from sim.report.dossier.markup import Child, Html, join, table, tag
from sim.report.telling import listing
from sim.report.why_run import model_sentence

if TYPE_CHECKING:
    from sim.scenario.models import Scenario

#: What each kind of crisis is called.
KINDS = {
    "unrest": "unrest at sites", "incursions": "incursions over a border", "fighting": "fighting between two sides",
    "epidemic": "an epidemic", "pressure": "pressure short of force", "crises": "a campaign of several crises",
}  # fmt: skip


def odd(scenario: Scenario) -> Html:
    """Return the description of the model as far as this scenario uses it."""
    crisis, alliance = scenario.crisis, scenario.alliance
    host = alliance.members[crisis.host].name if crisis.host in alliance.members else crisis.host
    what = listing(kinds_of(scenario)) or "a crisis"
    members = listing(m.name for m in alliance.members.values())
    horizon = f"{float(scenario.horizon):,.0f} h ({float(scenario.horizon) / 24:,.0f} days)"
    parts: list[tuple[str, str]] = [
        ("1. Purpose and patterns",
         f"To compare assumptions and rules side by side: who asks, who answers with what and how fast, and what it "
         f"changes. Here: {what}, host {host}. Patterns held against the model are the recorded quantities above. It "
         "is no forecast, no plan, and no judgement of conduct."),
        ("2. Entities, state variables and scales",
         f"The host; the members ({members}) with willingness, position, approval and units; the organs; places of "
         "the crisis; aircraft, crews, airfields and their slots; posts. Time is continuous, in hours from "
         f"{scenario.start.isoformat(timespec='minutes')}, and ends after {horizon}. Space is points on the sphere."),
        ("3. Process overview and scheduling",
         "Event by event: the crisis develops; the host notices, sounds its allies and appeals or not; the organs "
         "meet, the treaty is read into a ledger, motions are put from the most to the least, members answer, the "
         "rule decides; contributors seek approval while units make ready; loads move by air and road; soldiers take "
         "post; the crisis ends and the force goes home. Between events states follow closed forms; no clock ticks."),
        ("4. Design concepts",
         f"Rival mechanisms of help are switches that variants close. {model_sentence(scenario)} The decision is a "
         "weakest link, delivery a best shot. The host asks when it thinks asking pays, so answered crises are a "
         "selection. Stochasticity: every draw has an address, so that equal events have equal luck in two design "
         "points. Observation: every response is read from the log of events, each of which names its cause."),
        ("5. Initialization",
         "The file scenario.resolved.yaml is complete: nothing is left to defaults, and it is checked whole before "
         "the clock starts. Nobody has noticed, asked or moved at the start, unless the file says so."),
        ("6. Input data",
         f"No series drives the model from outside. {len(scenario.uncertain)} uncertain inputs are "
         f"{'drawn' if scenario.experiment.uncertain == 'drawn' else 'held at their values'} as listed above; dated "
         f"events given by the file ({len(getattr(crisis, 'injects', {}) or {})}) happen at their dates."),
        ("7. Submodels",
         "Crisis dynamics, the host's choice, the treaty's tests, the members' choice, the council's rule, national "
         "approval, readiness, airlift and road moves, posts and freed local forces, withdrawal. Equations, sources "
         "and what is assumed stand in sim/README.md, section 6."),
    ]  # fmt: skip
    return join(join([tag("h3", title), tag("p", text)]) for title, text in parts)


def kinds_of(scenario: Scenario) -> list[str]:
    """Return the kinds of crisis that a scenario has, in words."""
    found = [KINDS["unrest"]] if scenario.crisis.unrest is not None else []
    return found + [KINDS[key] for key in MODULES if key in KINDS and present(scenario, key)]


def _step(scenario: Scenario) -> float:
    grid = grid_of(scenario)
    return float(grid[1] - grid[0]) if len(grid) > 1 else float(scenario.horizon)


def checklist(scenario: Scenario, seed: int, runs: str, versions: dict[str, str]) -> Html:
    """Return the STRESS-DES checklist with the numbers that were used."""
    e = scenario.experiment
    nested = f"{int(e.per_draw)} replications share an outer draw of the uncertain inputs"
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    rows: list[tuple[Child, ...]] = [
        ("1.1 Purpose", "Compare assumptions and rules of collective help; see the first heading above."),
        ("1.2 Outputs", "Responses named with unit and stratum in codebook.csv; the main ones above."),
        ("1.3 Aims of experiments", f"{runs}; variants: {listing(v.title for v in scenario.variants.values()) or 'none'}."),
        ("2.1 Base model", "Headings 2 and 3 above; diagrams of the flow are the story and the timeline."),
        ("2.2 Base logic", "sim/README.md, sections 3 and 6."),
        ("2.3 Scenario logic", "A variant sets inputs otherwise; luck stays with its address."),
        ("2.4 Algorithms", "Closed forms between events; thinning and exponentials for random events; slots by "
                           "reservation, first come first served."),
        ("2.5 Components", "Entities: sites or sectors, host, members, organs, loads. Activities: deliberation, "
                           "approval, readiness, handling, flight. Resources: aircraft, crews, slots. Queues: first "
                           "in, first out."),
        ("3.1 Data sources", "The table of inputs: source and confidence of each number."),
        ("3.2 Input parameters", f"{len(scenario.uncertain)} uncertain inputs with their distributions; the rest as listed."),
        ("3.3 Preprocessing", "None at run time; fitted values are marked as such."),
        ("3.4 Assumptions", "Everything whose source says assumption; weakest first above."),
        ("4.1 Initialization", "Terminating simulation from a known start; warm-up: none."),
        ("4.2 Run length", f"{float(scenario.horizon):g} h; what has not happened by then is censored."),
        ("4.3 Estimation", f"{runs}; {nested}; band {100 * float(e.band):.0f} %; times by Kaplan-Meier, shares by "
                           "Wilson's interval, variants by paired differences."),
        ("5.1 Software", f"csto-sim {sim.__version__}; {used}."),
        ("5.2 Random sampling", f"Philox counters by address (seed {seed}, stream, replication, entity, index); seed {seed}."),
        ("5.3 Event processing", f"Event calendar of SimPy; simultaneous events in order of recording; curves read every {_step(scenario):g} h."),
        ("5.4 Execution", "Replications in parallel processes; results do not depend on their number."),
        ("5.5 System", "Platform and times (run time included) are in manifest.json, which alone may differ between equal runs."),
        ("6.1 Code", "This program under its licence; CITATION.cff in its repository."),
    ]  # fmt: skip
    return table(
        ("item", "what was done"), rows, "STRESS-DES checklist (Monks and others, 2019)", words=(0, 1)
    )
