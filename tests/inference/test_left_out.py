"""Each recorded quantity predicted from a fit that did not see it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sim.inference.calibrate import calibrate
from sim.inference.fitted_text import fitted_text
from sim.inference.left_out import (
    ALL,
    LEFT_OUT,
    PRIORS,
    families,
    leave_out,
    left_out_text,
    with_posteriors,
)
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.study import Posterior
from sim.scenario.uncertain import draw_uncertain
from tests.tiny import tiny_yaml

RECORDED = """
  toll: {{response: killed, label: Killed, kind: instant, unit: people, value: {killed},
    scored: true, fitted: true}}
  toll_again: {{response: killed, label: Killed, kind: bound, unit: people, high: {killed}, fitted: true}}
  calm: {{response: hours_to_order, label: Calm, kind: instant, unit: h, value: {calm},
    scored: true, fitted: true}}
  hit: {{response: sites_overwhelmed, label: Overwhelmed, kind: instant, unit: sites, value: 1, fitted: true}}
"""
PLAN = """calibration:
  parameters: [crisis.sites.north.forces]
  writes: tiny.fitted.yaml
  draws: 60
  rounds: 2
"""
KEYS = ["toll", "toll_again", "calm", "hit"]


@pytest.fixture
def small(tmp_path: Path):
    """Return what loads the small scenario with the number killed and the hours to calm as recorded."""

    def load(killed: float = 40, calm: float = 90) -> Scenario:
        recorded = "record:" + RECORDED.format(killed=killed, calm=calm)
        path = tmp_path / f"tiny_{killed}_{calm}.yaml"
        path.write_text(tiny_yaml().replace("record:\n", recorded) + PLAN, encoding="utf-8")
        return load_scenario(path, use_fitted=False)

    return load


def test_entries_of_one_response_are_left_out_together(small):
    expected = {"killed": ("toll", "toll_again"), "hours_to_order": ("calm",), "sites_overwhelmed": ("hit",)}
    assert families(small()) == expected


def test_what_is_left_out_does_not_reach_its_own_prediction(small):
    told: list[tuple[int, int]] = []
    one = leave_out(small(), progress=lambda done, total: told.append((done, total)), replications=60)
    other = leave_out(small(killed=2), replications=60)

    def medians(way: str, key: str) -> tuple[float, float]:
        return one.compared[way][key].median, other.compared[way][key].median

    for key in ("toll", "toll_again"):
        for way in (PRIORS, LEFT_OUT):
            assert medians(way, key)[0] == medians(way, key)[1]
        assert medians(ALL, key)[0] > medians(ALL, key)[1]
    assert medians(LEFT_OUT, "calm")[0] > medians(LEFT_OUT, "calm")[1]  # it was fitted to the number killed
    assert list(one.compared[LEFT_OUT]) == KEYS
    assert told[-1] == (4 * 120, 4 * 120)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_study_draws_from_what_the_written_file_says(small):
    scenario = small()
    result = calibrate(scenario, without=("calm",))
    assert [quantity.key for quantity in result.quantities] == ["toll", "toll_again", "hit"]
    written = {
        path: Posterior.model_validate(raw) for path, raw in yaml.safe_load(fitted_text(result)).items()
    }
    in_memory = with_posteriors(scenario, result)
    from_file = scenario.model_copy(update={"uncertain": {**scenario.uncertain, **written}})
    for u in (0.02, 0.5, 0.9):
        assert draw_uncertain(in_memory, lambda _, u=u: u) == draw_uncertain(from_file, lambda _, u=u: u)
        assert draw_uncertain(in_memory, lambda _, u=u: u) != draw_uncertain(scenario, lambda _, u=u: u)


def test_the_table_shows_every_entry_in_three_ways_and_names_misses(small):
    result = leave_out(small(calm=1), replications=60)
    text = left_out_text(result)
    rows = {line.split()[0]: line for line in text.splitlines() if line.split()}
    assert rows["calm"].endswith("MISSED")
    assert "at most 40" in rows["toll_again"]
    assert set(KEYS) <= set(rows)
    for way in (PRIORS, ALL, LEFT_OUT):
        assert way in text
    assert result.score(LEFT_OUT).n_instants == 2
    assert result.score(LEFT_OUT).in_band <= 0.5
