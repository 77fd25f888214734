"""The rows: each mechanism, event or number of the articles, how to see it, and which way it must point.

A row sets one thing otherwise on one side, with the same luck. Most effects are assumptions: what a row shows
is that the switch is wired to what it should move, not that the world works like that.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from sim.scenario.variants import variants_of

FOLDER = "scenarios"


class Row(NamedTuple):
    """One line: a scenario, a switch, and the response that it moves."""

    id: str
    what: str
    scenario: str
    #: From one path to what it is on either side; or a variant of the scenario; or two of them.
    switch: dict[str, tuple[Any, Any]] | str | tuple[str, str]
    response: str
    #: +1 or -1: the way in which the second side must differ.
    way: int
    #: What produces it, as a module under `sim/`.
    element: str
    #: Settings on both sides under which the switch must change nothing at all.
    nil: dict[str, Any]
    #: Further settings of both sides.
    base: Mapping[str, Any] = MappingProxyType({})
    runs: int = 40


#: Levels at which every member supports force, so that no rule and no wording can matter.
ALL_WILLING: dict[str, Any] = {
    "decision.weights": "assumed",
    "decision.ordered_choice.threshold_words": -6,
    "decision.ordered_choice.threshold_measures": -5.5,
    "decision.ordered_choice.threshold_force": -5,
}
READINESS = ("airborne_company", "airborne_battalion", "airborne_regiment", "company_blr", "company_arm",
             "battalion_kaz", "company_kgz", "battalion_tjk")  # fmt: skip
ASKS = {"crisis.host_choice.value_of_asking": 2}
NO_SHOCK = {"bases.base_abkhazia.shocks.cohesion": 0}
OPEN = "2021-10-01"


def in_force(
    instrument: str,
    response: str,
    way: int,
    text: str,
    row: str,
    element: str,
    nil: dict[str, Any] | None = None,
    **more: Any,
) -> Row:
    """Return the row of an instrument in force before the crisis: *nil*, if not said, is a factor of 1."""
    path = f"instruments.{instrument}"
    strong = {f"{path}.factor": more.pop("factor")} if "factor" in more else {}
    scenario = more.pop("scenario", "ready_alliance")
    return Row(
        row,
        text,
        scenario,
        {f"{path}.in_force": (None, more.pop("since", OPEN))},
        response,
        way,
        element,
        nil or {f"{path}.factor": 1},
        base=strong | more.pop("base", {}),
        **more,
    )


ROWS: tuple[Row, ...] = (
    Row(
        "R01",
        "members, forces and law as data, membership by date",
        "ready_alliance",
        {"members.BLR.left": (None, "2021-06-01")},
        "hours_to_deployment_complete",
        1,
        "engine/members",
        {"members.BLR.participates": False},
    ),
    Row(
        "R02",
        "sessions by video link or in person",
        "ready_alliance",
        {"council.session": ("remote", "in_person")},
        "hours_to_decision",
        1,
        "engine/council",
        {"council.travel": "0 h"},
        runs=12,
    ),
    Row(
        "R03",
        "the chair by date; a chair that is a party",
        "ready_alliance",
        {
            "alliance.chairs": (
                [{"member": "ARM", "start": "2021-01-01"}],
                [{"member": "KAZ", "start": "2021-01-01"}],
            )
        },
        "hours_to_decision",
        1,
        "engine/council",
        {"organs.chair_opens": "0 h"},
    ),
    Row(
        "R04",
        "consensus, against unanimity",
        "kazakhstan",
        {"council.rule": ("consensus", "unanimity")},
        "mandate",
        -1,
        "alliance/decision_rules",
        ALL_WILLING,
        ASKS,
    ),
    Row(
        "R05",
        "majority voting in place of consensus",
        "kazakhstan",
        {"council.rule": ("consensus", "simple_majority")},
        "mandate",
        1,
        "alliance/decision_rules",
        ALL_WILLING,
        ASKS
        | {
            "decision.weights": "assumed",
            "decision.ordered_choice.abstention": 0.4,
            "decision.ordered_choice.sigma_own": 1.2,
        },
    ),
    Row(
        "R06",
        "ties to the adversary hold help back",
        "syunik",
        "no_arms_sales",
        "help_level",
        1,
        "alliance/ordered_choice",
        {
            "decision.weights": "assumed",
            "decision.ordered_choice.weights.ties_to_adversary": 0,
            "alliance.legal_doubt.with_adversary": 0,
            "standing.cohesion_weight": 0,
            "standing.trust_weight": 0,
        },
        {"experiment.uncertain": "fixed"},
    ),
    Row(
        "R07",
        "the law waits for attribution",
        "hybrid",
        "never_known",
        "mandate",
        -1,
        "engine/pressure",
        {"decision.collective": False},
    ),
    Row(
        "R08",
        "no rule for war between members: the same request, against a member",
        "ready_alliance",
        {"crisis.facts.adversary": ("non_state", "member")},
        "mandate",
        -1,
        "alliance/treaty",
        {"decision.collective": False},
        runs=12,
    ),
    Row(
        "R09",
        "the Secretary General calls for peace, to small effect",
        "intra_member_clash",
        "no_good_offices",
        "hours_of_firing",
        1,
        "engine/fighting",
        {"response.measures.good_offices.levers.ceasefire": 1},
        {
            "response.measures.good_offices.levers.ceasefire": 1.3,
            "response.measures.good_offices.delay": "1 h",
        },
    ),
    Row(
        "R10",
        "one state mediates outside the alliance",
        "intra_member_clash",
        {"crisis.effects.mediation.enabled": (True, False)},
        "hours_of_firing",
        1,
        "engine/injects",
        {f"response.measures.{s}_mediates.levers.ceasefire": 1 for s in ("russia", "kazakhstan")},
        {
            f"response.measures.{s}_mediates.{k}": v
            for s in ("russia", "kazakhstan")
            for k, v in (("levers.ceasefire", 3), ("chance", 1), ("delay", "1 h"))
        },
    ),
    Row(
        "R11",
        "a host that does not ask, for what it costs at home",
        "belarus",
        {"crisis.host_choice.cost_at_home": (0.4, 0)},
        "appealed",
        1,
        "engine/host",
        {"crisis.host_choice.value_of_asking": -5, "crisis.host_choice.may_ask_lead_alone": False},
        {"crisis.host_choice.value_of_asking": 0.3},
    ),
    Row(
        "R12",
        "troops against protesters cost their sender at home",
        "kazakhstan",
        {"decision.ordered_choice.weights.cost": (-0.4, -1.4)},
        "mandate",
        -1,
        "alliance/ordered_choice",
        {"decision.weights": "fitted"},
        ASKS | {"decision.weights": "assumed"},
    ),
    Row(
        "R13",
        "asked, and no reaction: its cost in trust",
        "syunik",
        "no_reaction",
        "trust.ARM",
        -1,
        "engine/standing",
        {f"standing.answered_trust.{level}": 0 for level in ("none", "words", "measures")},
        {"council.rule": "simple_majority"},
    ),
    Row(
        "R14",
        "out of area, volunteers alone",
        "syria",
        "no_loyalty",
        "volunteers",
        -1,
        "engine/injects",
        {"response.measures.armenia.enabled": False},
    ),
    Row(
        "R15",
        "public confidence moves the readiness to ask",
        "belarus",
        {"standing.public_confidence": (0.07, 0.6)},
        "appealed",
        1,
        "engine/host",
        {"standing.confidence_weight": 0},
        {"standing.confidence_weight": 1, "crisis.host_choice.value_of_asking": 0.3},
    ),
    Row(
        "R15",
        "and is moved by what happens",
        "ready_alliance",
        "no_answer",
        "confidence",
        -1,
        "engine/standing",
        {f"standing.answered_confidence.{level}": 0 for level in ("none", "words", "measures", "force")},
        runs=12,
    ),
    Row(
        "R16",
        "a debt unpaid makes a repeat doubtful",
        "kazakhstan_again",
        {"standing.unpaid": (0, -1)},
        "help_level",
        -1,
        "engine/standing",
        {"standing.debt": 0, "standing.owes": {}},
        ASKS | {"standing.owes": {"KAZ": dict.fromkeys(("RUS", "BLR", "ARM", "KGZ", "TJK"), 1)}},
    ),
    Row(
        "R16",
        "a lead at war elsewhere is less willing",
        "kazakhstan_again",
        {"members.RUS.engaged": (0, 0.9)},
        "help_level",
        -1,
        "engine/members",
        {"alliance.strain": 0},
        ASKS | {"alliance.strain": 2},
    ),
    Row(
        "R16",
        "and what is left of its aircraft takes longer",
        "kazakhstan_again",
        {"fleets.RUS.il76.available": (70, 30)},
        "parts.aircraft",
        1,
        "engine/airlift",
        {"offers.RUS.mode_in": "road", "offers.RUS.mode_out": "road"},
        ALL_WILLING | ASKS,
        runs=36,
    ),
    Row(
        "R17",
        "arms sold to the adversary",
        "syunik",
        {"crisis.injects.arms_sales.enabled": (False, True)},
        "trust.ARM",
        -1,
        "engine/injects",
        {"crisis.injects.arms_sales.shocks.trust": 0},
        runs=12,
    ),
    Row(
        "R18",
        "shocks to cohesion: the arrest of the Secretary General",
        "karabakh",
        {"crisis.injects.arrest.enabled": (False, True)},
        "cohesion",
        -1,
        "engine/standing",
        {"crisis.injects.arrest.shocks.cohesion": 0},
        runs=12,
    ),
    Row(
        "R18",
        "the hazard that a member leaves",
        "years_2020_2022",
        {"standing.exit.rate": ("0.02 per year", "0.5 per year")},
        "exits",
        1,
        "engine/standing",
        {"standing.exit.enabled": False},
        runs=10,
    ),
    Row(
        "R19",
        "consensus in a larger alliance",
        "kazakhstan",
        {"synthetic.count": (0, 18)},
        "mandate",
        -1,
        "scenario/synthetic",
        ALL_WILLING,
        ASKS,
    ),
    Row(
        "R20",
        "admission of Abkhazia: its price in cohesion",
        "kazakhstan",
        {"bases.base_abkhazia.enabled": (False, True)},
        "cohesion",
        -1,
        "engine/bases",
        {"bases.base_abkhazia.shocks.cohesion": 0},
        runs=12,
    ),
    Row(
        "R20",
        "and what it opens: troops that start from there",
        "karabakh",
        {"bases.base_abkhazia.enabled": (False, True)},
        "parts.flight",
        -1,
        "engine/bases",
        {"bases.base_abkhazia.units": [], "bases.base_abkhazia.levers.readiness": 1} | NO_SHOCK,
        ALL_WILLING | ASKS | {"crisis.facts.territory": "recognised"},
        runs=12,
    ),
    Row(
        "R20",
        "and plan with the others",
        "karabakh",
        {"bases.base_abkhazia.coordination": (1, 1.2)},
        "hours_to_main_body",
        -1,
        "engine/bases",
        {"bases.base_abkhazia.units": []},
        ALL_WILLING | ASKS | {"crisis.facts.territory": "recognised", "bases.base_abkhazia.enabled": True},
        runs=12,
    ),
    Row(
        "R20",
        "admitted ground is partially recognised: force there becomes arguable",
        "ready_alliance",
        {"bases.base_abkhazia.enabled": (False, True)},
        "mandate",
        1,
        "engine/bases",
        {"crisis.facts.ground": ""} | NO_SHOCK,
        {"crisis.facts.territory": "external", "crisis.facts.ground": "base_abkhazia"},
        runs=12,
    ),
    Row(
        "R21",
        "an observer takes part and takes time, one at odds with a member more",
        "ready_alliance",
        {"partners.AZE.observer": (False, True)},
        "hours_to_decision",
        1,
        "engine/observers",
        {"organs.observer_cost": 0, "organs.discord_cost": 0},
        runs=12,
    ),
    Row(
        "R21",
        "all states of the CIS as observers at once",
        "ready_alliance",
        {"organs.observer_groups": ([], ["CIS"])},
        "hours_to_decision",
        1,
        "engine/observers",
        {"organs.observer_cost": 0, "organs.discord_cost": 0},
        runs=12,
    ),
    Row(
        "R22",
        "dialogue lowers tension",
        "ukraine",
        {"crisis.injects.dialogue.levers.tension": (1, 0.5)},
        "sanctioned",
        -1,
        "engine/pressure",
        {"crisis.injects.dialogue.enabled": False},
    ),
    Row(
        "R23",
        "a united front, as claimed, prevents sanctions",
        "ukraine",
        "united_front",
        "sanctioned",
        -1,
        "engine/pressure",
        {"crisis.effects.solidarity.strength": 0},
    ),
    Row(
        "R24",
        "pools of units and aircraft by state",
        "ready_alliance",
        {"fleets.RUS.il76.available": (75, 15)},
        "hours_to_deployment_complete",
        1,
        "engine/airlift",
        {"offers.RUS.mode_in": "road", "offers.RUS.mode_out": "road"},
        runs=12,
    ),
    in_force(
        "joint_support",
        "parts.handling",
        -1,
        "joint logistic support shortens turnaround",
        "R25",
        "engine/airfields",
        factor=0.7,
    ),
    in_force(
        "secure_network",
        "hours_to_decision",
        -1,
        "a secure network shortens consultation",
        "R26",
        "engine/council",
        runs=12,
    ),
    in_force(
        "joint_staff_chief",
        "hours_to_main_body",
        -1,
        "the Joint Staff plans faster",
        "R27",
        "engine/force",
        factor=0.5,
    ),
    in_force(
        "reaction_forces_equipment",
        "hours_to_deployment_complete",
        -1,
        "rapid reaction forces equipped",
        "R28",
        "engine/force",
        factor=0.8,
    ),
    in_force(
        "equipment_plan",
        "hours_to_deployment_complete",
        -1,
        "a plan that phases in over five years",
        "R28",
        "engine/levers",
        factor=0.5,
        since="2021-01-01",
    ),
    Row(
        "R29",
        "exercises deter while they last",
        "afghan_border",
        "no_exercises",
        "crossed",
        1,
        "engine/exercises",
        {"crisis.effects.deterrence.strength": 0},
    ),
    Row(
        "R30",
        "a UN mandate through a coordinating state",
        "un_mission",
        "no_mandate",
        "mandate",
        -1,
        "alliance/treaty",
        {"decision.collective": False},
    ),
    Row(
        "R30",
        "what the coordinating state speeds up",
        "un_mission",
        "no_protocol",
        "hours_to_deployment_complete",
        1,
        "engine/injects",
        {
            "crisis.injects.coordinating_state.levers.readiness": 1,
            "instruments.peacekeeping_protocol.factor": 1,
        },
    ),
    Row(
        "R30",
        "which it does from the day on which the protocol is in force",
        "un_mission",
        {"instruments.peacekeeping_protocol.in_force": ("2023-09-26", "2026-01-01")},
        "parts.readiness",
        1,
        "engine/levers",
        {"crisis.facts.un_mandate": "no"},
    ),
    Row(
        "R31",
        "a base that forces start from, and by road",
        "afghan_border_force",
        {"bases.base_201.enabled": (True, False)},
        "hours_to_deployment_complete",
        1,
        "engine/bases",
        {"offers.RUS.units": ["airborne_98"], "bases.base_201.units": []},
        ALL_WILLING | ASKS | {"bases.base_201.levers.readiness": 1},
        runs=12,
    ),
    Row(
        "R31",
        "a base added",
        "belarus_force",
        {"bases.base_belarus.enabled": (False, True)},
        "hours_to_deployment_complete",
        -1,
        "engine/bases",
        {"bases.base_belarus.units": [], "bases.base_belarus.drawn_from": []},
        # Nothing but where its troops start from: they are no readier, and nobody is warned the sooner.
        ALL_WILLING | {f"bases.base_belarus.levers.{lever}": 1 for lever in ("readiness", "warning")},
    ),
    in_force(
        "air_defence",
        "killed.ARM",
        -1,
        "joint air and missile defence of a member, on its recognised territory",
        "R31",
        "engine/fighting",
        {"crisis.facts.territory": "external"},
        scenario="karabakh",
        since="2020-01-01",
        factor=0.85,
        base={"crisis.facts.territory": "recognised"},
    ),
    in_force(
        "early_warning",
        "hours_to_appeal",
        -1,
        "better forecasts, sooner notice",
        "R32",
        "engine/host",
        factor=0.5,
        runs=12,
    ),
    in_force(
        "counter_terror",
        "clashes",
        -1,
        "joint operations lower the hazard of incursions",
        "R33",
        "engine/incursions",
        scenario="afghan_border",
        factor=0.8,
    ),
    in_force(
        "counter_terror",
        "raids",
        -1,
        "and of attacks on a member's posts",
        "R33",
        "engine/incursions",
        scenario="neighbours",
        since="2019-06-01",
        factor=0.8,
    ),
    in_force(
        "counter_terror",
        "attacks",
        -1,
        "and of covert ones",
        "R33",
        "engine/pressure",
        scenario="hybrid",
        factor=0.8,
    ),
    Row(
        "R34",
        "without the largest member",
        "ready_alliance",
        {"members.RUS.participates": (True, False)},
        "troops_deployed",
        -1,
        "alliance/contributions",
        {"decision.collective": False, "decision.bilateral": False},
        runs=12,
    ),
    Row(
        "R35",
        "January 2022 without an answer",
        "ready_alliance",
        "no_answer",
        "killed",
        1,
        "engine/rivals",
        {"crisis.effects.decision_signal.enabled": False, "crisis.effects.freed_forces.enabled": False},
    ),
    Row(
        "R36",
        "groups and caravans on 1,344 km",
        "afghan_border",
        {"crisis.incursions.watch.effort": (0.15, 0.45)},
        "crossed",
        -1,
        "engine/border",
        {f"crisis.incursions.terrains.{t}.detection": 0 for t in ("flat", "hills", "mountains")},
    ),
    Row(
        "R37",
        "the programme, agreed late and built later",
        "border_programme",
        ("never", "programme_at_once"),
        "clashes",
        1,
        "engine/injects",
        {f"response.measures.{p}.levers.detection": 1 for p in ("programme", "programme_2013")},
    ),
    Row(
        "R38",
        "branches: a long war multiplies what comes",
        "taliban_takeover",
        ("power_sharing", "long_war"),
        "clashes",
        1,
        "engine/injects",
        {
            f"crisis.branches.afghanistan.outcomes.{o}.levers.arrivals": 1
            for o in ("power_sharing", "long_war")
        },
    ),
    Row(
        "R38",
        "branches: a takeover makes people flee",
        "taliban_takeover",
        ("power_sharing", "takeover"),
        "fled_civilians",
        1,
        "engine/fleeing",
        {f"crisis.incursions.sectors.{s}.civilians": 0 for s in ("khorugh", "murghob")},
    ),
    Row(
        "R39",
        "fighting between members: people flee it and come back",
        "intra_member_clash_2022",
        {"crisis.fighting.sides.KGZ.displaced.leaving": (0.2, 0.9)},
        "displaced.KGZ",
        1,
        "engine/displacement",
        {"crisis.fighting.sides.KGZ.displaced.exposed": 0},
    ),
    Row(
        "R40",
        "peacekeepers by air; people come home the faster",
        "karabakh",
        {"response.measures.peacekeepers.levers.returns": (1, 1.5)},
        "returned.ARM",
        1,
        "engine/displacement",
        {"crisis.fighting.sides.ARM.displaced.returning": 0},
    ),
    Row(
        "R41",
        "pressure from outside, no appeal",
        "belarus",
        "no_outside_pressure",
        "incidents",
        -1,
        "engine/unrest",
        {"crisis.injects.outside_pressure.levers.growth": 1},
    ),
    Row(
        "R42",
        "the government changes hands",
        "kyrgyzstan_unrest",
        {"crisis.unrest.ends.fall": ("0.01 per h", "0.03 per h")},
        "government_fell",
        1,
        "engine/hazards",
        {"crisis.sites.bishkek.initial": "0 per day"},
    ),
    Row(
        "R43",
        "medics and kits from one state to another",
        "covid",
        "no_bilateral_help",
        "worst_day.KGZ",
        1,
        "engine/epidemic",
        {"crisis.effects.medical_aid.enabled": False},
    ),
    Row(
        "R43",
        "vaccine in plenty",
        "covid",
        {"crisis.epidemic.deliveries.vaccine_kgz.amount": (20000, 10000000)},
        "cases.KGZ",
        -1,
        "engine/epidemic",
        {"crisis.epidemic.protection": 0},
    ),
    Row(
        "R43",
        "closed borders",
        "covid",
        "borders_open",
        "worst_day.KGZ",
        1,
        "engine/epidemic",
        {"crisis.injects.borders_closed.levers.contacts": 1},
        {"crisis.injects.borders_closed.levers.contacts": 0.8},
    ),
    Row(
        "R44",
        "a neighbour attacked: what a status allows",
        "neighbours_tagtabazar",
        {"partners.TKM.partnership": (False, True)},
        "help_level",
        1,
        "alliance/treaty",
        {"decision.collective": False},
        {"crisis.host_choice.value_of_asking": 0.5, "alliance.treaty.partner_status.in_force": "2018-01-01"},
    ),
    Row(
        "R44",
        "and what a request weighs without any, against an observer's",
        "neighbours_tagtabazar",
        {"partners.TKM.observer": (False, True)},
        "help_level",
        1,
        "engine/observers",
        {"organs.standing_to_ask": {"none": 0.5, "observer": 0.5, "partner": 0.5}},
        {
            "crisis.host_choice.value_of_asking": 0.5,
            "organs.standing_to_ask.observer": 1,
            "decision.weights": "assumed",
            "decision.ordered_choice.weights.formal_request": 1.7,
        },
    ),
    Row(
        "R45",
        "one crisis leaves its mark on the next",
        "years_2020_2022",
        "no_syunik",
        "exit_hazard.ARM",
        -1,
        "engine/campaign",
        {"standing.exit.trust_power": 0},
        runs=12,
    ),
    Row(
        "R46",
        "wording cut until it can be adopted",
        "kazakhstan",
        {"decision.ordered_choice.dilution": (0.8, 0)},
        "mandate",
        -1,
        "engine/council",
        ALL_WILLING,
        ASKS | {"decision.weights": "assumed"},
    ),
    Row(
        "R46",
        "documents adopted together at one session",
        "ready_alliance",
        {"sessions.dushanbe_2021.enabled": (True, False)},
        "hours_to_decision",
        1,
        "engine/sessions",
        {"instruments.secure_network.factor": 1},
        base={"instruments.secure_network.in_force": OPEN},
    ),
    Row(
        "R47",
        "unrest at home that fades unaided",
        "kyrgyzstan_unrest",
        {"crisis.unrest.ends.fade": ("0.004 per h", "0.012 per h")},
        "incidents",
        -1,
        "engine/hazards",
        {"crisis.sites.bishkek.initial": "0 per day"},
    ),
    Row(
        "R48",
        "thanks to the patron, not to the alliance",
        "ready_alliance",
        {"decision.collective": (True, False)},
        "patron.KAZ",
        1,
        "engine/standing",
        {"standing.patron_gain": 0},
    ),
    Row(
        "R48",
        "arms from a rival patron",
        "kazakhstan_again",
        {"crisis.injects.rival_patron.enabled": (False, True)},
        "patron.KAZ",
        -1,
        "engine/injects",
        {"crisis.injects.rival_patron.shocks.patron": 0},
    ),
    Row(
        "R49",
        "the Secretary General's office stands empty",
        "ready_alliance",
        {"organs.secretary_general_vacant": (False, True)},
        "hours_to_decision",
        1,
        "engine/council",
        {"organs.vacancy_factor": 1},
        runs=12,
    ),
    Row(
        "R50",
        "several nations work below the sum of their parts",
        "ready_alliance",
        {"alliance.coordination": (0.9, 0.5)},
        "hours_to_deployment_complete",
        1,
        "engine/force",
        {f"alliance.notice_to_move.{n}": "0 h" for n in READINESS},
        runs=12,
    ),
)


def sides(row: Row, *, nil: bool = False) -> tuple[Scenario, Scenario]:
    """Return the two scenarios that a row compares, which themselves have no variants."""
    scenario = _shipped(row.scenario)
    fixed = row.base | (row.nil if nil else {})
    if isinstance(row.switch, dict):
        one, other = ({path: pair[k] for path, pair in row.switch.items()} for k in (0, 1))
        return with_settings(scenario, fixed | one), with_settings(scenario, fixed | other)
    scenario = with_settings(scenario, fixed) if fixed else scenario
    variants = variants_of(scenario)
    names = variants_named(row)
    return variants[names[0]] if len(names) > 1 else scenario, variants[names[-1]]


@cache
def _shipped(name: str) -> Scenario:
    return load_scenario(f"{FOLDER}/{name}.yaml")


def variants_named(row: Row) -> tuple[str, ...]:
    """Return the variants that a row compares: one with the scenario itself, or two."""
    if isinstance(row.switch, dict):
        return ()
    return (row.switch,) if isinstance(row.switch, str) else row.switch


def command(row: Row) -> str:
    """Return the command line that shows a row."""
    settings = " ".join(f"--set {quoted(path, value)}" for path, value in row.base.items())
    file = f"{FOLDER}/{row.scenario}.yaml"
    if isinstance(row.switch, dict):
        [(path, pair)] = row.switch.items()
        varied = quoted(path, *pair)
        words = ["python -m sim sweep", file, settings, f"--vary {varied}", f"--response {row.response}"]
    else:
        words = ["python -m sim run", file, settings]
    return " ".join(word for word in [*words, f"--reps {row.runs}"] if word)


def quoted(path: str, *values: Any) -> str:
    """Return path=value,value with quotes where a shell needs them."""
    return shlex.quote(f"{path}={','.join(map(_flow, values))}")


def _flow(value: Any) -> str:
    """Return plain data as a shell argument reads it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def _variants(row: Row) -> str:
    names = " against ".join(f"`{name}`" for name in reversed(variants_named(row)))
    return f" (variant {names})" if names else ""


