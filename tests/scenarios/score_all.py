"""How every shipped scenario meets its record: one line for each, and the misses, as Markdown.

python -m tests.scenarios.score_all            prints the table
python -m tests.scenarios.score_all --write    puts it into scenarios/README.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from statistics import fmean

from sim.experiment.compare import RecordSummary, limits
from sim.experiment.study import run_study
from sim.scenario.load import load_scenario
from sim.scenario.models import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
README = FOLDER / "README.md"
BEGIN, END = "<!-- scores: begin -->", "<!-- scores: end -->"
RUNS = 200
#: A 5-95 % band leaves out a tenth.
OUTSIDE = 0.1
#: How notes say that an input was set with the record in view.
SAID = ("in view", "no test of it", "no independent test", "knowing that")
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
    #: Told a second time by a scenario that extends the one that has it.
    again: bool

    @property
    def inside(self) -> bool:
        """Whether the recorded value lies in the band."""
        return self.entry.inside_band is True

    @property
    def interval(self) -> float:
        """Interval score of the band, in units of the score of the naive reference; below 1 is better."""
        naive = self.entry.entry.naive
        if naive is None or isnan(self.entry.low) or isnan(self.entry.high):
            return float("nan")
        start, end = limits(self.entry.entry)
        edge = OUTSIDE / 2 * (naive[1] - naive[0])
        reference = interval_score(naive[0] + edge, naive[1] - edge, start, end)
        return interval_score(self.entry.low, self.entry.high, start, end) / reference


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
        study = run_study(scenario, replications, jobs=jobs or "auto", variants=())
        for summary in study.summary().record.values():
            if not summary.entry.scored:
                continue
            identity = (scenario.crisis.title, summary.key, str(summary.entry.value))
            found.append(Scored(name, summary, identity in told))
            told.add(identity)
    return found


def rate(points: list[Scored]) -> float:
    """Return the share of instants in their band, each recorded quantity counted once."""
    return fmean(point.inside for point in points if not point.again)


def relative_interval(points: list[Scored]) -> float:
    """Return the mean interval score over that of the naive reference."""
    return fmean(p.interval for p in points if not p.again and not isnan(p.interval))


def _line(name: str, points: list[Scored]) -> str:
    known = [p.interval for p in points if not isnan(p.interval)]
    fitted = sum(p.entry.entry.fitted for p in points)
    view = f"in-sample: {fitted} of {len(points)} fitted" if fitted else "not fitted"
    view += "; some inputs set with the record in view" if not fitted and _in_view(name) else ""
    again = sum(p.again for p in points)
    view += f"; {again} told before, not counted again" if again else ""
    mean = f"{fmean(known):.2f}" if known else "-"
    return f"| `{name}` | {len(points)} | {sum(p.inside for p in points)} | {mean} | {view} |"


def _in_view(name: str) -> bool:
    """Return whether a note in the scenario's file, or in one it builds on, says so of an input."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    below = [line.split()[1] for line in lines if line.startswith("extends: ") and "parts" not in line]
    own = any(said in line and "not counted" not in line and "not scored" not in line
              for line in lines for said in SAID)  # fmt: skip
    return own or any(_in_view(file.removesuffix(".yaml")) for file in below)


def _miss(point: Scored) -> str:
    entry = point.entry.entry
    band = f"{point.entry.low:.6g} to {point.entry.high:.6g}"
    why = REASONS.get((point.scenario, point.entry.key), "reason to be given")
    return f"- `{point.scenario}`, {entry.label}: {entry.value:g} {entry.unit or ''}, band {band}: {why}"


def table(points: list[Scored]) -> str:
    """Return the table and the list of misses."""
    once = [p for p in points if not p.again]
    lines = [
        "| scenario | scored instants | in the band | interval score / naive | in the fit |",
        "|---|---|---|---|---|",
        *(_line(name, [p for p in points if p.scenario == name]) for name in {p.scenario: 0 for p in points}),
        "",
        f"Over all: {sum(p.inside for p in once)} of {len(once)} in the band ({rate(points):.0%}); "
        f"mean interval score {relative_interval(points):.2f} of the naive reference's.",
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
