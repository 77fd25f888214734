"""Every scenario that ships loads, runs and reads back; every number in it says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from math import isfinite, isnan
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sim.engine.event_log import EventKind
from sim.experiment.responses import Response, responses_of
from sim.experiment.study import run_study
from sim.scenario.distributions import Duration
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.plain import scenario_hash
from sim.scenario.quantities import Quantity
from sim.scenario.resolve import resolve
from sim.scenario.uncertain import assumptions

FOLDER = Path(__file__).parents[2] / "scenarios"
#: Scenario files; a file with a second suffix (`.fitted.yaml`) belongs to one.
FILES = [path for path in sorted(FOLDER.glob("*.yaml")) if "." not in path.stem]
#: Parts of a scenario that are choices of whoever writes the study, not statements about the world.
CHOICES = (
    "experiment",
    "variants",
    "horizon",
    "format",
    "calibration",
    "uncertain",
    "recorded_series",
    "record",
    "sweep",
    "moved_by",
    "alliance.synthetic.count",
)
#: What was fitted to the record of other cases, in a file of its own; how long an episode is followed.
#: These stand at any depth: a campaign holds whole crises.
FITTED_ELSEWHERE = "response.decision.learnt."
FOLLOWED = re.compile(r"crises\.\w+\.horizon")
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@cache
def scenario_in(path: Path) -> Scenario:
    return load_scenario(path)


def numbers(
    found: Any, path: str = "", sources: tuple[str, ...] = (), spread: bool = False
) -> Iterator[tuple[str, Quantity, tuple[str, ...], bool]]:
    """Yield path, number, sources (its own, or of what it is part of), and whether its spread stands with it.

    A parameter of a distribution shares the distribution's source, and its spread is the distribution's.
    """
    if isinstance(found, Quantity):
        yield path, found, found.source or sources, spread
    elif isinstance(found, BaseModel):
        own = getattr(found, "source", ()) or sources
        wide = spread or (isinstance(found, Duration) and found.certain is None)
        for name in type(found).model_fields:
            yield from numbers(getattr(found, name), f"{path}.{name}" if path else name, own, wide)
    elif isinstance(found, Mapping):
        for key, item in found.items():
            yield from numbers(item, f"{path}.{key}", sources, spread)
    elif isinstance(found, (tuple, list)):
        for place, item in enumerate(found):
            yield from numbers(item, f"{path}.{place}", sources, spread)


def stated(scenario: Scenario) -> list[tuple[str, Quantity, tuple[str, ...], bool]]:
    """Return the numbers that state something about the world."""
    return [n for n in numbers(scenario) if not chosen(n[0]) and not identity(scenario, *n[:2])]


def chosen(path: str) -> bool:
    """Return whether the number at a path states nothing about the world, or has a file of its own."""
    return path.startswith(CHOICES) or FITTED_ELSEWHERE in path or FOLLOWED.fullmatch(path) is not None


def identity(scenario: Scenario, path: str, number: Quantity) -> bool:
    """Return whether a number is true by definition: the whole of what has one part, the lead's own trade."""
    whole = number == 1 and (path.endswith(".share") or ".stationed." in path)
    return whole or path == f"alliance.members.{scenario.alliance.lead}.dependence"


@each
def test_it_runs_two_replications_with_its_uncertainty(path):
    scenario = scenario_in(path)
    study = run_study(scenario, 2, jobs=1, variants=())
    assert [failure.told for failure in study.failures] == []
    assert len(study.rows) == 2
    for row in study.rows:
        for response in responses_of(scenario).values():
            assert sane(response, row[response.name]), (response.name, row[response.name])
        assert all(row[name] == row[name] for name in ("appealed", "help_level", "killed"))
    assert study.log_of(0).last(EventKind.HORIZON).time == float(scenario.horizon)


def sane(response: Response, value: float) -> bool:
    """Return whether a value can be one of its response; nan is what did not happen."""
    if isnan(value):
        return True
    if response.kind == "flag":
        return value in (0, 1)
    signed = response.unit == "" or response.name.startswith("parts.")
    return isfinite(value) and (signed or value >= 0 or response.kind == "time")


@each
def test_every_variant_runs(path):
    scenario = scenario_in(path)
    study = run_study(scenario, 1, jobs=1)
    assert study.failures == []
    assert set(study.variant_rows) == set(scenario.variants)


@each
def test_what_never_happened_is_not_scored_and_what_is_scored_has_a_reference(path):
    scenario = scenario_in(path)
    scored = [entry for entry in scenario.record.values() if entry.scored]
    assert not (scenario.hypothetical and scenario.record)
    assert scenario.hypothetical or scored
    assert all(entry.kind == "instant" and entry.source for entry in scored)


@each
def test_what_is_resolved_reads_back_equal(path, tmp_path):
    scenario = scenario_in(path)
    again = tmp_path / "scenario.resolved.yaml"
    again.write_text(resolve(scenario), encoding="utf-8")
    assert load_scenario(again) == scenario
    assert scenario_hash(load_scenario(again)) == scenario_hash(scenario)
    assert resolve(load_scenario(again)) == resolve(scenario)


@each
def test_editors_find_the_schema_on_the_first_line(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")


@each
def test_every_number_has_a_source_or_is_marked_an_assumption(path):
    without = [where for where, _, sources, _ in stated(scenario_in(path)) if not sources]
    assert without == []


@each
def test_every_assumption_has_a_range(path):
    bare = [
        where
        for where, number, sources, spread in stated(scenario_in(path))
        if not spread
        and all(source.startswith("assumption") for source in sources)
        and (number.low is None or number.high is None)
    ]
    assert bare == []


@each
def test_every_number_with_a_source_of_its_own_says_how_sure_it_is(path):
    silent = [
        where
        for where, number, _, _ in stated(scenario_in(path))
        if number.source and number.confidence is None
    ]
    assert silent == []


@each
def test_no_number_lies_outside_its_range(path):
    for where, number, _, _ in numbers(scenario_in(path)):
        if number.low is not None and number.high is not None:
            assert number.low <= number <= number.high, where


@each
def test_every_assumption_can_be_moved(path):
    listed = assumptions(scenario_in(path))
    assert len(listed) > 50
    assert all(item.low <= item.value <= item.high for item in listed)
    assert len({item.path for item in listed}) == len(listed)


@each
def test_no_source_is_empty_or_a_place_on_somebodys_disk(path):
    for where, _, sources, _ in numbers(scenario_in(path)):
        for source in sources:
            known = source.startswith(("assumption", "https://", "http://", "fitted"))
            assert known or len(source) > 8, (where, source)
            assert "file://" not in source, (where, source)
            assert not source.startswith(("/", "facts/")), (where, source)


@each
def test_labels_name_what_a_newcomer_cannot_know(path):
    """The model's own shorthand (the far bank of a border, the author of an attack) stands in no label."""
    scenario = scenario_in(path)
    told = [entry.label for entry in scenario.record.values()]
    told += [event.label for event in scenario.recorded_events]
    told += [variant.title for variant in scenario.variants.values()]
    told += [
        found.label for found in (*scenario.crisis.injects.values(), *scenario.response.measures.values())
    ]
    for words in told:
        assert not re.search(r"far (bank|side)|\bthe author\b|\bthe hand\b|^It \b|\bpartner's\b", words), (
            words
        )
