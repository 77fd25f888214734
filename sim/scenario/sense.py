"""Checks of what is well written and means nothing: words that no fact takes, terms that overlap, doubles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

from sim.scenario.beginnings import Matches
from sim.scenario.crisis import CRISIS_TYPES, Effects, Facts
from sim.scenario.errors import Problem, did_you_mean
from sim.scenario.paths import full_path
from sim.scenario.shapes import fields
from sim.scenario.study import DRAWN_SERIES, KEPT_SERIES
from sim.scenario.tree import Tree

#: Facts that follow from the crisis: its type, a request, who the parties are.
COMPUTED_FACTS = (
    "type", "request", "host_is_member", "adversary_is_member", "host_is_observer", "host_is_partner",
)  # fmt: skip
#: Those who act in a crisis and are no state.
ORGANS = ("secretary general", "defence ministers")
#: Where facts of a crisis are found otherwise: by fact, by what is found.
FOUND: tuple[tuple[str, ...], ...] = (
    ("crisis", "injects", "*", "facts", "*"),
    ("crisis", "branches", "*", "outcomes", "*", "facts", "*"),
    ("response", "measures", "*", "facts", "*"),
    ("alliance", "instruments", "*", "only_where", "*"),
)
#: Where a chance depends on what is found of a fact: by fact, then by what is found.
CHANCES = (
    ("crisis", "injects", "*", "chance_given", "*", "*"),
    ("response", "measures", "*", "chance_given", "*", "*"),
)


@cache
def fact_values() -> dict[str, tuple[str, ...]]:
    """Return what each fact that a provision may test can be found to be."""
    told = {name: get_args(shape) for name, shape in fields(Facts).items() if get_origin(shape) is Literal}
    computed = dict.fromkeys(COMPUTED_FACTS, ("yes", "no"))
    return {**told, **computed, "type": get_args(CRISIS_TYPES)}


def check_facts(tree: Tree, matches: Matches) -> Iterator[Problem]:
    """Yield facts that are unknown, and words that a fact is never found to be."""
    known = fact_values()
    for path, test in matches(tree.data, ("alliance", "treaty", "*", "tests", "*")):
        fact = test.get("fact") if isinstance(test, dict) else None
        if not isinstance(fact, str):
            continue
        if fact not in known:
            yield tree.problem((*path, "fact"), _unknown_fact(fact))
            continue
        for key in ("met_by", "contested_by"):
            words = test.get(key, [])
            if isinstance(words, list) and all(word in known[fact] for word in words):
                continue
            for place, word in matches(test, (key, "*")):
                if message := _never(fact, word):
                    yield tree.problem((*path, *place), message)
    for pattern in FOUND:
        for path, word in matches(tree.data, pattern):
            fact = str(path[-1])
            if fact not in known:
                yield tree.problem(path, _unknown_fact(fact), at_key=True)
            elif message := _never(fact, word):
                yield tree.problem(path, message)
    for pattern in CHANCES:
        for path, _ in matches(tree.data, pattern):
            if message := _never(str(path[-2]), path[-1]):
                yield tree.problem(path, message, at_key=True)


def _unknown_fact(fact: str) -> str:
    known = tuple(fact_values())
    return f"unknown fact '{fact}'{did_you_mean(fact, known) or '; known are ' + ', '.join(known)}"


def _never(fact: str, word: Any) -> str | None:
    """Return what is wrong with *word* as what *fact* is found to be; None where a model tells of it."""
    known = fact_values().get(fact)
    if known is None or not isinstance(word, str) or word in known:
        return None
    return f"'{fact}' is never '{word}'{did_you_mean(word, known) or '; it is ' + ' or '.join(known)}"


def check_mechanisms(tree: Tree, matches: Matches) -> Iterator[Problem]:
    """Yield switches of the crisis that something leans on and that do not exist."""
    known = tuple(Effects.model_fields)
    for pattern in FOUND[:3]:
        for path, name in matches(tree.data, (*pattern[:-2], "mechanism")):
            if isinstance(name, str) and name and name not in known:
                cure = did_you_mean(name, known) or f"; known are {', '.join(known)}"
                yield tree.problem(path, f"unknown mechanism '{name}'{cure}")


def check_chairs(tree: Tree, matches: Matches) -> Iterator[Problem]:
    """Yield terms in the chair that end before they begin, or begin within another's."""
    terms = []
    for path, chair in matches(tree.data, ("alliance", "chairs", "*")):
        start, end = (
            (_day(chair.get(key)) for key in ("start", "end")) if isinstance(chair, dict) else (None,) * 2
        )
        if start is None or (end is None and chair.get("end") is not None):
            continue  # the models tell of that
        if end is not None and end <= start:
            yield tree.problem(
                (*path, "end"), f"the term ends on {end}, not after it begins on {start}; mend one"
            )
            continue
        terms.append((start, end or date.max, str(chair.get("member")), path))
    terms.sort(key=lambda term: term[:2])
    for (_, end, before, _), (start, _, after, path) in pairwise(terms):
        if start < end:
            left = "has no end" if end == date.max else f"ends on {end}"
            message = (
                f"{after} takes the chair on {start} within the term of {before}, which {left}; mend one"
            )
            yield tree.problem((*path, "start"), message)


