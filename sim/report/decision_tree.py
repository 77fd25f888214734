"""The decision as a tree: from the appeal over motions to what was adopted, and who stood in the way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.report import style
from sim.report.campaigns import one_of_several, titled
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height
from sim.report.runs import share_band
from sim.report.words import all_of
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.units import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from sim.experiment.study import Study

#: Inches: a leaf's height, a box's width and height, and from one column of boxes to the next.
LEAF, BOX, TALL, STEP = 0.42, 1.28, 0.32, 1.8
#: Fill and hatch of the outcomes at the ends of the tree.
FILLS: dict[str, tuple[str, str]] = {
    "force": (style.OKABE_ITO["green"], ""),
    "alone": (style.OKABE_ITO["blue"], ""),
    "measures": (style.OKABE_ITO["sky"], ""),
    "words": (style.OKABE_ITO["yellow"], "////"),
    "none": ("#e4e4e4", ""),
}
ENDS = {
    "force": "force: mandate", "alone": "the lead alone", "measures": "measures", "words": "words",
    "none": "no help",
}  # fmt: skip
Run = dict[str, float]


@dataclass
class Node:
    """A box of the tree: the runs that came there, and where they went from there."""

    words: str
    came: Sequence[Run]
    end: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """How many runs came there."""
        return len(self.came)

    def leaves(self) -> int:
        """Return how many ends lie beyond this box."""
        return sum(child.leaves() for child in self.children) or 1


def tree_of(study: Study) -> Node:
    """Return the tree of the finished runs: appeal or none, motion on force or none, then what came of it."""
    alone = study.events.get("bilateral|", [])
    runs = []
    for place, row in enumerate(study.rows):
        if not row.get("failed", 0.0):
            went = place < len(alone) and not math.isnan(alone[place])
            runs.append({**row, "alone": float(went)})
    asked = [run for run in runs if run.get("appealed", 0.0) == 1]
    silent = [run for run in runs if run.get("appealed", 0.0) != 1]
    moved = [run for run in asked if _voted(run)]
    rest = [run for run in asked if not _voted(run)]
    adopted = [run for run in moved if run["help_level"] == len(HELP_LEVELS) - 1]
    refused = [run for run in moved if run["help_level"] < len(HELP_LEVELS) - 1]
    voted = Node("vote on force", moved, "", [
        Node("adopted", adopted, "", _ends(adopted)), Node("refused", refused, "", _ends(refused)),
    ])  # fmt: skip
    none = Node("no vote on force", rest, "", _ends(rest))
    children = [voted, none] if moved else none.children
    branches = [
        Node("host appeals", asked, "", children),
        Node("no appeal", silent, "", _ends(silent)),
    ]
    return _pruned(Node(all_of(len(runs)).lower(), runs, "", branches))


def _voted(run: Run) -> bool:
    return any(key.startswith("position.") and not math.isnan(value) for key, value in run.items())


def _ends(runs: Sequence[Run]) -> list[Node]:
    came: dict[str, list[Run]] = {end: [] for end in ENDS}
    for run in runs:
        level = HELP_LEVELS[round(run["help_level"])]
        came["alone" if run["alone"] and level != "force" else level].append(run)
    return [Node(ENDS[end], those, end) for end, those in came.items() if those]


def _pruned(node: Node) -> Node:
    """Leave out boxes that no run came to."""
    node.children = [_pruned(child) for child in node.children if child.runs]
    return node


@dataclass
class Votes:
    """A member's votes on force: the runs, and in which of them it objected, and did so alone."""

    rows: list[Run] = field(default_factory=list)
    objected: list[bool] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)


def votes(study: Study) -> dict[str, Votes]:
    """Return the votes on force of each member that had one."""
    members = list(study.scenario.alliance.members)
    found = {member: Votes() for member in members}
    for row in study.rows:
        answers = {m: row.get(f"position.{m}", math.nan) for m in members}
        against = [m for m, answer in answers.items() if answer == 0]
        for member, answer in answers.items():
            if not math.isnan(answer):
                found[member].rows.append(row)
                found[member].objected.append(answer == 0)
                found[member].alone.append(against == [member])
    return {member: given for member, given in found.items() if given.rows}


def draw_tree(study: Study) -> Chart:
    """Draw the tree of the decision with shares of runs, and who objected where force came to a vote."""
    root = tree_of(study)
    against = votes(study) if study.scenario.response.mandate is not None else {}
    members = [m for m in against if m != study.scenario.crisis.host]
    rule = study.scenario.alliance.organs.council.rule.replace("_", " ")
    title = titled(study.scenario, "From the appeal to what was agreed")
    notes = (
        f"{one_of_several(study.scenario)}Shares of the {count(root.runs, 'finished run')}; a box's share is "
        "of all runs, and lines are as thick as the share that took them. "
        + (_who_notes(rule) if members else "")
    )
    deep = _depth(root)
    tall = LEAF * max(root.leaves(), 2)
    low = notes_height(notes) + ((0.75 + 0.24 * len(members)) if members else 0.0)
    sheet = Sheet(title, low + tall + 0.85)
    axes = sheet.axes(0.12, low + 0.1, 6.96, tall)
    axes.set_xlim(0, 6.96)
    axes.set_ylim(0, tall)
    axes.axis("off")
    table: list[tuple[Cell, ...]] = []
    step = min(STEP, (6.96 - BOX) / max(deep - 1, 1))
    _draw_node(axes, root, 0.0, tall, 0, step, root.came, table, "")
    if members:
        _draw_against(study, sheet, {m: against[m] for m in members}, notes_height(notes) + 0.42, table)
    sheet.notes(notes)
    columns = ("panel", "from", "to", "runs", "share", "share_low", "share_high")
    return Chart("decision", title, sheet.figure, columns, table)


