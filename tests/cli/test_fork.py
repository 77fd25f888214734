import json
from functools import partial
from pathlib import Path

import pytest

from sim import api
from sim.engine.budget import Budget, run_within
from sim.engine.replication import run_replication
from sim.experiment.design import nested_design, scenario_for
from sim.experiment.event_file import plain

RULE = ("--set", "council.rule=simple_majority")


def test_both_stories_are_told_in_one(call):
    ended = call("fork", "tiny.yaml", "--at", "24 h", "--set", "crisis.unrest.growth=0.3 per h")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "Changed at Mon 03 Jan 00:00 (UTC+06:00), 24 h after the start:"
    assert lines[1].split() == ["crisis.unrest.growth", "0.08", "per", "h", "->", "0.3", "per", "h"]
    assert {"-", "+"} <= {line[:1] for line in lines}
    assert max(map(len, lines)) <= 110


def test_a_date_is_read_in_the_host_s_time(call):
    words = ("--set", "crisis.unrest.growth=0.3 per h")
    by_date = call("fork", "tiny.yaml", "--at", "2022-01-02T22:00+04:00", *words)
    assert by_date == call("fork", "tiny.yaml", "--at", "24 h", *words)


def test_a_change_that_comes_too_late_is_told(call):
    ended = call("fork", "tiny.yaml", "--at", "470 h", "--set", "council.rule=unanimity", "--replication", 1)
    assert ended.code == 0
    assert "nothing changed after the moment" in ended.out


def test_a_change_that_nobody_reads_is_told(call):
    ended = call("fork", "tiny.yaml", "--at", "10 h", "--set", "title=Another")
    assert "Nobody in this run reads what was set" in " ".join(ended.out.split())


def test_of_several_changes_the_idle_one_is_named(call):
    ended = call(
        "fork",
        "tiny.yaml",
        "--at",
        "24 h",
        "--set",
        "crisis.unrest.growth=0.3 per h",
        "--set",
        "title=Another",
    )
    assert "title alone changes nothing after the moment" in ended.out


@pytest.mark.parametrize(
    ("setting", "code", "said"),
    [
        ("experiment.chance=fixed", 3, "--set #2: experiment.chance: 'experiment' says how"),
        ("horizon=10 h", 2, "'24 h' does not lie before the end that is set, 10 h"),
    ],
)
def test_what_cannot_change_at_a_moment_is_refused(call, setting, code, said):
    for more in ((), ("--reps", 4)):
        ended = call("fork", "tiny.yaml", "--at", "24 h", *RULE, "--set", setting, *more)
        assert (ended.code, ended.out) == (code, "")
        assert said in ended.err.splitlines()[-1]


def test_a_run_without_an_end_is_told_in_a_sentence(call, monkeypatch):
    monkeypatch.setattr("sim.engine.fork.run_within", partial(run_within, budget=Budget(events=2)))
    ended = call("fork", "tiny.yaml", "--at", "24 h", "--set", "crisis.unrest.growth=0.3 per h")
    assert (ended.code, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert "replication 0 comes to no end: 2 events by" in line


@pytest.mark.parametrize("at", ["0h", "2022-01-02T00:00"])
@pytest.mark.parametrize("setting", ["crisis.unrest.growth=0.3 per h", RULE[1], "mandate.troops=1500"])
def test_a_fork_at_the_very_start_is_the_run_with_the_input_set(call, at, setting):
    words = ("fork", "tiny.yaml", "--at", at, "--set", setting, "--replication", 1, "--seed", 3)
    found = json.loads(call(*words, "--json").out)
    changed = api.load("tiny.yaml", [setting])
    run = nested_design(changed, 3, 2)[1]
    alone = run_replication(scenario_for(changed, 3, run.draw), run.seed, run.replication)
    assert (found["at"], found["kept"]) == (0, [])
    assert found["with"] == [plain(record._asdict()) for record in alone.whole]
    assert found["with"] != found["without"]


def test_many_runs_are_forked_and_paired(call):
    words = (
        "fork",
        "tiny.yaml",
        "--at",
        "24 h",
        "--reps",
        6,
        "--quiet",
        "--set",
        "crisis.unrest.growth=0.3 per h",
    )
    ended = call(*words)
    assert ended.code == 0
    assert "6 pairs" in ended.out
    assert "Serious incidents" in ended.out
    assert "twins" not in ended.out
    assert json.loads(call(*words, "--json").out)["n"] == 6


def test_json_holds_both_logs_from_the_moment(call):
    found = json.loads(
        call("fork", "tiny.yaml", "--at", "24 h", "--set", "crisis.unrest.growth=0.3 per h", "--json").out
    )
    assert found["parts_at"] >= 24 - 1e-9
    assert min(record["time"] for record in found["with"]) >= 24


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--at", "24 h"), 2, "--set"),
        (RULE, 2, "--at"),
        (("--at", "never", *RULE), 2, "'--at'"),
        (("--at", "480 h", *RULE), 2, "end of the simulated time"),
        (("--at", "2021-12-31", *RULE), 2, "outside the simulated time"),
        (("--at", "2022-01-01T23:59", *RULE), 2, "outside the simulated time"),
        (("--at", "24 h", "--set", "council.rul=x"), 3, "--set #1: council.rul:"),
    ],
)
def test_what_cannot_be_forked_is_told(call, words, code, said):
    ended = call("fork", "tiny.yaml", *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


YEARS = str(Path(__file__).parents[2] / "scenarios" / "years_2020_2022.yaml")
CLOSED = "crises.kazakhstan.response.decision.collective=false"


def test_a_campaign_is_forked_amid_one_of_its_crises(call):
    words = ("fork", YEARS, "--at", "2022-01-06T01:00+03:00", "--set", CLOSED)
    ended = call(*words)
    assert (ended.code, ended.err) == (0, "")
    told = " ".join(ended.out.split())
    assert "hours count from the campaign's start." in told
    assert "Kazakhstan, January 2022: no motion is put: channel closed" in told
    found = json.loads(call(*words, "--json").out)
    assert {record["crisis"] for record in found["with"]} >= {"", "kazakhstan", "ukraine"}
    assert found["parts_at"] > found["at"]


def test_crises_of_a_campaign_that_are_past_stay_as_they_were(call):
    ended = call("fork", YEARS, "--at", "2021-12-01T00:00+03:00", "--set", "crises.syunik.enabled=false")
    assert ended.code == 0
    told = " ".join(ended.out.split())
    assert "nothing changed after the moment. What was set has its effect before" in told
    assert "the run parts at 12 May 2021" in told
    assert "Advance in Syunik, May 2021: Lake Sev, Syunik: troops advance" in told
    assert "stays as it was: crises.syunik." in told


def test_many_runs_of_a_campaign_are_forked_and_paired(call):
    words = ("fork", YEARS, "--at", "2022-01-06T01:00+03:00", "--set", CLOSED, "--reps", 3, "--quiet")
    ended = call(*words, "--jobs", 1)
    assert ended.code == 0
    assert "3 pairs" in ended.out
    assert "Kazakhstan, January 2022: " in ended.out
