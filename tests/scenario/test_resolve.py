"""A scenario put together from files, written out whole, and read again as the same."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.scenario.errors import ScenarioError
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.plain import scenario_hash
from sim.scenario.resolve import resolve
from sim.scenario.schema import scenario_schema
from sim.scenario.study import Posterior
from tests.scenario.faults import problems_of
from tests.tiny import ALLIANCE, tiny_scenario, tiny_yaml


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of scenarios with an alliance called by name."""
    (tmp_path / "alliances").mkdir()
    (tmp_path / "alliances" / "small.yaml").write_text(ALLIANCE)
    (tmp_path / "base.yaml").write_text(tiny_yaml(alliance="small"))
    return tmp_path


def told(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)
    return [str(problem).splitlines()[0].replace(f"{path.parent}/", "") for problem in caught.value.problems]


def test_a_resolved_scenario_reads_back_as_the_same(folder: Path) -> None:
    scenario = load_scenario(folder / "base.yaml", ["sites.north.forces=700", "title='NO: 0o17, 1e3'"])
    text = resolve(scenario)
    alone = folder / "elsewhere" / "whole.yaml"
    alone.parent.mkdir()
    alone.write_text(text)
    again = load_scenario(alone)
    assert again == scenario
    assert resolve(again) == text
    assert scenario_hash(again) == scenario_hash(scenario)
    assert again.title == "NO: 0o17, 1e3"


@pytest.mark.parametrize(
    "title", ["NO", "0o17", "1e3", "1_0", "null", ".inf", "~", "12:30", "2022-01-05", "é\n\t x:"]
)
def test_texts_that_look_like_something_else_stay_texts(tmp_path: Path, title: str) -> None:
    scenario = tiny_scenario({"title": title})
    (tmp_path / "x.yaml").write_text(resolve(scenario), encoding="utf-8")
    assert load_scenario(tmp_path / "x.yaml").title == title


def test_the_hash_tells_every_difference() -> None:
    base = tiny_scenario()
    note = {"value": 1000, "low": 500, "high": 2000, "unit": "people", "note": "other"}
    others = [
        tiny_scenario({"horizon": "21 days"}),
        tiny_scenario({"crisis.sites.north.forces": note}),
        tiny_scenario({"variants.no_answer.title": "x"}),
        base,
    ]
    assert len({scenario_hash(scenario) for scenario in others}) == len(others)
    assert len(scenario_hash(base)) == 32
    assert scenario_hash(with_settings(base, {})) == scenario_hash(base)


def test_an_alliance_by_name_is_the_same_as_inline(folder: Path) -> None:
    assert load_scenario(folder / "base.yaml") == tiny_scenario()


def test_faults_in_an_alliance_stand_in_its_own_file(folder: Path) -> None:
    path = folder / "alliances" / "small.yaml"
    path.write_text(ALLIANCE.replace("supports_needed: 1", "suports_needed: 1"))
    line = ALLIANCE[: ALLIANCE.index("supports_needed")].count("\n") + 1
    assert told(folder / "base.yaml") == [
        f"alliances/small.yaml:{line - 1}:3: organs.council: the key 'supports_needed' is missing; add it",
        f"alliances/small.yaml:{line}:5: organs.council.suports_needed: "
        "unknown key 'suports_needed'; did you mean 'supports_needed'?",
    ]


def test_an_unknown_alliance_names_its_neighbour(folder: Path) -> None:
    (folder / "base.yaml").write_text(tiny_yaml(alliance="smal"))
    assert told(folder / "base.yaml") == [
        "base.yaml:7:11: alliance: there is no alliance 'smal' in alliances; did you mean 'small'?"
    ]


def test_a_scenario_built_on_another(folder: Path) -> None:
    (folder / "child.yaml").write_text(
        "extends: base.yaml\nname: child\n"
        "crisis:\n  sites: {north: {forces: 800, onset: null}}\n"
        "  reserves: {order: {uniform: {low: 1 h, high: 2 h}}}\n"
        "alliance: {lead: BBB}\nuncertain: {sites.north.forces: null}\n"
    )
    child, base = load_scenario(folder / "child.yaml"), load_scenario(folder / "base.yaml")
    assert (child.name, child.alliance.lead) == ("child", "BBB")
    assert child.crisis.sites["north"].onset is None
    assert child.crisis.sites["north"].forces == 800
    assert child.crisis.sites["south"] == base.crisis.sites["south"]
    assert child.crisis.reserves.order.sample(0.5) == 1.5
    assert len(child.uncertain) == len(base.uncertain) - 1


