"""The running store: what is kept comes back bit by bit, nothing is done twice, and harm is found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from sim.experiment import store, store_file, store_place
from sim.experiment.design import Run
from sim.experiment.executors import execute, fulfil
from sim.experiment.results import MANIFEST, check_folder, identity_of, store_for, write_results
from sim.experiment.shards import Shard, shard_from
from sim.experiment.simulate import EndlessError, Outcome, Task, TaskList
from sim.experiment.store import Flags, Identity, StoreError
from sim.experiment.store_parts import Part, filtered, pack, summed, unpack
from sim.experiment.store_place import NAME, Interrupted, check_store, open_store
from sim.experiment.study import do_study, plan_study, run_study
from tests.experiment.logs import fake_replicate
from tests.experiment.test_results import contents
from tests.tiny import tiny_scenario

DESIGN = [Run(run, None, 1, run) for run in range(60)]
TASKS = TaskList(["", "a", "b"], DESIGN)
IDENTITY = Identity("sweep", "d" * 32, "tiny", "h", 1, ("x", "y"))


def outcome_of(task: Task) -> Outcome:
    """Return an outcome with every kind of number in it; run 7 fails."""
    n = task.run.run
    if n == 7:
        return Outcome([], None, [], f"ValueError: seven of {task.variant}\n  somewhere")
    row = [float(n), [nan, -0.0, inf, 1 / 3][n % 4]]
    if task.variant:
        return Outcome(row, None, [])
    curves = np.array([[0.0, 0.0, n, n, nan, nan], [1.5, 1.5, 1.5, 1.5, -0.0, 0.0]])
    return Outcome(row, curves, [nan, float(n)])


def same(one: Outcome, two: Outcome) -> bool:
    curves = [None if o.curves is None else o.curves.tobytes() for o in (one, two)]
    rest = [repr((o.row, o.firsts, o.failure)) for o in (one, two)]
    return curves[0] == curves[1] and rest[0] == rest[1]


def opened(tmp_path: Path, tasks=TASKS, identity=IDENTITY, **options):
    return open_store(tmp_path / "study", identity, tasks, **options)


class Counting:
    """Does tasks and counts them; stops with an interrupt after some."""

    def __init__(self, stop: int = -1) -> None:
        self.done: list[Task] = []
        self.stop = stop

    def __call__(self, task: Task) -> Outcome:
        if len(self.done) == self.stop:
            raise KeyboardInterrupt
        self.done.append(task)
        return outcome_of(task)


def test_outcomes_come_back_bit_by_bit():
    tasks = list(TASKS)
    found = [(part.point, number, o) for part in pack(tasks, [outcome_of(t) for t in tasks])
             for number, o in unpack(part)]  # fmt: skip
    assert [(point, number) for point, number, _ in found] == [(t.variant, t.run.run) for t in tasks]
    assert all(same(o, outcome_of(t)) for (_, _, o), t in zip(found, tasks, strict=True))


def test_the_content_is_the_same_however_outcomes_are_packed():
    tasks = list(TASKS)
    outcomes = [outcome_of(task) for task in tasks]
    whole = summed([part.content for part in pack(tasks, outcomes)])
    pieces = [pack(tasks[i : i + 7], outcomes[i : i + 7]) for i in range(0, len(tasks), 7)]
    assert summed([part.content for piece in reversed(pieces) for part in piece]) == whole
    assert summed([part.content for part in pack(tasks[:-1], outcomes[:-1])]) != whole


@pytest.mark.parametrize("field", range(len(Part._fields)))
def test_a_changed_part_is_not_whole(field):
    part = pack(list(TASKS), [outcome_of(task) for task in TASKS])[0]
    value = part[field]
    other = value + 1 if isinstance(value, int) else value + (b"x" if isinstance(value, bytes) else "x")
    assert part.whole
    assert not Part(*[other if i == field else v for i, v in enumerate(part)]).whole


def test_a_part_can_be_cut():
    part = pack(TASKS[:60], [outcome_of(task) for task in TASKS[:60]])[0]
    (cut,) = filtered(part, {3, 7, 50, 99})
    assert cut.numbers == [3, 7, 50]
    assert all(same(o, outcome_of(TASKS[n])) for n, o in unpack(cut))
    assert filtered(part, {99}) == []
    assert filtered(part, set(range(60))) == [part]


def test_tasks_are_made_as_they_are_asked_for():
    assert len(TASKS) == 180
    assert list(TASKS)[61] == TASKS[61] == Task("a", DESIGN[1])
    assert TASKS[-1] == Task("b", DESIGN[-1])
    assert TASKS[58:62] == [TASKS[i] for i in (58, 59, 60, 61)]
    with pytest.raises(IndexError):
        TASKS[180]


def test_a_set_of_numbers_is_a_byte_each():
    flags = Flags()
    flags.add([5, 2, 5])
    assert [n in flags for n in (2, 3, 5, 6)] == [True, False, True, False]
    assert len(flags) == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_done_is_not_done_again(tmp_path, jobs):
    with (
        pytest.raises(Interrupted, match=r"100 of 180 runs are kept in .*study\.running; the same"),
        opened(tmp_path) as store,
    ):
        execute(Counting(100), TASKS, store=store)
    said = []
    with opened(tmp_path, say=said.append) as store:
        missing = store.missing(TASKS)
        assert len(missing) == 80
        progress = []
        found = execute(outcome_of, TASKS, jobs, lambda *p: progress.append(p), pool_from=2, store=store)
        assert progress[0][0] > 100
        assert progress[-1] == (180, 180)
        assert fulfil(Counting(0), TASKS, store) == 0
    assert said == ["100 of 180 runs taken over from an interrupted run"]
    assert all(same(o, outcome_of(t)) for o, t in zip(found, TASKS, strict=True))


def test_results_are_read_as_they_are_asked_for(tmp_path):
    with opened(tmp_path) as store:
        later = [task for task in TASKS if task.run.run % 2]
        store.keep(later, [outcome_of(task) for task in later])  # chunks that interleave
        fulfil(outcome_of, TASKS, store)
        for point in TASKS.points:
            found = list(store.iterate(point))
            assert [number for number, _ in found] == list(range(60))
            assert all(same(o, outcome_of(Task(point, DESIGN[n]))) for n, o in found)
        runs, table = store.table("a")
        assert (runs, table.shape) == (list(range(60)), (60, 2))
        assert np.isnan(table[7]).all()
        assert store.failures("b") == {7: "ValueError: seven of b\n  somewhere"}
        assert same(store.outcome(TASKS[9]), outcome_of(TASKS[9]))
        with pytest.raises(KeyError):
            store.outcome(Task("c", DESIGN[0]))


def test_a_store_that_holds_nothing_leaves_no_trace(tmp_path):
    with opened(tmp_path / "new"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_begin_anew(tmp_path):
    with opened(tmp_path) as store:
        fulfil(outcome_of, TASKS, store)
    with opened(tmp_path, fresh=True) as store:
        assert len(store) == 0


def test_two_processes_do_not_share_a_store(tmp_path):
    with opened(tmp_path) as store:
        store.keep(TASKS[:2], [outcome_of(task) for task in TASKS[:2]])
        with pytest.raises(StoreError, match="another process is at work"), opened(tmp_path):
            pass
    with opened(tmp_path) as store:
        assert len(store) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"digest": "e" * 32}, "another study"),
        ({"scenario_hash": "i"}, "another scenario"),
        ({"seed": 2}, "another seed"),
        ({"kind": "study"}, "another study"),
        ({"columns": ("x",)}, "other columns"),
    ],
)
def test_a_store_of_something_else_is_refused_and_left_alone(tmp_path, change, told):
    with opened(tmp_path) as store:
        store.keep(TASKS[:2], [outcome_of(task) for task in TASKS[:2]])
        path = store.path
    before = path.read_bytes()
    other = IDENTITY._replace(**change)
    with pytest.raises(StoreError, match=f"{told}; --fresh starts anew"), opened(tmp_path, identity=other):
        pass
    assert path.read_bytes() == before


def test_another_version_of_the_program_is_refused(tmp_path, monkeypatch):
    with opened(tmp_path) as store:
        store.keep(TASKS[:2], [outcome_of(task) for task in TASKS[:2]])
    monkeypatch.setattr("sim.experiment.store.program", lambda: "0 other")
    with pytest.raises(StoreError, match="another version of the program"), opened(tmp_path):
        pass


@pytest.mark.parametrize("content", [b"my diary, not a store", b"SQLite format 3\0" + b"\1" * 5000])
def test_a_foreign_file_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "study.running" / NAME
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match="--fresh starts anew") as caught, opened(tmp_path):
        pass
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path):
    path = tmp_path / "study.running" / NAME
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE recipes (text)")
    with pytest.raises(StoreError, match="no running store of this program"), opened(tmp_path):
        pass


def test_a_torn_file_is_refused(tmp_path):
    with opened(tmp_path) as store:
        fulfil(outcome_of, TASKS, store)
        store.settle()
        path = store.path
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreError, match="--fresh starts anew"), opened(tmp_path):
        pass


def test_a_flipped_bit_is_found_and_that_part_done_again(tmp_path):
    with opened(tmp_path) as store:
        fulfil(outcome_of, TASKS, store)
        store.settle()
        path, content = store.path, store.content
        numbers = b"".join(*store.base.execute("SELECT rows, firsts FROM parts WHERE id = 1"))
    whole = bytearray(path.read_bytes())
    place = whole.index(numbers) + numbers.index(np.float64(1 / 3).tobytes())
    whole[place] ^= 4
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == (
            "ok",
        )  # which is why there are checksums
    assert check_store(path)[1] == ["1 of its parts are damaged, as their checksums show"]
    said, function = [], Counting()
    with opened(tmp_path, say=said.append) as store:
        found = execute(function, TASKS, store=store)
        assert store.content == content
    assert said[0] == "100 kept runs were damaged, as their checksums show, and are run again"
    assert len(function.done) == 100
    assert all(same(o, outcome_of(t)) for o, t in zip(found, TASKS, strict=True))


@pytest.mark.parametrize("field", ["runs", "rows", "firsts", "curves", "content", "checksum"])
def test_a_flipped_bit_in_any_long_field_is_seen(field):
    tasks = [Task("", run) for run in DESIGN]
    (part,) = pack(tasks, [outcome_of(task) for task in tasks])
    content = getattr(part, field)
    for place in range(0, len(content), max(1, len(content) // 50)):
        hurt = content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]
        assert not part._replace(**{field: hurt}).whole
    assert part.whole
    assert not part._replace(**{field: content[:-1]}).whole


def test_a_store_with_other_checksums_is_not_called_damaged(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "FORMAT", store_file.FORMAT - 1)
    with opened(tmp_path) as old:
        fulfil(outcome_of, TASKS, old)
        path = old.path
    (problem,) = check_store(path)[1]
    assert problem.endswith("was written by a version of the program with other checksums")


def test_a_chunk_without_its_mark_or_a_part_is_done_again(tmp_path):
    for statement in ("DELETE FROM chunks WHERE id = 1", "DELETE FROM parts WHERE id = 2"):
        with opened(tmp_path, fresh=True) as store:
            fulfil(outcome_of, TASKS, store)
            store.base.execute(statement)
        function = Counting()
        with opened(tmp_path) as store:
            execute(function, TASKS, store=store)
            assert len(store) == 180
        assert len(function.done) == 100


def wide(task: Task) -> Outcome:
    """Return an outcome of which few fit on a page."""
    outcome = outcome_of(task)
    return outcome._replace(row=outcome.row * 200)


def test_a_write_that_fails_loses_only_its_chunk(tmp_path):
    with opened(tmp_path) as store:
        store.keep(TASKS[:30], [wide(task) for task in TASKS[:30]])
        pages = store.base.execute("PRAGMA page_count").fetchone()[0]
        store.base.execute(f"PRAGMA max_page_count={pages + 1}")  # a disk with room for one page more
        with pytest.raises(StoreError, match=r"full.*is kept and the same command goes on"):
            fulfil(wide, TASKS, store)
    with opened(tmp_path) as store:
        assert 30 <= len(store) < 180
        execute(wide, TASKS, store=store)
        assert len(store) == 180


def study_in(place, reps, **options):
    plan = plan_study(tiny_scenario(), reps, replicate=options.pop("replicate", fake_replicate))
    said = []
    with store_for(plan, place, say=said.append, **options) as store:
        before = len(store)
        study = do_study(plan, store=store)
        folder = write_results(study, place, store=store)
    return study, folder, before, said


def test_a_study_with_a_store_is_the_same_as_without(tmp_path):
    plain = write_results(run_study(tiny_scenario(), 8, replicate=fake_replicate), tmp_path / "plain")
    _, folder, _, _ = study_in(tmp_path / "kept", 8)
    kept = contents(folder)
    assert kept.pop(NAME)
    assert kept == contents(plain)
    assert check_folder(folder) == []
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert json.loads((folder / MANIFEST).read_text())["store"]["runs"] == 16


def test_more_replications_run_only_the_new_ones(tmp_path):
    _, whole, _, _ = study_in(tmp_path / "whole", 12)
    study_in(tmp_path, 5)
    _, folder, before, said = study_in(tmp_path, 12)
    assert before == 10
    assert said == ["10 of 24 runs taken over from the finished results"]
    assert {**contents(folder), NAME: b""} == {**contents(whole), NAME: b""}
    assert check_store(folder / NAME) == check_store(whole / NAME)
    assert study_in(tmp_path, 12)[2] == 24


def test_fewer_replications_take_theirs_and_leave_the_rest(tmp_path):
    _, large, _, _ = study_in(tmp_path, 9)
    _, small, before, _ = study_in(tmp_path, 4)
    assert (small.name, before) == (f"{large.name}-4-runs", 8)
    assert check_folder(small) == check_folder(large) == []
    assert json.loads((small / MANIFEST).read_text())["store"]["runs"] == 8


def test_an_interrupted_larger_study_outlives_a_smaller_one(tmp_path):
    plan = plan_study(tiny_scenario(), 20, replicate=fake_replicate)
    with store_for(plan, tmp_path) as store:
        store.keep(plan.tasks[:15], [plan.simulator(task) for task in plan.tasks[:15]])
    _, folder, before, _ = study_in(tmp_path, 6)
    assert before == 15
    assert check_folder(folder) == []
    assert json.loads((folder / MANIFEST).read_text())["store"]["runs"] == 12
    with store_for(plan, tmp_path) as store:
        assert len(store) == 15 + 6


def test_finished_results_of_another_program_are_not_taken_over(tmp_path, monkeypatch):
    study_in(tmp_path, 3)
    for module in (store, store_place):
        monkeypatch.setattr(module, "program", lambda: "0 other")
    assert study_in(tmp_path, 3)[2] == 0


def test_a_damaged_part_of_finished_results_is_done_again(tmp_path):
    _, folder, _, _ = study_in(tmp_path, 6)
    before = contents(folder)
    path = folder / NAME
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE parts SET rows = zeroblob(length(rows)) WHERE id = 1")
    assert check_folder(folder) == [f"{NAME}: 1 of its parts are damaged, as their checksums show"]
    _, again, taken, _ = study_in(tmp_path, 6)
    assert taken == 6
    assert {**contents(again), NAME: b""} == {**before, NAME: b""}
    assert check_folder(again) == []


def test_a_store_that_has_moved_in_is_not_written_through_its_old_name(tmp_path):
    _, folder, _, _ = study_in(tmp_path, 3)
    running = folder.with_name(f"{folder.name}.running")
    running.mkdir()
    (running / NAME).hardlink_to(
        folder / NAME
    )  # killed after the results stood, before the store was removed
    before = (folder / NAME).read_bytes()
    plan = plan_study(tiny_scenario(), 5, replicate=fake_replicate)
    with store_for(plan, tmp_path) as store:
        assert len(store) == 6
        do_study(plan, store=store)
    assert (folder / NAME).read_bytes() == before


def test_more_replications_do_not_change_the_identity():
    small, large = (plan_study(tiny_scenario(), reps) for reps in (3, 30))
    assert identity_of(small.scenario, 1) == identity_of(large.scenario, 1)
    assert identity_of(small.scenario, 1) != identity_of(small.scenario, 2)


def test_out_of_memory_is_no_result(tmp_path):
    def greedy(scenario, seed, replication):
        raise MemoryError

    with pytest.raises(Exception, match="not enough memory"):
        study_in(tmp_path, 3, replicate=greedy)


def test_a_scenario_that_never_ends_is_given_up(tmp_path):
    from sim.engine.budget import BudgetError

    def endless(scenario, seed, replication):
        raise BudgetError("5 events at one instant")

    with pytest.raises(EndlessError, match="5 runs in a row came to no end: 5 events"):
        study_in(tmp_path, 9, replicate=endless)


@pytest.mark.parametrize("tasks", [0, 1, 7, 180, 1000])
@pytest.mark.parametrize("of", [1, 2, 3, 8])
def test_shards_share_the_tasks_out(tasks, of):
    shares = [list(Shard(i, of).places(tasks)) for i in range(1, of + 1)]
    assert sorted(i for share in shares for i in share) == list(range(tasks))
    if tasks >= 180:
        assert max(map(len, shares)) - min(map(len, shares)) <= 25


@pytest.mark.parametrize("text", ["2/8", "1/1"])
def test_a_shard_is_named(text):
    assert f"{shard_from(text).number}/{shard_from(text).of}" == text


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "a/b", "-1/2", "1/", ""])
def test_what_names_no_shard_is_refused(text):
    with pytest.raises(ValueError, match="is no shard"):
        shard_from(text)


def test_a_shard_does_its_own_tasks(tmp_path):
    for number in (1, 2, 3):
        with opened(tmp_path, shard=Shard(number, 3)) as store:
            done = fulfil(outcome_of, TASKS, store)
            assert done == len(Shard(number, 3).places(180)) == len(store)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"study.shard-{i}-of-3" for i in (1, 2, 3)]
    other = TaskList(["", "a"], DESIGN)
    with pytest.raises(StoreError, match="a study of 180 runs"), opened(tmp_path, other, shard=Shard(1, 3)):
        pass


def test_a_store_is_one_file_when_it_is_settled(tmp_path):
    with opened(tmp_path) as store:
        fulfil(outcome_of, TASKS, store)
        store.settle()
        assert not (store.folder / f"{NAME}-wal").exists()
        path = store.path
    assert [p.name for p in path.parent.iterdir() if p.name != "lock"] == [NAME]
