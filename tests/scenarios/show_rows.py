"""What every row shows, put into the table of scenarios/README.md: python -m tests.scenarios.show_rows"""

from __future__ import annotations

from math import isnan, sqrt
from statistics import fmean, stdev

from sim.experiment.study import run_study
from sim.scenario.load import load_scenario
from tests.scenarios.row_table import CARRIED, ROWS, Carried, Row, carried_lines, document_lines, sides
from tests.scenarios.score_all import FOLDER, put

BEGIN, END = "<!-- rows: begin -->", "<!-- rows: end -->"
HEAD = (
    "| row | what | scenario | element under `sim/` | response | command "
    "| it showed (second side less first) |",
    "|---|---|---|---|---|---|---|",
)
EVENTS = ("<!-- events: begin -->", "<!-- events: end -->")
EVENTS_HEAD = (
    "| row | what carries it | scenario | response | must lie within | mean of 40 runs |",
    "|---|---|---|---|---|---|",
)


def mean_of(carried: Carried) -> str:
    """Return the mean of a response over 40 runs of a scenario as shipped."""
    scenario = load_scenario(f"{FOLDER}/{carried.scenario}.yaml")
    rows = run_study(scenario, 40, jobs=1, variants=()).rows
    return short(fmean(row[carried.response] for row in rows if not isnan(row[carried.response])))


def shown(row: Row) -> str:
    """Return the means of both sides and their difference with two standard errors."""
    one, other = (run_study(side, row.runs, jobs=1, variants=()).rows for side in sides(row))
    both = [(a[row.response], b[row.response]) for a, b in zip(one, other, strict=True)]
    both = [(a, b) for a, b in both if not (isnan(a) or isnan(b))]
    found = [b - a for a, b in both]
    error = 2 * stdev(found) / sqrt(len(found))
    means = " to ".join(short(fmean(side)) for side in zip(*both, strict=True))
    sign = "+" if fmean(found) > 0 else ""
    return f"{means}: {sign}{short(fmean(found))} ± {short(error)} (n = {len(found)})"


def short(value: float) -> str:
    """Return a number with three figures, and large ones without a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{round(value, 6):.3g}"


def main() -> None:
    """Run every row and write the table."""
    lines = document_lines({place: shown(row) for place, row in enumerate(ROWS)})
    put(BEGIN, END, "\n".join((*HEAD, *lines)))
    means = {place: mean_of(carried) for place, carried in enumerate(CARRIED)}
    put(*EVENTS, "\n".join((*EVENTS_HEAD, *carried_lines(means))))


if __name__ == "__main__":
    main()
