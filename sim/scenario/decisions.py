"""What decision models learnt from past cases: found beside an alliance's file, put into a scenario."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from sim.scenario.errors import Problem, did_you_mean
from sim.scenario.marks import BareNode, Source
from sim.scenario.paths import full_path
from sim.scenario.tree import Tree, assign, without
from sim.scenario.watch import note_file
from sim.scenario.yaml_events import read_yaml

#: Key under which an alliance's data points at its file of decisions until that is read.
_POINTER = "decisions_file"
_LEAVE_OUT = "response.decision.leave_out"
#: A fit in its file: a name, and lines that stand further in; and all fits, up to a line that does not.
_FIT = re.compile(r"  ([\w-]+):\n((?: {4}.*\n|\n)+)")
_FITS = re.compile(rf"(?<=^fits:\n)(?:{_FIT.pattern})+(?=\S|\Z)", re.MULTILINE)
#: Signs by which what stands in one fit could belong to another: quotes, anchors, texts of several lines.
_TIES = re.compile(r"[\"'&*|>]")


def point_at_decisions(tree: Tree, path: str) -> Tree:
    """Return *tree*, its alliance pointing at the file of decisions at *path* if there is one."""
    if not isinstance(tree.data.get("alliance"), dict):
        return tree
    if not os.path.isfile(path):
        note_file(path, None)
        return tree
    return assign(tree, ("alliance", _POINTER), path, BareNode(Source(path), path))


def with_decisions(tree: Tree, settings: Mapping[str, Any]) -> Tree:
    """Return *tree* with what was learnt, but for the conflict that the scenario leaves out, in its place.

    Data that holds it already (a resolved scenario) stays as it is.

    Args:
        tree: raw data and marks.
        settings: to be put on the tree later, from path to value; that of `leave_out` is heeded.

    Raises:
        ScenarioError: the file cannot be read as YAML.
    """
    alliance = tree.data.get("alliance")
    if not isinstance(alliance, dict) or _POINTER not in alliance:
        return tree
    path = alliance[_POINTER]
    tree = without(tree, ("alliance",), _POINTER)
    response = tree.data.get("response")
    decision = response.get("decision") if isinstance(response, dict) else None
    if not isinstance(decision, dict) or "learnt" in decision:
        return tree
    left_out = decision.get("leave_out", "")
    for name, value in settings.items():
        left_out = value if full_path(name) == _LEAVE_OUT else left_out
    left_out = "" if left_out is None else left_out
    document = read_yaml(path, shorten=lambda text: with_one_fit(text, str(left_out) or "all"))
    data, problems = _taken(document.data, str(left_out), path)
    tree = tree._replace(problems=(*tree.problems, *document.problems, *problems))
    if data is None:
        return tree
    return assign(tree, ("response", "decision", "learnt"), data, BareNode(Source(path), data))


def with_one_fit(text: str, name: str) -> str:
    """Return the *text* of a file of decisions with every fit emptied but that of *name*, lines kept.

    Reading them all would take most of the time; a text not laid out as the program does it stays whole.
    """
    fits = _FITS.search(text)
    if fits is None or _TIES.search(fits[0]):
        return text
    kept = _FIT.sub(lambda fit: fit[0] if fit[1] == name else _emptied(fit), fits[0])
    return text[: fits.start()] + kept + text[fits.end() :]


def _emptied(fit: re.Match[str]) -> str:
    return f"  {fit[1]}: {{}}\n" + "\n" * fit[2].count("\n")


def _taken(data: Any, left_out: str, path: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Return what a file of decisions holds of the fit without *left_out*, and what is wrong with that."""
    fits, cases = (data.get(key) for key in ("fits", "cases")) if isinstance(data, dict) else (None, None)
    if not isinstance(fits, dict) or not isinstance(cases, dict):
        return None, [Problem(path, None, None, "", "no fits; make it with `python -m sim fit`")]
    known = [str(name) for name in fits if name != "all"]
    fit = fits.get(left_out or "all")
    if not isinstance(fit, dict) or left_out == "all":
        cure = did_you_mean(left_out, known) or f"; known are {', '.join(known)}"
        message = f"the record has no conflict '{left_out}' to leave out{cure}"
        return None, [Problem(path, None, None, _LEAVE_OUT, message)]
    kept = {
        name: case
        for name, case in cases.items()
        if not isinstance(case, dict) or case.get("conflict") != left_out
    }
    return {"left_out": left_out, **fit, "cases": kept}, []
