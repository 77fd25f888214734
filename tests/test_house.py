"""The house stands: imports go down one staircase, heavy libraries have one home, code names no case."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
#: From the ground up; a floor imports itself and what stands before it.
FLOORS = ("scenario", "alliance", "engine", "experiment", "inference", "report", "cli")
#: Modules beside the floors (the facade, the package root) stand level with the commands, at the top.
ROOF = len(FLOORS) - 1
HOMES: dict[str, str | None] = {
    "yaml": "scenario",
    "simpy": "engine",
    "matplotlib": "report",
    "dask": "experiment",
}
LONGEST = 350  # lines
#: Names in the files that are words of English or of this program before they are names.
ORDINARY = {
    "advance", "east", "main", "north", "south", "west", "centre", "intra_member_clash", "hybrid",
    "neighbours",
}  # fmt: skip


def modules(root: Path) -> dict[str, Path]:
    """Return the dotted name and path of every module of the package."""
    found = {}
    for path in sorted((root / "sim").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and dotted target of every import, however deep in a function it hides."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            yield from ((node.lineno, text) for text in texts[:1])


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def floor_of(name: str) -> str:
    """Return the floor of a dotted name inside the package, or '' for the roof."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def _on_the_roof(target: str, known: Mapping[str, Path]) -> bool:
    """Tell whether *target* is a module beside the floors or a name in one; the package root is free."""
    return target != "sim" and any(
        name in known and name != "sim" for name in (target, target.rpartition(".")[0])
    )


def climbs(root: Path) -> list[str]:
    """Return the imports that go up the staircase."""
    known, wrong = modules(root), []
    for name, path in known.items():
        here = floor_of(name)
        for line, target in imports(name, path):
            there = floor_of(target)
            if target.split(".")[0] != "sim" or (not there and not _on_the_roof(target, known)):
                continue
            height = FLOORS.index(there) if there else ROOF
            if height > (FLOORS.index(here) if here else ROOF):
                wrong.append(f"{path.relative_to(root)}:{line}: {here} imports {target}")
    return wrong


def strays(root: Path) -> list[str]:
    """Return the imports of heavy libraries outside their homes."""
    wrong = []
    for name, path in modules(root).items():
        for line, target in imports(name, path):
            library = target.split(".")[0]
            if library in HOMES and (HOMES[library] is None or floor_of(name) != HOMES[library]):
                wrong.append(f"{path.relative_to(root)}:{line}: {library} belongs in {HOMES[library]}")
    return wrong


