"""What the record taught: each fitted input before and after its calibration."""

from __future__ import annotations

import math
import re
import textwrap
from typing import TYPE_CHECKING

from sim.report import style
from sim.report.bands import draw_interval
from sim.report.figures import Cell, Chart, Sheet, clean_axes, notes_height
from sim.report.runs import Bands
from sim.report.words import justified, number
from sim.scenario.paths import full_path, quantities, read_path
from sim.scenario.study import Posterior
from sim.scenario.uncertain import draw_one

if TYPE_CHECKING:
    from sim.experiment.study import Study

#: Inches for an input, and the axes' left edge and width.
ROW, LEFT, WIDE = 0.36, 2.65, 2.75
#: Where the column of what was learnt stands, as a share of the axes' width.
NATS = 1.54
#: What ratios, which have no unit of their own, are counted by.
RATIOS = {
    "unrest.killed": "per incident",
    "unrest.wounded": "per incident",
    "unrest.detained": "per incident",
    "unrest.suppression": "times growth",
}
#: The quantiles that are drawn.
AT = (0.05, 0.25, 0.5, 0.75, 0.95)
#: What `calibrate` notes about the distribution that it began with.
PRIOR = re.compile(r"prior median (\S+) \(5-95 % (\S+) to (\S+)\)")
LEARNT = re.compile(r"([\d.]+) nats learnt")


def draw_fitted(study: Study) -> Chart:
    """Draw each fitted input before the calibration and after it, as multiples of the fact file's value."""
    scenario = study.scenario
    inputs = {
        full_path(name): form for name, form in scenario.uncertain.items() if isinstance(form, Posterior)
    }
    notes = (
        "Fitted inputs on a log scale, as multiples of the value in the fact file. Line with a tick: 5-95 "
        "% and "
        "median before the calibration; boxes: 5-95 %, middle half and median after it, which the runs "
        "draw from: the fitted file's lognormals, cut off at the fact file's range, so that a median may "
        f"differ from its 'fitted_median'. Learnt: information gained. {_source(list(inputs.values()))}"
    )
    units = {path: quantity.unit for path, quantity in quantities(scenario)}
    foot = notes_height(notes) + 0.72
    tall = ROW * max(len(inputs), 2)
    sheet = Sheet("What the calibration learnt: inputs before and after", foot + tall + 0.6)
    axes = sheet.axes(LEFT, foot, WIDE, tall)
    clean_axes(axes, grid="x")
    table: list[tuple[Cell, ...]] = []
    reach = 1.2
    for place, (path, form) in enumerate(inputs.items()):
        base = float(read_path(scenario, path)) or 1.0
        after = [draw_one(scenario, path, form, u) for u in AT]
        middle, low, high = before = _before(study, path, form)
        axes.plot([low / base, high / base], [place - 0.28] * 2, color=style.TEXT, linewidth=0.9, marker="|",
                  markersize=4)  # fmt: skip
        axes.plot([middle / base], [place - 0.28], marker="|", markersize=8, color=style.TEXT)
        draw_interval(axes, place + 0.1, Bands(*(value / base for value in after)), half=0.2)
        found = LEARNT.search(form.note or "")
        learnt = float(found[1]) if found else math.nan
        unit = units.get(path, "")
        counted = unit or next((words for end, words in RATIOS.items() if path.endswith(end)), "")
        middles = _alike(justified(middle, low, high), justified(after[2], after[0], after[-1]))
        axes.text(1.02, place, f"{middles} {counted}".rstrip(),
                  transform=axes.get_yaxis_transform(), va="center", fontsize=style.SMALL)  # fmt: skip
        axes.text(NATS, place, f"{learnt:.2f}" if found else "-", transform=axes.get_yaxis_transform(),
                  va="center", fontsize=style.SMALL)  # fmt: skip
        ends = (low, high, after[0], after[-1])
        reach = max([reach, *(max(v / base, base / v) for v in ends if v > 0)])
        table.append((path, unit, base, *before, *after, learnt))
    _dress(study, sheet, list(inputs), reach)
    sheet.notes(notes)
    columns = ("input", "unit", "fact_file", "prior_median", "prior_low", "prior_high", "low",
               "lower_quartile", "median", "upper_quartile", "high", "nats_learnt")  # fmt: skip
    return Chart("fitted", "Inputs before and after the calibration", sheet.figure, columns, table)


def _dress(study: Study, sheet: Sheet, paths: list[str], reach: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axes = sheet.figure.axes[0]
    axes.set_xscale("log")
    axes.set_xlim(1 / (1.1 * reach), 1.1 * reach)
    ticks = [t for t in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0) if 1 / (1.1 * reach) < t < 1.1 * reach]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.axvline(1, color=style.TEXT, linewidth=0.6, linestyle=":")
    axes.set_yticks(range(len(paths)), [_name(path) for path in paths], fontsize=6.3)
    axes.set_ylim(len(paths) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("multiple of the fact file's value", labelpad=2)
    for x, words in ((1.02, "\nmedian, before to after"), (NATS, "learnt\n(nats)")):
        axes.text(x, 1.01, words, transform=axes.transAxes, fontsize=6.3, va="bottom")
    shown = [
        Line2D([], [], color=style.TEXT, linewidth=0.9, marker="|", label="before: 5-95 %, median"),
        Line2D([], [], color=style.LINE, linewidth=1.5, label="after: median"),
        Patch(color=style.tint(style.LINE, style.INNER), label="25-75 %"),
        Patch(color=style.tint(style.LINE, style.OUTER), label="5-95 %"),
    ]
    height = axes.get_position().height * sheet.height
    axes.legend(handles=shown, ncols=4, loc="upper left", handlelength=1.5,
                bbox_to_anchor=(-LEFT / WIDE, -0.36 / height))  # fmt: skip


def _alike(one: float, other: float) -> str:
    """Return two numbers as 'a to b', with a decimal in both where one of them has one."""
    words = number(one), number(other)
    if any("." in word for word in words) and max(one, other) < 100:
        words = tuple(word if "." in word else f"{word}.0" for word in words)  # type: ignore[assignment]
    return " to ".join(words)


def _name(path: str) -> str:
    """Return a path without its first part, in two lines if it is long."""
    return "\n".join(textwrap.wrap(path.partition(".")[2].replace(".", ". "), 42)[:2]).replace(". ", ".")


def _before(study: Study, path: str, form: Posterior) -> tuple[float, float, float]:
    """Return median and 5-95 % before the calibration; the fact file's own range where it noted none."""
    found = PRIOR.search(form.note or "")
    if found:
        middle, low, high = (float(part.replace(",", "")) for part in found.groups())
        return middle, low, high
    held = read_path(study.scenario, path)
    ends = (getattr(held, name, None) for name in ("low", "high"))
    low, high = (float(held) if end is None else float(end) for end in ends)
    return float(held), low, high


def _source(forms: list[Posterior]) -> str:
    sources = sorted({part for form in forms for part in form.source})
    return f"Source: {'; '.join(sources)}." if len(sources) == 1 else ""