def _who_notes(rule: str) -> str:
    effect = {
        "consensus": "one objection blocks", "simple majority": "objections block only as a majority",
    }.get(rule, "objections count as votes against")  # fmt: skip
    return f"b: over the runs with a vote on force; the rule of the council is {rule}, under which {effect}."


def _depth(node: Node) -> int:
    return 1 + max((_depth(child) for child in node.children), default=0)


def _draw_node(
    axes: Axes, node: Node, bottom: float, top: float, level: int, step: float, everyone: Sequence[Run],
    table: list[tuple[Cell, ...]], path: str,
) -> None:  # fmt: skip
    """Draw a box in the middle of its stretch, lines to its children, and the children."""
    x, y = step * level, (bottom + top) / 2
    n = len(everyone)
    share = node.runs / n if n else 0.0
    fill, hatch = FILLS[node.end] if node.end else ("#ffffff", "")
    axes.bar(x, TALL, BOX, y - TALL / 2, align="edge", color=fill, hatch=hatch, edgecolor=style.QUIET,
             linewidth=0.7, zorder=3)  # fmt: skip
    box = {"facecolor": fill, "edgecolor": "none", "pad": 0.6} if hatch else None
    axes.text(x + 0.06, y, node.words, va="center", fontsize=6.6, color=style.ink_on(fill), zorder=4,
              linespacing=0.95, bbox=box)  # fmt: skip
    axes.text(x + BOX - 0.06, y, _share_words(node.runs, n), va="center", ha="right", fontsize=7,
              weight="bold", color=style.ink_on(fill), zorder=4, bbox=box)  # fmt: skip
    here = {run["run"] for run in node.came}
    low, high = share_band(everyone, [run["run"] in here for run in everyone])
    table.append(("tree", path, node.words.replace("\n", " "), node.runs, share, low, high))
    upper, whole = top, node.leaves()
    for child in node.children:
        height = (top - bottom) * child.leaves() / whole
        middle = upper - height / 2
        bend = [x + BOX, x + BOX + (step - BOX) / 2, x + BOX + (step - BOX) / 2, x + step]
        axes.plot(bend, [y, y, middle, middle], color=style.tint(style.LINE, style.INNER), zorder=1,
                  linewidth=0.6 + 6 * child.runs / max(n, 1), solid_joinstyle="round")  # fmt: skip
        step_path = f"{path} > {node.words}".strip(" >").replace("\n", " ")
        _draw_node(axes, child, upper - height, upper, level + 1, step, everyone, table, step_path)
        upper -= height


def _share_words(runs: int, n: int) -> str:
    """Return a share in percent, below a tenth with its first decimal, so that small boxes add up."""
    share = 100 * runs / n if n else 0.0
    return f"{share:.0f} %" if share >= 10 else f"{share:.1f} %".replace(".0 %", " %")


def _draw_against(
    study: Study, sheet: Sheet, against: dict[str, Votes], bottom: float,
    table: list[tuple[Cell, ...]],
) -> None:  # fmt: skip
    tall = 0.24 * len(against)
    axes = sheet.axes(1.35, bottom, 4.4, tall)
    sheet.text(0.12, bottom + tall + 0.1, "b  Who objected to force, and who alone", weight="bold", size=8)
    sheet.text(0.12, sheet.height - 0.5, "a  Where the runs went", weight="bold", size=8)
    clean_axes(axes, grid="x")
    fill, hatch = style.ANSWERS["object"]
    top = 0.05
    for place, (member, given) in enumerate(against.items()):
        n, objected, sole = len(given.rows), sum(given.objected), sum(given.alone)
        low, high = share_band(given.rows, given.objected)
        top = max(top, high)
        axes.barh(place, objected / n, 0.66, color=style.tint(fill, 0.35), hatch=hatch, edgecolor=style.EDGE,
                  linewidth=0.4, label="objected" if not place else None)  # fmt: skip
        axes.barh(place, sole / n, 0.66, color=fill, linewidth=0, label=None if place else "objected alone")
        axes.plot([low, high], [place, place], color=style.TEXT, linewidth=1.0, marker="|", markersize=5)
        for words, flags in (("objected", given.objected), ("objected alone", given.alone)):
            share = sum(flags) / n
            table.append(("against force", member, words, sum(flags), share, *share_band(given.rows, flags)))
    axes.set_yticks(range(len(against)), [study.scenario.alliance.members[m].name for m in against])
    axes.set_ylim(len(against) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, min(1.0, 1.15 * top))
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    runs = count(max(len(given.rows) for given in against.values()), "run")
    axes.set_xlabel(f"share of the {runs} with a vote on force (whisker: 95 % interval)", labelpad=2)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
