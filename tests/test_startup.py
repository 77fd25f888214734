"""Commands start without what they have no need of: libraries, other verbs, absent parts of a scenario."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import blake2b
from math import inf
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.typical import lower_median
from sim.scenario.decisions import with_one_fit
from sim.scenario.plain import hash_of, plain_data
from sim.scenario.program import _sources
from sim.scenario.yaml_events import parse_yaml
from tests.tiny import tiny_scenario, tiny_yaml

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "pandas", "matplotlib", "scipy", "simpy", "rich")
#: What a plain run has no need of: other verbs, what some functions of numpy import when first called, types,
#: theories and parts that its scenario does not have, charts, the search for what flips an answer.
NEEDLESS = (
    "numpy.ma", "numpy.typing", "click.shell_completion",
    "sim.cli.sweep", "sim.cli.compare", "sim.cli.verify", "sim.cli.check",
    "sim.alliance.theories", "sim.engine.rivals", "sim.inference.why", "sim.report.figures",
    "sim.scenario.injects", "sim.engine.injects", "sim.scenario.campaign",
)  # fmt: skip
#: Runs the command line with the words it is given and then tells which of some modules it loaded.
SCRIPT = """
import sys
from sim.cli import main
try:
    main(sys.argv[2:])
except SystemExit as end:
    print([name for name in sys.argv[1].split() if name in sys.modules], end.code, file=sys.stderr)
"""
#: Tells of some models whether their validators have been built once a scenario is loaded.
PARTS = """
import sys
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.incursions import Incursions
from sim.scenario.sweep import Sweep
load_scenario(sys.argv[1])
print([model.__pydantic_complete__ for model in (Scenario, Incursions, Sweep)])
"""
#: What holds parts that few scenarios have.
RARE = ("sim.scenario.incursions", "sim.scenario.fighting", "sim.scenario.epidemic", "sim.scenario.sweep")
DECISIONS = ROOT / "scenarios" / "alliances" / "csto_decisions.yaml"


def loaded(folder: Path, *words: str, among: tuple[str, ...] = HEAVY, **variables: str) -> str:
    """Return which modules *among* some a command loads, and its exit code, as one line."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, " ".join(among), *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.stderr.splitlines()[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.yaml").write_text(tiny_yaml(), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "tiny.yaml"), 0),
        (("check", "missing.yaml"), 3),
        (("tiny.yaml", "--set", "council.rule=none"), 3),
        (("schema",), 0),
        (("--help",), 0),
        (("run", "--help"), 0),
        (("sensitivity", "--help"), 0),
        (("--version",), 0),
        (("chekc",), 2),
    ],
)
def test_what_only_reads_loads_nothing_heavy(folder, words, code):
    assert loaded(folder, *words) == f"[] {code}"


@pytest.mark.parametrize("name", ["years_2020_2022", "covid", "hybrid", "karabakh", "afghan_border_force"])
def test_whatever_kind_of_crisis_is_checked_loads_nothing_heavy(folder, name):
    assert loaded(folder, "check", str(ROOT / "scenarios" / f"{name}.yaml")) == "[] 0"


def test_completion_loads_nothing_heavy(folder):
    variables = {"__C_COMPLETE": "bash_complete", "COMP_WORDS": "csto-sim ch", "COMP_CWORD": "1"}
    assert loaded(folder, **variables) == "[] 0"


def test_a_run_does_load_them_but_draws_only_when_asked(folder):
    words = ("tiny.yaml", "--reps", "1", "--quiet", "--charts")
    assert loaded(folder, *words, "none") == "['numpy', 'simpy'] 0"
    assert "matplotlib" in loaded(folder, *words, "main")


def test_the_package_alone_is_lazy():
    script = "import sys, sim; print([n for n in sys.modules if n.startswith('sim.')]); sim.run, sim.Study"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "[]")


