"""Variants of the scenario side by side: paired differences from the base under the same luck."""

from __future__ import annotations

import math
import re
import textwrap
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind
from sim.experiment.responses import responses_of
from sim.report import style
from sim.report.appeal_clock import SQUARES, moved_clock
from sim.report.figures import Cell, Chart, Sheet, clean_axes, say
from sim.report.timeline_rows import words_of
from sim.report.words import level_told, signed, unit_in_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.experiment.estimates import PairedDifference
    from sim.experiment.responses import Response
    from sim.experiment.study import Study
    from sim.experiment.summary import Summary, VariantSummary

#: Responses shown, in this order, as far as the study has them; at most PANELS of them.
SHOWN = ("hours_to_order", "killed", "peak_out_of_control", "sites_overwhelmed", "incidents", "detained",
         "government_fell", "hours_to_deployment_complete")  # fmt: skip
PANELS = 4
#: Inches that a letter of a panel's title takes up.
LETTER = 0.076
#: Fewest pairs of which a difference is drawn.
FEWEST = 3
#: Responses that are never panels: coded answers, parts of others, what the record repeats, assumed scores.
ASIDE = (
    "position.",
    "parts.",
    "approval.",
    "answer.",
    "exit_hazard.",
    "trust.",
    "patron.",
    "hours_simulated",
    "exits",
    "hours_to_appeal",
    "flights_per_day",
)
#: Units of shares, whose differences are drawn in percentage points.
SHARES = ("share", "share of runs")
#: Responses without a unit that may be panels.
FLAGS = ("help_level", "mandate", "appealed", "government_fell", "basis_force", "cohesion")


def draw_effects(study: Study) -> Chart:
    """Draw each variant's mean difference from the base with its 95 % interval, one panel a response."""
    summary = study.summary()
    variants = list(summary.variants.values())
    names, known = shown(summary, variants), responses_of(study.scenario)
    tall = 0.42 * max(len(variants), 2)
    left, gap = 2.05, 0.14
    width = (style.WIDTH - left - 0.15 - gap * (max(len(names), 1) - 1)) / max(len(names), 1)
    titles = {name: _title(study, variants, name, int(width / LETTER)) for name in names}
    heads = 0.135 * max((words.count("\n") + 1 for words in titles.values()), default=1)
    sheet = Sheet("What the variants change: paired differences from the base", tall + heads + 1.4)
    table: list[tuple[Cell, ...]] = []
    for place, name in enumerate(names):
        axes = sheet.axes(left + place * (width + gap), 0.85, width, tall)
        _panel(axes, known.get(name), variants, name, table)
        axes.set_title(titles[name], fontsize=7.5, fontweight="bold", loc="left", pad=6)
        axes.set_yticks(range(len(variants)), [_wrap(v.title) for v in variants] if place == 0 else [])
    moved = any(name in moved_clock(variant) for variant in variants for name in names)
    if not names:
        say(sheet.axes(left, 0.85, 4.9, tall), "the scenario names no variants, or none ran")
    sheet.notes(
        "Variant minus base, both with the same seeds and addressed draws; dots: means, filled where the bar "
        f"(95 % interval) leaves out zero.{f' {SQUARES}' if moved else ''} {_pairs_of(variants)} n: pairs in "
        "the response's stratum. Right of the dotted line: more (or later) than in the base. At most "
        f"{PANELS} of the responses that a variant changes are drawn; effects.csv has all."
    )
    columns = ("variant", "response", "unit", "difference", "low", "high", "pairs", "base", "variant_mean",
               "variance_reduction", "from_start", "from_start_low", "from_start_high")  # fmt: skip
    return Chart("effects", "Effects of the variants", sheet.figure, columns, table)


def _pairs_of(variants: list[VariantSummary]) -> str:
    """Return which runs the pairs are taken from, in words."""
    given = next((v.given for v in variants if v.given), "")
    return f"Only runs with {given} are compared." if given else "All runs are compared."


def _known(variant: VariantSummary, name: str) -> bool:
    found = variant.differences.get(name)
    return found is not None and found.n >= FEWEST and not math.isnan(found.mean)


