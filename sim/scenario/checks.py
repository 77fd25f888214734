"""Checks across a scenario: every name refers to something, every uncertain input is a number.

They read the raw data, so that what they find is told together with what the models find.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticCustomError

from sim.scenario.beginnings import EPISODE_CURE, PLACED_BY, early
from sim.scenario.episodes import OWN, episodes_alone
from sim.scenario.errors import Problem, did_you_mean
from sim.scenario.lookup import SettingError, find, shape_at
from sim.scenario.marks import Key
from sim.scenario.paths import full_path
from sim.scenario.quantities import Measure
from sim.scenario.sense import SENSE
from sim.scenario.shapes import is_model, measure_of, options, split_path
from sim.scenario.study import RangeFamily
from sim.scenario.tree import Tree
from sim.scenario.units import read_number

_RANGES: tuple[str, ...] = RangeFamily.__args__  # type: ignore[attr-defined]
#: What stands within an annotated number, and the like: no number, without a measure, no duration.
_NO_NUMBER = False, None, False
_MEMBER_KEY = re.compile(r"[A-Z]{3}\Z")

#: Where names are kept that others refer to.
HOMES = {
    "member": "alliance.members",
    "airfield": "alliance.airfields",
    "notice to move": "alliance.notice_to_move",
    "aircraft type": "alliance.aircraft_types",
    "fleet owner": "alliance.fleets",
    "site": "crisis.sites",
    "instrument": "alliance.instruments",
    "state": "alliance.partners",
    "base": "alliance.bases",
}
#: Nouns whose names are kept in more than one place.
MORE_HOMES = {
    "site": (
        "crisis.incursions.sectors",
        "crisis.fighting.sectors",
        "crisis.pressure.targets",
        "crisis.epidemic.outbreaks",
    ),
    "state": ("alliance.members",),
}
#: Values that name something ('*' stands for any key or place in a list), and what they name.
VALUES = {
    "alliance.lead": "member",
    "alliance.sessions.*.adopts.*": "instrument",
    "crisis.injects.*.instrument": "instrument",
    "response.measures.*.instrument": "instrument",
    "crisis.facts.ground": "base",
    "alliance.chairs.*.member": "member",
    "alliance.members.*.units.*.airfield": "airfield",
    "alliance.members.*.units.*.echelons.*.readiness": "notice to move",
    "alliance.fleets.*.*.aircraft_type": "aircraft type",
    "alliance.airlift.providers.*": "fleet owner",
    "alliance.airlift.usual_type": "aircraft type",
    "alliance.airlift.outsize_type": "aircraft type",
    "alliance.exercises.*.near.*": "state",
    "crisis.host": "state",
    "crisis.occasion.asked_by": "member",
    "crisis.pressure.sanctions.party": "state",
    "response.offers.*.destination.*": "airfield",
    "response.mission.tasks.*.site": "site",
    "response.mission.tasks.*.by.*": "member",
    "record.*.who": "state",
    "record.*.among.*": "site",
}
#: Keys that name something.
KEYS = {
    "alliance.fleets.*": "member",
    "alliance.fleets.*.*.stationed.*": "airfield",
    "alliance.exercises.*.troops.*": "state",
    "alliance.exercises.*.units.*": "state",
    "response.measures.*.troops.*": "state",
    "response.offers.*": "member",
    "response.mission.arrival_airfields.*": "airfield",
}


def cross_check(tree: Tree, parts: Collection[str] | None = None) -> list[Problem]:
    """Return what is wrong between the parts of *tree*; faulty parts are left to the models' own checks.

    Args:
        tree: raw data and marks.
        parts: the parts of the scenario to search; all if none.
    """
    problems = _check_parts(tree, parts)
    if parts is None or not PLACED_BY.isdisjoint(parts):
        problems += [tree.problem(path, message) for path, message in early(tree.data, _matches)]
    if parts is None or "crises" in parts:
        problems += _check_episodes(tree)
    return problems


def _check_episodes(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong in each crisis of a campaign, found as in a scenario's own."""
    for key, alone in episodes_alone(tree):
        found = _check_parts(alone, OWN)
        found += [alone.problem(path, said) for path, said in early(alone.data, _matches, EPISODE_CURE)]
        for problem in found:
            # What is wrong with the alliance is told once, for the campaign.
            if problem.path.partition(".")[0] in OWN:
                yield problem._replace(path=f"crises.{key}.{problem.path}")


