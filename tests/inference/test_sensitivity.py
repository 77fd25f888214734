"""The table of assumptions as text and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from math import isnan, nan

import pytest

from sim.inference.effects import Swing, one_at_a_time
from sim.inference.posterior import luck
from sim.inference.sensitivity import COLUMNS, Sensitivity, sensitivity_csv, sensitivity_text, swings_of
from tests.tiny import tiny_scenario

SWINGS = [
    Swing("crisis.strong", 0, 1, 2, "a book, p. 3", "low", "h"),
    Swing("crisis.weak", 0, 1, 2),
    Swing("crisis.still", 0, 1, 2),
]


def toy(jobs: Sequence[tuple[Mapping[str, float], int]]) -> list[dict[str, float]]:
    out = []
    for values, replication in jobs:
        noise = float(luck(1, "toy", replication, "weak" if "crisis.weak" in values else "").random())
        total = 100 * values.get("crisis.strong", 1) + 0.1 * values.get("crisis.weak", 1) * noise
        out.append({"total": total, "never": nan})
    return out


def a_result() -> Sensitivity:
    rows = one_at_a_time(SWINGS, ["total", "never"], toy, reps=30)
    return Sensitivity("toy", 1, 30, 0, tuple(rows))


def test_the_table_ranks_the_strong_first_and_states_its_noise():
    text = sensitivity_text(a_result())
    body = [line.split() for line in text.splitlines()]
    assert [line[:2] for line in body if line and line[0].isdigit()][:2] == [
        ["1", "crisis.strong"],
        ["2", "crisis.weak"],
    ]
    assert "3 assumptions, 1 without any effect on any response, 0 with too few pairs" in text
    assert "no effect in any replication" in text
    still = text.partition("no effect in any replication")[2].partition("\n\n")[0]
    assert "crisis.still" in still
    assert "crisis.strong" not in still
    assert "noise 0% of the squared effects" in text
    assert "30 replications a point" in text


def test_each_row_names_the_unit_of_its_ends():
    lines = sensitivity_text(a_result()).splitlines()
    (strong,) = [line for line in lines if "crisis.strong" in line and line.split()[0].isdigit()]
    (weak,) = [line for line in lines if "crisis.weak" in line and line.split()[0].isdigit()]
    assert "0 to 2 h  " in strong
    assert "0 to 2    " in weak
    units = {
        row["assumption"]: row["unit"] for row in csv.DictReader(io.StringIO(sensitivity_csv(a_result())))
    }
    assert units == {"crisis.strong": "h", "crisis.weak": "", "crisis.still": ""}
    swings = {swing.path: swing.unit for swing in swings_of(tiny_scenario())}
    assert swings["crisis.sites.north.forces"] == "people"
    assert swings["alliance.ties.AAA-BBB"] == ""


def test_a_response_that_never_happened_is_said_to_be_moved_by_nothing():
    result = a_result()
    assert isnan(result.noise("never"))
    assert "2 with too few pairs; nothing moved it" in sensitivity_text(result)


def test_the_csv_has_every_row_and_no_nan():
    text = sensitivity_csv(a_result())
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 6
    assert "nan" not in text
    first = rows[0]
    assert (first["assumption"], first["source"], first["confidence"]) == (
        "crisis.strong",
        "a book, p. 3",
        "low",
    )
    assert float(first["effect"]) == pytest.approx(200)
    assert rows[2]["inert"] == "1"


def test_the_same_analysis_writes_the_same_bytes():
    assert sensitivity_csv(a_result()) == sensitivity_csv(a_result())
