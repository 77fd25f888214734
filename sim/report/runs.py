"""What charts and tables take from the runs of a study: which runs count, their numbers, quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from sim.experiment.estimates import share_interval
from sim.experiment.samples import draw_of
from sim.report import style

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.experiment.samples import Sample
    from sim.experiment.study import Study

Floats: TypeAlias = "NDArray[np.float64]"
#: The response whose parts are told one by one.
WHOLE = "hours_to_deployment_complete"


#: A band's end is told to rest on few runs if so many, or fewer, lie there or beyond.
FEW_BEYOND = 5


class Bands(NamedTuple):
    """Quantiles over runs: the outer band, the middle half and the median."""

    low: Any
    lower: Any
    middle: Any
    upper: Any
    high: Any


def levels(study: Study) -> tuple[float, float, float, float, float]:
    """Return the five quantile levels of the study's bands, as in 0.05, 0.25, 0.5, 0.75, 0.95."""
    tail = (1 - float(study.scenario.experiment.band)) / 2
    return tail, 0.25, 0.5, 0.75, 1 - tail


def band_words(study: Study) -> str:
    """Return the outer band's name, as in '5-95 %'."""
    tail = 100 * levels(study)[0]
    return f"{tail:g}-{100 - tail:g} %"


def beyond_band(n: int, tail: float) -> int:
    """Return how many of *n* runs lie at an end of a band or beyond, as the rule of the quantiles has it.

    Args:
        n: runs that the band rests on.
        tail: share of them that it leaves out at either side.
    """
    return math.ceil(n * tail - 1e-9)


def least_of_band(tail: float) -> int:
    """Return the fewest runs of which more than `FEW_BEYOND` lie at either end of a band or beyond.

    Args:
        tail: share of them that the band leaves out at either side, above 0.
    """
    return math.floor(FEW_BEYOND / tail + 1e-9) + 1


def bands(values: Floats | Sequence[float], at: tuple[float, float, float, float, float]) -> Bands:
    """Return the quantiles of *values* over their first axis (runs); missing values are left out.

    A quantile is the least value that a share of the runs does not exceed (Hyndman and Fan's type 1): what
    Kaplan and Meier's rule gives where nothing is censored, so that charts and tables say the same.
    """
    array = np.sort(np.asarray(values, dtype=float), axis=0)  # missing values come last
    if array.shape[0] == 0:
        empty = np.full(array.shape[1:], np.nan)
        return Bands(empty, empty, empty, empty, empty)
    known = (~np.isnan(array)).sum(axis=0, keepdims=True)
    places = (np.maximum(np.ceil(p * known - 1e-9).astype(int) - 1, 0) for p in at)
    return Bands(*(np.take_along_axis(array, place, axis=0)[0] for place in places))


def sample_bands(sample: Sample, at: tuple[float, float, float, float, float]) -> Bands:
    """Return the quantiles of a *sample*, those of times that did not come counted as later (nan)."""
    return Bands(*(sample.quantile(p) for p in at))


def with_mandate(study: Study) -> NDArray[np.bool_]:
    """Return which runs ended in a mandate."""
    return np.array([row.get("mandate", 0.0) == 1.0 for row in study.rows], dtype=bool)


def with_force(study: Study) -> NDArray[np.bool_]:
    """Return the runs in which a force was decided on: by a mandate, or by the lead member alone."""
    alone = np.asarray(study.events.get("bilateral|", []), dtype=float)
    mandate = with_mandate(study)
    return mandate | ~np.isnan(alone) if len(alone) == len(mandate) else mandate


def force_words(study: Study) -> str:
    """Return in how many runs a force was decided on, and by whom, in words."""
    force, mandate = with_force(study), with_mandate(study)
    alone = int((force & ~mandate).sum())
    under = int(mandate.sum())
    how = f" ({under} under a mandate, {alone} by the lead member alone)" if alone else " (under a mandate)"
    decided = f"Runs in which a force was decided on: {int(force.sum())} of {len(study.rows)}"
    return decided + (how if force.any() else "")


def finished(study: Study) -> NDArray[np.bool_]:
    """Return which runs did not fail."""
    return np.array([not row.get("failed", 0.0) for row in study.rows], dtype=bool)


def curve(study: Study, name: str, runs: NDArray[np.bool_] | None = None) -> Floats | None:
    """Return the curves called *name* (runs x grid), of the chosen *runs* (or those that did not fail).

    None if the study has no such curve.
    """
    found = study.curves.get(name)
    return (
        None if found is None else np.asarray(found[finished(study) if runs is None else runs], dtype=float)
    )


def column(study: Study, name: str) -> Floats:
    """Return one response over the runs; nan where it did not happen."""
    return np.array([row.get(name, math.nan) for row in study.rows], dtype=float)


def typical_row(study: Study) -> dict[str, float]:
    """Return the row of the typical run; empty if every run failed."""
    return study.rows[study.typical] if 0 <= study.typical < len(study.rows) else {}


def deployed(study: Study) -> NDArray[np.bool_]:
    """Return the runs whose deployment was completed under a mandate; where none has one, all completed."""
    done = finished(study) & ~np.isnan(column(study, WHOLE))
    mandated = done & with_mandate(study)
    return mandated if mandated.any() else done


def deployed_words(study: Study) -> str:
    """Return which runs `deployed` takes, and which it leaves out."""
    taken, done = deployed(study), finished(study) & ~np.isnan(column(study, WHOLE))
    under = " under a mandate" if (taken & with_mandate(study)).any() else ""
    alone = int((done & ~taken).sum())
    rest = f"; {alone} more, in which the lead member helped alone, are left out" if alone else ""
    return f"Runs with a deployment completed{under}: {int(taken.sum())} of {len(study.rows)}{rest}"


def part_hours(study: Study) -> dict[str, Floats]:
    """Return each part's hours over the runs that `deployed` takes."""
    done = deployed(study)
    return {part: np.nan_to_num(column(study, f"parts.{part}")[done]) for part in style.PARTS}


def finished_rows(study: Study) -> list[Mapping[str, float]]:
    """Return the rows of the runs that did not fail."""
    return [row for row in study.rows if not row.get("failed", 0.0)]


def share_band(rows: Sequence[Mapping[str, float]], happened: Sequence[bool]) -> tuple[float, float]:
    """Return the 95 % interval of the share of *rows* in which something *happened*, as tables have it."""
    return share_interval(happened, [draw_of(row) for row in rows])
