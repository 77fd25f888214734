"""The validator's findings in the words of a scenario's author: what is wrong, and the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.errors import Problem, did_you_mean
from sim.scenario.models import Scenario
from sim.scenario.scalars import DAY_EXAMPLE, INSTANT_EXAMPLE
from sim.scenario.shapes import child, names
from sim.scenario.tree import Tree
from sim.scenario.units import shown

#: No more findings than this are told one by one.
MOST = 100
_Finding = Mapping[str, Any]


def tell(findings: Iterable[_Finding], tree: Tree, shape: type[BaseModel] = Scenario) -> list[Problem]:
    """Return pydantic's *findings* on *tree*, read as a *shape*, as problems, each at its place."""
    listed = list(findings)
    problems = [_problem(finding, tree, shape) for finding in listed[:MOST]]
    if len(listed) > MOST:
        more = f"and {len(listed) - MOST:,} more problems; mend these first"
        problems.append(Problem(tree.marks.source.name, None, None, "", more))
    return problems


def _problem(finding: _Finding, tree: Tree, shape: type[BaseModel]) -> Problem:
    loc = tuple(finding["loc"])
    at_key = finding["type"] in ("missing", "extra_forbidden", "quantity_key")
    return tree.problem(loc, _message(finding, shape), at_key=at_key or finding["input"] is None)


def _message(finding: _Finding, whole: type[BaseModel]) -> str:
    kind = str(finding["type"])
    if kind == "extra_forbidden":
        return _unknown_key(finding, whole)
    if kind in _WORDS:
        return _WORDS[kind](finding)
    if kind.startswith(("datetime", "timezone", "instant")):
        return f"{shown(finding['input'])} is no instant with a zone; write it as in {INSTANT_EXAMPLE}"
    if kind.startswith(("date_", "day")):
        return f"{shown(finding['input'])} is no day; write it as in {DAY_EXAMPLE}"
    if kind.startswith("quantity"):
        return str(finding["msg"])
    return f"{shown(finding['input'])} does not fit: {finding['msg']}; write it as the schema asks"


def _missing(finding: _Finding) -> str:
    key = finding["loc"][-1]
    guess = ", with 'approximate: true' if it is a guess" if key in ("lat", "lon") else ""
    return f"the key '{key}' is missing; add it{guess}"


def _unknown_key(finding: _Finding, whole: type[BaseModel]) -> str:
    *holders, key = finding["loc"]
    shape: Any = whole
    for part in holders:
        # Parts that the validator puts in (tags of forms) name nothing and are passed over.
        shape = child(shape, part) or shape
    known = names(shape, None)
    cure = did_you_mean(str(key), known)
    return f"unknown key {shown(str(key))}{cure or '; known are ' + ', '.join(known)}"


def _choice(finding: _Finding) -> str:
    expected = str(finding["ctx"]["expected"])
    known = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    given = finding["input"]
    hint = did_you_mean(given, known) if isinstance(given, str) else ""
    return f"{shown(given)} is not known here{hint or '; write ' + expected}"


def _bound(words: str, key: str, cure: str) -> Callable[[_Finding], str]:
    def say(finding: _Finding) -> str:
        limit = finding["ctx"][key]
        return f"{shown(finding['input'])} is {words}; write {cure.format(f'{limit:g}')}"

    return say


def _is_not(what: str, cure: str) -> Callable[[_Finding], str]:
    return lambda finding: f"{shown(finding['input'])} is not {what}; {cure}"


def _own_words(finding: _Finding) -> str:
    return str(finding["ctx"]["error"])


_number = _is_not("a number", "write a plain finite number")
_whole = _is_not("a whole number", "write digits only")
_truth = _is_not("true or false", "write one of the two")
_mapping = _is_not("a mapping of keys to values", "write its keys below it, indented")

_WORDS: dict[str, Callable[[_Finding], str]] = {
    "missing": _missing,
    "literal_error": _choice,
    "value_error": _own_words,
    "string_type": _is_not("a text", "write a text, in quotes if it looks like a number"),
    "string_pattern_mismatch": lambda finding: (
        f"{shown(finding['input'])} is not written as asked; write it to match {finding['ctx']['pattern']}"
    ),
    "float_type": _number,
    "float_parsing": _number,
    "finite_number": _number,
    "int_type": _whole,
    "int_parsing": _whole,
    "int_from_float": _whole,
    "bool_type": _truth,
    "bool_parsing": _truth,
    "greater_than_equal": _bound("too low", "ge", "{} or more"),
    "less_than_equal": _bound("too high", "le", "{} or less"),
    "greater_than": _bound("too low", "gt", "more than {}"),
    "less_than": _bound("too high", "lt", "less than {}"),
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "tuple_type": _is_not("a list", "write its items in brackets or as lines that begin with '-'"),
    "too_short": lambda finding: (
        f"the list has {finding['ctx']['actual_length']} items; write {finding['ctx']['min_length']} or more"
    ),
}