def test_a_run_loads_no_verb_but_its_own_and_no_theory_or_chart(folder):
    assert loaded(folder, "tiny.yaml", "--reps", "1", "--charts", "none", among=NEEDLESS) == "[] 0"
    assert loaded(folder, "check", "tiny.yaml", among=NEEDLESS) == "['sim.cli.check'] 0"
    rival = ("tiny.yaml", "--reps", "1", "--charts", "none", "--set", "decision.model=legalist")
    assert loaded(folder, *rival, among=("sim.engine.rivals",)) == "['sim.engine.rivals'] 0"


@pytest.mark.parametrize(("name", "built"), [("kazakhstan", False), ("afghan_border", True)])
def test_parts_that_a_scenario_lacks_are_not_built(name, built):
    ended = subprocess.run(
        [sys.executable, "-c", PARTS, f"scenarios/{name}.yaml"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ended.stdout.strip() == str([True, built, False])


def test_models_of_parts_that_a_scenario_lacks_are_not_imported(folder):
    assert loaded(folder, "check", "tiny.yaml", among=RARE) == "[] 0"
    border = str(ROOT / "scenarios" / "afghan_border.yaml")
    assert "sim.scenario.incursions" in loaded(folder, "check", border, among=RARE)


@pytest.mark.parametrize(("said", "used"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_algebra_has_one_thread_unless_the_user_says_otherwise(said, used):
    script = "import os\nfrom sim.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n"
    environment = {key: text for key, text in os.environ.items() if key != "OPENBLAS_NUM_THREADS"} | said
    ended = subprocess.run(
        [sys.executable, "-c", f"{script}    print(os.environ['OPENBLAS_NUM_THREADS'])"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == used


def test_a_hash_is_that_of_the_whole_whatever_was_hashed_before():
    data = plain_data(tiny_scenario())
    for hashed in (data, {**data, "name": "other"}, dict(reversed(data.items())), {"a": 1.5}, {}, data):
        whole = json.dumps(hashed, ensure_ascii=False, separators=(",", ":"))
        assert hash_of(hashed) == blake2b(whole.encode(), digest_size=16).hexdigest()


def test_one_fit_of_many_is_read_and_says_the_same():
    text = DECISIONS.read_text(encoding="utf-8")
    whole = parse_yaml(text, "whole").data
    for name in (*whole["fits"], "none of them"):
        short = with_one_fit(text, name)
        found = parse_yaml(short, "short").data
        assert len(short) < len(text) / 2
        assert short.count("\n") == text.count("\n")
        assert found == whole | {
            "fits": {key: fit if key == name else {} for key, fit in whole["fits"].items()}
        }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format: 1\n",
        "fits:\n",
        "fits:\n  a:\n    b: 1\n  c: 3\n",
        "fits:\n  a:\n    b: 1\n # aside\n    c: 2\n",
        "fits:\n  a:\n    b: 'x'\n",
        "fits:\n  a: &a\n    b: 1\n  c:\n    d: *a\n",
    ],
)
def test_a_file_of_decisions_that_is_laid_out_otherwise_is_read_whole(text):
    assert with_one_fit(text, "z") == text


def test_the_lower_median_is_numpy_s():
    rng = np.random.default_rng(1)
    for size in range(1, 60):
        values = [*rng.normal(size=size).round(1).tolist(), *[inf] * int(rng.integers(3))]
        assert lower_median(values) == np.quantile(values, 0.5, method="inverted_cdf")


def test_every_module_enters_the_program_s_mark():
    for floor in ("experiment", "engine"):
        folder = ROOT / "sim" / floor
        assert sorted(_sources(str(folder))) == sorted(map(str, folder.rglob("*.py")))


def test_a_scenario_is_written_out_once_and_never_another_s():
    one, other = tiny_scenario(), tiny_scenario({"experiment.replications": 7})
    assert plain_data(one) is plain_data(one)
    assert plain_data(other)["experiment"] != plain_data(one)["experiment"]
    assert plain_data(one) == one.model_dump(mode="json", exclude_none=True)
