"""A field that nothing reads is a defect: all that a file says is read in a run, by a report, or a label."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import sim.alliance
import sim.scenario
from sim.engine.replication import run_replication
from sim.experiment.measure import read_row
from sim.scenario.distributions import Frozen
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario
from sim.scenario.variants import variants_of

ROOT = Path(__file__).parents[2]
FILES = [path for path in sorted((ROOT / "scenarios").glob("*.yaml")) if "." not in path.stem]
#: Where a number or a statement comes from; kept with it into the results folder.
PROVENANCE = frozenset({"source", "confidence", "note", "as_of"})
#: What no code reads on purpose: labels and facts for whoever opens the file, by class.
LABELS: dict[str, frozenset[str]] = {
    "Alliance": frozenset({"name", "format"}),
    "AircraftType": frozenset({"name"}),
    "Base": frozenset({"place"}),
    "Exercise": frozenset({"place"}),
    "Place": frozenset({"approximate"}),
    "Instrument": frozenset({"name", "signed"}),  # a signature alone has no effect; `in_force` has
    "Provision": frozenset({"instrument"}),
    "Scenario": frozenset({"format"}),
    "_NamesFile": frozenset({"format"}),
    # The record of past cases is a coding for others to check, of which the fit reads what it needs.
    "Adversary": frozenset({"name"}),
    "Case": frozenset(
        {"name", "frame", "council_decision_also", "days_from_request_to_decision", "days_note",
         "troops_sent", "troops_note", "members_note", "bilateral_action", "severity", "duration_days",
         "contested", "notes", "sources", "asked_elsewhere", "coding_notes"}
    ),
    "CasePlace": frozenset({"place"}),
    "Claim": frozenset({"by"}),
    "CodedPosition": frozenset({"evidence"}),
    "Contested": frozenset({"value", "what"}),
    "Record": frozenset({"format", "title", "description"}),
    "Request": frozenset({"article"}),
    "Severity": frozenset({"deaths", "displaced", "source_checked"}),
}  # fmt: skip
#: What the program reads by a name that stands in the file, so that no code spells it out.
NAMED_IN_FILES: dict[str, frozenset[str]] = {"Effects": frozenset({"mediation", "good_offices"})}
#: What these runs do not read and another part of the program does, by the module under `sim/` that reads it.
READ_ELSEWHERE: dict[str, dict[str, tuple[str, ...]]] = {
    # in a branch that few runs take
    "engine/council.py": {"Council": ("deliberation_cold",)},
    "engine/levers.py": {"Session": ("adopts",)},
    "engine/pressure.py": {"Sanctions": ("united",)},
    "scenario/distributions.py": {"Duration": ("exponential",)},
    # before the clock starts
    "scenario/decisions.py": {
        "Decision": ("leave_out",),
        "Learnt": ("left_out",),
        "PastEvent": ("conflict",),
    },
    "scenario/fixed_list.py": {"Posterior": ("fitted_to", "fitted_list")},
    "scenario/learnt.py": {"Joint": ("scale", "mode", "root", "certain")},
    "scenario/load.py": {"Variant": ("set",)},
    "scenario/occasion.py": {"Occasion": ("place",)},
    "scenario/synthetic.py": {
        "Alliance": ("synthetic",),
        "Synthetic": ("count", "tie_least", "tie_most", "active_military", "dependence", "capital"),
    },
    "scenario/uncertain.py": {
        "Learnt": ("posterior",),
        "NormalDraw": ("mean", "sd", "low", "high"),
        "Posterior": ("fitted_median", "fitted_spread"),
        "Scenario": ("uncertain",),
    },
    # by another model of how members decide
    "alliance/theories/__init__.py": {
        "FittedLogit": ("coefficients", "cuts"),
        "Learnt": ("plain_logit",),
    },
    "alliance/theories/learnt.py": {
        "Learnt": ("shares", "cases"),
        "PastEvent": ("features", "members"),
        "PastPosition": ("classes", "weight", "features"),
    },
    # by studies, and in what they print and draw
    "experiment/compare.py": {
        "RecordEntry": ("kind", "value", "low", "high", "scored", "unit", "naive"),
    },
    "experiment/design.py": {"Experiment": ("per_draw", "chance", "uncertain")},
    "experiment/study.py": {
        "Experiment": ("replications",),
        "Scenario": ("experiment", "name", "variants"),
    },
    "experiment/sweep_plan.py": {"Scenario": ("sweep",)},
    "inference/calibrate.py": {
        "Calibration": ("parameters", "draws", "rounds"),
        "Scenario": ("calibration",),
    },
    "cli/calibrate.py": {"Calibration": ("writes",)},
    "cli/options.py": {"Member": ("zone",), "Partner": ("zone",)},
    "report/dossier/run.py": {"Scenario": ("description", "title")},
    "report/dossier/model.py": {"Variant": ("title",)},
    "report/runs.py": {"Experiment": ("band",)},
    "report/fit.py": {"RecordEntry": ("label", "fitted")},
    "report/map/scene.py": {"Airfield": ("country",)},
    "report/story.py": {"Crisis": ("title",), "Scenario": ("hypothetical",)},
    "report/telling.py": {
        "GuardTask": ("name",),
        "Member": ("name",),
        "Partner": ("name",),
        "Unit": ("name",),
    },
    "report/marks.py": {"RecordedEvent": ("label",)},
    "report/timeline_rows.py": {
        "RecordedEvent": ("at", "precision", "kind", "who", "no_later_than"),
        "Scenario": ("recorded_events",),
    },
    "report/unrest.py": {
        "Scenario": ("recorded_series",),
        "SeriesPoint": ("at", "value", "low", "high"),
    },
}


def shapes() -> dict[str, tuple[str, ...]]:
    """Return the fields that each model, dataclass and named tuple of the lowest floors declares itself."""
    found: dict[str, tuple[str, ...]] = {}
    for package in (sim.scenario, sim.alliance):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, shape in vars(importlib.import_module(module.name)).items():
                if inspect.isclass(shape) and shape.__module__ == module.name:
                    found[name] = (*found.get(name, ()), *_fields(shape))  # two may share a name
    return found


def _fields(shape: type[Any]) -> Iterator[str]:
    if issubclass(shape, BaseModel):
        yield from (name for name in inspect.get_annotations(shape) if name in shape.model_fields)
    elif dataclasses.is_dataclass(shape):
        yield from (field.name for field in dataclasses.fields(shape))
    else:
        yield from getattr(shape, "_fields", ())


@cache
def read_in(path: Path) -> frozenset[str]:
    """Return the names that a module reads as attributes, or has as texts outside documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return frozenset(attributes | texts)


