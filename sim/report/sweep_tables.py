"""A sweep in the terminal: its points, or the levels of its factors, and what each factor changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.experiment.factors import Factor
from sim.experiment.main_effects import Effect
from sim.experiment.responses import Response
from sim.experiment.sweep import SweepStudy
from sim.report.appeal_clock import later_words
from sim.report.sweep_changes import appeal_moves, appeal_words
from sim.report.sweep_data import (
    few_runs,
    interval_words,
    is_chance,
    level_of,
    runs_told,
    said,
    short,
    title_of,
    told,
    varied,
)
from sim.report.words import NONE, WIDTH, band, heading, justified, level_told, notes, rows_of, signed
from sim.scenario.units import count

#: More points than this are told by the levels of the factors.
MOST_POINTS = 30
#: No more effects of a response than this are printed.
MOST_EFFECTS = 24
CELL = 21
NAME = 30


def sweep_text(study: SweepStudy) -> str:
    """Return the tables of a sweep as text."""
    points = len(study.design.points)
    title = f"{study.scenario.title}: {count(points, 'point')}, {runs_told(study)}"
    table = point_table(study) if points <= MOST_POINTS else level_table(study)
    parts = [heading(title), [""], table, [""], effect_table(study), precision_lines(study)]
    return "\n".join(line for part in parts for line in part)


def point_table(study: SweepStudy) -> list[str]:
    """Return a line per point: the levels of its factors, and each response's chance or median and band."""
    factors = varied(study) or list(study.design.factors)
    rows = [
        [f"{point.number}", *(short(f, level_of(study, f, point.number)) for f in factors)]
        for point in study.design.points
    ]
    head = ["point", *(_tail(f) for f in factors)]
    return _table(study, head, rows, [[point.number] for point in study.design.points])


def level_table(study: SweepStudy) -> list[str]:
    """Return a line per level of each factor, averaged over the points that have it."""
    rows, points = [], []
    for factor in varied(study):
        levels = sorted(factor.levels) if factor.numeric else list(factor.levels)
        for level in levels[:MOST_POINTS]:
            rows.append([_tail(factor), short(factor, level)])
            every = study.design.points
            points.append([p.number for p in every if level_of(study, factor, p.number) == level])
    lines = _table(study, ["factor", "level"], rows, points)
    return [*lines, *notes("Averages over the points at each level; summary.csv has every point.")]


def _tail(factor: Factor) -> str:
    """Return a factor's name, the end of a long one."""
    return factor.name if len(factor.name) <= NAME else "…" + factor.name[-(NAME - 1) :]


def _table(
    study: SweepStudy, head: Sequence[str], rows: Sequence[Sequence[str]], points: Sequence[Sequence[int]]
) -> list[str]:
    """Return the responses shown in as many blocks of columns as they need, medians with their intervals."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    several = any(len(numbers) > 1 for numbers in points)
    shown = [study.responses[name] for name in study.shown]
    titles = [r.name if len(r.name) <= CELL else r.name[: CELL - 1] + "…" for r in shown]
    cells = [[title, *(_cell(study, r, numbers) for numbers in points)]
             for r, title in zip(shown, titles, strict=True)]  # fmt: skip
    lines: list[str] = []
    for block in _blocks(cells, WIDTH - sum(widths) - len(widths)):
        wide = [*widths, *(max(map(len, column)) for column in block)]
        body = [[*row, *row_cells] for row, *row_cells in zip([head, *rows], *block, strict=True)]
        lines += ["", *rows_of(body, wide, range(len(head)))]
    said = "; ".join(f"{r.name}: {title_of(r)}{_runs(study, r, points)}" for r in shown)
    percents = f"{50 * (1 - study.summary().band):.0f}-{50 * (1 + study.summary().band):.0f} %"
    what = (
        "Chances and medians"
        if several
        else f"Chances and medians with 95 % intervals, medians also with [{percents} of the runs]"
    )
    over = "each over the n runs that it concerns"
    few = "" if several else few_runs(study, medians=True)
    return [*lines[1:], *notes(f"{what}, {over}. {said}."), *notes(few)]


def _blocks(columns: Sequence[list[str]], room: int) -> list[list[list[str]]]:
    """Return *columns* of cells in blocks that are no wider than *room*, with a space before each."""
    blocks: list[list[list[str]]] = []
    left = 0
    for column in columns:
        wide = max(map(len, column)) + 1
        if not blocks or wide > left:
            blocks.append([])
            left = room
        blocks[-1].append(column)
        left -= wide
    return blocks


def _runs(study: SweepStudy, response: Response, points: Sequence[Sequence[int]]) -> str:
    """Return over how many runs of a point a response is told."""
    found = [study.summary().at(point, response.name) for numbers in points for point in numbers]
    counts = sorted({0 if one is None else one.n for one in found})
    return f", n = {counts[0]:,}" if len(counts) == 1 else f", n = {counts[0]:,} to {counts[-1]:,}"


def _cell(study: SweepStudy, response: Response, points: Sequence[int]) -> str:
    found = [told(response, study.summary().at(point, response.name)) for point in points]
    known = [t for t in found if t.n]
    if not known:
        return "no run"
    if len(known) > 1:
        middles = [t.middle for t in known if not math.isnan(t.middle)]
        mean = sum(middles) / len(middles) if middles else math.nan
        return said(response, justified(mean, min(middles), max(middles))) if middles else "later"
    one = known[0]
    middle = "later" if math.isnan(one.middle) else said(response, one.borne)
    sure = f" ({interval_words(response, one)})" if one.sure else ""
    spread = "" if is_chance(response) else f" [{band(one.low, one.high, response.unit)}]"
    return middle + sure + spread


def effect_table(study: SweepStudy) -> list[str]:
    """Return, for each response shown, what every level changes against its factor's first."""
    lines = heading("Main effects: paired differences under the same luck")
    widths = (52, 12, 22, 8, 12)
    lines += rows_of([("", "difference", "95 % interval", "pairs", "reduction")], widths)
    flagged = False
    for name in study.shown:
        effects = [e for e in study.summary().effects if e.response == name]
        lines.append(title_of(study.responses[name]))
        for effect in effects[:MOST_EFFECTS]:
            lines += rows_of([_effect_cells(effect, study)], widths)
            lines += rows_of([_from_start(effect)], widths) if appeal_moves(effect) else []
        if len(effects) > MOST_EFFECTS:
            lines.append(f"  and {len(effects) - MOST_EFFECTS} more in effects.csv")
        if not effects:
            lines.append("  no two points differ in one factor alone, or no run is concerned")
        flagged = flagged or any(effect.flagged for effect in effects)
    words = (
        "Level minus the factor's first level, over pairs of points alike in all other factors and the runs "
        "that the response concerns at both; (line): from the lowest to the highest level along a straight "
        "line. Reduction: how many times smaller the variance of a difference is than between runs on luck "
        "of their own."
    )
    if any(appeal_moves(e) for e in study.summary().effects if e.response in study.shown):
        words += f" {appeal_words('the line below has')}"
    if flagged:
        words += " !: below 1; here common luck made the difference noisier, as when a level turns who helps."
    return [*lines, *notes(words)]


