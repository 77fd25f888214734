"""Krippendorff's alpha agrees with his worked example, and the second coding with the first as reported."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest

from sim.inference.agreement import krippendorff_alpha
from sim.scenario.record import CODED_ANSWERS, load_record

RECORDS = Path(__file__).resolve().parents[2] / "scenarios" / "record"
#: Krippendorff, Computing Krippendorff's alpha-reliability (2011), section E: four observers, twelve units.
OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def published() -> list[list[int | None]]:
    rows = [
        [None if code == "." else int(code) for code in line.split()]
        for line in OBSERVERS.split("\n")
        if line
    ]
    return [list(unit) for unit in zip(*rows, strict=True)]


def test_alpha_agrees_with_the_published_example():
    # Published: nominal 0.743, ordinal 0.815.
    assert krippendorff_alpha(published()) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(published(), order=(1, 2, 3, 4, 5)) == pytest.approx(0.815, abs=5e-4)


def test_alpha_knows_its_ends():
    assert krippendorff_alpha([("a", "a"), ("b", "b")]) == 1.0
    assert krippendorff_alpha([("a", "b"), ("b", "a")]) < 0
    assert isnan(krippendorff_alpha([("a", "a"), ("a", "a")]))
    assert isnan(krippendorff_alpha([("a", None)]))


def test_a_code_outside_the_order_is_refused():
    with pytest.raises(ValueError, match="'c' is not in the order"):
        krippendorff_alpha([("a", "c")], order=("a", "b"))


def test_the_second_coding_agrees_as_the_readme_says():
    first, second = load_record(RECORDS / "csto.yaml"), load_record(RECORDS / "second_coding.yaml")
    assert second.notices == ()
    assert len(second.cases) == 10
    all_pairs, allies = [], []
    for case in second.cases.values():
        assert set(case.positions) == set(first.cases[case.id].positions)
        for member, coded in case.positions.items():
            pair = (first.cases[case.id].positions[member].answer, coded.answer)
            all_pairs.append(pair)
            if first.cases[case.id].positions[member].role == "third":
                allies.append(pair)
    low_to_high = CODED_ANSWERS[::-1]
    found = [
        krippendorff_alpha(pairs, order) for pairs in (all_pairs, allies) for order in (None, low_to_high)
    ]
    said = (RECORDS / "README.md").read_text(encoding="utf-8")
    for value in found:
        assert f"{value:.2f}" in said
    assert found == pytest.approx([0.71, 0.87, 0.63, 0.84], abs=0.006)
