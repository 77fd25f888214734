"""What a study says: chances, quantiles and their errors, beside the record and the variants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.experiment.appeal_clock import clock_of, counts_from_appeal, on_start, since_start
from sim.experiment.chain import PARTS
from sim.experiment.compare import RecordSummary, compare, score_of
from sim.experiment.estimates import (
    PairedDifference,
    VarianceShares,
    lone_difference,
    paired_difference,
    pairs_apart,
    share_interval,
    tidied,
    variance_shares,
)
from sim.experiment.event_file import plain
from sim.experiment.responses import ANSWERS, Response, responses_of
from sim.experiment.samples import Row, Sample, draw_of, restricted, sample_interval, sample_of
from sim.experiment.scores import Score
from sim.experiment.typical import ENOUGH
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.models import Scenario
from sim.scenario.units import count

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.study import Study

#: Kinds of response whose differences between variants are reported.
COMPARED = ("time", "flag", "count", "level")
#: What a notebook shows of the responses, and under which names.
SHOWN = {
    "label": "response", "unit": "unit", "given": "given", "n": "runs", "chance": "chance",
    "median": "median", "low": "band from", "high": "to",
}  # fmt: skip


class ResponseSummary(NamedTuple):
    """A response over the runs of its stratum."""

    name: str
    label: str
    unit: str
    #: The stratum in words; empty for every run.
    given: str
    #: Runs in the stratum that answer.
    n: int
    #: Chance of happening (of being above 0 for a number), with its 95 % interval.
    chance: float
    chance_low: float
    chance_high: float
    #: Quantiles; nan where the horizon hides them.
    median: float
    low: float
    high: float
    #: Their 95 % intervals, between order statistics (`sample_interval`): nan where too few runs give one, an
    #: upper end also where the horizon hides it.
    median_low: float
    median_high: float
    low_low: float
    low_high: float
    high_low: float
    high_high: float
    #: Runs in which it had not happened when the clock stopped.
    censored: int
    #: Share of the variance that comes from uncertain inputs, and half of its 95 % interval.
    epistemic: float
    epistemic_error: float


class VariantSummary(NamedTuple):
    """What a variant changes, by response."""

    name: str
    title: str
    n: int
    #: Which runs of the base are compared; empty for all.
    given: str
    differences: dict[str, PairedDifference]
    #: Of every time counted from the appeal: the same difference counted from the start of the scenario. A
    #: variant that moves the appeal moves such a time by as much.
    from_start: dict[str, PairedDifference]


@dataclass(frozen=True, repr=False)
class Summary:
    """Everything a study says."""

    n: int
    failed: int
    draws: int
    band: float
    responses: dict[str, ResponseSummary]
    record: dict[str, RecordSummary]
    #: Member to answer to share, over the runs in which a motion on force was decided.
    positions: dict[str, dict[str, float]]
    positions_n: int
    help_levels: dict[str, float]
    #: Mean hours of each part of the way to full deployment, their sum, and the runs behind them.
    parts: dict[str, float]
    parts_total: float
    parts_n: int
    variants: dict[str, VariantSummary]
    score: Score
    #: Why shares of variance are missing or certain; empty otherwise.
    epistemic_note: str = ""
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"<Summary of {count(self.n, 'run')}{failed}: {count(len(self.responses), 'response')}, "
            f"{count(len(self.record), 'entry', 'entries')} of the record, "
            f"{count(len(self.variants), 'variant')}>"
        )

    def _repr_html_(self) -> str:
        from sim.experiment.notebook import notebook_html

        table = self.table
        return notebook_html(repr(self), table[table["n"] > 0], SHOWN)

    @property
    def table(self) -> pd.DataFrame:
        """Every response, a row each: chance, quantiles, their errors."""
        import pandas as pd

        return pd.DataFrame(list(self.responses.values()), columns=ResponseSummary._fields)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; what is not finite becomes none."""
        tidy = plain(self)
        assert isinstance(tidy, dict)
        return tidy


def summarise(study: Study) -> Summary:
    """Return the summary of *study*; failed runs are counted and left out."""
    scenario = study.scenario
    rows = [row for row in study.rows if not row["failed"]]
    band = float(scenario.experiment.band)
    share, note = _epistemic(scenario)
    record = compare(scenario, rows, band)
    parts, parts_n = _parts(rows)
    return Summary(
        n=len(rows),
        failed=len(study.rows) - len(rows),
        draws=len({row["draw"] for row in rows if not isnan(row["draw"])}),
        band=band,
        responses={name: _response(r, rows, band, share) for name, r in responses_of(scenario).items()},
        record=record,
        positions=_positions(scenario, rows),
        positions_n=_positions_n(scenario, rows),
        help_levels=_help_levels(rows),
        parts=parts,
        parts_total=sum(parts.values()) if parts else nan,
        parts_n=parts_n,
        variants={key: _variant(study, key) for key in study.variant_rows},
        score=score_of(record.values() if rows else ()),  # no run that ended, nothing to score
        epistemic_note=note,
    )


Shares = Callable[[Sample], VarianceShares]


def _epistemic(scenario: Scenario) -> tuple[Shares, str]:
    """Return how the share of variance from uncertain inputs is found in this design, and a note."""
    experiment = scenario.experiment
    inputs = experiment.uncertain == "drawn" and bool(scenario.uncertain)
    if not inputs:
        note = "uncertain inputs are held at their values: all of the spread is chance"
        return lambda sample: VarianceShares(0.0, 0.0), note
    if experiment.chance == "fixed":
        note = "chance is held fixed: all of the spread comes from uncertain inputs"
        return lambda sample: VarianceShares(1.0, 0.0), note
    if int(experiment.per_draw) == 1:
        note = "one run per draw: what comes from uncertain inputs and what from chance cannot be told apart"
        return lambda sample: VarianceShares(nan, nan), note
    return lambda sample: variance_shares(sample.known, sample.known_groups), ""