def _effect_cells(effect: Effect, study: SweepStudy) -> tuple[str, ...]:
    factor = next(f for f in study.design.factors if f.name == effect.factor)
    levels = f"{_short(effect.first)} → {_short(effect.level)}{' (line)' if effect.kind == 'slope' else ''}"
    scale = 100 if is_chance(study.responses[effect.response]) else 1
    unit = " pp" if scale == 100 else ""
    ends = (scale * effect.low, scale * effect.high)
    mean, low, high = (signed(level_told(value, *ends)) for value in (scale * effect.mean, *ends))
    interval = f"{low} to {high}"
    if effect.mean == effect.low == effect.high == 0:
        interval = "no pair differs" if effect.kind == "paired" else "no run differs"
    return (
        f"  {_tail(factor)}: {levels}", f"{mean}{unit}",
        NONE if math.isnan(effect.low) else interval, f"{effect.n:,}", _reduction(effect),
    )  # fmt: skip


def _from_start(effect: Effect) -> tuple[str, ...]:
    when = f"the appeal comes {later_words(effect.appeal_later)}"
    ends = (effect.from_start_low, effect.from_start_high)
    mean, low, high = (signed(level_told(value, *ends)) for value in (effect.from_start, *ends))
    interval = NONE if math.isnan(effect.from_start_low) else f"{low} to {high}"
    same = effect.from_start == effect.from_start_low == effect.from_start_high == 0
    return (
        f"    {when}; from the start:", mean, "no pair differs" if same else interval,
        "", "",
    )  # fmt: skip


def _short(level: str) -> str:
    return level if len(level) <= 18 else f"{level[:17]}…"


def _reduction(effect: Effect) -> str:
    value = effect.variance_reduction
    if math.isnan(value) or effect.mean == effect.low == effect.high == 0:
        return NONE  # where no pair differs there is nothing to be noisy
    if math.isinf(value) or value > 9999:
        return "> 9999 x"
    return f"{value:.2g} x{' !' if effect.flagged else ''}" if value < 100 else f"{value:.0f} x"


def precision_lines(study: SweepStudy) -> list[str]:
    """Return where the points stopped, if a precision decided."""
    reached = study.summary().reached
    if not reached:
        return []
    late = [found for found in reached.values() if not found.enough]
    words = f"Precise enough: {len(reached) - len(late)} of {count(len(reached), 'point')}"
    if late:
        worst = ", ".join(sorted({found.worst for found in late}))
        most = max(found.n for found in late)
        words += f"; the others stopped at the cap of {most:,} replications, held up by {worst}"
    return ["", f"{words}."]