def _check_parts(tree: Tree, parts: Collection[str] | None) -> list[Problem]:
    problems = list(_check_names(tree, parts))
    for part, check in CHECKS:
        if parts is None or part in parts:
            problems += check(tree)
    for touched, sense in SENSE:
        if parts is None or not set(touched).isdisjoint(parts):
            problems += sense(tree, _matches)
    return problems


def _at(data: Any, path: str) -> Any:
    """Return what stands at *path* of *data*, or an empty mapping."""
    for part in _split(path):
        if not isinstance(data, dict) or part not in data:
            return {}
        data = data[part]
    return data


def _keys(tree: Tree, path: str) -> list[str]:
    found = _at(tree.data, path)
    return list(found) if isinstance(found, dict) else []


def _matches(data: Any, pattern: tuple[str, ...]) -> list[tuple[tuple[Key, ...], Any]]:
    """Return the paths that *pattern* stands for in *data*, and what stands there."""
    found: list[tuple[tuple[Key, ...], Any]] = [((), data)]
    for part in pattern:
        if not found:
            break
        if part == "*":
            found = [((*path, key), item) for path, held in found for key, item in _items(held)]
        else:
            found = [
                ((*path, part), held[part]) for path, held in found if isinstance(held, dict) and part in held
            ]
    return found


def _items(held: Any) -> Iterable[tuple[Key, Any]]:
    return held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()


def _unknown(name: str, noun: str, known: list[str]) -> str:
    listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    cure = did_you_mean(name, known) or (f"; known are {listed}" if listed else "; none is known")
    return f"unknown {noun} '{name}'{cure}"


def _check_names(tree: Tree, parts: Collection[str] | None) -> Iterator[Problem]:
    known = {noun: _keys(tree, home) for noun, home in HOMES.items()}
    for noun, homes in MORE_HOMES.items():
        known[noun] = [*known[noun], *(key for home in homes for key in _keys(tree, home))]
    for pattern, noun in _within(VALUES, parts):
        for path, name in _matches(tree.data, pattern):
            if isinstance(name, str) and name and name not in known[noun]:
                yield tree.problem(path, _unknown(name, noun, known[noun]))
    for pattern, noun in _within(KEYS, parts):
        for path, _ in _matches(tree.data, pattern):
            if str(path[-1]) not in known[noun]:
                yield tree.problem(path, _unknown(str(path[-1]), noun, known[noun]), at_key=True)


