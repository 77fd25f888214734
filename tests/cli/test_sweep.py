import csv
import json
from pathlib import Path

import pytest

RULE = "council.rule=consensus,simple_majority"
FLEET = "fleets.AAA.medium.available=2:6:2"
WORDS = ("sweep", "tiny.yaml", "--quiet", "--reps", 4, "--vary", RULE, "--vary", FLEET)
TABLES = ("design.csv", "runs.csv", "summary.csv", "effects.csv", "codebook.csv", "scenario.resolved.yaml")


def contents(folder):
    kinds = (".csv", ".yaml", ".png")
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.suffix in kinds}


def test_points_and_effects_are_told_charted_and_kept(call):
    ended = call(*WORDS)
    assert (ended.code, ended.err) == (0, "")
    assert "6 points, 4 replications a point" in ended.out
    assert "council.rule: consensus → simple_majority" in ended.out
    assert ended.folder.parent.name == "tiny"
    there = {path.name for path in ended.folder.iterdir()}
    assert there == {*TABLES, "manifest.json", "charts", "runs.sqlite"}
    rows = list(csv.DictReader((ended.folder / "runs.csv").open()))
    assert len(rows) == 6 * 4
    rules = [row["alliance.organs.council.rule"] for row in rows[::4]]
    assert rules == ["consensus"] * 3 + ["simple_majority"] * 3
    assert {path.suffix for path in (ended.folder / "charts").iterdir()} == {".png", ".svg", ".csv"}


def test_the_number_of_workers_and_a_second_time_change_no_byte(call):
    folder = call(*WORDS, "--jobs", 1).folder
    first = contents(folder)
    assert call(*WORDS, "--jobs", 2, "--fresh").folder == folder
    assert contents(folder) == first


def test_more_replications_extend_the_same_folder(call):
    small = call(*WORDS, "--no-charts").folder
    ended = call(*(word for word in WORDS if word != "--quiet"), "--no-charts", "--reps", 6)
    assert ended.folder == small
    assert "24 of 36 runs taken over from the finished results" in ended.err
    more = contents(small)
    assert call(*WORDS, "--no-charts", "--reps", 6, "--fresh").folder == small
    assert contents(small) == more


def test_quiet_says_nothing_of_runs_taken_over(call):
    call(*WORDS, "--no-charts", "--reps", 2)
    assert call(*WORDS, "--no-charts", "--reps", 3).err == ""


def test_more_points_run_only_the_new_ones(call):
    words = ("sweep", "tiny.yaml", "--no-charts", "--reps", 4)
    call(*words, "--vary", "mandate.troops=500:1000:500")
    ended = call(*words, "--vary", "mandate.troops=500:2000:500")
    assert "8 of 16 runs taken over from other sweeps of this scenario" in ended.err
    first = contents(ended.folder)
    assert contents(call(*words, "--vary", "mandate.troops=500:2000:500", "--fresh").folder) == first
    assert "taken over" not in call(*words, "--vary", "mandate.troops=500:2500:500", "--seed", 2).err
    assert (
        "taken over"
        not in call(*words, "--vary", "mandate.troops=500:1000:500", "--set", "horizon=300 h").err
    )


def test_the_resolved_file_gives_the_same_bytes(call, tmp_path):
    folder = call(*WORDS, "--no-charts").folder
    resolved = folder / "scenario.resolved.yaml"
    again = call("sweep", resolved, "--quiet", "--no-charts", "--out", "again").folder
    assert again.name == folder.name
    assert {name: (again / name).read_bytes() for name in TABLES} == {
        name: (folder / name).read_bytes() for name in TABLES
    }


def test_a_block_in_the_file_is_swept_without_options(call, tiny):
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(f"{text}sweep:\n  vary: {{council.rule: [consensus, unanimity]}}\n  replications: 3\n")
    ended = call("sweep", "tiny.yaml", "--quiet", "--no-charts")
    assert ended.code == 0
    assert "2 points, 3 replications a point" in ended.out


def test_samples_blocks_and_precision_work_from_the_command_line(call):
    words = ("sweep", "tiny.yaml", "--quiet", "--no-charts")
    ended = call(*words, "--reps", 4, "--sample", "sobol", "--points", 8, "--vary", "mandate.troops=500:1500",
                 "--vary", "fleets.AAA.medium.available=2:6")  # fmt: skip
    assert (ended.code, "(line)" in ended.out) == (0, True)
    ended = call(*words, "--reps", 2, "--vary", "instruments.extra=null,{name: X, signed: 2010-01-01, "
                 "in_force: 2011-01-01, affects: consultation, factor: 0.5}")  # fmt: skip
    assert (ended.code, "none" in ended.out) == (0, True)
    ended = call(*words, "--vary", RULE, "--precision", 0.2, "--max-reps", 60, "--response", "mandate")
    assert (ended.code, "Precise enough:" in ended.out) == (0, True)
    assert (ended.folder / "precision.csv").is_file()


