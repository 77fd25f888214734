"""The main reading of a chart in a sentence, from the numbers that it shows: for those who cannot see it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from sim.report.dossier.many import difference
from sim.report.figures import Cell, Chart
from sim.report.words import number
from sim.scenario.units import count

Row = dict[str, Cell]

#: What a chart shows of each row, the first of these that it has; and the ends of its band.
VALUES = (
    "median", "difference", "value", "share", "share_of_runs", "share_that_came", "mean_chance", "skill",
    "effect_high", "mean_hours",
)  # fmt: skip
ENDS = (("low", "high"), ("share_low", "share_high"), ("lower_quartile", "upper_quartile"))
#: The clock of what is drawn over time.
CLOCKS = ("hours_after_start", "hours")
#: Columns that come after the names of a row.
NUMBERS = frozenset({
    *VALUES, *CLOCKS, *(end for pair in ENDS for end in pair), "n", "runs", "of", "pairs", "chance", "kind",
    "km", "guards", "fact_file", "typical_hours", "unit", "state_or_share",
})  # fmt: skip
#: What the column of a name's unit is called after it.
UNIT = "_unit"
#: What is smaller than this is told as 0.
TINY = 1e-4
#: Most rows told, and rows from which only the least and the greatest are.
MOST, MANY = 4, 12


def reading(chart: Chart) -> str:
    """Return what a chart shows in one sentence of figures; empty if it shows none."""
    rows = [dict(zip(chart.columns, row, strict=True)) for row in chart.rows]
    value = next((name for name in VALUES if name in chart.columns), None)
    if chart.columns[:1] == ("layer",):
        return _places(rows)
    if "state_or_share" in chart.columns:
        return _states(rows)
    if not rows or value is None:
        return ""
    names = _names(chart.columns)
    clock = next((name for name in CLOCKS if name in chart.columns), None)
    if clock is not None:
        return _over_time(rows, names, value, clock)
    if value == "value" and chart.columns[-1] == "share":
        return _distributions(rows, names)
    if "from" in names:
        rows = [row for row in rows if row["from"] and row["panel"] == "tree"]
        return _listed(rows, ["to"], value)
    known = [row for row in rows if _real(row[value])]
    if value == "difference":
        return _differences(known, names)
    # What is measured in several units, or on a clock, has no greatest.
    alike = not {"event", "response"} & set(chart.columns) and len({row.get("unit") for row in rows}) < 2
    return _extremes(known, names, value) if alike and len(known) > MANY else _listed(known, names, value)


def _names(columns: Sequence[str]) -> list[str]:
    end = next((place for place, name in enumerate(columns) if name in NUMBERS), len(columns))
    return list(columns[:end])


def _real(value: Cell) -> bool:
    return isinstance(value, (int, float)) and not math.isnan(value)


def _name(row: Row, names: Sequence[str]) -> str:
    told = [name for name in names if not name.endswith(UNIT) and row[name] not in (None, "")]
    said = [f"{_word(name, row[name])} {row.get(name + UNIT) or ''}".rstrip() for name in told]
    return ", ".join(said) or "all"


def _word(column: str, value: Cell) -> str:
    if isinstance(value, str):
        return value.strip(" |").replace("|", " ").replace("_", " ")
    # Of a path its last two parts say enough.
    return f"{'.'.join(column.split('.')[-2:]).replace('_', ' ')} {number(float(value or 0))}"


def _figure(row: Row, value: str) -> str:
    """Return a row's value with its band."""
    share = value.startswith("share")
    ends = next(((row[a], row[b]) for a, b in ENDS if a in row and _real(row[a]) and _real(row[b])), None)
    middle, *band = [_shown(v, share=share) for v in (row[value], *(ends or ()))]
    unit = f" {row['unit']}" if row.get("unit") else " %" if share else ""
    return f"{middle}{unit}" + (f" ({band[0]} to {band[1]})" if band else "")


def _shown(value: Cell, *, share: bool) -> str:
    assert isinstance(value, (int, float))
    return f"{100 * value:.0f}" if share else number(0.0 if abs(value) < TINY else float(value))


def _listed(rows: Sequence[Row], names: Sequence[str], value: str) -> str:
    told = "; ".join(f"{_name(row, names)}: {_figure(row, value)}" for row in rows[:MOST])
    return f"{told}{_more(len(rows) - MOST)}"


def _more(n: int) -> str:
    return f"; and {n} more" if n > 0 else ""


def _extremes(rows: Sequence[Row], names: Sequence[str], value: str) -> str:
    def size(row: Row) -> float:
        return float(row[value] or 0)

    least, most = min(rows, key=size), max(rows, key=size)
    if size(least) == size(most):
        return f"all {len(rows)} at {_figure(most, value)}"
    greatest, smallest = (f"{_name(row, names)}: {_figure(row, value)}" for row in (most, least))
    return f"of {len(rows)} the greatest is {greatest}; the least is {smallest}"


def _differences(rows: Sequence[Row], names: Sequence[str]) -> str:
    clear = [row for row in rows if float(row["low"] or 0) > 0 or float(row["high"] or 0) < 0]
    said = []
    for row in clear[:MOST]:
        mean, low, high = (float(row[name] or 0) for name in ("difference", "low", "high"))
        said.append(f"{_name(row, names)}: {difference(mean, low, high, str(row.get('unit') or ''))}")
    intro = f"{len(clear)} of {len(rows)} differences have an interval that leaves out zero"
    return f"{intro}{': ' if said else ''}{'; '.join(said)}{_more(len(clear) - MOST) if said else ''}"


def _over_time(rows: Sequence[Row], names: Sequence[str], value: str, clock: str) -> str:
    """Return when each of the first curves is highest, and where it ends."""
    curves: dict[str, list[Row]] = {}
    for row in rows:
        if _real(row[value]) and _real(row[clock]):
            curves.setdefault(_name(row, names), []).append(row)
    return f"{'; '.join(_curves(curves, value, clock))}{_more(len(curves) - MOST)}"


def _curves(curves: dict[str, list[Row]], value: str, clock: str) -> Iterator[str]:
    for name, own in list(curves.items())[:MOST]:
        top = max(own, key=lambda row: float(row[value] or 0))
        if not top[value] and not own[-1][value]:
            yield f"{name} 0 throughout"
            continue
        end = _shown(own[-1][value], share=value.startswith("share"))
        at = number(float(top[clock] or 0))
        yield f"{name} highest at {_figure(top, value)}, {at} h after the start; {end} at the end"


def _distributions(rows: Sequence[Row], names: Sequence[str]) -> str:
    """Return the medians of cumulative distributions."""
    middles: dict[str, str] = {}
    for row in rows:
        if float(row["share"] or 0) >= 0.5 and _real(row["value"]):
            words = f"{number(float(row['value'] or 0))} {row.get('unit') or ''}".rstrip()
            middles.setdefault(_name(row, names), words)
    told = "; ".join(f"{name} median {middle}" for name, middle in list(middles.items())[:MOST])
    return f"{told}{_more(len(middles) - MOST)}"


def _places(rows: Sequence[Row]) -> str:
    counts = Counter(str(row["layer"]) for row in rows)
    return ", ".join(f"{layer} {n}" for layer, n in counts.items())


def _states(rows: Sequence[Row]) -> str:
    """Return how many runs end in which state."""
    last = {row["run_or_rounds"]: str(row["state_or_share"]) for row in rows if row["panel"] == "runs"}
    counts = Counter(last.values())
    return f"at the end of {count(len(last), 'run')}: " + ", ".join(
        f"{state} {n}" for state, n in counts.most_common()
    )
