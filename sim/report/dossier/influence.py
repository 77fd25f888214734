"""Which assumptions matter: a sensitivity analysis if there is one, else a screen of the draws at hand."""

from __future__ import annotations

import csv
import io
from math import atanh, isnan, nan, sqrt, tanh
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.experiment.curves import Floats
from sim.experiment.design import drawn_values
from sim.report.dossier.answer import CHANCES, TIMES, headline
from sim.report.dossier.markup import Child, Html, details, dotted, join, table, tag
from sim.report.words import NONE, signed

if TYPE_CHECKING:
    from sim.experiment.study import Study

#: Fewest outer draws for a screen, rows shown, and responses screened.
FEWEST, ROWS, RESPONSES = 20, 10, 6


class Tied(NamedTuple):
    """How a response goes with an input over the outer draws."""

    path: str
    rank_correlation: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def influence(study: Study, analysis: str | None) -> Html:
    """Return the assumptions by influence; *analysis* is the text of a sensitivity analysis's table."""
    command = (
        "A full analysis moves every number that has a range from one end to the other with the same luck: "
    )
    hint = tag("p", command, tag("code", "python -m sim sensitivity scenario.resolved.yaml"),
               "; give its folder to ", tag("code", "report --sensitivity FOLDER"), ".")  # fmt: skip
    if analysis is not None:
        return join([_analysis(analysis), details("A screen of this study's own draws", _screen(study))])
    return join([_screen(study), hint])


def _analysis(text: str) -> Html:
    rows = list(csv.DictReader(io.StringIO(text)))
    parts: list[Child] = []
    for response in dict.fromkeys(row["response"] for row in rows):
        own = [row for row in rows if row["response"] == response and row["rank"] not in ("", "0")][:ROWS]
        cells = [_effect(row) for row in own]
        head = ("assumption", "ranks", "low to high", "at low", "at high", "effect", "95 %", "confidence")
        parts.append(table(head, cells, f"Influence on {response.replace('_', ' ')}", words=(0, 7)))
    note = "Ranks are the best and worst that the intervals allow; overlapping intervals are not told apart."
    return join([*parts, tag("p", note, class_="note")])


def _effect(row: dict[str, str]) -> tuple[Child, ...]:
    interval = f"{_signed(row['effect_low'])} to {_signed(row['effect_high'])}"
    levels = (f"{_n(row['low'])} to {_n(row['high'])}", _n(row["at_low"]), _n(row["at_high"]))
    effect = (_signed(row["effect"]), interval, row["confidence"] or NONE)
    return (dotted(row["assumption"]), _ranks(row), *levels, *effect)


def _ranks(row: dict[str, str]) -> str:
    return row["rank"] if row["rank"] == row["worst_rank"] else f"{row['rank']}-{row['worst_rank']}"


def _n(text: str) -> str:
    return f"{float(text):.3g}" if text else NONE


def _signed(text: str) -> str:
    return signed(float(text)) if text else NONE


def _screen(study: Study) -> Html:
    draws = sorted({run.draw for run in study.design if run.draw is not None})
    if len(draws) < FEWEST:
        return tag("p", f"With {len(draws)} outer draws of the inputs there is too little to screen "
                        f"({FEWEST} are needed).")  # fmt: skip
    drawn = {draw: drawn_values(study.scenario, study.seed, draw) for draw in draws}
    summary = study.summary()
    chosen = {r.name: r for kind, names in (("flag", CHANCES), ("time", TIMES), ("count", ("killed",)))
              for r in headline(study.scenario, summary, names, kind)[:2]}  # fmt: skip
    blocks: list[Child] = []
    for name, about in list(chosen.items())[:RESPONSES]:
        found, n = screened(study, name, drawn)
        clear = [t for t in found if t.clear][:ROWS]
        if not found:
            continue
        rows = [
            (dotted(t.path), f"{t.rank_correlation:+.2f}", f"{t.low:+.2f} to {t.high:+.2f}") for t in clear
        ]
        out = f"{len(clear)} that stand" if len(clear) > 1 else f"{'one' if clear else 'none'} that stands"
        caption = f"{about.label}: {n} draws, {len(found)} inputs, {out} out from luck"
        blocks.append(table(("input", "rank correlation", "95 %"), rows, caption) if rows
                      else tag("p", f"{caption}."))  # fmt: skip
    note = (
        "A screen, not an analysis: Spearman's rank correlation between each uncertain input and the mean of "
        "the response over the runs of each outer draw, with the interval of Fieller, Hartley and Pearson "
        "(1957), widened so that it holds for all inputs together (Bonferroni). Weak influences go unseen, "
        "and inputs that are not drawn are not in it."
    )
    return join([*blocks, tag("p", note, class_="note")])


def screened(study: Study, name: str, drawn: dict[int, dict[str, float]]) -> tuple[list[Tied], int]:
    """Return how a response goes with each uncertain input, strongest first, and the draws behind it."""
    by_draw: dict[int, list[float]] = {}
    for run, row in zip(study.design, study.rows, strict=True):
        value = row.get(name, nan)
        if run.draw is not None and not row["failed"] and not isnan(value):
            by_draw.setdefault(run.draw, []).append(value)
    kept = sorted(by_draw)
    if len(kept) < FEWEST:
        return [], len(kept)
    means = _ranked(np.array([np.mean(by_draw[draw]) for draw in kept]))
    paths = list(drawn[kept[0]])
    found = []
    for path in paths:
        values = _ranked(np.array([drawn[draw][path] for draw in kept]))
        if values.std() > 0 and means.std() > 0:
            found.append(_tied(path, float(np.corrcoef(values, means)[0, 1]), len(kept), len(paths)))
    return sorted(found, key=lambda t: (-abs(round(t.rank_correlation, 9)), t.path)), len(kept)


def _ranked(values: Floats) -> Floats:
    """Return ranks, equals sharing their mean rank."""
    ordered = np.sort(values)
    first, last = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    ranks: Floats = (first + last - 1) / 2
    return ranks


def _tied(path: str, r: float, n: int, tried: int) -> Tied:
    """Return a rank correlation with an interval that holds for all inputs *tried* together (Bonferroni)."""
    cut = max(-0.999999, min(0.999999, r))
    half = NormalDist().inv_cdf(1 - 0.025 / tried) * sqrt(1.06 / (n - 3))
    return Tied(path, r, tanh(atanh(cut) - half), tanh(atanh(cut) + half))