def too_long(root: Path) -> list[str]:
    """Return the modules longer than a reader's patience."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(root).values()}
    return [f"{path.relative_to(root)}: {n} lines" for path, n in lengths.items() if n > LONGEST]


def _keys_and_names(holder: object) -> Iterator[str]:
    if isinstance(holder, Mapping):
        for key, value in holder.items():
            yield str(key)
            if isinstance(value, Mapping) and isinstance(value.get("name"), str):
                yield value["name"]


def proper_names(root: Path) -> tuple[set[str], set[str]]:
    """Return what the scenario files call places, units and cases, and the codes of their members."""
    names: set[str] = set()
    codes: set[str] = set()
    for path in sorted((root / "scenarios").glob("**/*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, Mapping):
            continue
        if path.parent.name == "scenarios":
            names |= {path.stem, str(data.get("name", path.stem))}
        crisis = data.get("crisis") if isinstance(data.get("crisis"), Mapping) else {}
        inline = data.get("alliance") if isinstance(data.get("alliance"), Mapping) else {}
        for part in (data, inline):
            members = part.get("members") or {}
            codes |= set(part.get("partners") or {})
            names |= set(_keys_and_names(part.get("partners")))
            codes |= set(members)
            names |= set(_keys_and_names(members)) | set(_keys_and_names(part.get("airfields")))
            for member in members.values():
                names |= set(_keys_and_names(member.get("units") if isinstance(member, Mapping) else None))
        for kind, places in (
            ("", "sites"),
            ("incursions", "sectors"),
            ("fighting", "places"),
            ("pressure", "targets"),
        ):
            holder = crisis.get(kind) if kind else crisis
            names |= set(_keys_and_names(holder.get(places) if isinstance(holder, Mapping) else None))
    long_enough = {n for n in names - codes if len(n) >= 4 and n.lower() not in ORDINARY}
    return long_enough, {c for c in codes if re.fullmatch(r"[A-Z]{3}", c)}


def mentions(root: Path) -> list[str]:
    """Return the lines of code that name a scenario, site, member, unit or airfield."""
    names, codes = proper_names(root)
    patterns = []
    if names:  # no letter before or after, so that place_a and "place a" count and replaced does not
        words = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
        patterns.append(re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])", re.IGNORECASE))
    if codes:
        patterns.append(re.compile(rf"""(['"])(?:{"|".join(sorted(codes))})\1"""))
    wrong = []
    for path in modules(root).values():
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            hits = [m.group() for pattern in patterns for m in pattern.finditer(text)]
            wrong += [f"{path.relative_to(root)}:{number}: {hit}" for hit in hits]
    return wrong


LAWS = {
    "imports go down the staircase": climbs,
    "heavy libraries stay at home": strays,
    "modules are short": too_long,
    "code names no case": mentions,
}


@pytest.mark.parametrize("law", LAWS)
def test_the_house_keeps_its_law(law):
    assert LAWS[law](ROOT) == []


def test_the_laws_have_something_to_look_at():
    names, codes = proper_names(ROOT)
    assert len(modules(ROOT)) > 20
    assert len(names) > 10
    assert len(codes) >= 5


#: A breach of each law, which it must find, and its harmless neighbour, which it must not.
BREACHES = [
    ("imports go down the staircase", "scenario/a.py", "def f():\n    import sim.engine.world", True),
    ("imports go down the staircase", "scenario/a.py", "from sim.alliance import treaty", True),
    ("imports go down the staircase", "engine/a.py", "from sim import report", True),
    ("imports go down the staircase", "engine/a.py", "from ..cli import main", True),
    ("imports go down the staircase", "engine/a.py", "from .. import api", True),
    ("imports go down the staircase", "engine/a.py", "from sim.api import run", True),
    ("imports go down the staircase", "cli/a.py", "import sim.api", False),
    (
        "imports go down the staircase",
        "engine/a.py",
        "import importlib\nimportlib.import_module('sim.cli')",
        True,
    ),
    ("imports go down the staircase", "report/a.py", "if TYPE_CHECKING:\n    from sim.cli import main", True),
    ("imports go down the staircase", "cli/a.py", "from sim.report import charts", False),
    ("imports go down the staircase", "engine/a.py", "from . import streams", False),
    ("imports go down the staircase", "engine/a.py", "from sim import __version__", False),
    ("imports go down the staircase", "api.py", "from sim.report import charts", False),
    ("heavy libraries stay at home", "cli/a.py", "def f():\n    from yaml import safe_load", True),
    ("heavy libraries stay at home", "experiment/a.py", "import matplotlib.pyplot as plt", True),
    ("heavy libraries stay at home", "api.py", "import simpy", True),
    ("heavy libraries stay at home", "engine/a.py", "import dask.bag", True),
    ("heavy libraries stay at home", "engine/a.py", "import simpy", False),
    ("modules are short", "engine/a.py", "#\n" * (LONGEST + 1), True),
    ("modules are short", "engine/a.py", "#\n" * LONGEST, False),
    ("code names no case", "engine/a.py", "# as in ruritania", True),
    ("code names no case", "engine/a.py", "strelsau_forces = 1", True),
    ("code names no case", "engine/a.py", 'where = "Zenda Castle"', True),
    ("code names no case", "engine/a.py", "unit = 'hussars'", True),
    ("code names no case", "engine/a.py", "lead = 'RUR'", True),
    ("code names no case", "engine/a.py", "field = 'STRE'", True),
    ("code names no case", "engine/a.py", "coup_1894 = True", True),
    ("code names no case", "engine/a.py", "# a main body, the RURAL east, ruritanians", False),
]

STORY = """
name: coup_1894
crisis: {sites: {strelsau: {name: Strelsau}, zenda: {name: Zenda Castle}, east: {name: East}}}
"""
ALLIANCE = """
members: {RUR: {name: Ruritania, units: {hussars: {name: Royal Hussars}, main: {name: Main}}}}
airfields: {STRE: {name: Strelsau Field}}
"""


@pytest.mark.parametrize(("law", "where", "code", "broken"), BREACHES)
def test_a_law_finds_its_breach_and_nothing_else(tmp_path, law, where, code, broken):
    for floor in FLOORS:
        (tmp_path / "sim" / floor).mkdir(parents=True)
    for module in ("__init__.py", "api.py"):
        (tmp_path / "sim" / module).write_text("")
    (tmp_path / "scenarios" / "alliances").mkdir(parents=True)
    (tmp_path / "scenarios" / "coup.yaml").write_text(STORY)
    (tmp_path / "scenarios" / "alliances" / "two.yaml").write_text(ALLIANCE)
    (tmp_path / "sim" / where).write_text(code)
    assert bool(LAWS[law](tmp_path)) == broken
    assert not any(other(tmp_path) for name, other in LAWS.items() if name != law)