@cache
def read_anywhere() -> frozenset[str]:
    return frozenset().union(*(read_in(path) for path in (ROOT / "sim").rglob("*.py")))


def test_every_field_is_named_somewhere_in_the_program():
    unread = {
        (shape, field)
        for shape, fields in shapes().items()
        for field in fields
        if field not in read_anywhere() | PROVENANCE
        and field not in LABELS.get(shape, frozenset()) | NAMED_IN_FILES.get(shape, frozenset())
    }
    assert unread == set()


def declared(scenarios: list[Scenario]) -> set[tuple[str, str]]:
    """Return the fields, by the class that declares them, of all models that *scenarios* are made of."""
    models: set[type[Frozen]] = set()
    left: list[Any] = list(scenarios)
    while left:
        found = left.pop()
        if isinstance(found, Frozen):
            models.add(type(found))
            left += found.__dict__.values()
        elif isinstance(found, Mapping):
            left += found.values()
        elif isinstance(found, tuple):
            left += found
    return {(owner(model, field), field) for model in models for field in model.model_fields}


def owner(model: type[Any], field: str) -> str:
    """Return the name of the class that declares a field of *model*."""
    return next(c.__name__ for c in model.__mro__ if field in inspect.get_annotations(c))


def watched(monkeypatch: pytest.MonkeyPatch) -> set[tuple[type[Any], str]]:
    """Return a set that takes up every field of a model that is read from now on."""
    seen: set[tuple[type[Any], str]] = set()
    plain = Frozen.__getattribute__

    def reading(self: Frozen, name: str) -> Any:
        seen.add((type(self), name))
        return plain(self, name)

    def each(self: Frozen) -> Iterator[tuple[str, Any]]:
        seen.update((type(self), name) for name in type(self).model_fields)
        yield from self.__dict__.items()

    monkeypatch.setattr(Frozen, "__getattribute__", reading)
    monkeypatch.setattr(Frozen, "__iter__", each)
    return seen


def test_every_field_is_read_in_some_run_or_by_the_module_named_for_it(monkeypatch: pytest.MonkeyPatch):
    scenarios = [load_scenario(path) for path in FILES]
    every = [world for scenario in scenarios for world in (scenario, *variants_of(scenario).values())]
    known = declared(scenarios)
    seen = watched(monkeypatch)
    for world in every:
        for replication in range(2):
            read_row(run_replication(world, 1, replication), world)
    monkeypatch.undo()
    read = {(owner(model, name), name) for model, name in seen if name in getattr(model, "model_fields", ())}
    named = {(shape, name) for shape, names in LABELS.items() for name in names}
    elsewhere = {
        (shape, name)
        for places in READ_ELSEWHERE.values()
        for shape, names in places.items()
        for name in names
    }
    assert {pair for pair in known - read - named - elsewhere if pair[1] not in PROVENANCE} == set()


def test_the_modules_named_do_read_what_they_are_named_for():
    missing = [
        (module, shape, name)
        for module, places in READ_ELSEWHERE.items()
        for shape, names in places.items()
        for name in names
        if name not in read_in(ROOT / "sim" / module)
    ]
    assert missing == []


def test_what_is_listed_exists():
    known = shapes()
    listed = [LABELS, *READ_ELSEWHERE.values()]
    gone = [(c, f) for places in listed for c, names in places.items() for f in names if f not in known[c]]
    assert gone == []
