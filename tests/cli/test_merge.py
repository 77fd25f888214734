"""`merge`: the bytes of one run from its shards, and a sentence for every set of folders that is none."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sim.experiment.results import MANIFEST, check_folder
from sim.experiment.store_place import NAME, check_store


def run(call, *words, reps=6):
    ended = call("tiny.yaml", "--reps", reps, "--charts", "none", "--quiet", *words)
    assert ended.code == 0
    return ended.folder


@pytest.fixture
def shards(call):
    return [run(call, "--shard", f"{number}/3") for number in (1, 2, 3)]


def merge(call, *folders):
    return call("merge", *folders, "--charts", "none", "--out", "merged")


def state(folder):
    assert check_folder(folder) == []
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in (MANIFEST, NAME)}
    return {**files, NAME: check_store(folder / NAME)}


def test_shards_merge_into_the_bytes_of_one_run(call, shards):
    whole = run(call, "--out", "whole")
    ended = merge(call, *reversed(shards))
    assert ended.code == 0
    assert ended.folder == Path("merged/tiny") / whole.name
    assert state(ended.folder) == state(whole)
    assert [path.name for path in ended.folder.parent.iterdir()] == [whole.name]
    assert merge(call, *shards).code == 0  # the shards are still there, and once more does no harm


def test_a_merged_folder_has_the_hash_of_one_run(call, shards):
    whole = run(call, "--out", "whole")
    assert call("digest", merge(call, *shards).folder).out == call("digest", whole).out


def test_how_the_work_goes_is_told_unless_quiet(call, shards):
    assert merge(call, *shards).err.splitlines()[-1] == "shards joined: 3 of 3"
    shutil.rmtree("merged")
    ended = merge(call, *shards, "--quiet")
    assert (ended.code, ended.err) == (0, "")


def test_a_shard_says_where_it_is_and_can_be_moved(call, shards):
    assert [f".shard-{i}-of-3" in shards[i - 1].name for i in (1, 2, 3)] == [True] * 3
    moved = [shutil.move(shard, f"moved-{i}") for i, shard in enumerate(shards)]
    assert merge(call, *moved).code == 0


def spoil_none(shards):
    return shards[:2]


def spoil_twice(shards):
    return [*shards, shards[0]]


def spoil_store(shards):
    return [*shards[:2], shards[2].parent]


def spoil_rows(shards):
    with closing(sqlite3.connect(shards[1] / NAME)) as base, base:
        base.execute("UPDATE parts SET rows = zeroblob(length(rows)) WHERE id = 1")
    return shards


def spoil_runs(shards):
    with closing(sqlite3.connect(shards[1] / NAME)) as base, base:
        base.execute("DELETE FROM parts WHERE id = 1")
    return shards


def spoil_scenario(shards):
    path = shards[0] / "scenario.resolved.yaml"
    path.write_text(path.read_text().replace("horizon: 20", "horizon: 19").replace("480", "470"))
    return shards


def spoil_file(shards):
    (shards[1] / NAME).write_text("my diary")
    return shards


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (spoil_none, "shard 3/3 missing: run with --shard 3/3 and merge all"),
        (spoil_twice, "shard 1/3 is given twice"),
        (spoil_store, "is no folder of a shard"),
        (spoil_rows, "are damaged, as their checksums show: run its command again"),
        (spoil_runs, "is not complete"),
        (spoil_scenario, "is not the scenario that the shard was made from"),
        (spoil_file, "is no running store, or is damaged"),
    ],
)
def test_what_is_not_all_shards_of_one_study_is_refused(call, shards, spoil, told):
    ended = merge(call, *spoil(shards))
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert len(ended.err.splitlines()) == 1


def test_shards_of_other_studies_are_refused(call, shards):
    for words, reps in ((("--seed", 2), 6), ((), 8)):
        other = run(call, "--shard", "3/3", "--out", "other", *words, reps=reps)
        ended = merge(call, *shards[:2], other)
        assert (ended.code, "are shards of different studies" in ended.err) == (1, True)
    assert "is no shard" in merge(call, run(call)).err


def test_a_damaged_shard_is_mended_by_its_command(call, shards):
    spoil_rows(shards)
    run(call, "--shard", "2/3")
    assert merge(call, *shards).code == 0


@pytest.mark.parametrize("text", ["0/3", "4/3", "x"])
def test_a_shard_that_is_none_is_a_mistake_in_the_command(call, text):
    ended = call("tiny.yaml", "--shard", text)
    assert (ended.code, "is no shard such as 2/8" in ended.err) == (2, True)
