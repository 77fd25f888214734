import io
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.inference.records import ALLIANCE, FOREIGN
from tests.tiny import tiny_yaml


@pytest.fixture
def folder(fast_run):
    return fast_run().folder


def test_a_whole_folder_has_one_hash_wherever_it_lies(call, folder):
    ended = call("digest", folder)
    assert (ended.code, ended.err) == (0, "")
    assert len(ended.out.strip()) == 64
    shutil.copytree(folder, "elsewhere")
    assert call("digest", "elsewhere").out == ended.out


def test_the_same_study_has_the_same_hash_another_day_and_with_other_workers(call, fast_run, folder):
    before = call("digest", folder).out
    shutil.rmtree(folder)
    again = fast_run("--jobs", 2, "--quiet").folder
    assert call("digest", again).out == before
    assert call("digest", fast_run("--seed", 2).folder).out != before


DAMAGES = {
    "a byte of a table": ("runs.csv is damaged", lambda f: flip(f / "runs.csv")),
    "a byte of the scenario": (
        "scenario.resolved.yaml is damaged",
        lambda f: flip(f / "scenario.resolved.yaml"),
    ),
    "a byte of the events": ("events.jsonl.gz is damaged", lambda f: flip(f / "events.jsonl.gz")),
    "a file short": ("summary.csv is damaged", lambda f: os.truncate(f / "summary.csv", 20)),
    "a byte of the store": ("runs.sqlite is damaged", lambda f: spoil(f / "runs.sqlite")),
    "the store missing": ("runs.sqlite is missing", lambda f: (f / "runs.sqlite").unlink()),
    "a file missing": ("codebook.csv is missing", lambda f: (f / "codebook.csv").unlink()),
    "a file too many": ("notes.txt is not in the manifest", lambda f: (f / "notes.txt").touch()),
    "a link for a file": ("design.csv is missing", lambda f: link(f / "design.csv")),
    "another seed": ("its digest is not that of its scenario, seed", lambda f: forge(f, seed=7)),
    "no manifest": ("is no results folder", lambda f: (f / "manifest.json").unlink()),
    "half a manifest": ("no JSON document", lambda f: os.truncate(f / "manifest.json", 200)),
    "a name outside": ("outside the folder", lambda f: forge(f, files={"../x": {"sha256": "0"}})),
    "no list": ("lacks its list of files", lambda f: forge(f, files=[])),
    "another program": ("not a manifest of this program", lambda f: forge(f, program="other")),
}


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def spoil(path):
    with sqlite3.connect(path) as store:
        store.execute("UPDATE parts SET rows = zeroblob(length(rows))")
    store.close()


def link(path):
    path.rename("moved.csv")
    path.symlink_to(os.path.abspath("moved.csv"))


def forge(folder, **change):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_whole_has_no_hash(call, folder, damage):
    said, do = DAMAGES[damage]
    do(folder)
    ended = call("digest", folder)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Return a folder of each kind that is not a run's."""
    from contextlib import redirect_stdout

    from sim.cli.errors import run_to_exit_code
    from sim.cli.groups import commands

    place = tmp_path_factory.mktemp("others")
    scenario, record = place / "tiny.yaml", place / "foreign.yaml"
    scenario.write_text(tiny_yaml(), encoding="utf-8")
    record.write_text(FOREIGN, encoding="utf-8")
    words = {
        "sweep": ("sweep", scenario, "--vary", "mandate.troops=500,1000", "--reps", 2, "--no-charts"),
        "comparison": ("compare", scenario, scenario, "--reps", 2, "--charts", "none"),
        "sensitivity analysis": ("sensitivity", scenario, "--reps", 30, "--response", "killed"),
        "back-test": ("backtest", record, "--alliance", ALLIANCE),
    }
    found = {}
    for kind, said in words.items():
        with redirect_stdout(io.StringIO()) as out:
            code = run_to_exit_code(commands(), [*map(str, said), "--quiet", "--out", str(place / "out")])
        assert code == 0
        found[kind] = Path(out.getvalue().splitlines()[-1])
    return found


@pytest.mark.parametrize("kind", ["sweep", "comparison", "sensitivity analysis", "back-test"])
def test_folders_of_other_verbs_have_a_hash_too(call, others, kind):
    ended = call("digest", others[kind])
    assert (ended.code, ended.err, len(ended.out.strip())) == (0, "", 64)
    shutil.copytree(others[kind], "damaged")
    (Path("damaged") / "more.txt").touch()
    ended = call("digest", "damaged")
    assert (ended.code, ended.out) == (1, "")
    assert f"this folder of a {kind} is not whole" in ended.err


@pytest.mark.parametrize("kind", ["sensitivity analysis", "back-test"])
def test_a_folder_without_runs_is_called_by_its_kind(call, others, kind):
    assert f"holds a {kind}, not the runs of one scenario" in call("compare", others[kind], "tiny.yaml").err
    assert f"holds a {kind}, which verify cannot make again" in call("verify", others[kind]).err


def test_every_fault_has_its_sentence(call, folder):
    (folder / "codebook.csv").unlink()
    flip(folder / "runs.csv")
    assert len(call("digest", folder).err.splitlines()) == 3
