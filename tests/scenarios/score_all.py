"""How every shipped scenario meets its record: one line for each, and the misses, as Markdown.

python -m tests.scenarios.score_all            prints the table
python -m tests.scenarios.score_all --write    puts it into scenarios/README.md
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isnan, nan
from pathlib import Path
from statistics import fmean

import numpy as np

from sim.experiment.compare import RecordSummary, limits
from sim.experiment.samples import Sample, sample_of
from sim.experiment.spans import record_responses
from sim.experiment.study import Study, run_study
from sim.report.dossier.inputs import IN_VIEW
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
README = FOLDER / "README.md"
BEGIN, END = "<!-- scores: begin -->", "<!-- scores: end -->"
RUNS = 200
#: A 5-95 % band leaves out a tenth.
OUTSIDE = 0.1
#: Why a scored instant lies outside its band, by scenario and key; a miss without a reason fails the test.
REASONS: dict[tuple[str, str], str] = {
    (
        "belarus",
        "detained_13_august",
    ): "detentions follow serious incidents here, at a rate taken from January "
    "2022; in Minsk peaceful crowds were detained by the thousand within days",
    (
        "kazakhstan",
        "sites_overwhelmed",
    ): "at the edge of the band: contagion sets most but seldom so many off",
    ("kazakhstan", "detained_07"): "detentions are counted once a site is calm, with a lag; reports began "
    "while unrest went on",
    ("ukraine", "abstaining"): "a vote in another organisation stands for answers that the council was never "
    "asked for; weights learnt from requests for help let about two of the four side with the lead",
}


@dataclass(frozen=True)
class Scored:
    """One scored instant: its band, and whether the quantity was used in a calibration."""

    scenario: str
    entry: RecordSummary
    #: The ends of its band, a hidden one put where the clock stopped: see `seen_end`.
    low: float
    high: float
    #: Told a second time by a scenario that extends the one that has it.
    again: bool = False

    @property
    def inside(self) -> bool:
        """Whether the recorded value lies in the band."""
        return self.entry.inside_band is True

    @property
    def open(self) -> bool:
        """Whether an end of the band lies beyond the simulated time."""
        return isnan(self.entry.low) or isnan(self.entry.high)

    @property
    def rivalled(self) -> bool:
        """Whether a naive range stands beside it."""
        return self.entry.entry.naive is not None

    @property
    def interval(self) -> float:
        """Interval score of the band over that of the naive reference; a lower bound where the band is open.

        Below 1 is better; nan without a naive range or without a run.
        """
        naive = self.entry.entry.naive
        if naive is None or isnan(self.low):
            return nan
        start, end = limits(self.entry.entry)
        edge = OUTSIDE / 2 * (naive[1] - naive[0])
        reference = interval_score(naive[0] + edge, naive[1] - edge, start, end)
        return interval_score(self.low, self.high, start, end) / reference

    @property
    def crps(self) -> float:
        """CRPS over that of the naive reference; what was not seen counts as coming when the clock stopped.

        Below 1 is better; nan without a naive range, or where every value of that is as recorded.
        """
        naive = self.entry.crps_naive
        return self.entry.crps / naive if naive > 0 else nan


def seen_end(end: float, sample: Sample, p: float) -> float:
    """Return the end of a band, or what is known of one beyond the simulated time: a lower bound of it.

    Args:
        end: the *p*-quantile; nan where the runs stopped before it.
        sample: values by run, where the event did not come the time at which the clock stopped.
        p: the share of runs below it.
    """
    if not isnan(end) or not len(sample.values):
        return end
    return float(np.quantile(sample.values, p, method="inverted_cdf"))


def interval_score(low: float, high: float, start: float, end: float) -> float:
    """Return width plus 2 / OUTSIDE for each unit by which a band misses the recorded range.

    Source: Gneiting and Raftery 2007, section 6.2; a range is missed by what lies between it and the band.
    """
    return high - low + 2 / OUTSIDE * (max(low - end, 0.0) + max(start - high, 0.0))


def shipped() -> Iterator[tuple[str, Scenario]]:
    """Yield every scenario with something to score, those that others build on first."""
    for path in sorted(FOLDER.glob("*.yaml")):
        scenario = None if "." in path.stem else load_scenario(path)
        if scenario is not None and any(entry.scored for entry in scenario.record.values()):
            yield path.stem, scenario


def scored(replications: int = RUNS, jobs: int | None = None) -> list[Scored]:
    """Return every scored instant of every shipped scenario."""
    found: list[Scored] = []
    told: set[tuple[str, str, str]] = set()
    for name, scenario in shipped():
        for point in points_of(name, run_study(scenario, replications, jobs=jobs or "auto", variants=())):
            identity = (scenario.crisis.title, point.entry.key, str(point.entry.entry.value))
            found.append(replace(point, again=identity in told))
            told.add(identity)
    return found


def points_of(name: str, study: Study) -> Iterator[Scored]:
    """Yield every scored instant of the scenario *name* as its *study* meets it."""
    rows = [row for row in study.rows if not row["failed"]]
    responses = record_responses(study.scenario)
    for key, entry in study.summary().record.items():
        if entry.entry.scored:
            sample = sample_of(responses[key], rows)
            low = seen_end(entry.low, sample, OUTSIDE / 2)
            yield Scored(name, entry, low, seen_end(entry.high, sample, 1 - OUTSIDE / 2))


def rate(points: list[Scored]) -> float:
    """Return the share of instants in their band, each recorded quantity counted once."""
    return fmean(point.inside for point in points if not point.again)


def relative_interval(points: list[Scored]) -> float:
    """Return the mean interval score over that of the naive reference, where there is one."""
    return _known_mean(p.interval for p in points if not p.again)


def relative_crps(points: list[Scored]) -> float:
    """Return the mean CRPS over that of the naive reference, where there is one."""
    return _known_mean(p.crps for p in points if not p.again)


def _known_mean(values: Iterable[float]) -> float:
    known = [value for value in values if not isnan(value)]
    return fmean(known) if known else nan


def _two(value: float) -> str:
    return "-" if isnan(value) else f"{value:.2f}"


def _line(name: str, points: list[Scored]) -> str:
    fitted = sum(p.entry.entry.fitted for p in points)
    view = f"in-sample: {fitted} of {len(points)} fitted" if fitted else "not fitted"
    view += "; some inputs set with the record in view" if not fitted and _in_view(name) else ""
    again = sum(p.again for p in points)
    view += f"; {again} told before, not counted again" if again else ""
    inside, open_ = sum(p.inside for p in points), sum(p.open for p in points)
    means = [_two(_known_mean(values)) for values in ([p.interval for p in points], [p.crps for p in points])]
    counts = [len(points), sum(p.rivalled for p in points), inside, open_]
    cells = [f"`{name}`", *map(str, counts), *means, view]
    return f"| {' | '.join(cells)} |"


def _in_view(name: str) -> bool:
    """Return whether a note in the scenario's file, or in one it builds on, says so of an input."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    below = [line.split()[1] for line in lines if line.startswith("extends: ") and "parts" not in line]
    own = any(said in line and "not counted" not in line and "not scored" not in line
              for line in lines for said in IN_VIEW)  # fmt: skip
    return own or any(_in_view(file.removesuffix(".yaml")) for file in below)


