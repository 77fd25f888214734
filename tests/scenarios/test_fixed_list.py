"""The list of scored quantities is that which the shipped inputs were fitted to."""

from __future__ import annotations

from pathlib import Path

from sim.report.record_marks import fixed_words
from sim.scenario.fixed_list import list_digest, list_since_fit
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def kazakhstan(*overrides: str) -> Scenario:
    return load_scenario(SCENARIOS / "kazakhstan.yaml", overrides)


def test_the_shipped_list_is_the_one_of_the_fit():
    scenario = kazakhstan()
    assert list_since_fit(scenario) is True
    assert list_digest(scenario) in fixed_words(scenario)


def test_a_list_changed_since_the_fit_is_told():
    for change in ("killed.value=230", "killed.scored=false", "hours_to_decision.high=3.1"):
        changed = kazakhstan(f"record.{change}")
        assert list_since_fit(changed) is False, change
        assert "run calibrate again" in fixed_words(changed)


def test_words_about_an_entry_and_entries_outside_the_list_do_not_count():
    scenario = kazakhstan()
    record = dict(reversed(scenario.record.items()))
    record["killed"] = record["killed"].model_copy(update={"label": "Dead", "note": "as reported"})
    outside = next(key for key, entry in record.items() if not entry.scored and not entry.fitted)
    del record[outside]
    assert list_digest(scenario.model_copy(update={"record": record})) == list_digest(scenario)


def test_a_fit_to_another_scenario_says_nothing_of_this_list():
    borrowed = load_scenario(SCENARIOS / "karabakh.yaml")
    assert list_since_fit(borrowed) is None
    assert fixed_words(borrowed) == ""
    assert list_since_fit(load_scenario(SCENARIOS / "kazakhstan.yaml", use_fitted=False)) is None
