"""Chart of raids: what each side lost and who fled, against what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report.bands import draw_interval, draw_recorded, handles
from sim.report.figures import Cell, Chart, Sheet, clean_axes
from sim.report.runs import band_words, bands, column, levels
from sim.report.words import all_of

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.incursions import Raid

#: Responses that are drawn where a scenario has them, with their words.
ROWS = {
    "intruders_killed": "attackers killed",
    "intruders_held": "attackers held",
    "guards_killed": "the host's people killed",
    "far_side_killed": "killed on the far side",
    "fled_soldiers": "soldiers who fled over the border",
    "fled_civilians": "civilians who fled over the border",
}
#: Spans of the record that speak of the same thing as a response.
SAME = {"soldiers_fled_by": "fled_soldiers", "civilians_fled_by": "fled_civilians"}
COLUMNS = (
    "quantity", "unit", "low", "lower_quartile", "median", "upper_quartile", "high", "recorded",
    "recorded_low", "recorded_high",
)  # fmt: skip


def draw_raids(study: Study) -> Chart:
    """Draw the losses in raids and the people who fled from them as intervals, with recorded values."""
    entries = {SAME.get(e.response, e.response): e for e in study.scenario.record.values()}
    names = [name for name in ROWS if study.rows and _shown(study, name, name in entries)]
    tall = 0.3 * max(len(names), 2) + 0.15
    sheet = Sheet("What the attacks cost", tall + 1.55)
    axes = sheet.axes(2.2, 0.95, 4.7, tall)
    clean_axes(axes, grid="x")
    table: list[tuple[Cell, ...]] = []
    for place, name in enumerate(names):
        found = bands(column(study, name), levels(study))
        draw_interval(axes, place, found, half=0.24)
        entry = entries.get(name)
        low, value, high = (entry.low, entry.value, entry.high) if entry else (None, None, None)
        if entry is not None:
            bound = entry.kind == "bound"
            draw_recorded(axes, place, value, low, high, no_later=bound and low is None)
        table.append((ROWS[name], "people", *(float(v) for v in found), value, low, high))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, None)
    axes.set_yticks(range(len(names)), [ROWS[name] for name in names])
    axes.set_xlabel("people")
    axes.legend(
        handles=handles(study, figure=sheet.figure), ncols=5, loc="upper left", bbox_to_anchor=(-0.44,
            -0.36 / tall),
        handlelength=1.3, columnspacing=1.0,
    )  # fmt: skip
    told = "; ".join(raid.label for raid in _raids(study).values())
    sheet.notes(f"{all_of(len(study.rows))}; outer band {band_words(study)}. {told[:1].upper()}{told[1:]}.")
    return Chart("raids", "What the attacks cost", sheet.figure, COLUMNS, table)


def _shown(study: Study, name: str, recorded: bool) -> bool:
    """Return whether a row has anything to tell: recorded, or not nought in every run."""
    return name in study.rows[0] and (recorded or bool(np.nanmax(np.nan_to_num(column(study, name))) > 0))


def _raids(study: Study) -> dict[str, Raid]:
    model = study.scenario.crisis.incursions
    assert model is not None
    return model.raids