def _miss(point: Scored) -> str:
    entry = point.entry.entry
    band = f"{point.entry.low:.6g} to {point.entry.high:.6g}"
    why = REASONS.get((point.scenario, point.entry.key), "reason to be given")
    return f"- `{point.scenario}`, {entry.label}: {entry.value:g} {entry.unit or ''}, band {band}: {why}"


def overall(points: list[Scored]) -> str:
    """Return what the scenarios come to together, in words that leave nothing out."""
    once = [p for p in points if not p.again]
    rivalled, open_ = [p for p in once if p.rivalled], [p for p in once if p.open]
    blind = [p for p in once if not p.entry.entry.fitted]
    lone = Counter(p.scenario for p in once if not p.rivalled)
    without = ", ".join(f"{n} in `{name}`" for name, n in lone.items())
    better = sum(p.interval < 1 for p in rivalled)
    counted = sum(p.inside for p in open_)
    return (
        f"Over all: {sum(p.inside for p in once)} of {len(once)} in the band ({rate(points):.0%}); of the "
        f"{len(blind)} that were not fitted {sum(p.inside for p in blind)} ({rate(blind):.0%}). Beside a "
        f"naive range stand {len(rivalled)} (without one: {without or 'none'}); over these the interval "
        f"score is {relative_interval(points):.2f} of the naive reference's on average, below it for "
        f"{better}, and the CRPS {relative_crps(points):.2f}. {len(open_)} bands end beyond the simulated "
        f"time (the event is missing in more than 5 % of the runs); {counted} of them count as hits, and "
        "their scores, with the end put where the clock stopped, are lower bounds."
    )


def table(points: list[Scored]) -> str:
    """Return the table and the list of misses."""
    once = [p for p in points if not p.again]
    lines = [
        "| scenario | scored instants | with a naive range | in the band | bands with an open end "
        "| interval score / naive | CRPS / naive | in the fit |",
        "|---|---|---|---|---|---|---|---|",
        *(_line(name, [p for p in points if p.scenario == name]) for name in {p.scenario: 0 for p in points}),
        "",
        overall(points),
        "",
        "Outside their band:",
        "",
        *(_miss(point) for point in once if not point.inside),
    ]
    return "\n".join(lines)


def put(begin: str, end: str, made: str) -> None:
    """Put *made* between two marks in the document."""
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    README.write_text(f"{before}{begin}\n{made}\n{end}{after}", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Print the table, or put it into the document."""
    made = table(scored())
    if "--write" in arguments:
        put(BEGIN, END, made)
    print(made)


if __name__ == "__main__":
    main(sys.argv[1:])