def shown(summary: Summary, variants: list[VariantSummary]) -> list[str]:
    """Return the responses that get a panel: those that some variant changes, the usual ones first.

    Where the usual ones stay as they are, the responses that most variants change for sure stand in.
    """
    changed = [n for n in _names(variants) if any(_known(v, n) and _changes(v, n) for v in variants)]
    usual = [n for n in SHOWN if n in changed]
    others = [n for n in changed if n not in SHOWN and not n.startswith(ASIDE) and n in summary.responses]
    others = [n for n in others if summary.responses[n].unit or n in FLAGS]
    others.sort(key=lambda n: -sum(_sure(v, n) for v in variants if _known(v, n)))
    return (usual + others)[:PANELS] or [n for n in SHOWN if any(_known(v, n) for v in variants)][:PANELS]


def _names(variants: list[VariantSummary]) -> list[str]:
    return list(dict.fromkeys(name for variant in variants for name in variant.differences))


def _changes(variant: VariantSummary, name: str) -> bool:
    found = variant.differences[name]
    return abs(found.mean) > 1e-9 or max(abs(found.low), abs(found.high)) > 1e-9


def _sure(variant: VariantSummary, name: str) -> bool:
    found = variant.differences[name]
    return found.low > 1e-9 or found.high < -1e-9


def _title(study: Study, variants: list[VariantSummary], name: str, letters: int) -> str:
    response = responses_of(study.scenario).get(name)
    label, unit = (response.label, _unit(response)) if response else (name.replace("_", " "), "")
    label = re.sub(r" ?\(0 [^)]*\)", "", label)
    if name == "hours_to_order" and study.scenario.crisis.unrest is None:
        label = f"Appeal to: {words_of(study.scenario)[EventKind.ORDER_RESTORED]}"
    pairs = sorted({v.differences[name].n for v in variants if _known(v, name)})
    counted = f"n = {pairs[0]}" if len(pairs) == 1 else f"n = {pairs[0]}-{pairs[-1]}"
    lines = textwrap.wrap(
        f"{label} ({'% points' if unit in SHARES else unit})" if unit else label, min(letters, 30)
    )
    return "\n".join([*lines, counted])


def _wrap(title: str) -> str:
    return textwrap.fill(title, 34, max_lines=2, placeholder=" ...")


def _unit(response: Response | None) -> str:
    return "" if response is None else unit_in_file(response.kind, response.unit)


def _panel(
    axes: Axes,
    response: Response | None,
    variants: list[VariantSummary],
    name: str,
    table: list[tuple[Cell, ...]],
) -> None:
    clean_axes(axes, grid="x")
    axes.axvline(0, color=style.TEXT, linewidth=0.8, linestyle=":")
    scale = 100 if _unit(response) in SHARES else 1
    least = most = 0.0
    for place, variant in enumerate(variants):
        found = variant.differences.get(name)
        if found is None or not _known(variant, name):
            axes.text(0.5, place, "not reached", transform=axes.get_yaxis_transform(), ha="center",
                      va="center", fontsize=6.5, color=style.QUIET, style="italic")  # fmt: skip
            continue
        fixed = moved_clock(variant).get(name)
        low, high = _mark(axes, found, place)
        least, most = min(least, low), max(most, high)
        if fixed is not None:
            low, high = _mark(axes, fixed, place + 0.22, second=True)
            least, most = min(least, low), max(most, high)
        axes.text(
            found.mean,
            place - 0.2,
            signed(scale * level_told(found.mean, found.low, found.high)),
            ha="center",
            va="bottom",
            fontsize=6.3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )
        start = (None,) * 3 if fixed is None else (fixed.mean, fixed.low, fixed.high)
        table.append((variant.name, name, _unit(response), found.mean, found.low, found.high, found.n,
                      found.baseline, found.variant, found.variance_reduction, *start))  # fmt: skip
    room = 0.28 * (most - least) if most - least > 1e-9 else 1.0
    axes.set_xlim(least - room, most + room)
    axes.set_ylim(len(variants) - 0.5, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=3)
    axes.xaxis.set_major_formatter(lambda value, _: f"{scale * value:g}")


def _mark(axes: Axes, found: PairedDifference, place: float, *, second: bool = False) -> tuple[float, float]:
    """Draw a difference with its interval, filled where that leaves out zero, and return its ends."""
    colour = style.SECOND_LINE if second else style.LINE
    low, high = (found.mean if math.isnan(v) else v for v in (found.low, found.high))
    fill = colour if low > 1e-9 or high < -1e-9 else "white"
    axes.plot([low, high], [place, place], color=colour, linewidth=0.8 if second else 1.6,
              solid_capstyle="butt")  # fmt: skip
    axes.plot([found.mean], [place], marker="s" if second else "o", markersize=3.6 if second else 5,
              linestyle="none", markeredgecolor=colour, markerfacecolor=fill)  # fmt: skip
    return low, high
