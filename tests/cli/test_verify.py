import json

import pytest


@pytest.fixture
def folder(fast_run):
    return fast_run("--log", "0,1").folder


def test_an_untouched_folder_comes_out_the_same(call, folder):
    ended = call("verify", folder, "--quiet")
    assert ended.code == 0
    assert "come out the same, byte for byte" in ended.out
    assert ended.out.splitlines()[-1] == str(folder)


def test_charts_and_a_stopped_clock_come_out_the_same(call):
    folder = call("tiny.yaml", "--reps", 2, "--quiet", "--until", "100 h", "--seed", 5).folder
    assert call("verify", folder, "--quiet").code == 0


def test_each_file_that_differs_has_its_line(call, folder):
    for name in ("runs.csv", "summary.csv"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace("0", "7"))
    (folder / "design.csv").unlink()
    ended = call("verify", folder, "--quiet")
    assert ended.code == 1
    said = ended.out.splitlines()
    assert [line.partition(":")[0] for line in said[:3]] == ["design.csv", "runs.csv", "summary.csv"]
    assert said[3] == "3 differences from a new run of the same study"


def test_a_forged_manifest_is_found(call, folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["counts"]["failed"] = 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    ended = call("verify", folder, "--quiet")
    assert ended.code == 1
    assert "manifest.json: counts differs" in ended.out


def test_nothing_is_run_from_a_damaged_scenario(call, folder):
    text = (folder / "scenario.resolved.yaml").read_text()
    (folder / "scenario.resolved.yaml").write_text(text.replace("horizon: 480", "horizon: 240"))
    ended = call("verify", folder, "--quiet")
    assert (ended.code, ended.out) == (1, "")
    assert "scenario.resolved.yaml is damaged" in ended.err


def test_another_version_is_told(call, folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "version": "0.0.1"}))
    assert "made by version 0.0.1" in call("verify", folder, "--quiet").err


def test_a_comparison_comes_out_the_same(call, folder, fast_run):
    other = fast_run("--set", "council.rule=unanimity").folder
    made = call("compare", folder, other, "--quiet", "--charts", "none").folder
    assert call("verify", made, "--quiet").code == 0
    (made / "inputs.csv").write_text("path,A,B\n")
    assert "inputs.csv: differs from a new run from line 1 on" in call("verify", made, "--quiet").out


def test_runs_that_are_not_those_of_the_store_are_found(call, folder, fast_run):
    other = fast_run("--seed", 3).folder
    (folder / "runs.sqlite").write_bytes((other / "runs.sqlite").read_bytes())
    ended = call("verify", folder, "--quiet")
    assert ended.code == 1
    assert ended.out.startswith("runs.sqlite: ")
    manifest, theirs = (json.loads((f / "manifest.json").read_text()) for f in (folder, other))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "store": theirs["store"]}))
    assert "runs.sqlite: its runs are not those of a new run" in call("verify", folder, "--quiet").out
