"""Borders that ship: each switch moves what it should, by two standard errors, and nothing once it is nil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

from sim.engine.event_log import EventKind, EventLog
from sim.engine.replication import run_replication
from sim.experiment.dynamics.incursions import clashes, crossed, fled
from sim.experiment.responses import help_level
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from sim.scenario.variants import variants_of

FOLDER = Path(__file__).parents[2] / "scenarios"
K = EventKind
RUNS = 24
Read = Callable[[EventLog], float]


@cache
def shipped(name: str) -> Scenario:
    return load_scenario(FOLDER / f"{name}.yaml")


@cache
def variants(name: str) -> Mapping[str, Scenario]:
    return variants_of(shipped(name))


def differences(one: Scenario, other: Scenario, read: Read, runs: int = RUNS) -> list[float]:
    """Return read(other) - read(one) over runs with the same luck."""
    return [read(run_replication(other, 3, i)) - read(run_replication(one, 3, i)) for i in range(runs)]


def moves(found: list[float]) -> float:
    """Return the mean difference in standard errors (0 where nothing differs)."""
    spread = stdev(found)
    return fmean(found) / (spread / sqrt(len(found))) if spread else (99.0 if fmean(found) > 0 else 0.0)


def came(log: EventLog) -> float:
    return clashes(log) + crossed(log)


def changed(name: str, **settings: Any) -> Scenario:
    return with_settings(shipped(name), {k.replace("__", "."): v for k, v in settings.items()})


def test_exercises_keep_parties_away_and_nobody_without_their_mechanism() -> None:
    base, off = shipped("afghan_border"), variants("afghan_border")["no_exercises"]
    assert moves(differences(base, off, came)) > 2
    nil = changed("afghan_border", crisis__effects__deterrence__strength=0)
    assert set(differences(nil, off, came, 6)) == {0.0}


def test_mountains_let_more_through_than_plains() -> None:
    logs = [run_replication(shipped("afghan_border"), 3, i) for i in range(RUNS)]

    def share(sector: str) -> float:
        stopped = sum(clashes(log, sector) for log in logs)
        return stopped / (stopped + sum(crossed(log, sector) for log in logs))

    assert share("khorugh") < share("shuroobod") < share("panj")


def test_the_programme_stops_more_and_nothing_if_it_finds_nothing() -> None:
    base, built = shipped("afghan_border"), variants("afghan_border")["programme_2013"]
    assert moves(differences(base, built, clashes)) > 2
    nil = with_settings(base, {
        "response.measures.programme_2013.enabled": True,
        "response.measures.programme_2013.levers.detection": 1,
    })  # fmt: skip
    assert set(differences(base, nil, clashes, 6)) == {0.0}


def test_what_is_left_of_2013_takes_years() -> None:
    logs = [run_replication(shipped("border_programme"), 3, i) for i in range(RUNS)]
    begun = [r.time for log in logs for r in log.of(K.MEASURE) if r.where == "programme"]
    assert begun
    assert fmean(begun) > 365 * 24


def test_a_force_asked_for_stands_on_the_border_sooner_from_a_base_in_the_country() -> None:
    base, far = shipped("afghan_border_force"), variants("afghan_border_force")["no_base"]

    def wait(log: EventLog) -> float:
        deployed, mandate = log.first(K.DEPLOYED), log.first(K.MANDATE)
        return deployed.time - mandate.time if deployed and mandate else 0.0

    assert moves(differences(base, far, wait)) > 2


def test_soldiers_sent_early_stop_more_and_nothing_if_they_find_nothing() -> None:
    made = variants("afghan_border_force")
    assert moves(differences(made["early_unfelt"], made["early_force"], clashes)) > 2
    assert shipped("afghan_border").response.mandate is None


def test_the_three_ways_multiply_arrivals_and_one_brings_flight() -> None:
    made = variants("taliban_takeover")
    assert moves(differences(made["power_sharing"], made["long_war"], came, 12)) > 2
    assert moves(differences(made["long_war"], made["takeover"], came, 12)) > 2
    assert moves(differences(made["long_war"], made["takeover"], fled, 12)) > 2
    assert moves(differences(shipped("taliban_takeover"), made["reinforced"], clashes, 12)) > 2
    assert moves(differences(made["reinforced_late"], made["reinforced"], clashes, 12)) > 2


def test_branches_turn_by_their_chances() -> None:
    turns = [
        r.detail["outcome"]
        for i in range(60)
        for r in run_replication(shipped("taliban_takeover"), 3, i, until=15000).of(K.BRANCH)
    ]
    assert len(turns) == 60
    assert 8 <= turns.count("power_sharing") <= 30
    assert 8 <= turns.count("takeover") <= 30


def test_status_decides_what_a_neighbour_can_be_given() -> None:
    made = variants("neighbours_tagtabazar")
    read: Read = help_level  # type: ignore[assignment]
    levels = {
        key: max(help_level(run_replication(made[key], 3, i)) for i in range(RUNS))
        for key in ("asks", "observer", "partner", "member")
    }
    assert levels == {"asks": 1, "observer": 1, "partner": 2, "member": 2}
    assert moves(differences(made["asks"], made["partner"], read)) > 2
    assert moves(differences(shipped("neighbours_tagtabazar"), made["asks"], read)) > 2


@pytest.mark.parametrize("name", ["neighbours_badghis", "neighbours_hairatan"])
def test_an_attack_beyond_the_border_costs_the_host_nobody(name: str) -> None:
    log = run_replication(shipped(name), 3, 0)
    assert log.of(K.RAID)
    assert {r.detail["side"] for r in log.of(K.DEATHS)} <= {"far side", "intruders"}