def _within(
    patterns: Mapping[str, str], parts: Collection[str] | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield those of *patterns* that stand for paths in some *parts* of a scenario."""
    for pattern, noun in patterns.items():
        split = _split(pattern)
        if parts is None or split[0] in parts:
            yield split, noun


@lru_cache(maxsize=4096)
def _split(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("."))


def _check_member_keys(tree: Tree) -> Iterator[Problem]:
    for key in _keys(tree, HOMES["member"]):
        if not _MEMBER_KEY.match(key):
            message = f"'{key}' is no key of a member; write its ISO 3166 alpha-3 code in capitals"
            yield tree.problem(("alliance", "members", key), message, at_key=True)


def _check_ties(tree: Tree) -> Iterator[Problem]:
    members = _keys(tree, HOMES["member"])
    pairs = dict.fromkeys(_keys(tree, "alliance.ties"))
    known = members + _keys(tree, HOMES["state"])
    for home in ((), ("crises", "*")):
        named = _matches(tree.data, (*home, "crisis", "facts", "adversaries", "*"))
        known += [name for _, name in named if isinstance(name, str)]
    # An outsider with ties to several members is meant; one that stands in a single pair is a slip.
    ends_of_pairs = [end for pair in pairs for end in pair.split("-")]
    known += [end for end in ends_of_pairs if _MEMBER_KEY.match(end) and ends_of_pairs.count(end) > 1]
    for pair in pairs:
        ends = pair.split("-")
        path = ("alliance", "ties", pair)
        if len(ends) != 2:
            yield tree.problem(path, f"'{pair}' is no pair; write two keys as in AAA-BBB", at_key=True)
            continue
        if ends[0] == ends[1]:
            message = f"'{pair}' is a tie of {ends[0]} with itself; name two states or drop it"
            yield tree.problem(path, message, at_key=True)
            continue
        for end in ends:
            if end not in known:
                yield tree.problem(path, _unknown(end, "member", members), at_key=True)
        if ends[0] > ends[1] and f"{ends[1]}-{ends[0]}" in pairs:
            message = f"the tie is also given as '{ends[1]}-{ends[0]}'; keep one of them"
            yield tree.problem(path, message, at_key=True)


def _check_units(tree: Tree) -> Iterator[Problem]:
    for path, unit in _matches(tree.data, ("response", "offers", "*", "units", "*")):
        yield from _unknown_unit(tree, path, unit, str(path[2]))


def _check_base_units(tree: Tree) -> Iterator[Problem]:
    for key in ("units", "drawn_from"):
        for path, unit in _matches(tree.data, ("alliance", "bases", "*", key, "*")):
            yield from _unknown_unit(tree, path, unit, str(_at(tree.data, f"alliance.bases.{path[2]}.owner")))


def _unknown_unit(tree: Tree, path: tuple[Key, ...], unit: Any, owner: str) -> Iterator[Problem]:
    known = _keys(tree, f"alliance.members.{owner}.units")
    if isinstance(unit, str) and unit not in known and owner in _keys(tree, HOMES["member"]):
        yield tree.problem(path, _unknown(unit, f"unit of {owner}", known))


def _check_uncertain(tree: Tree) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    uncertain = _at(tree.data, "uncertain")
    for name, form in uncertain.items() if isinstance(uncertain, dict) else ():
        full = full_path(name)
        message = f"the same input as '{seen[full]}' above; keep one" if full in seen else None
        seen.setdefault(full, name)
        message = message or _uncertain_fault(tree.data, full, form)
        if message:
            yield tree.problem(("uncertain", name), message, at_key=True)


def _uncertain_fault(data: Any, path: str, form: Any) -> str | None:
    """Return what is wrong with an uncertain input, or None."""
    parts = split_path(path)
    try:
        raw, shape = find(data, parts)
    except SettingError as error:
        return str(error)
    number, measure, duration = _NO_NUMBER if shape is None else _number_at(parts)
    if not number:
        return "this is no number; name a number of the scenario"
    if duration and isinstance(raw, dict) and "value" not in raw:
        if "certain" not in raw:
            family = next(iter(raw), "lognormal")
            return f"this duration is drawn in every run; name a number in it, such as {path}.{family}.<key>"
        raw = raw["certain"]
    if raw is None:
        return "the scenario gives no number here; give one"
    if not isinstance(form, str) or form not in _RANGES:
        return None
    if not isinstance(raw, dict) or raw.get("low") is None or raw.get("high") is None:
        return f"a {form} range needs the number's own low and high; write it as {{value: , low: , high: }}"
    if form == "lognormal" and measure is not None and not _above_zero(raw, measure.dimension):
        return "a lognormal range needs a low above 0; raise it or write triangular"
    return None


@lru_cache(maxsize=4096)
def _number_at(parts: tuple[Key, ...]) -> tuple[bool, Measure | None, bool]:
    """Return whether a number may stand at *parts* of a scenario, its measure, and whether a duration may."""
    shape = shape_at(parts)
    plain = any(getattr(option, "__origin__", option) in (int, float) for option in options(shape))
    measure = measure_of(shape)
    return plain or measure is not None, measure, any(is_model(option) for option in options(shape))


def _above_zero(raw: dict[str, Any], dimension: str) -> bool:
    try:
        return read_number(raw["low"], raw.get("unit"), dimension) > 0
    except (PydanticCustomError, KeyError, TypeError):
        return True  # no number at all: the model says so


def _check_calibration(tree: Tree) -> Iterator[Problem]:
    uncertain = _keys(tree, "uncertain")
    known = {full_path(name) for name in uncertain}
    for path, name in _matches(tree.data, ("calibration", "parameters", "*")):
        if isinstance(name, str) and full_path(name) not in known:
            cure = did_you_mean(name, uncertain) or "; add it there or drop it here"
            yield tree.problem(path, f"'{name}' is not among the inputs of 'uncertain:'{cure}")


#: What is checked beside names: the part of the scenario in which faults are shown, and the check.
CHECKS: tuple[tuple[str, Callable[[Tree], Iterator[Problem]]], ...] = (
    ("alliance", _check_member_keys),
    ("alliance", _check_ties),
    ("response", _check_units),
    ("alliance", _check_base_units),
    ("uncertain", _check_uncertain),
    ("calibration", _check_calibration),
)
