"""Scenarios from files: read, put together, set, checked; every problem is told at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.checks import cross_check
from sim.scenario.decisions import with_decisions
from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.files import read_tree
from sim.scenario.lookup import SettingError
from sim.scenario.marks import Key
from sim.scenario.messages import tell
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path
from sim.scenario.plain import plain_data
from sim.scenario.reuse import reuse
from sim.scenario.schema import scenario_schema as scenario_schema
from sim.scenario.settings import apply_setting, apply_settings, split_setting
from sim.scenario.shapes import fields
from sim.scenario.tree import Tree, bare

#: Keys of an annotated number that are numbers themselves.
PARTS = ("value", "low", "high")
#: Values of a sweep that are tried while its file is read.
MOST_CHECKED = 500
#: What a higher floor finds wrong with a scenario: the path of each fault, and the fault with its cure.
Further = Callable[[Scenario], Iterable[tuple[tuple[Key, ...], str]]]


def load_scenario(
    path: str | os.PathLike[str],
    overrides: Sequence[str] = (),
    *,
    use_fitted: bool = True,
    further: Further | None = None,
) -> Scenario:
    """Return the complete, checked scenario in the file at *path*.

    Args:
        path: a scenario file (YAML).
        overrides: settings `path=value`, put on before the checks; problems name them `--set #1`, ...
        use_fitted: put the posteriors of the `fitted:` file in place of what `uncertain:` says.
        further: checks beyond those of the scenario's own floor, told together with these.

    Raises:
        ScenarioError: with every problem found, in the order of the files.
    """
    tree = read_tree(path, use_fitted=use_fitted)
    settings, problems = _read_overrides(overrides)
    tree = with_decisions(tree, dict(settings.values()))
    tree, more = apply_settings(tree, settings)
    return check_tree(tree._replace(problems=(*tree.problems, *problems, *more)), further=further)


def with_settings(
    scenario: Scenario, settings: Mapping[str, Any], origin: str = "set", further: Further | None = None
) -> Scenario:
    """Return *scenario* with other values at some paths, checked as a whole.

    Numbers so set are certain: they drop out of `uncertain:`. For numbers alone, and without checks,
    `with_values` is a thousand times faster.

    Args:
        scenario: a checked scenario, left as it is.
        settings: from path to value, as plain data (`True`, `3`, `"36 h"`, a mapping).
        origin: what problems call the place of the settings.
        further: checks beyond those of the scenario's own floor, told together with these.

    Raises:
        ScenarioError: when a path leads nowhere or the result is no valid scenario.
    """
    return _with_settings(scenario, plain_data(scenario), settings, origin, further)


def made_variants(scenario: Scenario) -> dict[str, Scenario]:
    """Return the scenario of each variant, which itself has none.

    Raises:
        ScenarioError: a variant sets something it cannot.
    """
    # Variants are made one by one of the scenario itself: none needs to know of the others.
    alone = scenario.model_copy(update={"variants": {}})
    data = {**plain_data(scenario), "variants": {}}
    return {key: _with_settings(alone, data, v.set, "set") for key, v in scenario.variants.items()}


def _with_settings(
    scenario: Scenario,
    data: dict[str, Any],
    settings: Mapping[str, Any],
    origin: str,
    further: Further | None = None,
) -> Scenario:
    tree, problems = bare(data, scenario.name), []
    for path, value in settings.items():
        try:
            tree = apply_setting(tree, path, value, origin)
        except SettingError as error:
            problems.append(Problem(origin, None, None, path, str(error)))
    tree = tree._replace(problems=tuple(problems))
    return check_tree(tree, reuse(tree.data, data, scenario), further)


def check_tree(tree: Tree, data: Mapping[str, Any] | None = None, further: Further | None = None) -> Scenario:
    """Return the scenario that *tree* holds.

    Args:
        tree: raw data and marks.
        data: the same data with what has been read before in its place, if something has.
        further: checks beyond those made here.

    Raises:
        ScenarioError: with every problem found.
    """
    problems = list(tree.problems)
    scenario, found = None, []
    try:
        scenario = Scenario.model_validate(tree.data if data is None else data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems += tell(found, tree)
    problems += cross_check(tree)
    problems += _check_variants(tree, scenario)
    problems += _check_sweep(tree, scenario)
    problems = _once(problems, tree.problems)
    if further is not None:
        problems += _further_problems(tree, scenario, found, further, problems)
    if scenario is None or problems:
        raise ScenarioError(_in_order(problems, tree.marks.source.name))
    return scenario


def _further_problems(
    tree: Tree, scenario: Scenario | None, found: list[Any], further: Further, told: Sequence[Problem]
) -> list[Problem]:
    """Return what *further* checks find wrong that is not *told* yet, of a faulty scenario as far as it goes.

    Args:
        tree: raw data and marks.
        scenario: what was read from *tree*; none if it is faulty.
        found: what the models found wrong with it then.
        further: the checks.
        told: the other problems, in part of the same values.
    """
    if scenario is None:
        from sim.scenario.salvage import salvaged  # here: only a faulty scenario needs it

        scenario = salvaged(tree.data, found)
    try:
        faults = list(further(scenario)) if scenario is not None else []
    except (LookupError, AttributeError):
        if not told:
            raise
        return []  # names that lead nowhere, which are told already
    places = {problem.path for problem in told}
    return [
        tree.problem(path, message)
        for path, message in faults
        if not any(
            place == (full := ".".join(map(str, path))) or place.startswith(f"{full}.") for place in places
        )
    ]


def _once(problems: list[Problem], read: Sequence[Problem]) -> list[Problem]:
    """Return *problems* without what the checks say of a value that could not be *read* to begin with."""
    unread = {problem[:3] for problem in read if problem.line is not None}
    # A part of an annotated number that could not be read makes nonsense of its other parts.
    spoilt = {head for p in read for head, _, part in [p.path.rpartition(".")] if part in PARTS}
    return [
        *read,
        *(p for p in problems if p[:3] not in unread and p.path.rpartition(".")[0] not in spoilt),
    ]


def _read_overrides(overrides: Sequence[str]) -> tuple[dict[str, tuple[str, Any]], list[Problem]]:
    settings: dict[str, tuple[str, Any]] = {}
    problems: list[Problem] = []
    for number, text in enumerate(overrides, start=1):
        origin = f"--set #{number}"
        try:
            settings[origin] = split_setting(text)
        except SettingError as error:
            problems.append(Problem(origin, None, None, "", str(error)))
    return settings, problems


def _check_variants(tree: Tree, scenario: Scenario | None) -> list[Problem]:
    """Return the problems of each variant's settings, judged within the part of the scenario they touch.

    Args:
        tree: raw data and marks.
        scenario: what was read from *tree*; none if it is faulty.
    """
    variants = tree.data.get("variants")
    problems: list[Problem] = []
    for name, variant in variants.items() if isinstance(variants, dict) else ():
        settings = variant.get("set") if isinstance(variant, dict) else None
        if isinstance(settings, dict):
            places = {path: ("variants", name, "set", path) for path in settings}
            problems += _check_settings(tree, scenario, places, settings)
    return problems


def _check_sweep(tree: Tree, scenario: Scenario | None) -> list[Problem]:
    """Return the problems of each value that a sweep takes, alone; combinations are checked by the sweep."""
    if not tree.data.get("sweep"):
        return []
    from sim.scenario.sweep import settings_in  # here, as few scenarios are swept by their file

    problems: list[Problem] = []
    for place, settings in islice(settings_in(tree.data["sweep"]), MOST_CHECKED):
        # A null takes a key away, which is tried when the sweep's points are made.
        made = {path: value for path, value in settings.items() if value is not None}
        places = dict.fromkeys(made, ("sweep", *place))
        problems += _check_settings(tree, scenario, places, made)
    return problems


def _check_settings(
    tree: Tree, scenario: Scenario | None, places: Mapping[str, tuple[Key, ...]], settings: Mapping[str, Any]
) -> list[Problem]:
    changed = tree._replace(problems=())
    problems: list[Problem] = []
    origins = {}
    for path, value in settings.items():
        origin = ".".join(map(str, places[path]))
        try:
            changed = apply_setting(changed, path, value, origin)
            origins[origin] = path
        except SettingError as error:
            problems.append(tree.problem(places[path], str(error), at_key=True))
    parts = {full_path(path).partition(".")[0] for path in origins.values()}
    for problem in [*_judge(changed, parts, tree, scenario), *cross_check(changed, parts)]:
        # What the file has wrong without the variant is told elsewhere.
        if problem.file in origins:
            place = places[origins[problem.file]]
            problems.append(tree.problem(place, f"{problem.path}: {problem.message}"))
    return problems


def _judge(changed: Tree, parts: Collection[str], tree: Tree, scenario: Scenario | None) -> list[Problem]:
    """Return what the models find in some *parts* of *changed*, which differs from *tree* in them alone."""
    findings: list[Any] = []
    try:
        if scenario is not None:
            Scenario.model_validate(reuse(changed.data, tree.data, scenario))
            return []
    except ValidationError as error:
        return tell(error.errors(include_url=False), changed)
    # The rest of the scenario is faulty and its faults are told already: each part is judged alone.
    for part in parts:
        try:
            if part in changed.data:
                TypeAdapter(fields(Scenario)[part]).validate_python(changed.data[part])
        except ValidationError as error:
            found = error.errors(include_url=False)
            findings += [{**finding, "loc": (part, *finding["loc"])} for finding in found]
    return tell(findings, changed)


def _in_order(problems: list[Problem], first: str) -> list[Problem]:
    """Return *problems* by file (the scenario's own first, settings last), line and column, each once."""
    unique = dict.fromkeys(problems)

    def place(problem: Problem) -> tuple[int, str, bool, int, int]:
        rank = 0 if problem.file == first else 2 if problem.file.startswith("--set") else 1
        return rank, problem.file, problem.line is None, problem.line or 0, problem.column or 0

    return sorted(unique, key=place)
