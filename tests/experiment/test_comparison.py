"""A comparison pairs what shares its luck, refuses the rest, and finds what differs in inputs and events."""

from __future__ import annotations

import json
from dataclasses import replace as swapped

import pytest

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.experiment import gather
from sim.experiment.compare_inputs import input_differences
from sim.experiment.comparison import compare_sides, digest_of, write_comparison
from sim.experiment.folders import ResultsError
from sim.experiment.results import write_results
from sim.experiment.sides import side_of_folder, side_of_scenario
from sim.experiment.study import run_study
from sim.experiment.twins import parting_of
from tests.tiny import tiny_scenario

RULE = {"council.rule": "unanimity"}


def a_side(settings=None, reps=8, name="a", seed=1):
    return side_of_scenario(tiny_scenario(settings), name, reps, seed, 1)


# inputs


def differences(one, other):
    found = input_differences([tiny_scenario(one), tiny_scenario(other)])
    return {d.path: d.values for d in found if d.bears}


def test_inputs_are_told_by_path_with_both_values():
    assert differences({}, RULE) == {"alliance.organs.council.rule": ("consensus", "unanimity")}
    assert differences({}, {"horizon": "12 days"}) == {"horizon": ("480 h", "288 h")}


def test_a_number_no_longer_drawn_is_told_with_its_range():
    found = differences({}, {"sites.north.forces": 700})
    assert found["crisis.sites.north.forces"] == ("1000 people", "700 people")
    assert found["uncertain.sites.north.forces"][1] == "-"


def test_names_and_sources_bear_on_no_run():
    assert differences({}, {"title": "Another title", "sites.north.name": "Nordstadt"}) == {}


def test_a_block_on_one_side_only_is_one_difference():
    found = differences({}, {"mission.tasks": {"dam": {"name": "Dam", "site": "south", "soldiers": 90}}})
    assert set(found) == {"response.mission.tasks.plant", "response.mission.tasks.dam"}


# pairing


def test_equal_sides_do_not_differ_anywhere():
    found = compare_sides([a_side(), a_side(name="b")])
    assert not found.differs
    assert found.twins[0].parting is None
    assert not [d for d in found.inputs if d.bears]


def test_a_change_that_cannot_matter_changes_no_number():
    change = {"airfields.spare": {"name": "Spare", "lat": 10, "lon": 10, "country": "AAA", "slots": 1}}
    assert not compare_sides([a_side(), a_side(change, name="b")]).differs


def test_a_change_that_matters_is_found_with_its_pairs():
    found = compare_sides([a_side(reps=30), a_side({"council.rule": "simple_majority"}, 30, "b")])
    assert found.differs
    assert found.n == 30
    mandate = next(d for d in found.found() if d.name == "mandate")
    assert mandate.mean >= 0


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (lambda: a_side(seed=2, name="b"), "a has seed 1 and b seed 2"),
        (lambda: a_side({"experiment.per_draw": 4}, name="b"), "runs per draw: 2 in a, 4 in b"),
        (
            lambda: a_side({"experiment.uncertain": "fixed"}, name="b"),
            "uncertain inputs: drawn in a, fixed in b",
        ),
        (lambda: swapped(a_side(name="b"), version="0.0.1"), "and b by version 0.0.1"),
    ],
)
def test_what_shares_no_luck_is_not_paired_and_the_reason_told(other, said):
    sides = [a_side(), other()]
    with pytest.raises(ResultsError, match="must not be paired") as refused:
        compare_sides(sides)
    assert said in str(refused.value)
    assert "--unpaired" in str(refused.value)
    assert not compare_sides(sides, pair=False).paired


def crisis_of(**changes):
    scenario = tiny_scenario()
    return scenario.model_copy(update={"crisis": scenario.crisis.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"host": "BBB"}, "they are different crises (CCC is host in tiny (1), BBB in tiny (2))"),
        ({"unrest": None}, "(what goes on: unrest in tiny (1), nothing in tiny (2))"),
        ({"sites": {}}, "(where: north, south in tiny (1), nothing in tiny (2))"),
    ],
)
def test_different_crises_are_refused_before_any_is_run(monkeypatch, changes, said):
    sides = [tiny_scenario(), crisis_of(**changes)]
    monkeypatch.setattr(gather, "side_of_scenario", None)
    with pytest.raises(ResultsError, match="must not be paired") as refused:
        gather.gather_sides(sides, 3, 1, 1)
    assert said in str(refused.value)


def test_luck_that_does_not_match_is_refused_before_anything_is_run(monkeypatch):
    sides = [tiny_scenario(), tiny_scenario({"experiment.chance": "fixed"})]
    monkeypatch.setattr(gather, "side_of_scenario", None)
    with pytest.raises(ResultsError, match=r"chance: drawn in tiny \(1\), fixed in tiny \(2\)"):
        gather.gather_sides(sides, 3, 1, 1)


def test_the_same_crisis_at_another_date_by_another_name_is_paired():
    other = tiny_scenario(
        {"crisis.type": "hybrid", "start": "2023-01-02T00:00+06:00", "moved_by": "365 days"}
    )
    sides = gather.gather_sides([tiny_scenario(), other.model_copy(update={"name": "again"})], 3, 1, 1)
    assert compare_sides(sides).n == 3


def test_without_pairs_different_crises_are_compared_and_said_to_differ():
    one, other = a_side(), a_side(name="b")
    other.scenario = crisis_of(sites={"elsewhere": other.scenario.crisis.sites["north"]})
    found = compare_sides([one, other], pair=False)
    assert any("a and b are different crises" in note for note in found.notes)
    assert not any("different crises" in note for note in compare_sides([one, a_side()], pair=False).notes)


