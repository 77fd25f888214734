"""Records from files: our own mapping or a plain list of cases, with names or codes of states."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.marks import Entry, Key, Node, problem_at
from sim.scenario.messages import tell
from sim.scenario.record_shapes import CODED_ANSWERS as CODED_ANSWERS
from sim.scenario.record_shapes import RUNGS as RUNGS
from sim.scenario.record_shapes import Basis as Basis
from sim.scenario.record_shapes import Case as Case
from sim.scenario.record_shapes import CodedAnswer as CodedAnswer
from sim.scenario.record_shapes import CodedPosition as CodedPosition
from sim.scenario.record_shapes import Decision as Decision
from sim.scenario.record_shapes import Record as Record
from sim.scenario.record_shapes import Rung as Rung
from sim.scenario.state_names import StateNames, load_names, names_for, slug
from sim.scenario.tree import Tree, without
from sim.scenario.yaml_events import read_yaml

#: Freer words for types of crises, and what they mean here.
TYPE_WORDS = {
    "border_incursion": "cross_border_incursion",
    "external_incursion_disputed_line": "cross_border_incursion",
    "non_member_incursions": "cross_border_incursion",
    "external_war_outside_treaty_area": "interstate_war",
    "health_emergency": "epidemic",
    "out_of_area_request": "out_of_area",
    "member_initiated_war_solidarity": "out_of_area",
}
#: Likeness (0 to 1) from which a strange key is taken for a misspelt one (assumed).
_LIKE = 0.8
#: Names of an adversary that say that there is none.
_NOBODY = ("", "none", "nobody", "no adversary")
_SHORTHANDS = {"formally_requested": "value", "external_aggression_claimed": "value", "contested": "value"}


def load_record(
    path: str | os.PathLike[str], names: str | os.PathLike[str] | StateNames | None = None
) -> Record:
    """Return the record in the file at *path*.

    A record is a mapping with `format: 1` and `cases:` (id to case), or a plain list of cases with ids.
    States may be given by alpha-3 key, two-letter code or name; who is in no table keeps a slug of the
    name, and the record's `notices` say so.

    Args:
        path: a YAML file.
        names: the table of names; by default the one beside the file, else the shipped one.

    Raises:
        ScenarioError: with every problem found, in the order of the file.
    """
    if names is None:
        table = names_for(path)
    else:
        table = names if isinstance(names, StateNames) else load_names(names)
    document = read_yaml(path)
    reader = _Reader(table, _whole(document.data, document.marks, document.problems))
    return _validated(reader.read(), reader)


def _whole(data: Any, marks: Node, problems: tuple[Problem, ...]) -> Tree:
    """Return a file's data as a mapping with `cases:`, whichever form it has."""
    if isinstance(data, list) and data:
        cases = Entry(None, 0, marks, marks.source)
        return Tree({"format": 1, "cases": data}, Node(marks.source, None, 0, {"cases": cases}), problems)
    tree = Tree(data if isinstance(data, dict) else {}, marks, problems)
    if not isinstance(data, dict) or not isinstance(data.get("cases"), (dict, list)):
        message = "a record is a list of cases, or a mapping with 'format: 1' and 'cases:'; write one of them"
        raise ScenarioError([*problems, tree.problem(("cases",), message)])
    if not data["cases"]:
        raise ScenarioError([*problems, tree.problem(("cases",), "there are no cases; write one or more")])
    return tree


