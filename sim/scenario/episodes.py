"""Episodes of a campaign: read from scenario files of their own, and looked at each alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sim.scenario.beginnings import later
from sim.scenario.marks import Entry, Key, Node
from sim.scenario.paths import full_path
from sim.scenario.tree import Tree, assign, assign_below, merge

#: What an episode takes from the file it uses.
TAKEN = ("title", "start", "horizon", "crisis", "response")
#: Parts of a scenario that each episode has for itself.
OWN = ("crisis", "response")
#: What belongs to the campaign's alliance, whose own uncertainty counts.
SHARED = "alliance."


def with_episodes(
    tree: Tree, find: Callable[[Tree, tuple[str, ...]], str], read: Callable[[str], Tree]
) -> Tree:
    """Return *tree* with the file of each episode's `use:` filled in, and its uncertain inputs with it.

    Args:
        tree: a scenario's raw data.
        find: from the tree and the path of a name to the file so named.
        read: reads a scenario file.

    Raises:
        ScenarioError: a file cannot be found or read.
    """
    episodes = tree.data.get("crises")
    for key, episode in list(episodes.items()) if isinstance(episodes, dict) else ():
        if isinstance(episode, dict) and "use" in episode:
            found = read(find(tree, ("crises", key, "use")))
            tree = _with_uncertain(_filled(tree, key, found), key, found)
    return tree


def _filled(tree: Tree, key: str, found: Tree) -> Tree:
    """Put what the file says under what the campaign itself says of an episode."""
    node = tree.marks.children["crises"].node.children[key].node
    own = tree.data["crises"][key]
    said = {name: value for name, value in own.items() if name != "use"}
    marks = Node(node.source, node.line, node.column, {n: node.children[n] for n in said})
    base = {name: found.data[name] for name in TAKEN if name in found.data}
    children: dict[Key, Entry] = {name: found.marks.children[name] for name in base}
    below = Tree(base, Node(found.marks.source, None, 0, children), found.problems)
    joined = merge(below, Tree(said, marks))
    tree = Tree(tree.data, tree.marks, (*tree.problems, *found.problems))
    return assign_below(tree, ("crises", key), joined.data, joined.marks)


def _with_uncertain(tree: Tree, key: str, found: Tree) -> Tree:
    uncertain: Any = found.data.get("uncertain")
    own = tree.data.get("uncertain")
    known = set(own) if isinstance(own, dict) else set()
    for name, form in uncertain.items() if isinstance(uncertain, dict) else ():
        path = full_path(name)
        here = f"crises.{key}.{path}"
        if not path.startswith(SHARED) and here not in known:
            marks = found.marks.children["uncertain"].node.children[name].node
            tree = assign(tree, ("uncertain", here), form, marks)
    return tree


def episodes_alone(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield each episode's key, and the scenario that it makes on the campaign's alliance.

    It begins with the episode, but not before the campaign. What is no mapping is left to the models.
    """
    episodes = tree.data.get("crises")
    for key, episode in episodes.items() if isinstance(episodes, dict) else ():
        if not isinstance(episode, dict):
            continue
        node = tree.marks.children["crises"].node.children[key].node
        data = {"alliance": tree.data.get("alliance")} | {part: episode.get(part) for part in OWN}
        data["start"] = later(episode.get("start"), tree.data.get("start"))
        marks = {**tree.marks.children, **node.children}
        children: dict[Key, Entry] = {part: marks[part] for part in ("alliance", *OWN) if part in marks}
        yield key, Tree(data, Node(node.source, node.line, node.column, children))
