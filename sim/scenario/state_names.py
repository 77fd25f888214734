"""One table of states' names and codes: any of them leads to one key (alpha-3, or a slug for non-states)."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sim.scenario.distributions import Frozen
from sim.scenario.errors import ScenarioError, one_problem
from sim.scenario.messages import tell
from sim.scenario.tree import Tree
from sim.scenario.yaml_events import read_yaml

#: The table's file, searched beside a record first and then where records are shipped.
NAMES_FILE = "names.yaml"
SHIPPED = Path(__file__).resolve().parents[2] / "scenarios" / "record"
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
#: Names shorter than this are codes and are not searched for within a longer text.
_SHORTEST_NAME = 4


class _NamesFile(Frozen):
    """The shape of the table: keys to names, the first of which is shown."""

    format: int
    states: dict[str, tuple[str, ...]]
    others: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class StateNames:
    """From folded names and codes to keys, and from keys to the name that is shown."""

    keys: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)

    def key(self, name: str) -> str | None:
        """Return the key of *name* (a key, a two-letter code or a name in use), or None if unknown."""
        return self.keys.get(_folded(name))

    def name(self, key: str) -> str:
        """Return the name shown for *key*; an unknown key is shown with spaces."""
        return self.shown.get(key, key.replace("_", " "))

    def within(self, text: str) -> tuple[str, ...]:
        """Return the keys of all names that stand in *text* as whole words, in their order there."""
        found: dict[str, int] = {}
        folded = _folded(text)
        for name, key in self.keys.items():
            place = (
                re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded) if len(name) >= _SHORTEST_NAME else None
            )
            if place:
                found[key] = min(place.start(), found.get(key, len(folded)))
        return tuple(sorted(found, key=lambda key: found[key]))


def slug(name: str) -> str:
    """Return *name* in small letters, digits and `_`, as a key for who stands in no table."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_SLUG.sub("_", plain).strip("_")[:60] or "unnamed"


def load_names(path: str | os.PathLike[str]) -> StateNames:
    """Return the table in the file at *path*.

    Raises:
        ScenarioError: when the file is no such table or a name leads to two keys.
    """
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        raise one_problem(os.fspath(path), "a table of names is a mapping; write 'states:' and 'others:'")
    tree = Tree(document.data, document.marks, document.problems)
    try:
        table = TypeAdapter(_NamesFile).validate_python(tree.data)
    except ValidationError as error:
        raise ScenarioError(
            [*tree.problems, *tell(error.errors(include_url=False), tree, _NamesFile)]
        ) from None
    if tree.problems:
        raise ScenarioError(tree.problems)
    return _table(os.fspath(path), {**table.states, **table.others}, table.states)


def _table(file: str, names: Mapping[str, tuple[str, ...]], states: Iterable[str]) -> StateNames:
    keys: dict[str, str] = {}
    for key, aliases in names.items():
        for alias in (key, *aliases):
            other = keys.setdefault(_folded(alias), key)
            if other != key:
                raise one_problem(file, f"'{alias}' names both {other} and {key}; keep one of them", key)
    firsts = {key: (*aliases[1:2], *aliases, key)[0] for key, aliases in names.items()}
    firsts |= {key: (*names[key], key)[0] for key in names if key not in set(states)}
    return StateNames(keys, firsts)


def names_for(record: str | os.PathLike[str]) -> StateNames:
    """Return the table that stands beside *record*, else the shipped one, else an empty table."""
    for folder in (Path(record).parent, SHIPPED):
        if (folder / NAMES_FILE).is_file():
            return load_names(folder / NAMES_FILE)
    return StateNames()


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
