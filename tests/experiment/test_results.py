"""The results folder: the same bytes for the same study, whole or not at all, nobody else's touched."""

from __future__ import annotations

import csv
import errno
import gzip
import json
import os
import re
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from sim.engine.event_log import EventKind
from sim.experiment import folders
from sim.experiment.event_file import events_file, plain
from sim.experiment.results import (
    MANIFEST,
    ResultsError,
    check_folder,
    folder_of,
    study_digest,
    write_results,
)
from sim.experiment.study import run_study
from sim.experiment.tables import LONGEST, as_csv, column_name
from sim.scenario.load import load_scenario
from tests.experiment.logs import PARTS, a_log, at, failing_replicate, fake_replicate
from tests.tiny import tiny_scenario


def a_study(reps=6, replicate=fake_replicate, **options):
    return run_study(tiny_scenario(), reps, replicate=replicate, **options)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def everything(place: Path) -> list[str]:
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*"))


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / name).read_text().splitlines()))


def test_the_same_study_gives_the_same_bytes_for_any_workers_and_place(tmp_path):
    one = write_results(a_study(30, jobs=1), tmp_path / "a", command=["here"])
    two = write_results(a_study(30, jobs=2, pool_from=2), tmp_path / "b", command=["there"])
    assert contents(one) == contents(two)
    assert one.name == two.name
    assert one.parent.name == "tiny"


def test_the_folder_holds_what_it_says(tmp_path):
    study = a_study()
    folder = write_results(study, tmp_path)
    assert sorted(contents(folder)) == [
        "codebook.csv", "design.csv", "effects.csv", "events.jsonl.gz", "record.csv", "runs.csv",
        "scenario.resolved.yaml", "summary.csv", "variants.csv",
    ]  # fmt: skip
    assert check_folder(folder) == []
    manifest = json.loads((folder / MANIFEST).read_text())
    counts = {"runs": 6, "draws": 3, "variants": 1, "failed": 0, "typical_run": study.typical}
    assert manifest["counts"] == counts
    assert manifest["digest"].startswith(folder.name)


def test_running_the_resolved_scenario_gives_the_same_folder(tmp_path):
    study = a_study(5, until=200)
    folder = write_results(study, tmp_path / "a")
    again = run_study(load_scenario(folder / "scenario.resolved.yaml"), replicate=fake_replicate)
    assert contents(write_results(again, tmp_path / "b")) == contents(folder)
    assert study.folder == folder


def test_numbers_come_back_as_they_were(tmp_path):
    study = a_study()
    rows = rows_of(write_results(study, tmp_path), "runs.csv")
    for row, written in zip(study.rows, rows, strict=True):
        for name, value in row.items():
            text = written[column_name(name)]
            assert str(float(text or "nan")) == str(float(value))
    assert {written["seed"] for written in rows} == {"1"}


def test_names_of_columns_are_short_and_in_the_codebook(tmp_path):
    folder = write_results(a_study(), tmp_path)
    book = {(file, row["column"]) for row in rows_of(folder, "codebook.csv") for file in row["file"].split()}
    for name in ("runs.csv", "variants.csv", "design.csv", "summary.csv", "record.csv", "effects.csv"):
        head = (folder / name).read_text().splitlines()[0].split(",")
        assert max(map(len, head)) <= LONGEST
        assert len(set(head)) == len(head)
        assert {(name, column) for column in head} <= book | {("design.csv", "draw")}


def test_long_names_keep_their_end_and_differ():
    names = [f"crisis.sites.{letter}.a_very_long_name_of_an_input" for letter in "ab"]
    short = [column_name(name) for name in names]
    assert all(len(name) <= LONGEST and "long_name_of_an_input" in name for name in short)
    assert short[0] != short[1]
    assert column_name("killed") == "killed"
    cut = column_name("record.hours_to_deployment_complete")
    assert re.fullmatch("to_deployment_complete_[0-9a-f]{4}", cut)  # begins at a word
    assert column_name("x" * 40).startswith("x" * 27)


