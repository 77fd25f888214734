"""Luck has an address: no two events share a draw, and nobody's luck depends on anybody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.engine.replication import run_replication
from sim.engine.streams import Streams
from sim.scenario.load import load_scenario, with_settings
from sim.scenario.models import Scenario
from tests.engine.worlds import K, happened, history
from tests.tiny import tiny_scenario

ROOT = Path(__file__).parents[2]
SHIPPED = [p for p in sorted((ROOT / "scenarios").glob("*.yaml")) if "." not in p.stem]

#: Addresses that may be opened again, with the reason: none so far.
SHARED: dict[str, str] = {}
#: An appeal in every replication, a force, its withdrawal, and everything that can go wrong in the air.
EVENTFUL: dict[str, Any] = {
    "crisis.host_choice.value_of_asking": 2,
    "crisis.host_choice.may_ask_lead_alone": False,
    "airlift.breakdowns": True,
    "airlift.weather": True,
    "mandate.duration": "8 days",
    "crisis.unrest.spread.chance": 1,
    "crisis.unrest.growth": "0.2 per h",
}
#: Durations of which each would need its own draw if the host weighed more than once.
LENGTHS = {
    f"crisis.host_choice.{key}": {"lognormal": {"median": "2 h", "spread": 2}}
    for key in ("notice", "sounding", "announce")
}


@cache
def shipped(path: Path) -> Scenario:
    return load_scenario(path)


@pytest.fixture
def opened(monkeypatch) -> Counter[tuple[str, str]]:
    """Count how often each address (name, entity) is opened."""
    found: Counter[tuple[str, str]] = Counter()

    def noting(read: Callable[[Streams, str, str], Any]) -> Callable[..., Any]:
        def read_and_note(self: Streams, name: str, entity: str = "") -> Any:
            # An episode of a campaign has a seed of its own, a very large one.
            found[name, entity if self.seed < 1000 else f"{self.seed} {entity}"] += 1
            return read(self, name, entity)

        return read_and_note

    # A short stream is the few numbers of an address and what follows them, so it is counted with them.
    for method in ("open", "few", "one"):
        monkeypatch.setattr(Streams, method, noting(getattr(Streams, method)))
    return found


def shared(opened: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    return [address for address, times in opened.items() if times > 1 and address[0] not in SHARED]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_two_events_share_a_draw_in_the_shipped_scenarios(path, opened):
    kinds = set()
    for replication in range(40):
        opened.clear()
        kinds |= {r.kind for r in run_replication(shipped(path), 1, replication)}
        assert shared(opened) == []
        assert {"own shock", "common shock"} <= {name for name, _ in opened}
    if path.stem == "kazakhstan":  # the fullest of them: its runs reach every corner of the engine
        assert {"frailty", "incidents", "onset"} <= {name for name, _ in opened}
        assert {K.DEPLOYED, K.APPEAL_WITHHELD} <= kinds


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"decision.gate": False, "council.rule": "unanimity", "council.session": "in_person"},
        {"crisis.host_choice.cost_of_sovereignty": 3, "crisis.host_choice.value_of_asking": 0},
        {"crisis.host_choice.private_sounding": False, "response.warning_before_mandate": False},
    ],
)
def test_no_two_events_share_a_draw_when_the_host_asks_or_hesitates(more, opened):
    scenario = tiny_scenario({**EVENTFUL, **LENGTHS, **more})
    for replication in range(20):
        opened.clear()
        run_replication(scenario, 1, replication)
        assert shared(opened) == []


def test_a_host_that_weighs_twice_has_luck_for_each_time(opened):
    hesitant = {"crisis.host_choice.cost_of_sovereignty": 3, "crisis.host_choice.value_of_asking": 0}
    scenario = tiny_scenario({**EVENTFUL, **LENGTHS, **hesitant})
    twice = [r for r in range(20) if len(run_replication(scenario, 1, r).of(K.DANGER_NOTICED)) > 1]
    assert twice
    opened.clear()
    run_replication(scenario, 1, twice[0])
    assert {("notice", "1"), ("notice", "2"), ("sounding time", "1"), ("sounding time", "2")} <= set(opened)


def test_the_counter_of_addresses_sees_a_shared_draw(opened):
    streams = Streams(1, 0)
    streams.open("weather", "here"), streams.open("weather", "there"), streams.open("weather", "here")
    streams.few("onset", "here"), streams.short("onset", "here"), streams.short("onset", "there")
    assert shared(opened) == [("weather", "here"), ("onset", "here")]


# nothing leaks from one run into another


def test_a_replication_run_alone_is_the_one_run_after_others():
    scenario = tiny_scenario(EVENTFUL)
    alone = run_replication(scenario, 1, 3).records
    for replication in (0, 1, 2, 4):
        run_replication(scenario, 1, replication)
        run_replication(tiny_scenario(), 9, replication)
    assert run_replication(scenario, 1, 3).records == alone


def test_replications_and_seeds_differ():
    scenario = tiny_scenario(EVENTFUL)
    runs = [
        run_replication(scenario, seed, r).records for seed, r in ((1, 0), (1, 1), (2, 0), (0, 0), (0, 1))
    ]
    assert len({repr(records) for records in runs}) == len(runs)


DIGEST = """
import sys
from hashlib import blake2b
from sim.engine.replication import run_replication
from sim.scenario.load import load_scenario
scenario = load_scenario(sys.argv[1])
digest = blake2b(digest_size=8)
for replication in range(6):
    for record in run_replication(scenario, 1, replication):
        digest.update(repr((*record[:-1], sorted(record.detail.items()))).encode())