@dataclass
class _Reader:
    """Brings one file into the one form, and notes what it meets on the way."""

    names: StateNames
    tree: Tree
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def read(self) -> Tree:
        """Return the tree with cases keyed by id and states by key."""
        self.problems += self.tree.problems
        entry = self.tree.marks.children["cases"]
        held: Any = self.tree.data["cases"]
        listed = isinstance(held, list)
        cases: dict[str, Any] = {}
        children: dict[Key, Entry] = {}
        for key, raw in enumerate(held) if listed else held.items():
            place = entry.node.children[key]
            if not isinstance(raw, dict):
                self._fault(
                    place.node, f"cases.{key}", "a case is a mapping; write its keys below it, indented"
                )
                continue
            name = self._id(raw, place.node, key) if listed else str(key)
            if name in cases:
                self._fault(
                    place.node, f"cases.{name}", f"the id '{name}' was already given; give it another"
                )
                continue
            cases[name], node = self._case({**raw, "id": name}, place.node)
            children[name] = place._replace(node=node)
        node = Node(entry.node.source, entry.node.line, entry.node.column, children)
        whole = {**self.tree.marks.children, "cases": entry._replace(node=node)}
        top = self.tree.marks
        return Tree({**self.tree.data, "cases": cases}, Node(top.source, top.line, top.column, whole))

    def _id(self, raw: dict[str, Any], node: Node, number: Key) -> str:
        if isinstance(raw.get("id"), str):
            return str(raw["id"])
        self._fault(node, f"cases.{number}", "the key 'id' is missing or no text; write a short name")
        return f"case_{number}"

    def _case(self, raw: dict[str, Any], node: Node) -> tuple[dict[str, Any], Node]:
        case = {key: value for key, value in raw.items() if value is not None}
        children: dict[Key, Entry] = {key: entry for key, entry in node.children.items() if key in case}
        for key in ("positions", "troops_sent"):
            if isinstance(case.get(key), dict):
                case[key], below = self._keyed(case[key], children[key].node, key)
                children[key] = children[key]._replace(node=below)
        for key in ("members_at_date", "asked_elsewhere"):
            if isinstance(case.get(key), list):
                case[key] = self._listed(case[key], children[key].node, key)
        if isinstance(case.get("host"), str):
            case["host"] = self._state(case["host"], children["host"].node, "host")
        for key, inner in _SHORTHANDS.items():
            if isinstance(case.get(key), bool):
                case[key] = {inner: case[key]}
        if isinstance(case.get("type"), str):
            case["type"] = TYPE_WORDS.get(case["type"], case["type"])
        self._adversary(case, children)
        case.setdefault("conflict", _conflict(case))
        return case, Node(node.source, node.line, node.column, children)

    def _keyed(self, held: dict[str, Any], node: Node, what: str) -> tuple[dict[str, Any], Node]:
        data: dict[str, Any] = {}
        children: dict[Key, Entry] = {}
        for name, value in held.items():
            entry = node.children[name]
            key = self._state(name, entry.node, f"{what}.{name}")
            if key in data:
                self._fault(entry.node, f"{what}.{name}", f"'{name}' is {key}, given above; keep one of them")
                continue
            data[key] = _position(value) if what == "positions" else value
            children[key] = entry
        return data, Node(node.source, node.line, node.column, children)

    def _listed(self, held: list[Any], node: Node, what: str) -> list[Any]:
        def one(place: int, name: Any) -> Any:
            there = node.children[place].node
            return self._state(name, there, f"{what}.{place}") if isinstance(name, str) else name

        return list(dict.fromkeys(one(place, name) for place, name in enumerate(held)))

    def _adversary(self, case: dict[str, Any], children: dict[Key, Entry]) -> None:
        raw = case.get("adversary")
        if isinstance(raw, str):
            raw = {"name": raw, "kind": self._kind({"name": raw}, case.get("type"))}
        if not isinstance(raw, dict):
            return
        adversary = {key: value for key, value in raw.items() if value is not None}
        node = children["adversary"].node
        if "kind" not in adversary and ("name" in adversary or "parties" in adversary):
            adversary["kind"] = self._kind(adversary, case.get("type"))
            message = f"no 'kind' is given; read as '{adversary['kind']}'"
            self.notices.append(_unlined(_at(node, "adversary", message)))
        if adversary.get("kind") in ("non_state", "nonstate"):
            adversary["kind"] = "non-state"
        if isinstance(adversary.get("parties"), list):
            adversary["parties"] = self._listed(
                adversary["parties"], node.children["parties"].node, "adversary.parties"
            )
        elif isinstance(adversary.get("name"), str):
            adversary["parties"] = self._parties(adversary["name"], adversary.get("kind"), node)
        case["adversary"] = adversary

    def _kind(self, adversary: dict[str, Any], crisis: Any) -> str:
        """Return what an adversary without a kind is: a state if it is a listed one, else no state."""
        name, parties = adversary.get("name", ""), adversary.get("parties") or ()
        if crisis == "epidemic":
            return "epidemic"
        if str(name).casefold() in _NOBODY and not parties:
            return "none"
        keys = [self.names.key(item) for item in (name, *parties) if isinstance(item, str)]
        # Keys of states are capitals, those of others are slugs.
        return "state" if any(key is not None and key.isupper() for key in keys) else "non-state"

    def _parties(self, name: str, kind: Any, node: Node) -> list[str]:
        known = self.names.key(name)
        if known is not None:
            return [known]
        if kind not in ("state", "member"):
            return [] if kind in ("none", "epidemic") else [slug(name)]
        return list(self.names.within(name)) or [self._state(name, node, "adversary.name")]

    def _state(self, name: str, node: Node, path: str) -> str:
        known = self.names.key(name)
        if known is not None:
            return known
        key = slug(name)
        if key not in self.unknown:
            self.unknown.add(key)
            message = f"'{name}' stands in no table of names; it is read as '{key}', with neutral ties"
            self.notices.append(_unlined(_at(node, path, message)))
        return key

    def _fault(self, node: Node, path: str, message: str) -> None:
        self.problems.append(_at(node, path, message))