def _response(response: Response, rows: Sequence[Row], band: float, share: Shares) -> ResponseSummary:
    sample = sample_of(response, rows)
    tail = (1 - band) / 2
    happened = sample.happened if response.kind == "time" else sample.values > 0
    n = len(sample.values)
    chance = int(np.count_nonzero(happened)) / n if n and response.kind not in ("code", "part") else nan
    low, high = (nan, nan) if isnan(chance) else share_interval(happened, sample.groups)
    spread = response.kind != "flag" and response.kind != "code"
    at = sample.quantile if spread else lambda p: nan
    quantiles = (0.5, tail, 1 - tail)
    ends = [sample_interval(sample, p) if spread else (nan, nan) for p in quantiles]
    # A chance has variance too; a coded answer has none that means anything.
    shares = VarianceShares(nan, nan) if response.kind == "code" or n < 2 else share(sample)
    return ResponseSummary(
        response.name, response.label, response.unit, response.condition, n, chance, low, high,
        at(0.5), at(tail), at(1 - tail), *ends[0], *ends[1], *ends[2],
        n - int(np.count_nonzero(sample.happened)), shares.between, shares.half_width,
    )  # fmt: skip


def _positions(scenario: Scenario, rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return the share of each answer by member; a member that never answered is left out."""
    shares = {}
    for member in scenario.alliance.members:
        codes = [row[f"position.{member}"] for row in rows if not isnan(row[f"position.{member}"])]
        if codes:
            shares[member] = {word: codes.count(code) / len(codes) for word, code in ANSWERS.items()}
    return shares


def _positions_n(scenario: Scenario, rows: Sequence[Row]) -> int:
    columns = [f"position.{member}" for member in scenario.alliance.members]
    return sum(any(not isnan(row[column]) for column in columns) for row in rows)


def _help_levels(rows: Sequence[Row]) -> dict[str, float]:
    if not rows:
        return {}
    levels = [row["help_level"] for row in rows]
    return {word: levels.count(rung) / len(levels) for rung, word in enumerate(HELP_LEVELS)}


def _parts(rows: Sequence[Row]) -> tuple[dict[str, float], int]:
    """Return the mean hours of each part over the runs with a mandate fully deployed, and their number."""
    done = [row for row in rows if row.get("mandate") == 1 and not isnan(row["parts.decision"])]
    means = {part: float(np.mean([row[f"parts.{part}"] for row in done])) for part in PARTS} if done else {}
    return means, len(done)


#: What a variant may change about the decision: compared over all runs.
DECISIONS = ("appealed", "mandate", "help_level")


def _variant(study: Study, key: str) -> VariantSummary:
    """Return the paired differences over the runs that failed on neither side.

    Only runs with a mandate in the base can show what help changes; the others would dilute it. All are
    taken when fewer than `ENOUGH` have one, and for the decision itself.
    """
    every = [
        (a, b)
        for a, b in zip(study.rows, study.variant_rows[key], strict=True)
        if not a["failed"] and not b["failed"]
    ]
    helped = [(a, b) for a, b in every if a.get("mandate") == 1]
    pairs, given = (helped, "a mandate in the base") if len(helped) >= ENOUGH else (every, "")
    differences, fixed = {}, {}
    for name, response in responses_of(study.scenario).items():
        if response.kind in COMPARED and not response.contributor and name != "hours_simulated":
            difference = _difference(response, every if name in DECISIONS else pairs)
            if difference.n:
                differences[name] = difference
                if counts_from_appeal(response):
                    fixed[name] = _from_start(response, pairs, difference)
    return VariantSummary(key, study.scenario.variants[key].title, len(pairs), given, differences, fixed)


def _from_start(
    response: Response, pairs: Sequence[tuple[Row, Row]], found: PairedDifference
) -> PairedDifference:
    """Return a difference counted from the start: the one *found* where no pair's appeal is moved."""
    clock = clock_of(response)
    still = all(a[clock] == b[clock] or (isnan(a[clock]) and isnan(b[clock])) for a, b in pairs)
    if still:
        return found
    sides = (since_start(response, side) for side in zip(*pairs, strict=True))
    return _difference(on_start(response), list(zip(*sides, strict=True)))


def _difference(response: Response, pairs: Sequence[tuple[Row, Row]]) -> PairedDifference:
    """Compare over the pairs that are in the stratum on both sides.

    A time that did not come counts as the time at which the clock stopped: the difference is one of
    restricted means, which does not favour the side on which only easy cases end.
    """
    known, groups = [], []
    for a, b in pairs:
        if response.concerns(a) and response.concerns(b):
            pair = restricted(response, a), restricted(response, b)
            if not (isnan(pair[0]) or isnan(pair[1])):
                known.append(pair)
                groups.append(draw_of(a))
    if len(known) == 1:
        return lone_difference(*known[0])
    base, other = np.array(known, dtype=float).reshape(-1, 2).T.copy()
    found = paired_difference(base, other, groups)
    mean, low, high = tidied((found.mean, found.low, found.high), base, other)
    # Where no pair differs there is nothing to reduce.
    reduction = found.variance_reduction if pairs_apart(base, other) else nan
    return found._replace(mean=mean, low=low, high=high, variance_reduction=reduction)