def test_a_fault_in_a_child_stands_in_the_child(folder: Path) -> None:
    (folder / "child.yaml").write_text("extends: base.yaml\ncrisis: {host: XXX}\n")
    assert told(folder / "child.yaml") == [
        "child.yaml:2:16: crisis.host: unknown state 'XXX'; known are AAA, BBB, CCC"
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "extends: bse.yaml",
            "child.yaml:1:10: extends: there is no file '{}/bse.yaml'; did you mean 'base.yaml'?",
        ),
        (
            "extends: child.yaml",
            "child.yaml:1:10: extends: 'child.yaml' is built on this file itself; break the circle",
        ),
        (
            "extends: /etc/passwd",
            "child.yaml:1:10: extends: 'extends' must name a scenario file; "
            "write its .yaml path relative to this file",
        ),
        (
            "fitted: no.yaml",
            "child.yaml:1:9: fitted: there is no file '{}/no.yaml'; check the name or drop the key",
        ),
    ],
)
def test_files_that_cannot_be_built_on(folder: Path, line: str, problem: str) -> None:
    (folder / "child.yaml").write_text(f"{line}\nname: child\n")
    assert told(folder / "child.yaml") == [problem.format(folder).replace(f"{folder}/", "")]


def test_posteriors_take_the_place_of_priors(folder: Path) -> None:
    text = tiny_yaml() + "fitted: fit.yaml\n"
    (folder / "fit.yaml").write_text(
        "crisis.sites.north.forces: {fitted_median: 900, fitted_spread: 1.2, source: fitted}\n"
    )
    (folder / "tiny.yaml").write_text(text)
    fitted = load_scenario(folder / "tiny.yaml")
    assert fitted.uncertain["sites.north.forces"] == Posterior(
        fitted_median=900, fitted_spread=1.2, source=("fitted",)
    )
    assert load_scenario(folder / "tiny.yaml", use_fitted=False) == tiny_scenario()
    (folder / "fit.yaml").write_text("crisis.unrest.growth: {fitted_median: 900, fitted_spread: x}\n")
    assert told(folder / "tiny.yaml") == [
        "fit.yaml:1:1: crisis.unrest.growth: the scenario does not call this uncertain; "
        "add it to 'uncertain:' or calibrate again"
    ]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("council.rule=unanimty", "council.rule: 'unanimty' is not known here; did you mean 'unanimity'?"),
        ("council.rul=unanimity", "council.rul: there is no 'rul' here; did you mean 'rule'?"),
        ("sites.nrth.forces=5", "sites.nrth.forces: there is no 'nrth' here; did you mean 'north'?"),
        ("sites.north.forces=-5", "sites.north.forces.value: -5 is too low; write 0 or more"),
        ("sites.south.forces=-5", "sites.south.forces: -5 is too low; write 0 or more"),
        ("horizon=30", "horizon: 30 needs a unit; write '30 h'"),
        ("horizon=.nan", "'.nan' is not a finite number; write a finite one"),
        ("horizon", "'horizon' is no setting; write path=value"),
        ("crisis.host=XXX", "crisis.host: unknown state 'XXX'; known are AAA, BBB, CCC"),
        (
            "alliance.chairs.4.member=AAA",
            "alliance.chairs.4.member: there is no item 4 here; the list has 1",
        ),
        (
            "mandate.tasks=[a",
            "not YAML: did not find expected ',' or ']'; check indentation, quotes and brackets here",
        ),
    ],
)
def test_faults_in_settings_are_placed_at_the_setting(folder: Path, setting: str, problem: str) -> None:
    assert told(folder / "base.yaml", "horizon=9 days", setting) == [f"--set #2: {problem}"]