def _position(value: Any) -> Any:
    """Return a position written as a single word, or with nulls, in full."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return {} if value is None else {"position": value}


def _conflict(case: dict[str, Any]) -> str:
    """Return a key shared by the cases between the same states; a case of no such kind stands alone."""
    adversary = case.get("adversary")
    parties: Any = adversary.get("parties") if isinstance(adversary, dict) else None
    if isinstance(adversary, dict) and adversary.get("kind") in ("state", "member") and parties:
        return "-".join(sorted({str(party) for party in (case.get("host"), *parties) if party}))
    return str(case["id"])


def _validated(tree: Tree, reader: _Reader) -> Record:
    data, problems = tree.data, list(reader.problems)
    findings: list[Any] = []
    try:
        record = TypeAdapter(Record).validate_python({**data, "notices": ()})
    except ValidationError as error:
        findings = [dict(finding) for finding in error.errors(include_url=False)]
        harmless = [finding for finding in findings if _is_harmless(finding)]
        if harmless and not problems and len(harmless) == len(findings):
            return _without_strays(tree, reader, harmless)
        problems += tell((f for f in findings if f not in harmless), tree, Record)
    if problems:
        raise ScenarioError(
            sorted(dict.fromkeys(problems), key=lambda p: (p.line is None, p.line or 0, p.column or 0))
        )
    return record.model_copy(update={"notices": tuple(reader.notices)})


def _is_harmless(finding: dict[str, Any]) -> bool:
    """Tell whether a finding is a key of a case that is unlike all known: passed over, with a notice."""
    loc = finding["loc"]
    known = (*Case.model_fields, *CodedPosition.model_fields)
    # Only a likely slip is a fault: other hands may have noted more of a case than is read here.
    slip = get_close_matches(str(loc[-1]), known, n=1, cutoff=_LIKE)
    return finding["type"] == "extra_forbidden" and len(loc) > 2 and not slip


def _without_strays(tree: Tree, reader: _Reader, strays: list[dict[str, Any]]) -> Record:
    for finding in strays:
        *holders, key = finding["loc"]
        told = tree.problem(
            tuple(finding["loc"]), f"the key '{key}' is not used and was passed over", at_key=True
        )
        reader.notices.append(_unlined(told))
        tree = without(tree, tuple(holders), str(key))
    return _validated(tree, replace(reader, problems=[]))


def _at(node: Node, path: str, message: str) -> Problem:
    return problem_at(node.source, node.line, node.column, path, message)


def _unlined(problem: Problem) -> str:
    """Return *problem* on one line, without the source line."""
    return str(problem._replace(source_line=None))