def _day(raw: Any) -> date | None:
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        return None


def check_destinations(tree: Tree, matches: Matches) -> Iterator[Problem]:
    """Yield units that are sent somewhere and that their member does not have."""
    for path, _ in matches(tree.data, ("response", "offers", "*", "destination", "*")):
        units = matches(tree.data, ("alliance", "members", str(path[2]), "units", "*"))
        known = [str(unit[-1]) for unit, _ in units]
        if known and path[-1] not in known:
            cure = did_you_mean(str(path[-1]), known) or f"; known are {', '.join(known)}"
            yield tree.problem(path, f"unknown unit of {path[2]} '{path[-1]}'{cure}", at_key=True)


def check_recorded(tree: Tree, matches: Matches) -> Iterator[Problem]:
    """Yield who is said to have acted and is nobody here, and series that nothing reads."""
    known = [*ORGANS]
    for home in (("alliance", "members"), ("alliance", "partners"), ("crisis", "fighting", "sides")):
        known += [str(path[-1]) for path, _ in matches(tree.data, (*home, "*"))]
    known += [
        name
        for _, name in matches(tree.data, ("crisis", "facts", "adversaries", "*"))
        if isinstance(name, str)
    ]
    for path, who in matches(tree.data, ("recorded_events", "*", "who")):
        if isinstance(who, str) and who and who not in known:
            cure = did_you_mean(who, known) or f"; known are {', '.join(known)}"
            yield tree.problem(path, f"unknown member or organ '{who}'{cure}")
    series = DRAWN_SERIES + KEPT_SERIES
    for path, _ in matches(tree.data, ("recorded_series", "*")):
        if path[-1] not in series:
            cure = did_you_mean(str(path[-1]), series) or f"; known are {', '.join(series)}"
            yield tree.problem(path, f"nothing reads a series '{path[-1]}'{cure}", at_key=True)


def check_doubles(tree: Tree, matches: Matches) -> Iterator[Problem]:
    """Yield inputs that a calibration names twice."""
    seen: dict[str, str] = {}
    for path, name in matches(tree.data, ("calibration", "parameters", "*")):
        if isinstance(name, str):
            if full_path(name) in seen:
                yield tree.problem(path, f"the same input as '{seen[full_path(name)]}' above; keep one")
            seen.setdefault(full_path(name), name)


#: Parts of the scenario in which faults are shown, and the check.
SENSE: tuple[tuple[tuple[str, ...], Callable[[Tree, Matches], Iterator[Problem]]], ...] = (
    (("alliance", "crisis", "response"), check_facts),
    (("crisis", "response"), check_mechanisms),
    (("alliance",), check_chairs),
    (("alliance", "response"), check_destinations),
    (("alliance", "crisis", "recorded_events", "recorded_series"), check_recorded),
    (("calibration",), check_doubles),
)