print(digest.hexdigest())
"""


def test_another_process_with_another_hash_seed_writes_the_same_history():
    def digest(hash_seed: str) -> str:
        told = subprocess.run(
            [sys.executable, "-c", DIGEST, str(SHIPPED[0])],
            cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, check=True, capture_output=True,
            text=True,
        )  # fmt: skip
        return told.stdout

    first, second = digest("1"), digest("271828")
    assert first == second
    assert len(first.strip()) == 16


# common random numbers

BEFORE = {
    "rule": {"council.rule": "unanimity"},
    "thresholds": {"decision.ordered_choice.threshold_force": 1.5},
    "fleet": {"fleets.AAA.medium.available": 2},
    "channels": {"decision.collective": False, "decision.bilateral": False},
    "posting": {"mission.posting": "9 h"},
}


@pytest.mark.parametrize("change", BEFORE.values(), ids=list(BEFORE))
def test_a_change_of_what_follows_the_appeal_leaves_all_before_it_alone(change):
    kinds = (K.ONSET, K.UNREST, K.INCIDENT, K.OVERWHELMED, K.DANGER_NOTICED)
    scenario = tiny_scenario(EVENTFUL)
    changed = with_settings(scenario, change)
    compared = 0
    for replication in range(24):
        one, two = run_replication(scenario, 1, replication), run_replication(changed, 1, replication)
        appeal = one.first(K.PRIVATE_APPEAL)
        until = appeal.time if appeal else 480.0
        before = [
            [happened(r) for kind in kinds for r in log.of(kind) if r.time < until] for log in (one, two)
        ]
        assert before[0] == before[1]
        compared += len(before[0])
    assert compared > 100


def test_the_luck_of_incidents_stays_in_step_when_help_has_no_effect():
    off = {f"effects.{m}.enabled": False for m in ("decision_signal", "freed_forces")}
    scenario = tiny_scenario({**EVENTFUL, **off})
    streets = (K.ONSET, K.INCIDENT, K.OVERWHELMED, K.CALM, K.SWEEP, K.CLEARING)
    unanswered = with_settings(scenario, BEFORE["channels"])
    for replication in range(5):
        one, two = run_replication(scenario, 1, replication), run_replication(unanswered, 1, replication)
        assert [happened(r) for k in streets for r in one.of(k)] == [
            happened(r) for k in streets for r in two.of(k)
        ]
    assert history(one) != history(two) or not one.of(K.APPEAL)