def test_cells_say_nothing_more_than_needed():
    text = as_csv(["a", "b", "c", "d", "e"], [(float("nan"), 3.0, 0.1, True, None)])
    assert text == b"a,b,c,d,e\n,3,0.1,1,\n"


def test_the_event_log_is_the_typical_runs_and_those_asked_for(tmp_path):
    study = a_study()
    folder = write_results(study, tmp_path, logs=[0])
    lines = [
        json.loads(line) for line in gzip.decompress((folder / "events.jsonl.gz").read_bytes()).splitlines()
    ]
    typical = [line for line in lines if line["run"] == study.typical]
    assert len(typical) == len(study.typical_log)
    assert {line["run"] for line in lines} == {study.typical, 0}
    assert typical[0]["kind"] == study.typical_log.records[0].kind.value


def test_a_line_of_the_event_file_is_the_event_as_plain_data():
    log = a_log(
        (0.0, EventKind.ONSET, at('the "north"', 3)),
        (1.5, EventKind.APPEAL, {"who": "CCC", "crisis": "the second", "cause": 0}),
        (
            2.0,
            EventKind.UNREST,
            at("north", nan, rate=inf, share=np.float64(0.25), who=("a", None), parts=PARTS),
        ),
        (3.0, EventKind.DEPLOYED, at("северный", np.float64(7.5))),
        (4.0, EventKind.EXIT, at("", inf, days={2: True}, levels={"b", "a"})),
    )
    lines = gzip.decompress(events_file([(4, log)])).decode().splitlines()
    records = [plain({"run": 4, **record._asdict()}) for record in log]
    assert lines == [json.dumps(record, ensure_ascii=False) for record in records]
    assert records[2]["amount"] is None
    assert records[2]["detail"]["parts"]["aircraft"] == 3.0
    assert records[4]["detail"] == {"days": {"2": True}, "levels": ["a", "b"]}


def test_failed_runs_are_listed_without_naming_places(tmp_path):
    folder = write_results(a_study(4, failing_replicate), tmp_path)
    rows = rows_of(folder, "failures.csv")
    assert [(row["variant"], row["run"]) for row in rows] == [("", "2"), ("no_answer", "2")]
    assert str(Path.cwd()) not in (folder / "failures.csv").read_text()


def test_more_runs_replace_the_folder_of_fewer(tmp_path):
    few = write_results(a_study(4), tmp_path)
    many = write_results(a_study(8), tmp_path)
    assert few == many
    assert len(rows_of(many, "runs.csv")) == 8
    assert everything(tmp_path / "tiny")[0] == few.name  # no trace of the earlier one
    assert check_folder(many) == []


def test_fewer_runs_leave_the_folder_of_more_alone(tmp_path):
    more = write_results(a_study(6), tmp_path)
    kept = contents(more)
    fewer = write_results(a_study(4), tmp_path)
    assert fewer.name == f"{more.name}-4-runs"
    assert contents(more) == kept
    assert len(rows_of(fewer, "runs.csv")) == 4
    assert write_results(a_study(4), tmp_path) == fewer


def test_another_study_has_another_folder():
    scenario = tiny_scenario()
    base = study_digest(scenario, 1)
    assert study_digest(tiny_scenario({"experiment.replications": 50}), 1) == base
    others = [
        study_digest(scenario, 2),
        study_digest(tiny_scenario({"crisis.unrest.growth": "0.09 per h"}), 1),
        study_digest(tiny_scenario({"experiment.per_draw": 3}), 1),
    ]
    assert len({base, *others}) == 4


