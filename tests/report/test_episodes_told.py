"""A campaign says on how many runs each episode rests, and tells of one whose host has left."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from sim.engine.event_log import EventLog
from sim.engine.replication import run_replication
from sim.experiment.curves import Floats
from sim.experiment.dynamics.episodes import MEASURES
from sim.experiment.event_file import events_file
from sim.experiment.responses import responses_of
from sim.experiment.study import Study, run_study
from sim.report.charts import draw
from sim.report.dossier.answer import outcomes
from sim.report.outcomes import outcome_table
from sim.report.story import tell
from sim.scenario.alliance import Chair, Instrument
from sim.scenario.models import Scenario
from sim.scenario.quantities import Quantity
from tests.engine.campaigns import asked_by, campaign, episode, every, with_alliance, with_standing
from tests.engine.worlds import K, certain_world

RUNS = 12


@cache
def some_left() -> Study:
    """Return a study in some of whose runs the host leaves before its second crisis."""
    world = with_standing(certain_world(), exit={"rate": "0.001 per h", "trust_power": 0})
    crises = campaign(world, {"first": episode(world, 0), "second": episode(world, 600)})
    plain = {"variants": {}, "uncertain": {}, "record": {}}
    return run_study(crises.model_copy(update=plain), RUNS, jobs=1)


def begun() -> int:
    study = some_left()
    return sum("second" in study.log_of(run).parts for run in range(RUNS))


def test_the_host_has_left_in_some_runs_and_not_in_others():
    assert 0 < begun() < RUNS
    assert some_left().summary().responses["second.help_level"].n == begun()


def test_a_line_of_the_table_says_on_how_many_runs_it_rests():
    text = " ".join(" ".join(outcome_table(some_left())).split())
    assert f"all runs (n = {RUNS})" in text
    assert text.count(f"n = {begun()}") >= 2
    # what rests on all of its stratum says nothing of its own
    assert f", n = {RUNS}" not in text


def test_the_dossier_does_not_call_some_runs_all():
    page = str(outcomes(some_left()))
    row = next(part for part in page.split("<tr>") if "after 600 h: Help level" in part)
    assert "all runs" not in row
    assert "runs that have it" in row


def test_the_story_says_why_an_episode_did_not_begin():
    study = some_left()
    for run in range(RUNS):
        log = study.log_of(run)
        told = " ".join(line.strip() for line in tell(log, study.scenario))
        assert ("does not begin, since its host has left" in told) is ("second" not in log.parts)


def test_the_story_says_that_who_would_have_asked_has_left():
    world = with_standing(certain_world(), exit={"rate": "0.001 per h", "trust_power": 0})
    scenario = campaign(world, {"asked": asked_by(world, 600, "BBB")})
    found = set()
    for replication in range(RUNS):
        log = run_replication(scenario, 1, replication)
        gone = any(r.who == "BBB" and r.time <= 600 for r in log.of(K.EXIT))
        told = " ".join(line.strip() for line in tell(log, scenario))
        if "asked" in log.parts:
            assert ("nobody appeals (Ally has left the alliance)" in told) is gone
            assert not gone or not log.parts["asked"].of(K.APPEAL)
            found.add(gone)
    assert found == {False, True}


@cache
def two() -> Scenario:
    """Return a campaign of two crises in each of which help comes."""
    world = with_standing(certain_world())
    day = (world.start + timedelta(days=20)).date()
    works = Instrument(
        name="Joint plan", in_force=day, affects="planning", factor=Quantity(0.5), source="assumption",
        confidence="low",
    )  # fmt: skip
    chairs = (
        Chair(member="BBB", start=date(2000, 1, 1), end=day, source="assumption", confidence="low"),
        Chair(member="AAA", start=day, source="assumption", confidence="low"),
    )
    shared = with_alliance(world, instruments={"plan": works}, chairs=chairs)
    return campaign(shared, {"first": episode(shared, 0), "second": episode(shared, 600)})


def story_of_two() -> list[str]:
    return tell(run_replication(two(), 1, 0), two())


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_each_episode_has_its_decisive_lines_and_its_chair():
    text = one_line(" ".join(story_of_two()))
    assert "episode: after 0 h (in the chair: Ally): appeal, answered with force" in text
    assert "episode: after 600 h (in the chair: Lead): appeal, answered with force" in text
    told = [line for line in joined(story_of_two()) if "episode: " not in line]
    for part in ("appeals in public to the alliance", "adopted", "deployment complete"):
        for title in ("after 0 h", "after 600 h"):
            assert sum(f"{title}: " in line and part in line for line in told) == 1, (title, part)
    assert "after 0 h leaves behind (assumed): Host's trust in the alliance +0.30" in text
    assert "Host in debt to Lead and Ally" in text


def joined(lines: list[str]) -> list[str]:
    """Return the story's lines with those that were wrapped put together."""
    found: list[str] = []
    for line in lines:
        if line.startswith(" ") and found:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    return found


def test_an_instrument_that_begins_to_work_is_told_on_its_day():
    told = [line for line in joined(story_of_two()) if "begins to work" in line]
    assert len(told) == 1
    assert told[0].endswith("begins to work: Joint plan (planning times x 0.5)")


def test_the_event_file_holds_every_episode_and_names_it():
    log = run_replication(two(), 1, 0)
    lines = [json.loads(line) for line in gzip.decompress(events_file([(7, log)])).splitlines()]
    assert {line["crisis"] for line in lines} == {"", "first", "second"}
    assert len(lines) == len(every(log))
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert {line["run"] for line in lines} == {7}


def test_debts_and_the_hazard_of_exit_are_followed_through_time():
    log, grid = run_replication(two(), 1, 0), np.array([0.0, 400.0, 1900.0])
    debts, hazard = curve_of("debts", log, grid), curve_of("exit_hazard", log, grid)
    assert debts[0] == 0
    assert debts[1] > debts[2] > 0
    assert (hazard == 0).all()
    risky = with_standing(two(), exit={"rate": "1e-9 per h", "trust_power": 2})
    found = curve_of("exit_hazard", run_replication(risky, 1, 0), grid, risky)
    # two members may leave; the host's trust has risen by 0.3 and fades
    assert found[0] == pytest.approx(2 * 1e-9 * 8766)
    assert found[1] < found[2] < found[0]
    owes = responses_of(two())["debts.CCC"]
    assert owes.function(log, two()) > 0


def test_the_chart_of_the_standing_shows_hazard_and_debts():
    rows = draw(some_left(), "standing").rows
    assert {"cohesion", "confidence", "exit_hazard", "debts"} <= {row[0] for row in rows}


def curve_of(name: str, log: EventLog, grid: Floats, scenario: Scenario | None = None) -> Floats:
    known = scenario or two()
    names = MEASURES.curve_names(known)
    return MEASURES.curves(log, known, grid)[names.index(name)]


def test_nobody_awaits_the_exit_of_the_lead_nor_its_trust_in_itself():
    names = set(responses_of(two()))
    assert "exit_hazard.BBB" in names
    assert "exit_hazard.AAA" not in names
    assert "patron.CCC" in names
    led = two().model_copy(update={"crisis": two().crisis.model_copy(update={"host": "AAA"})})
    assert "patron.AAA" not in set(responses_of(led))


def test_who_leaves_has_a_reason():
    study = some_left()
    for run in range(RUNS):
        log = study.log_of(run)
        if log.of(K.EXIT):
            text = one_line(" ".join(tell(log, study.scenario)))
            assert (
                "leaves the alliance (by chance, at an assumed hazard of 8.8 a year with its trust at" in text
            )
            return
    raise AssertionError("nobody left in any run")
