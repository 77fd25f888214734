"""The rows: each mechanism, event or number of the articles, how to see it, and which way it must point.

A row sets one thing otherwise on one side, with the same luck. Most effects are assumptions: what a row shows is
that the switch is wired to what it should move, not that the world works like that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.scenario.load import load_scenario, variants_of, with_settings
from sim.scenario.models import Scenario

FOLDER = "scenarios"


class Row(NamedTuple):
    """One line: a scenario, a switch, and the response that it moves."""

    id: str
    what: str
    scenario: str
    #: From path to what it is on one side and on the other; or the name of a variant of the scenario.
    switch: dict[str, tuple[Any, Any]] | str
    response: str
    #: +1 or -1: the way in which the second side must differ.
    way: int
    #: What produces it, as a module under `sim/`.
    element: str
    #: Settings on both sides under which the switch must change nothing at all.
    nil: dict[str, Any]
    #: Further settings of both sides.
    base: dict[str, Any] = {}
    runs: int = 40


#: Levels at which every member supports force, so that no rule and no wording can matter.
ALL_WILLING: dict[str, Any] = {
    "decision.weights": "assumed",
    "decision.ordered_choice.threshold_words": -6,
    "decision.ordered_choice.threshold_measures": -5.5,
    "decision.ordered_choice.threshold_force": -5,
}
ASKS = {"crisis.host_choice.value_of_asking": 2}
OPEN = "2021-10-01"


def in_force(instrument: str, response: str, way: int, text: str, row: str, element: str, **more: Any) -> Row:
    """Return the row of an instrument that enters into force before the crisis, and is nil at a factor of 1."""
    path = f"instruments.{instrument}"
    strong = {f"{path}.factor": more.pop("factor")} if "factor" in more else {}
    scenario = more.pop("scenario", "ready_alliance")
    return Row(row, text, scenario, {f"{path}.in_force": (None, more.pop("since", OPEN))}, response, way, element,
               {f"{path}.factor": 1}, base=strong | more.pop("base", {}), **more)  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("R01", "members, forces and law as data, membership by date", "ready_alliance",
        {"members.KGZ.left": (None, "2021-06-01")}, "troops_deployed", -1, "engine/members",
        {"offers.KGZ": None}, runs=12),
    Row("R02", "sessions by video link or in person", "ready_alliance",
        {"council.session": ("remote", "in_person")}, "hours_to_decision", 1, "engine/council",
        {"council.travel": "0 h"}, runs=12),
    Row("R03", "the chair by date; a chair that is a party", "ready_alliance",
        {"alliance.chairs": ([{"member": "ARM", "start": "2021-01-01"}], [{"member": "KAZ", "start": "2021-01-01"}])},
        "hours_to_decision", 1, "engine/council", {"organs.chair_party_factor": 1}),
    Row("R04", "consensus, against unanimity", "kazakhstan",
        {"council.rule": ("consensus", "unanimity")}, "mandate", -1, "alliance/decision_rules",
        ALL_WILLING, ASKS),
    Row("R05", "majority voting in place of consensus", "kazakhstan",
        {"council.rule": ("consensus", "simple_majority")}, "mandate", 1, "alliance/decision_rules",
        ALL_WILLING, ASKS | {"decision.weights": "assumed", "decision.ordered_choice.abstention": 0.4}),
    Row("R06", "ties to the adversary hold help back", "syunik",
        {f"alliance.ties.{m}-AZE": (0, 2) for m in ("BLR", "KAZ", "KGZ", "TJK")}, "help_level", -1,
        "alliance/ordered_choice",
        {"decision.weights": "assumed", "decision.ordered_choice.weights.ties_to_adversary": 0}),
    Row("R07", "the law waits for attribution", "hybrid", "never_known", "mandate", -1, "engine/pressure",
        {"decision.collective": False}),
    Row("R07", "the law waits for attribution", "hybrid", "known_at_once", "basis.force", 1, "alliance/treaty",
        {"crisis.facts.external_hand": "proved"}),
    Row("R08", "no rule for war between members", "intra_member_clash",
        {"crisis.facts.adversary": ("member", "state"), "crisis.facts.territory": ("disputed", "recognised")},
        "help_level", 1, "alliance/treaty", {"decision.collective": False},
        {"crisis.host_choice.value_of_asking": 0.4, "crisis.host_choice.cost_at_home": 0.05}),
    Row("R09", "the Secretary General calls for peace, to small effect", "intra_member_clash", "no_good_offices",
        "hours_of_firing", 1, "engine/fighting", {"response.measures.good_offices.levers.ceasefire": 1},
        {"response.measures.good_offices.levers.ceasefire": 1.3, "response.measures.good_offices.delay": "1 h"}),
    Row("R10", "one state mediates outside the alliance", "intra_member_clash",
        {"crisis.effects.mediation.enabled": (True, False)}, "hours_of_firing", 1, "engine/injects",
        {f"response.measures.{s}_mediates.levers.ceasefire": 1 for s in ("russia", "kazakhstan")},
        {f"response.measures.{s}_mediates.{k}": v for s in ("russia", "kazakhstan")
         for k, v in (("levers.ceasefire", 3), ("chance", 1), ("delay", "1 h"))}),
    Row("R11", "a host that does not ask, for what it costs at home", "belarus",
        {"crisis.host_choice.cost_at_home": (0.4, 0)}, "appealed", 1, "engine/host",
        {"crisis.host_choice.value_of_asking": -5}, {"crisis.host_choice.value_of_asking": 0.3}),
    Row("R12", "troops against protesters cost their sender at home", "kazakhstan",
        {"decision.ordered_choice.weights.cost": (-0.4, -1.4)}, "mandate", -1, "alliance/ordered_choice",
        {"decision.weights": "fitted"}, ASKS | {"decision.weights": "assumed"}),
    Row("R13", "asked, and no reaction: its cost in trust", "syunik", "no_reaction", "trust.ARM", -1,
        "engine/standing",
        {f"standing.answered_trust.{level}": 0 for level in ("none", "words", "measures")},
        {"council.rule": "simple_majority"}),
    Row("R14", "out of area, volunteers alone", "syria", "no_loyalty", "volunteers", -1, "engine/injects",
        {"response.measures.armenia.enabled": False}),
    Row("R15", "public confidence moves the readiness to ask", "belarus",
        {"standing.public_confidence": (0.07, 0.6)}, "appealed", 1, "engine/host",
        {"standing.confidence_weight": 0},
        {"standing.confidence_weight": 1, "crisis.host_choice.value_of_asking": 0.3}),
    Row("R15", "and is moved by what happens", "ready_alliance", "no_answer", "confidence", -1, "engine/standing",
        {f"standing.answered_confidence.{level}": 0 for level in ("none", "words", "measures", "force")}, runs=12),
    Row("R16", "a debt unpaid makes a repeat doubtful", "kazakhstan_again",
        {"standing.unpaid": (0, -1)}, "help_level", -1, "engine/standing",
        {"standing.debt": 0, "standing.owes": {}},
        ASKS | {"standing.owes": {"KAZ": dict.fromkeys(("RUS", "BLR", "ARM", "KGZ", "TJK"), 1)}}),
    Row("R17", "arms sold to the adversary", "syunik",
        {"crisis.injects.arms_sales.enabled": (False, True)}, "trust.ARM", -1, "engine/injects",
        {"crisis.injects.arms_sales.shocks.trust": 0}, runs=12),
    Row("R18", "shocks to cohesion: the arrest of the Secretary General", "karabakh",
        {"crisis.injects.arrest.enabled": (False, True)}, "cohesion", -1, "engine/standing",
        {"crisis.injects.arrest.shocks.cohesion": 0}, runs=12),
    Row("R18", "the hazard that a member leaves", "years_2020_2022",
        {"standing.exit.rate": ("0.02 per year", "0.5 per year")}, "exits", 1, "engine/standing",
        {"standing.exit.enabled": False}, runs=10),
    Row("R19", "consensus in a larger alliance", "kazakhstan", {"synthetic.count": (0, 18)}, "mandate", -1,
        "scenario/synthetic", ALL_WILLING, ASKS),
    Row("R20", "admission of Abkhazia: its price in cohesion", "kazakhstan",
        {"bases.base_abkhazia.enabled": (False, True)}, "cohesion", -1, "engine/bases",
        {"bases.base_abkhazia.shocks.cohesion": 0}, runs=12),
    Row("R21", "observers take part and take time", "ready_alliance",
        {"partners.AZE.observer": (False, True)}, "hours_to_decision", 1, "engine/council",
        {"organs.observer_cost": 0}, {"organs.observer_cost": 0.2}, runs=12),
    Row("R22", "dialogue lowers tension", "ukraine",
        {"crisis.injects.dialogue.levers.tension": (1, 0.5)}, "sanctioned", -1, "engine/pressure",
        {"crisis.injects.dialogue.enabled": False}),
    Row("R23", "a united front, as claimed, prevents sanctions", "ukraine", "united_front", "sanctioned", -1,
        "engine/pressure", {"crisis.effects.solidarity.strength": 0}),
    Row("R24", "pools of units and aircraft by state", "ready_alliance",
        {"fleets.RUS.il76.available": (75, 15)}, "hours_to_deployment_complete", 1, "engine/airlift",
        {"offers.RUS.mode_in": "road", "offers.RUS.mode_out": "road"}, runs=12),
    in_force("joint_support", "parts.handling", -1, "joint logistic support shortens turnaround", "R25",
             "engine/airfields", factor=0.7),
    in_force("secure_network", "hours_to_decision", -1, "a secure network shortens consultation", "R26",
             "engine/council", runs=12),
    in_force("joint_staff_chief", "hours_to_main_body", -1, "the Joint Staff plans faster", "R27", "engine/force",
             factor=0.5),
    in_force("reaction_forces_equipment", "hours_to_deployment_complete", -1, "rapid reaction forces equipped",
             "R28", "engine/force", factor=0.8),
    in_force("equipment_plan", "hours_to_deployment_complete", -1, "a plan that phases in over five years", "R28",
             "engine/levers", factor=0.5, since="2021-01-01"),
    Row("R29", "exercises deter while they last", "afghan_border", "no_exercises", "crossed", 1, "engine/exercises",
        {"crisis.effects.deterrence.strength": 0}),
    Row("R30", "a UN mandate through a coordinating state", "un_mission", "no_mandate", "mandate", -1,
        "alliance/treaty", {"decision.collective": False}),
    Row("R30", "what the coordinating state speeds up", "un_mission", "no_protocol", "hours_to_deployment_complete",
        1, "engine/injects",
        {f"crisis.injects.coordinating_state.levers.{k}": 1 for k in ("readiness", "planning")}),
    Row("R31", "a base that forces start from", "afghan_border_force",
        {"bases.base_201.enabled": (True, False)}, "parts.readiness", 1, "engine/bases",
        {"bases.base_201.levers.readiness": 1}, ALL_WILLING | ASKS),
    in_force("air_defence", "killed", -1, "joint air and missile defence", "R31", "engine/fighting",
             scenario="karabakh", since="2020-01-01", factor=0.85),
    in_force("early_warning", "hours_to_appeal", -1, "better forecasts, sooner notice", "R32", "engine/host",
             factor=0.5, runs=12),
    in_force("counter_terror", "clashes", -1, "joint operations lower the hazard of incursions", "R33",
             "engine/incursions", scenario="afghan_border", factor=0.8),
    Row("R34", "without the largest member", "ready_alliance",
        {"members.RUS.participates": (True, False)}, "troops_deployed", -1, "alliance/contributions",
        {"decision.collective": False, "decision.bilateral": False}, runs=12),
    Row("R35", "January 2022 without an answer", "ready_alliance", "no_answer", "killed", 1, "engine/rivals",
        {"crisis.effects.decision_signal.enabled": False, "crisis.effects.freed_forces.enabled": False}),
    Row("R36", "groups and caravans on 1,344 km", "afghan_border",
        {"crisis.incursions.watch.effort": (0.15, 0.45)}, "crossed", -1, "engine/border",
        {f"crisis.incursions.terrains.{t}.detection": 0 for t in ("flat", "hills", "mountains")}),
    Row("R37", "the programme, agreed late and built later", "border_programme", "never", "clashes", -1,
        "engine/injects",
        {f"response.measures.{p}.levers.detection": 1 for p in ("programme", "programme_2013")}),
    Row("R38", "takeover multiplies the threat", "taliban_takeover",
        {f"crisis.branches.afghanistan.outcomes.{o}.chance": pair for o, pair in
         (("power_sharing", (1, 0)), ("long_war", (0, 0)), ("takeover", (0, 1)))},
        "clashes", 1, "engine/injects",
        {f"crisis.branches.afghanistan.outcomes.{o}.levers.arrivals": 1
         for o in ("power_sharing", "long_war", "takeover")}),
    Row("R39", "fighting between members, 2021 and 2022", "intra_member_clash_2022",
        {"crisis.fighting.relapse": ("0.03 per h", "0.3 per h")}, "hours_of_firing", 1, "engine/fighting",
        {"crisis.fighting.renewed": 0}),
    Row("R40", "peacekeepers by air; people come home the faster", "karabakh",
        {"response.measures.peacekeepers.levers.returns": (1, 1.5)}, "returned.ARM", 1, "engine/displacement",
        {"crisis.fighting.sides.ARM.displaced.returning": 0}),
    Row("R41", "pressure from outside, no appeal", "belarus", "no_outside_pressure", "incidents", -1,
        "engine/unrest", {"crisis.injects.outside_pressure.levers.growth": 1}),
    Row("R42", "the government changes hands", "kyrgyzstan_unrest",
        {"crisis.unrest.ends.fall": ("0.01 per h", "0.03 per h")}, "government_fell", 1, "engine/hazards",
        {"crisis.sites.bishkek.initial": "0 per day"}),
    Row("R43", "medics and kits from one state to another", "covid", "no_bilateral_help", "worst_day.KGZ", 1,
        "engine/epidemic", {"crisis.effects.medical_aid.enabled": False}),
    Row("R43", "vaccine in plenty", "covid", "vaccine_in_plenty", "cases.KGZ", -1, "engine/epidemic",
        {"crisis.epidemic.protection": 0}),
    Row("R43", "closed borders", "covid", "borders_open", "worst_day.KGZ", 1, "engine/epidemic",
        {"crisis.injects.borders_closed.levers.contacts": 1}),
    Row("R44", "a neighbour attacked: what a status allows", "neighbours_tagtabazar",
        {"partners.TKM.partnership": (False, True)}, "help_level", 1, "alliance/treaty",
        {"decision.collective": False},
        {"crisis.host_choice.value_of_asking": 0.5, "alliance.treaty.partner_status.in_force": "2018-01-01"}),
    Row("R45", "one crisis leaves its mark on the next", "years_2020_2022", "no_syunik", "trust.ARM", 1,
        "engine/campaign",
        {f"standing.answered_trust.{level}": 0 for level in ("none", "words", "measures", "force")}
        | {"crises.syunik.crisis.injects.arms_sales.shocks.trust": 0}, runs=12),
    Row("R46", "wording cut until it can be adopted", "kazakhstan",
        {"decision.ordered_choice.dilution": (0.8, 0)}, "mandate", -1, "engine/council", ALL_WILLING,
        ASKS | {"decision.weights": "assumed"}),
    Row("R47", "unrest at home that fades unaided", "kyrgyzstan_unrest",
        {"crisis.unrest.ends.fade": ("0.004 per h", "0.012 per h")}, "incidents", -1, "engine/hazards",
        {"crisis.sites.bishkek.initial": "0 per day"}),
    Row("R48", "thanks to the patron, not to the alliance", "ready_alliance",
        {"decision.collective": (True, False)}, "patron.KAZ", 1, "engine/standing", {"standing.patron_gain": 0}),
    Row("R49", "the Secretary General's office stands empty", "ready_alliance",
        {"organs.secretary_general_vacant": (False, True)}, "hours_to_decision", 1, "engine/council",
        {"organs.vacancy_factor": 1}, runs=12),
    Row("R50", "several nations work below the sum of their parts", "ready_alliance",
        {"alliance.coordination": (0.9, 0.5)}, "hours_to_deployment_complete", 1, "engine/force",
        {f"offers.{m}": None for m in ("BLR", "ARM", "KGZ", "TJK")}, runs=12),
)  # fmt: skip


def sides(row: Row, *, nil: bool = False) -> tuple[Scenario, Scenario]:
    """Return the two scenarios that a row compares, which themselves have no variants."""
    scenario = load_scenario(f"{FOLDER}/{row.scenario}.yaml")
    fixed = row.base | (row.nil if nil else {})
    if isinstance(row.switch, str):
        scenario = with_settings(scenario, fixed) if fixed else scenario
        return scenario, variants_of(scenario)[row.switch]
    one, other = ({path: pair[k] for path, pair in row.switch.items()} for k in (0, 1))
    return with_settings(scenario, fixed | one), with_settings(scenario, fixed | other)


def command(row: Row) -> str:
    """Return the command line that shows a row."""
    settings = " ".join(f"--set {quoted(path, value)}" for path, value in row.base.items())
    file = f"{FOLDER}/{row.scenario}.yaml"
    if isinstance(row.switch, str):
        words = ["python -m sim run", file, settings]
    elif len(row.switch) == 1:
        [(path, pair)] = row.switch.items()
        varied = quoted(path, *pair)
        words = ["python -m sim sweep", file, settings, f"--vary {varied}", f"--response {row.response}"]
    else:
        changed = " ".join(f"--set {quoted(path, pair[1])}" for path, pair in row.switch.items())
        words = ["python -m sim run", file, settings, changed]
    return " ".join(word for word in [*words, f"--reps {row.runs}"] if word)


def quoted(path: str, *values: Any) -> str:
    """Return path=value,value with quotes where a shell needs them."""
    text = f"{path}={','.join(flow_text(value) for value in values)}"
    return f"'{text}'" if any(char in text for char in " {}[]\"") else text
