"""Numbers with units: read into base units, kept with their annotations, written out and read again."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.scenario.alliance import Alliance
from sim.scenario.distributions import Duration
from sim.scenario.quantities import Hours, People, Quantity, Rate, Share, WholeCount
from tests.tiny import tiny_scenario


def read(kind: Any, raw: Any) -> Any:
    return TypeAdapter(kind).validate_python(raw)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Hours, "36 h", 36.0),
        (Hours, "90 min", 1.5),
        (Hours, "2 days", 48.0),
        (Hours, "1.5e1h", 15.0),
        (Hours, {"value": 2, "unit": "weeks"}, 336.0),
        (Hours, {"value": "30 min", "unit": "h"}, 0.5),
        (Rate, "12 per day", 0.5),
        (Share, "25 %", 0.25),
        (Share, 0.25, 0.25),
        (People, "2_030 troops", 2030.0),
        (WholeCount, 7, 7.0),
    ],
)
def test_numbers_are_kept_in_base_units(kind: Any, raw: Any, value: float) -> None:
    assert read(kind, raw) == pytest.approx(value, rel=1e-15)


def test_a_range_shares_the_unit_of_its_number() -> None:
    number = read(Hours, {"value": 1, "low": "30 min", "high": 2, "unit": "days", "source": "a book"})
    assert (number, number.low, number.high, number.source) == (24.0, 0.5, 48.0, ("a book",))
    assert not number.assumed
    assert read(Share, 0.5).assumed


@pytest.mark.parametrize(
    ("kind", "raw", "places"),
    [
        (Hours, {"value": 1}, ["value"]),
        (Hours, {"value": 1, "unit": "km"}, ["unit"]),
        (
            Share,
            {"value": 2, "low": -1, "confidence": "sure", "sorce": "x"},
            ["sorce", "value", "low", "confidence"],
        ),
        (Share, {"low": 0.1}, []),
        (People, {"value": 5, "low": 1, "high": 2}, ["low"]),
        (People, {"value": 5, "note": 7, "source": {"a": 1}, "as_of": 2022}, ["source", "note", "as_of"]),
    ],
)
def test_each_fault_of_an_annotated_number_has_its_place(kind: Any, raw: Any, places: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        read(kind, raw)
    found = [error["loc"] for error in caught.value.errors()]
    assert found == ([(place,) for place in places] or [()])


@pytest.mark.parametrize(
    "raw", [True, None, [], "h", "", "12 13", "--1 h", "0x10 h", "nan h", "1e999 h", 10**400]
)
def test_what_is_no_number_is_refused(raw: Any) -> None:
    with pytest.raises(ValidationError):
        read(Hours, raw)


def test_a_quantity_keeps_its_annotations_on_every_way() -> None:
    number = read(Hours, {"value": 6, "low": 4, "high": 9, "unit": "h", "source": ["a", "b"], "note": "n"})
    for other in (
        pickle.loads(pickle.dumps(number)),
        copy.copy(number),
        copy.deepcopy(number),
        read(Hours, number),
        read(Hours, number.dump()),
        number.with_value(7.0).with_value(6.0),
    ):
        assert isinstance(other, Quantity)
        assert other.__getnewargs__() == number.__getnewargs__()


def test_plain_numbers_are_written_plainly() -> None:
    assert read(Hours, "2 days").dump() == "48.0 h"
    assert read(Share, 0.25).dump() == 0.25


@pytest.mark.parametrize(
    "raw",
    ["6 h", {"value": 6, "unit": "h", "low": 4, "high": 9}, {"lognormal": {"median": "6 h", "spread": 2}}],
)
def test_a_duration_reads_back_what_it_writes(raw: Any) -> None:
    once = read(Duration, raw)
    again = read(Duration, TypeAdapter(Duration).dump_python(once, mode="json", exclude_none=True))
    assert again == once
    assert [again.sample(u) for u in (0.1, 0.5, 0.9)] == [once.sample(u) for u in (0.1, 0.5, 0.9)]


def test_a_tie_of_zero_is_a_tie() -> None:
    alliance: Alliance = tiny_scenario({"alliance.ties.AAA-BBB": 0, "alliance.tie_default": 2}).alliance
    assert alliance.tie("BBB", "AAA") == 0
    assert alliance.tie("BBB", "CCC") == 2


DURATIONS = (
    {"lognormal": {"median": "5 h", "spread": 2.5}},
    {"triangular": {"low": "1 h", "mode": "2 h", "high": "7 h"}},
    {"uniform": {"low": "1 h", "high": "4 h"}},
    {"exponential": {"mean": "3 h"}},
    "6 h",
)


@pytest.mark.parametrize("raw", DURATIONS)
def test_a_duration_drawn_fast_is_the_same_duration(raw: object) -> None:
    duration = Duration.model_validate(raw)
    numbers = [2.0**-54, 0.02, 0.5, 0.9, 1 - 2.0**-53]
    slow = [duration.sample(u) for u in numbers]
    assert [duration.sampler()(u) for u in numbers] == slow
    assert duration.sampler_of_many()(numbers) == slow
