"""Switches that cannot act in a crisis: nothing in it reads what they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.engine.exercises import HALVINGS
from sim.engine.situation import treaty_facts
from sim.engine.world import World
from sim.scenario.alliance import Instrument
from sim.scenario.bases import Base
from sim.scenario.exercises import Exercise
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path

#: Mechanisms that the engine itself reads, and what must be there for it.
NEEDS = {
    "local_mobilisation": "unrest with reserves", "decision_signal": "a force that is planned",
    "freed_forces": "a force that is planned", "border_reinforcement": "a border and a force that is planned",
    "interposition": "fighting and a force that is planned",
}  # fmt: skip
#: Scenarios of one design that are looked through at most.
MOST = 200


def idle_switches(scenario: Scenario, paths: Iterable[str]) -> list[str]:
    """Return a note on each of *paths* (as in `--set`) that nothing in *scenario* can read, and why.

    Told from what the scenario declares, on the safe side: no note does not say that a switch does act. A
    campaign holds crises of many kinds and gets none.
    """
    if scenario.crises:
        return []
    world = World(scenario, 0, 0, float(scenario.horizon))
    found = {path: _why_idle(world, full_path(path).split(".")) for path in paths}
    return [f"note: nothing in this crisis reads {path}: {why}" for path, why in found.items() if why]


def idle_everywhere(scenarios: Sequence[Scenario], paths: Iterable[str]) -> list[str]:
    """Return the notes of `idle_switches` that hold of all *scenarios*; none of too many to look at."""
    if not scenarios or len(scenarios) > MOST:
        return []
    notes = idle_switches(scenarios[0], paths)
    for scenario in scenarios[1:]:
        if notes:
            there = idle_switches(scenario, paths)
            notes = [note for note in notes if note in there]
    return notes


def unasked(scenario: Scenario, paths: Iterable[str], appealed: Sequence[float]) -> list[str]:
    """Return a note on those of *paths* that only an appeal brings into play, *appealed* 0 in all runs."""
    if not appealed or any(value != 0 for value in appealed):
        return []
    idle = [path for path in paths if _speaks_to_askers(scenario, full_path(path).split("."))]
    return [f"note: nothing read {path}: in none of these runs did anybody appeal" for path in idle]


def _speaks_to_askers(scenario: Scenario, parts: Sequence[str]) -> bool:
    """Return whether the input at a path changes nothing but how a host comes to ask, or is answered."""
    alliance, kind, key = scenario.alliance, ".".join(parts[:2]), parts[2] if len(parts) > 2 else ""
    if kind in ("alliance.organs", "alliance.partners", "alliance.chairs", "alliance.legal_doubt"):
        return True
    levers: set[str] = set()
    if kind == "alliance.instruments" and key in alliance.instruments:
        levers = {alliance.instruments[key].affects, *alliance.instruments[key].also}
    elif kind == "alliance.bases" and key in alliance.bases and not _shakes(alliance.bases[key]):
        levers = set(alliance.bases[key].levers) if scenario.response.mission is None else set()
    # Reserves are called the sooner for a warning, whether or not anybody is asked.
    asking = {"consultation"} if scenario.crisis.reserves is not None else {"consultation", "warning"}
    read = levers & levers_read(scenario)
    return bool(read) and read <= asking


def _shakes(base: Base) -> bool:
    return base.shocks is not None and any(value for _, value in base.shocks)


def _why_idle(world: World, parts: Sequence[str]) -> str:
    """Return why the input at a path can change nothing; "" where it may, or where that is not known."""
    alliance, kind, key = world.alliance, ".".join(parts[:2]), parts[2] if len(parts) > 2 else ""
    if kind == "alliance.instruments" and key in alliance.instruments:
        return _instrument(world, key, alliance.instruments[key])
    if kind == "alliance.bases" and key in alliance.bases:
        return _base(world, key, alliance.bases[key])
    if kind == "alliance.exercises" and key in alliance.exercises:
        return _exercise(world, alliance.exercises[key])
    if kind == "crisis.effects" and key:
        return _mechanism(world, key)
    return ""


def levers_read(scenario: Scenario) -> set[str]:
    """Return the levers that something in *scenario* reads."""
    crisis, read = scenario.crisis, {"warning"}
    read |= {"consultation"} if scenario.response.decision.collective else set()
    read |= {"planning", "ground_time", "readiness"} if scenario.response.mission is not None else set()
    read |= {"growth", "suppression"} if crisis.unrest is not None else set()
    read |= {"growth", "contacts", "fatality"} if crisis.epidemic is not None else set()
    if crisis.pressure is not None:
        sanctions = crisis.pressure.sanctions is not None
        read |= {"attacks"} if crisis.pressure.targets else set()
        read |= {"attribution"} if crisis.pressure.attribution is not None else set()
        read |= {"sanctions"} if sanctions else set()
        read |= {"tension"} if sanctions or crisis.pressure.tension is not None else set()
    if crisis.fighting is not None:
        read |= {"intensity", "strikes", "ceasefire", "relapse", "returns"}
    if crisis.incursions is not None:
        raids = crisis.incursions.raids.values()
        read |= {"arrivals"} if crisis.incursions.parties or any(r.at is None for r in raids) else set()
        read |= {"raids"} if any(r.at is not None and not r.beyond for r in raids) else set()
        read |= {"detection", "interdiction"} if crisis.incursions.stops() else set()
        read |= {"refugees", "returns"} if crisis.incursions.moves_people() else set()
    return read


def _instrument(world: World, key: str, instrument: Instrument) -> str:
    things = (*world.crisis.injects.values(), *world.scenario.response.measures.values())
    if any(thing.instrument == key for thing in things):
        return ""
    levers = (instrument.affects, *instrument.also)
    if not set(levers) & levers_read(world.scenario):
        return f"no quantity here follows its lever ({', '.join(levers)})"
    facts = treaty_facts(world.scenario, world.today)
    unmet = [f"{name} is {found}" for name, found in instrument.only_where.items() if facts[name] != found]
    if unmet:
        return f"it works only where {' and '.join(unmet)}"
    if world.levers.in_force(key) > world.horizon:
        return "it is not in force before the run ends (enabled, in_force, the session that adopts it)"
    return ""


def _followed(world: World) -> bool:
    """Return whether the alliance's standing is followed, so that it can be shaken."""
    return world.alliance.standing is not None and world.alliance.standing.enabled