def test_charts_are_sealed_with_the_rest(tmp_path):
    def draw(folder):
        (folder / "charts").mkdir()
        (folder / "charts" / "one.svg").write_text("<svg/>")

    folder = write_results(a_study(), tmp_path, fill=draw)
    assert "charts/one.svg" in json.loads((folder / MANIFEST).read_text())["files"]
    assert check_folder(folder) == []


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda f: (f / "runs.csv").write_bytes((f / "runs.csv").read_bytes() + b"1"), "runs.csv: damaged"),
        (lambda f: (f / "design.csv").unlink(), "design.csv: missing"),
        (lambda f: (f / "notes.txt").write_text("x"), "notes.txt: not in the manifest"),
    ],
)
def test_harm_is_found(tmp_path, harm, told):
    folder = write_results(a_study(), tmp_path)
    harm(folder)
    assert [problem.startswith(told) for problem in check_folder(folder)] == [True]


def test_what_is_no_results_folder_is_said_so(tmp_path):
    with pytest.raises(ResultsError, match="is no results folder: no such file"):
        check_folder(tmp_path)
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(ResultsError, match="damaged"):
        check_folder(tmp_path)


def foreign(target):
    target.mkdir(parents=True)
    (target / "diary.txt").write_text("mine")


def another_study(target):
    target.mkdir(parents=True)
    (target / MANIFEST).write_text('{"digest": "another", "files": {}}')


def a_file(target):
    target.parent.mkdir(parents=True)
    target.write_text("mine")


@pytest.mark.parametrize("occupy", [foreign, another_study, a_file])
def test_what_is_not_ours_is_refused_and_left_alone(tmp_path, occupy):
    study = a_study()
    occupy(folder_of(tmp_path, study.scenario, 1))
    before = everything(tmp_path)
    with pytest.raises(ResultsError, match="move it away or choose another place"):
        write_results(study, tmp_path)
    assert everything(tmp_path) == before


def test_a_place_that_cannot_be_written_gives_one_sentence(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ResultsError) as caught:
        write_results(a_study(), tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert "not a directory" in str(caught.value)
    assert everything(tmp_path) == ["out"]


class Faulty:
    """Fails the n-th call of some operations of the system, with no space left; counts them."""

    def __init__(self, monkeypatch, fail_at):
        self.calls, self.fail_at = 0, fail_at
        for owner, name in ((os, "fsync"), (os, "rename"), (os, "mkdir"), (folders, "open")):
            original = open if name == "open" else getattr(owner, name)
            monkeypatch.setattr(owner, name, self._wrapped(original), raising=False)
        monkeypatch.setattr(folders, "_exchange", lambda one, other: False)

    def _wrapped(self, original):
        def operation(*arguments, **options):
            self.calls += 1
            if self.calls == self.fail_at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(*arguments, **options)

        return operation


def outcome(study, out):
    """Return what the user is told when the results of *study* cannot be written."""
    try:
        write_results(study, out)
    except ResultsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("reps_before", [0, 2])
def test_whichever_operation_fails_nothing_half_written_is_left(tmp_path, monkeypatch, reps_before):
    study, earlier = a_study(4), a_study(2)
    calls = 0
    for fail_at in range(1, 200):
        out = tmp_path / str(fail_at)
        target = folder_of(out, study.scenario, 1)
        if reps_before:
            write_results(earlier, out)
        with monkeypatch.context() as patch:
            faulty = Faulty(patch, fail_at)
            told = outcome(study, out)
        calls = faulty.calls
        if calls < fail_at:  # every operation has had its turn
            break
        assert "no space left on device" in told
        if reps_before or target.exists():
            assert check_folder(target) == []
            assert [path.name for path in target.parent.iterdir()] == [target.name]
        else:
            assert not out.exists()
    assert calls > 25


def test_what_a_killed_process_left_is_swept(tmp_path):
    study = a_study()
    target = folder_of(tmp_path, study.scenario, 1)
    left = target.parent / f".{target.name}.part-999999999"
    left.mkdir(parents=True)
    write_results(study, tmp_path)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_chart_that_fails_leaves_nothing(tmp_path):
    def fail(folder):
        raise ValueError("no ink")

    with pytest.raises(ValueError, match="no ink"):
        write_results(a_study(), tmp_path / "out", fill=fail)
    assert everything(tmp_path) == []