def test_settings_are_typed_by_the_scenario(folder: Path) -> None:
    scenario = load_scenario(
        folder / "base.yaml",
        [
            "council.rule=unanimity",
            "airlift.weather=true",
            "mandate.tasks=[a, b]",
            "crisis.reserves.order=90 min",
        ],
    )
    assert scenario.alliance.organs.council.rule == "unanimity"
    assert scenario.alliance.airlift.weather
    assert scenario.response.mandate.tasks == ("a", "b")
    assert scenario.crisis.reserves.order.sample(0.1) == 1.5


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        tiny_yaml()
        .replace("growth: 0.08 per h", "growth: .nan")
        .replace("forces: 500", "forces: -500")
        .replace("host: CCC", "host: DDD")
        .replace("slots: 4", "slots: none")
        .replace("    lat: 43\n", "    lat: 43\n      lat: 44\n", 1)
        .replace("crew_rest: 12 h", "crew_rest: 12 km")
    )
    problems = problems_of(tmp_path, text, "horizon=1")
    assert [p.path for p in problems] == [
        "alliance.airfields.lead_field.slots",
        "alliance.airlift.crew_rest",
        "crisis.host",
        "crisis.unrest.growth",
        "crisis.sites.south.lat",
        "crisis.sites.south.forces",
        "horizon",
    ]


def test_the_error_shows_the_line_and_a_caret(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(tiny_yaml().replace("host: CCC", "hots: CCC"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    line = tiny_yaml()[: tiny_yaml().index("host: CCC")].count("\n") + 1
    assert (
        f"{path}:{line}:3: crisis.hots: unknown key 'hots'; did you mean 'host'?\n      hots: CCC\n      ^"
        in str(caught.value)
    )


def test_very_many_problems_are_cut_short(tmp_path: Path) -> None:
    begun = time.process_time()
    extra = "".join(f"key_{number}: 1\n" for number in range(5000))
    problems = problems_of(tmp_path, tiny_yaml() + extra)
    assert time.process_time() - begun < 5  # a hang or an explosion takes far longer
    assert problems[-1].message == "and 4,900 more problems; mend these first"


def test_a_large_alliance_loads_without_delay(tmp_path: Path) -> None:
    fleet = "".join(
        f"  field_{n}: {{name: Field {n}, lat: 50, lon: 60, country: AAA, "
        f"slots: {{value: 4, low: 2, high: 6, source: a book, confidence: low}}}}\n"
        for n in range(3900)
    )
    (tmp_path / "alliances").mkdir()
    (tmp_path / "alliances" / "big.yaml").write_text(ALLIANCE.replace("airfields:\n", f"airfields:\n{fleet}"))
    (tmp_path / "x.yaml").write_text(tiny_yaml(alliance="big"))
    begun = time.process_time()
    scenario = load_scenario(tmp_path / "x.yaml")
    assert time.process_time() - begun < 5  # a hang or an explosion takes far longer
    assert len(scenario.alliance.airfields) == 3903


def test_reading_scenarios_imports_nothing_heavy() -> None:
    code = (
        "import sys, sim.scenario.load, sim.scenario.uncertain, sim.scenario.schema, sim.scenario.resolve;"
        "print([m for m in ('numpy', 'pandas', 'matplotlib', 'scipy', 'simpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_schema_accepts_what_files_say() -> None:
    schema = scenario_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["if"] == {"required": ["extends"]}
    assert {"extends", "fitted", "alliance", "crisis"} <= set(schema["else"]["properties"])
    assert "required" not in schema["then"]
    jsonschema = pytest.importorskip("jsonschema")
    from sim.scenario.yaml_events import parse_yaml

    judge = jsonschema.Draft202012Validator(schema)
    for text in (
        tiny_yaml(),
        tiny_yaml(alliance="small"),
        "extends: a.yaml\ncrisis: {host: AAA, title: null}\n",
    ):
        assert not list(judge.iter_errors(parse_yaml(text, "x").data))
    assert not list(judge.iter_errors(parse_yaml(resolve(tiny_scenario()), "x").data))
    assert list(judge.iter_errors(parse_yaml(tiny_yaml().replace("slots: 4", "slts: 4"), "x").data))