def _base(world: World, key: str, base: Base) -> str:
    offers = world.scenario.response.offers
    sent = set(offers[base.owner].units) if base.owner in offers else set()
    taken = {*base.units, *base.drawn_from} & sent
    if taken or (_shakes(base) and _followed(world)) or world.crisis.facts.ground == key:
        return ""
    host = world.crisis.host
    if host not in base.near:
        return f"it is not near {host} (near: {', '.join(base.near) or 'nobody'})"
    if base.units and base.owner in offers:
        return ""
    return "" if set(base.levers) & levers_read(world.scenario) else "no force is planned here"


def _exercise(world: World, exercise: Exercise) -> str:
    begins, ends = world.hours_to_day(exercise.begins), world.hours_to_day(exercise.ends) + 24
    trains = float(exercise.readiness_gain) > 0 and world.scenario.response.mission is not None
    lasting = HALVINGS * float(exercise.half_life) if trains else 0.0
    if begins > world.horizon or ends + lasting <= 0:
        return "it is not held, and no longer felt, while the run lasts"
    deters = world.crisis.host in exercise.near and world.crisis.effects.deterrence is not None
    felt = deters and set(exercise.levers) & levers_read(world.scenario)
    if felt or world.scenario.response.mission is not None:
        return ""
    return "nothing here follows what it changes, and no force is planned that it could tie up"


def _mechanism(world: World, name: str) -> str:
    crisis, response = world.crisis, world.scenario.response
    if getattr(crisis.effects, name, None) is None:
        return "the mechanism is not part of this scenario"
    force = response.mission is not None
    if name in NEEDS:
        there = {
            "local_mobilisation": crisis.unrest is not None and crisis.reserves is not None,
            "border_reinforcement": force and crisis.incursions is not None,
            "interposition": force and crisis.fighting is not None,
        }
        return "" if there.get(name, force) else f"it needs {NEEDS[name]}"
    if name == "deterrence":
        held = (e for e in world.alliance.exercises.values() if e.enabled and crisis.host in e.near)
        felt = [e for e in held if set(e.levers) & levers_read(world.scenario) and not _exercise(world, e)]
        return "" if felt else "no exercise that anybody here would feel is held near the host"
    outcomes = [outcome for branch in crisis.branches.values() for outcome in branch.outcomes.values()]
    things = (*crisis.injects.values(), *response.measures.values(), *outcomes)
    return "" if any(thing.mechanism == name for thing in things) else "nothing here works through it"