def test_with_json_the_output_is_one_document(call):
    document = json.loads(call(*WORDS, "--json").out)
    assert len(document["design"]) == 6
    assert Path(document["results"]).is_dir()
    assert {effect["response"] for effect in document["summary"]["effects"]} >= set(document["responses"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--vary", "council.rul=x"), 3, "--vary #1: council.rul: there is no 'rul' here; did you mean"),
        (("--vary", RULE, "--vary", "members.AAA.dependence=1,x"), 3, "--vary #2: members.AAA.dependence:"),
        (("--vary", "mandate.troops=1:5:0"), 3, "--vary #1: mandate.troops: the step of '1:5:0' is 0"),
        (("--vary", "mandate.troops=0:1e5:1"), 3, "100,001 values, more than 10,000; take a longer step"),
        (("--vary", "council.rule"), 3, "'council.rule' varies nothing; write path=x,y"),
        (("--vary", "mandate.troops=1:5"), 3, "'1:5' is a range without a step; write start:stop:step, or"),
        (("--vary", "a=1,,2"), 3, "has an empty value"),
        (("--vary", RULE, "--vary", f"organs.{RULE}"), 3, "the same input as in --vary #1"),
        (("--vary", RULE, "--response", "kiled"), 3, "did you mean 'killed'?"),
        ((), 3, "nothing is varied; add --vary PATH=VALUES or a 'sweep:' block"),
        (("--vary", RULE, "--points", 4), 2, "--points belongs to --sample"),
        (("--vary", RULE, "--max-reps", 40), 2, "--max-reps belongs to --precision"),
        (("--sample", "sobol", "--vary", "mandate.troops=9:3"), 3, "the lower first"),
        (("--sample", "latin", "--vary", "mandate.troops=9"), 3, "write path=low:high"),
        (
            ("--sample", "latin", "--vary", "council.deliberation_cold=1:4"),
            3,
            "--vary #1: council.deliberation_cold: cannot sample from 1 to 4: 1 needs a unit; write '1 h'\n",
        ),
        (
            ("--sample", "sobol", "--vary", "council.deliberation_cold=-1 h:4"),
            3,
            "--vary #1: council.deliberation_cold: cannot sample from '-1 h' to 4: ",
        ),
    ],
)
def test_what_cannot_be_done_is_said(call, words, code, said):
    ended = call("sweep", "tiny.yaml", *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert not Path("results").exists()


def test_shards_of_a_sweep_merge_into_its_bytes(call, tmp_path):
    words = ("sweep", "tiny.yaml", "--quiet", "--no-charts", "--reps", 8, "--vary", "mandate.troops=500,1000")
    whole = call(*words, "--out", "whole").out.splitlines()[-1]
    parts = [call(*words, "--shard", f"{i}/2").out.splitlines()[-1] for i in (1, 2)]
    merged = call("merge", *parts, "--charts", "none", "--out", "merged").out.splitlines()[-1]
    for file in ("runs.csv", "summary.csv", "effects.csv", "design.csv"):
        assert (tmp_path / merged / file).read_bytes() == (tmp_path / whole / file).read_bytes()
    ended = call(*words, "--shard", "1/2", "--precision", "0.1")
    assert "--precision needs all runs in one place" in ended.err
    assert ended.code == 2


def test_a_large_sweep_is_told_by_another_process_in_the_same_words(call, tmp_path, monkeypatch):
    words = ("sweep", "tiny.yaml", "--quiet", "--reps", 6, "--vary", "mandate.troops=500,1000")
    here = call(*words, "--out", "here")
    monkeypatch.setattr("sim.report.sweep_folder.APART_FROM", 1)
    apart = call(*words, "--out", "apart")
    assert apart.out.splitlines()[:-1] == here.out.splitlines()[:-1]
    one, other = (tmp_path / ended.out.splitlines()[-1] for ended in (here, apart))
    assert sorted(p.name for p in one.rglob("*")) == sorted(p.name for p in other.rglob("*"))
    for file in one.rglob("*"):
        if file.is_file() and file.name not in ("manifest.json", "runs.sqlite"):
            assert file.read_bytes() == (other / file.relative_to(one)).read_bytes()