def test_failed_runs_are_left_out_of_their_pairs():
    one, other = a_side(), a_side(name="b")
    other.rows[3] = {**other.rows[3], "failed": 1.0}
    found = compare_sides([one, other])
    assert found.n == 7
    assert "1 pair with b left out because a run failed" in found.notes


def test_responses_of_one_side_alone_are_counted():
    leaks = {name: {"label": name, "after": "appeal", "delay": "1 h"} for name in ("leak", "rumour")}
    for injects, told in (({"leak": leaks["leak"]}, "1 response"), (leaks, "2 responses")):
        found = compare_sides([a_side(), a_side({"crisis.injects": injects}, name="b")])
        assert f"{told} on one side only, not compared with b" in found.notes


def test_the_longer_side_is_cut_and_a_shorter_clock_told():
    found = compare_sides([a_side(reps=8), a_side({"horizon": "10 days"}, 5, "b")])
    assert found.n == 5
    assert any("the first 5 of each are paired" in note for note in found.notes)
    assert any("the clock stops after 480 h in a and after 240 h in b" in note for note in found.notes)


def test_sides_of_the_same_name_are_told_apart():
    found = compare_sides([a_side(), a_side(RULE)])
    assert len({side.name for side in found.sides}) == 2


# folders


def test_a_folder_answers_as_the_study_it_was_written_from(tmp_path):
    study = run_study(tiny_scenario(), 8, jobs=1)
    side = side_of_folder(write_results(study, tmp_path))
    assert repr(side.rows) == repr(study.rows)
    assert not compare_sides([side, a_side()]).differs


def test_a_damaged_folder_is_refused(tmp_path):
    folder = write_results(run_study(tiny_scenario(), 3, jobs=1), tmp_path)
    text = (folder / "runs.csv").read_bytes()
    (folder / "runs.csv").write_bytes(text.replace(b"1", b"2", 1))
    with pytest.raises(ResultsError, match=r"runs\.csv is damaged"):
        side_of_folder(folder)


def test_rows_that_do_not_come_out_again_are_not_drawn():
    side = a_side()
    forged = swapped(side, rows=[{**row, "killed": row["killed"] + 1} for row in side.rows], _study=None)
    with pytest.raises(ResultsError, match="do not come out again"):
        forged.study()


def test_a_comparison_is_written_whole_and_the_same_again(tmp_path):
    def made(place):
        return write_comparison(compare_sides([a_side(), a_side(RULE, name="b")]), place)

    first, second = made(tmp_path / "1"), made(tmp_path / "2")
    names = {p.name for p in first.iterdir()}
    assert names == {"comparison.csv", "inputs.csv", "manifest.json", "scenario.A.yaml", "scenario.B.yaml"}
    assert all((first / n).read_bytes() == (second / n).read_bytes() for n in names - {"manifest.json"})
    assert first.name == second.name
    assert json.loads((first / "manifest.json").read_text())["kind"] == "comparison"


def test_the_digest_knows_its_sides_and_how_they_were_compared():
    sides = [a_side(), a_side(RULE, name="b")]
    digests = {
        digest_of(compare_sides(sides)),
        digest_of(compare_sides(sides, pair=False)),
        digest_of(compare_sides(sides[::-1])),
        digest_of(compare_sides([sides[0], a_side(RULE, 7, "b")])),
    }
    assert len(digests) == 4


# twins


def a_log(*events):
    return EventLog(EventRecord(i, *event) for i, event in enumerate(events))


def test_logs_part_at_their_first_difference_and_not_at_numbers_of_records():
    one = a_log((1.0, EventKind.ONSET, "", "x"), (2.0, EventKind.UNREST, "", "x", 1.0), (3.0, EventKind.CALM))
    other = a_log(
        (1.0, EventKind.ONSET, "", "x"), (2.0, EventKind.UNREST, "", "x", 2.0), (4.0, EventKind.CALM)
    )
    found = parting_of(one, other)
    assert (found.time, found.alike, found.fields) == (2.0, 1, ("amount",))
    assert [event.time for event in found.seen] == [3.0, 4.0]
    moved = EventLog(record._replace(id=record.id + 5, cause=3) for record in one)
    assert parting_of(one, moved) is None


def test_logs_of_campaigns_part_within_a_crisis():
    def a_campaign(crisis: str, amount: float) -> EventLog:
        records = [
            EventRecord(0, 1.0, EventKind.ONSET, "", "x"),
            EventRecord(1, 2.0, EventKind.ONSET, "", "x", amount, crisis=crisis),
            EventRecord(2, 3.0, EventKind.CALM),
        ]
        return EventLog.of_campaign(records, 10.0)

    found = parting_of(a_campaign("a", 1.0), a_campaign("a", 2.0))
    assert (found.time, found.alike, found.fields) == (2.0, 1, ("amount",))
    assert parting_of(a_campaign("a", 1.0), a_campaign("a", 1.0)) is None
    other = parting_of(a_campaign("a", 1.0), a_campaign("b", 1.0))
    assert (other.time, other.fields) == (2.0, ())


def test_a_log_that_ends_earlier_parts_where_it_ends():
    one = a_log((1.0, EventKind.ONSET), (2.0, EventKind.CALM))
    found = parting_of(one, a_log((1.0, EventKind.ONSET)))
    assert found.first[1] is None
    assert found.time == 2.0
