import gzip
import json
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from sim.engine.replication import run_replication
from sim.experiment import study as study_module

LANDMARKS = (
    "A typical replication",
    "Outcomes",
    "Positions",
    "Help level adopted",
    "Hours from the appeal to full deployment, by part",
    "Variants",
)


def logged_runs(folder: Path) -> set[int]:
    lines = gzip.decompress((folder / "events.jsonl.gz").read_bytes()).splitlines()
    return {json.loads(line)["run"] for line in lines}


def breaking(failing):
    """Return a replicator that fails in the replications chosen by *failing*."""

    def replicate(scenario, seed, replication):
        if failing(replication):
            raise ZeroDivisionError("a test made this fail")
        return run_replication(scenario, seed, replication)

    return replicate


def test_a_run_tells_its_story_then_tables_then_its_folder(fast_run):
    ended = fast_run()
    places = [ended.out.index(mark) for mark in LANDMARKS]
    assert (ended.code, ended.err) == (0, "")
    assert places == sorted(places)
    assert ended.folder.parent == Path("results/tiny")
    assert {"manifest.json", "runs.csv", "summary.csv", "scenario.resolved.yaml"} <= {
        file.name for file in ended.folder.iterdir()
    }


def test_the_manifest_holds_the_command(fast_run):
    manifest = json.loads((fast_run().folder / "manifest.json").read_text())
    assert manifest["command"][:4] == ["python", "-m", "sim", "tiny.yaml"]
    assert datetime.fromisoformat(manifest["started"]) <= datetime.fromisoformat(manifest["finished"])


def test_with_json_the_output_is_one_document(fast_run):
    ended = fast_run("--json")
    document = json.loads(ended.out)
    assert Path(document["results"]).is_dir()
    assert document["summary"]["n"] == 2


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("alliance=nato", "alliance: an alliance cannot be chosen here; write 'alliance: nato' in a file"),
        ("crisis=5", "crisis: 5 cannot stand for a whole part; set what is in it, such as crisis.KEY=VALUE"),
    ],
)
def test_a_word_in_place_of_a_whole_part_is_the_only_thing_told(call, setting, said):
    ended = call("tiny.yaml", "--reps", 1, "--set", setting)
    assert ended.code == 3
    (line,) = ended.err.splitlines()
    assert line.startswith(f"--set #1: {said}")


def test_quiet_silences_progress_only(call):
    words = ("tiny.yaml", "--reps", 2, "--charts", "none")
    loud, quiet = call(*words), call(*words, "--quiet")
    assert loud.out == quiet.out
    assert loud.err.splitlines()[-1] == "tiny: 4 of 4"  # two replications, and the same two under one variant
    assert quiet.err == ""


def test_the_seed_changes_the_runs(fast_run):
    rows = [(fast_run("--seed", seed).folder / "runs.csv").read_text() for seed in (0, 1, 1)]
    assert rows[0] != rows[1] == rows[2]


def test_a_setting_leads_to_another_folder(fast_run):
    plain, changed = fast_run(), fast_run("--set", "council.rule=unanimity")
    assert changed.code == 0
    assert plain.folder != changed.folder
    assert "unanimity" in (changed.folder / "scenario.resolved.yaml").read_text()


def test_without_variants_nothing_is_compared(fast_run):
    ended = fast_run("--no-variants")
    assert "Variants" not in ended.out
    assert not (ended.folder / "variants.csv").exists()


def test_charts_none_draws_none_and_all_draws_all(call):
    words = ("tiny.yaml", "--reps", 2, "--quiet")
    assert not (call(*words, "--charts", "none").folder / "charts").exists()
    main = {p.name for p in (call(*words).folder / "charts").iterdir()}
    everything = {p.name for p in (call(*words, "--charts", "all").folder / "charts").iterdir()}
    assert "timeline.png" in main < everything