def document_lines(shown: dict[int, str]) -> list[str]:
    """Return the lines of the table in `scenarios/README.md`, with what each row *shown*, by its place."""
    return [
        f"| {row.id} | {row.what}{_variants(row)} | `{row.scenario}` | `{row.element}` | `{row.response}` | "
        f"`{command(row)}` | {shown.get(place, '')} |"
        for place, row in enumerate(ROWS)
    ]


class Carried(NamedTuple):
    """What carries an event among the rows: a response and the range in which its mean over runs must lie."""

    id: str
    what: str
    scenario: str
    response: str
    low: float
    high: float


#: Ranges are wide: the event is there and of the right size. Whether it is predicted, the scores say.
CARRIED: tuple[Carried, ...] = (
    Carried("R35", "cities out of control", "kazakhstan", "sites_overwhelmed", 2, 11),
    Carried(
        "R35",
        "hours from appeal to the whole force (where sent)",
        "kazakhstan",
        "hours_to_deployment_complete",
        48,
        168,
    ),
    Carried("R36", "clashes on the border in seven months", "afghan_border", "clashes", 10, 60),
    Carried(
        "R37",
        "hours from the start to the programme at work",
        "border_programme",
        "hours_to.programme",
        8760,
        40000,
    ),
    Carried("R38", "clashes in 22 months, all ways together", "taliban_takeover", "clashes", 40, 160),
    Carried("R39", "rounds of firing", "intra_member_clash", "rounds", 1, 3),
    Carried("R39", "the council adopts nothing", "intra_member_clash", "help_level", 0, 1),
    Carried("R40", "peacekeepers sent by one state", "karabakh", "sent_troops", 1900, 2000),
    Carried("R40", "flights that carried them", "karabakh", "sent_flights", 50, 250),
    Carried("R40", "people who came home", "karabakh", "returned.ARM", 15000, 60000),
    Carried("R41", "no appeal (share of runs with one)", "belarus", "appealed", 0, 0.1),
    Carried("R42", "the government falls (share of runs)", "kyrgyzstan_unrest", "government_fell", 0.1, 0.7),
    Carried("R42", "the council adopts nothing", "kyrgyzstan_unrest", "help_level", 0, 0.2),
    Carried("R43", "hours from agreement to medics", "covid", "lead.medics_kgz", 100, 700),
    Carried("R43", "hours from offer to first vaccine", "covid", "lead.vaccine_kaz", 500, 3500),
    Carried("R44", "attacks on a member's post", "neighbours", "raids", 1, 1),
    Carried("R45", "Syunik: share of runs with an appeal", "years_2020_2022", "syunik.appealed", 0.7, 1),
    Carried(
        "R45", "January 2022: help level after all that", "years_2020_2022", "kazakhstan.help_level", 1, 3
    ),
)


def carried_lines(means: dict[int, str]) -> list[str]:
    """Return the lines of the table of events, with the *means* over runs, by place."""
    return [
        f"| {c.id} | {c.what} | `{c.scenario}` | `{c.response}` | {c.low:g} to {c.high:g} "
        f"| {means.get(place, '')} |"
        for place, c in enumerate(CARRIED)
    ]
