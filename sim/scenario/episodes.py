"""Episodes of a campaign read from scenario files of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.scenario.marks import Entry, Key, Node
from sim.scenario.paths import full_path
from sim.scenario.tree import Tree, assign, assign_below, merge

#: What an episode takes from the file it uses.
TAKEN = ("title", "start", "horizon", "crisis", "response")
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