def test_logs_are_kept_of_the_replications_asked_for(call):
    words = ("tiny.yaml", "--reps", 4, "--charts", "none", "--quiet", "--log")
    assert len(logged_runs(call(*words, "typical").folder)) == 1
    assert {1, 3} <= logged_runs(call(*words, "3,1").folder)
    assert logged_runs(call(*words, "all").folder) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--log", "0,2", "there is no replication 2"),
        ("--log", "some", "'some' is none of"),
        ("--jobs", "0", "neither 'auto' nor a number"),
        ("--jobs", "-1", "neither 'auto' nor a number"),
        ("--reps", "0", "--reps"),
        ("--seed", "-1", "--seed"),
        ("--charts", "some", "--charts"),
        ("--until", "later", "neither hours"),
        ("--until", "2021-12-31", "outside the simulated time"),
        ("--until", "21 days", "outside the simulated time"),
        ("--until", "0 h", "outside the simulated time"),
        ("--until", "nan h", "neither hours"),
    ],
)
def test_an_option_out_of_range_ends_with_2_and_writes_nothing(fast_run, option, value, said):
    ended = fast_run(option, value)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("120 h", "until 2022-01-07 00:00+06:00, 120 h after the start"),
        ("2022-01-07", "until 2022-01-07 00:00+06:00, 120 h after the start"),  # the host's local time
        ("2022-01-07T12:00+03:00", "until 2022-01-07 15:00+06:00, 135 h after the start"),
    ],
)
def test_until_is_echoed_in_local_time_and_stops_the_clock(fast_run, text, told):
    ended = fast_run("--until", text)
    assert ended.code == 0
    assert ended.err.strip() == told
    hours = told.split(", ")[1].split()[0]
    assert f"\nhorizon: {hours}.0 h\n" in (ended.folder / "scenario.resolved.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tinny.yaml",), "tinny.yaml: there is no such file; did you mean 'tiny.yaml'?"),
        ((".",), "directory"),
        (("tiny.yaml", "--set", "council.rul=unanimity"), "--set #1: council.rul:"),
        (("tiny.yaml", "--set", "horizon=10 days", "--set", "horizon"), "--set #2:"),
    ],
)
def test_a_fault_of_the_scenario_ends_with_3_and_writes_nothing(call, words, said):
    ended = call(*words)
    assert (ended.code, ended.out) == (3, "")
    assert said in ended.err
    assert not Path("results").exists()


def test_a_folder_that_cannot_be_written_ends_with_1_and_one_sentence(fast_run):
    Path("taken").write_text("a file stands here")
    ended = fast_run("--out", "taken")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("could not finish: ")
    assert len(ended.err.splitlines()) == 1
    assert Path("taken").read_text() == "a file stands here"


def test_failed_replications_are_told_and_end_with_4(fast_run, monkeypatch):
    failing = partial(study_module.plan_study, replicate=breaking(lambda replication: replication == 1))
    monkeypatch.setattr(study_module, "plan_study", failing)
    ended = fast_run("--no-variants")
    assert ended.code == 4
    assert "1 of 2 runs failed, the first being run 1 (ZeroDivisionError: a test made this fail)" in ended.err
    assert (ended.folder / "failures.csv").is_file()


def test_a_study_in_which_all_failed_is_written_too(fast_run, monkeypatch):
    monkeypatch.setattr(
        study_module, "plan_study", partial(study_module.plan_study, replicate=breaking(lambda _: True))
    )
    ended = fast_run()
    assert ended.code == 4
    assert ended.folder.is_dir()


def test_an_interrupt_ends_with_130_and_leaves_nothing(fast_run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(study_module, "do_study", interrupted)
    ended = fast_run()
    assert (ended.code, ended.out) == (130, "")
    assert "interrupted" in ended.err
    assert not Path("results").exists()


def test_a_fault_of_the_program_keeps_its_traceback(fast_run, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(study_module, "do_study", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        fast_run()


def test_a_precision_decides_how_many_replications(call):
    ended = call("tiny.yaml", "--quiet", "--charts", "none", "--precision", "0.3", "--response", "mandate")
    assert ended.code == 0
    assert "Precise enough after" in ended.out
    assert "Mandate adopted: " in ended.out
    for words, said in (
        (("--response", "mandate"), "give both"),
        (("--max-reps", 50), "--max-reps belongs to --precision"),
        (("--precision", "0.3", "--shard", "1/2"), "needs all runs in one place"),
        (("--jobs", 2, "--on", "tcp://head:8786"), "keep one"),
        (("--on", "head"), "no address of a scheduler"),
    ):
        wrong = call("tiny.yaml", *words)
        assert (wrong.code, said in wrong.err) == (2, True)
