"""A switch that nothing reads is told on standard error, and quietly not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

IDLE, ACTS = "effects.deterrence.enabled", "effects.decision_signal.enabled"
NOTE = f"note: nothing in this crisis reads {IDLE}: the mechanism is not part of this scenario"
UNASKED = "note: nothing read organs.observer_cost: in none of these runs did anybody appeal"
NOUNS = "runs|pairs|points|replications|responses|variants|members|sites|looks|draws|inputs|effects|instants"


def notes(ended):
    assert ended.code == 0
    return [line for line in ended.err.splitlines() if line.startswith("note:")]


@pytest.mark.parametrize(("more", "told"), [((), [NOTE]), (("--quiet",), [])])
def test_run_tells_of_a_switch_that_nothing_reads(call, more, told):
    settings = ("--set", f"{IDLE}=false", "--set", f"{ACTS}=false")
    assert notes(call("tiny.yaml", "--reps", 2, "--charts", "none", *settings, *more)) == told


def test_run_tells_of_organs_that_nobody_called(call):
    silent = ("--set", "crisis.host_choice.value_of_asking=-5", "--set", "decision.bilateral=false")
    ended = call("tiny.yaml", "--reps", 2, "--charts", "none", *silent, "--set", "organs.observer_cost=0.5")
    assert notes(ended) == [UNASKED]


@pytest.mark.parametrize(("more", "told"), [((), [NOTE]), (("--quiet",), [])])
def test_sweep_tells_of_what_nothing_reads_at_any_point(call, more, told):
    varied = ("--vary", f"{IDLE}=false,null", "--vary", f"{ACTS}=false,true")
    assert notes(call("sweep", "tiny.yaml", *varied, "--reps", 2, "--no-charts", *more)) == told


@pytest.mark.parametrize(
    "words",
    [
        ("tiny.yaml", "--reps", 1, "--charts", "none"),
        ("check", "tiny.yaml"),
        ("sweep", "tiny.yaml", "--vary", "council.rule=unanimity", "--reps", 1, "--no-charts"),
        ("compare", "tiny.yaml", "other.yaml", "--reps", 1, "--charts", "none"),
        ("report", "tiny.yaml"),
    ],
    ids=lambda words: words[0],
)
def test_one_of_a_kind_is_told_in_the_singular(call, words):
    """With one replication, one site and one response on one side only, nothing comes in the plural."""
    Path("other.yaml").write_text(Path("tiny.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    if words[0] == "report":
        folder = call("tiny.yaml", "--reps", 1, "--charts", "none", "--quiet").folder
        assert call("report", folder, "--quiet").code == 0
        told = re.sub("<[^>]*>", "", (folder / "report.html").read_text(encoding="utf-8"))
    else:
        ended = call(*words)
        assert ended.code == 0
        told = ended.out
    assert re.findall(rf"(?<!of )\b1 (?:finished |scored )?(?:{NOUNS})\b", " ".join(told.split())) == []
