"""How tables and charts mark what is on record: scored, fitted, predicted, and how a bound fares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind
from sim.report.times import kind_of
from sim.report.words import NONE, number
from sim.scenario.fixed_list import list_digest, list_since_fit

if TYPE_CHECKING:
    from sim.experiment.compare import RecordSummary
    from sim.experiment.study import Study
    from sim.experiment.summary import Summary
    from sim.scenario.models import Scenario
    from sim.scenario.study import RecordEntry

Record = Mapping[str, "RecordSummary"]
#: What the marks mean.
MARKS = "* scored, f fitted, p predicted"
#: What stands in the place of the percentile.
PLACES = (
    "perc.: percent of runs below the recorded value, for a bound percent of runs that keep it (met from 95 "
    "on, mostly met from 50 on, mostly broken below 50, contradicted below 5)"
)
#: What the number in a position response stands for.
ANSWER_OF = {3.0: "contribute", 2.0: "support", 1.0: "abstain", 0.0: "object"}
#: Recorded events that only a contributor has.
MOVES = frozenset(
    k.value
    for k in (
        EventKind.APPROVED, EventKind.TAKEOFF, EventKind.LANDED, EventKind.ROAD_DEPARTED,
        EventKind.ROAD_ARRIVED, EventKind.CONTINGENT_HOME,
    )
)  # fmt: skip


def marks_of(found: RecordSummary, record: Record) -> str:
    """Return the marks of one entry of *record*: * scored, f fitted, p predicted.

    Predicted is what is neither fitted nor an input where other entries of the same record were fitted.
    """
    entry = found.entry
    predicted = entry.kind != "input" and any(other.entry.fitted for other in record.values())
    return ("*" if entry.scored else "") + ("f" if entry.fitted else "p" if predicted else "")


def kind_words(found: RecordSummary, record: Record) -> str:
    """Return an entry's kind with its marks, as in 'instant*f' or 'bound f'."""
    marks = marks_of(found, record)
    return f"{found.entry.kind}{' ' if marks and not found.entry.scored else ''}{marks}"


def place_words(found: RecordSummary) -> str:
    """Return the percent of runs below the recorded value, or for a bound that of runs that keep it."""
    share = found.agree if found.entry.kind == "bound" else found.percentile
    return NONE if math.isnan(share) else f"{100 * share:.0f}"


def fit_words(summary: Summary) -> str:
    """Return in a sentence how many of the scored instants were fitted; what was not is a prediction.

    Empty where nothing is scored.
    """
    scored = [r for r in summary.record.values() if r.entry.scored and r.entry.kind == "instant"]
    n = summary.score.n_instants
    fitted = sum(r.entry.fitted for r in scored if r.reached)
    if not n:
        return ""
    if fitted == n:
        return f"All {n} were fitted (f): this is agreement with what was fitted, not prediction."
    told = f"{fitted} of them {'was' if fitted == 1 else 'were'} fitted (f)" if fitted else "None was fitted"
    rest = (
        "what is scored but not fitted is a prediction only as far as no input was set with the record in "
        "view, which its note tells where it is known"
    )
    return f"{told}; {rest}."


def fixed_words(scenario: Scenario) -> str:
    """Return in a sentence whether the list is still that of the fit; empty without a fit to it."""
    same = list_since_fit(scenario)
    if same is None:
        return ""
    if same:
        return f"The list stands as fixed for the fit ({list_digest(scenario)})."
    return (
        "The list or its values have changed since the fit, so the score is not of a list fixed beforehand: "
        "run calibrate again."
    )


def record_words(entry: RecordEntry) -> str:
    """Return what is on record: the value and behind it its range, or a range or a bound alone.

    The value is what is scored and drawn; it stands there even where it is an end of its range.
    """
    low, high, value, unit = entry.low, entry.high, entry.value, entry.unit
    if entry.kind == "bound" and (low is None or high is None):
        sign, limit = ("≤ ", high) if high is not None else ("≥ ", low)
        return sign + number(math.nan if limit is None else limit, unit)
    if low is not None and high is not None and low < high:
        span = f"{number(low, unit)}–{number(high, unit)}"
        return span if value is None else f"{number(value, unit)} ({span})"
    return number(next((v for v in (value, high, low) if v is not None), math.nan), unit)


def recorded_answer(study: Study, member: str) -> str:
    """Return the member's recorded answer in words; empty if not recorded.

    A member whose consent, departure or arrival is recorded has contributed.
    """
    for entry in study.scenario.record.values():
        if entry.response == f"position.{member}" and entry.value is not None:
            return ANSWER_OF.get(float(entry.value), "")
    moved = any(e.who == member and kind_of(e) in MOVES for e in study.scenario.recorded_events)
    return "contribute" if moved else ""
