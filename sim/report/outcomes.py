"""The table of outcomes for the terminal: every response, with the record beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.report.medians import EXPLAINED, medians_of
from sim.report.record_marks import (
    MARKS,
    PLACES,
    fit_words,
    fixed_words,
    kind_words,
    place_words,
    record_words,
)
from sim.report.runs import FEW_BEYOND, band_words, beyond_band, levels
from sim.report.words import NONE, band, heading, justified, notes, number, percent, rows_of, verdict
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.compare import RecordSummary
    from sim.experiment.study import Study
    from sim.experiment.summary import ResponseSummary, Summary

#: Columns of the table of outcomes, and how wide it is with the spaces between them.
OUTCOME_WIDTHS = (24, 6, 17, 13, 6, 13, 9, 5)
OUTCOME_WIDE = sum(OUTCOME_WIDTHS) + len(OUTCOME_WIDTHS) - 1
#: Responses that have tables of their own, or that say nothing about the crisis.
ELSEWHERE = ("position.", "parts.", "hours_simulated", "trust.", "exit_hazard.")


def outcome_table(study: Study) -> list[str]:
    """Return every response with its chance, quantiles, errors and, beside it, the record."""
    summary = study.summary()
    head = ("", "chance", "median (95 %)", band_words(study), "inputs", "recorded", "kind", "perc.")
    lines = [*heading("Outcomes"), *rows_of([head], OUTCOME_WIDTHS)]
    sections: dict[str, list[ResponseSummary]] = {}
    own = [name + study.scenario.crisis.host for name in ("trust.", "exit_hazard.")]
    for response in summary.responses.values():
        if not response.name.startswith(ELSEWHERE) or response.name in own:
            sections.setdefault(response.given.split(",")[0], []).append(response)
    used, medians = set[str](), medians_of(study)
    for given, responses in sections.items():
        responses = [r for r in responses if r.n or not r.name.startswith("approval.")]
        n = max(r.n for r in responses)
        lines.append(f"{given or 'all runs'} (n = {n})")
        if not n:
            lines.append("  no run")
            continue
        for response in responses:
            key, found = _record_of(summary, response.name)
            used.add(key)
            cells = _record_cells(found, summary)
            row = (*_outcome_row(study, response, medians[response.name], n), *cells)
            lines += rows_of([_fitting(row)], OUTCOME_WIDTHS)
    lines += _record_rows(summary, used)
    return lines + _outcome_notes(study, summary)


def _record_of(summary: Summary, name: str) -> tuple[str, RecordSummary | None]:
    for key, found in summary.record.items():
        whose = f"{found.entry.response}.{found.entry.who}" if found.entry.who else found.entry.response
        if name in (whose, whose.replace("hours_to_approval", "approval")):
            return key, found
    return "", None


def _outcome_row(study: Study, r: ResponseSummary, median: str, n: int) -> tuple[str, ...]:
    """Return a response's simulated cells; one resting on fewer runs than its stratum's *n* says how many.

    Those of an episode do, since each has a stratum of its own, and none where its host had left.
    """
    rests = "" if r.n == n else f", n = {r.n}"
    return (
        f"  {_label(study, r)}{rests}", percent(r.chance), median, band(r.low, r.high, r.unit),
        _share(r.epistemic),
    )  # fmt: skip


def _label(study: Study, r: ResponseSummary) -> str:
    label = r.label
    for key, member in study.scenario.alliance.members.items():
        if r.name == f"approval.{key}":
            label = f"Appeal to authorisation by {member.name}, if it contributes"
    return f"{label} ({r.unit})" if r.unit else label


def _share(share: float) -> str:
    return NONE if math.isnan(share) else f"{100 * share:.0f} %"


def _record_cells(found: RecordSummary | None, summary: Summary) -> tuple[str, str, str]:
    if found is None:
        return "", "", ""
    if not found.reached:
        return record_words(found.entry), "not", "yet"
    kind = kind_words(found, summary.record)
    fares = "\n" + verdict(found).replace(" ", "\n") if found.entry.kind == "bound" else ""
    return record_words(found.entry), kind + fares, place_words(found)


def _record_rows(summary: Summary, used: set[str]) -> list[str]:
    """Return rows for record entries that no response of the table stands for (read at dates, ...)."""
    rest = [
        r
        for key, r in summary.record.items()
        if key not in used and not r.entry.response.startswith("position")
    ]
    if not rest:
        return []
    rows = [
        (
            f"  {r.entry.label}{f' ({r.entry.unit})' if r.entry.unit else ''}", "",
            number(justified(r.median, r.low, r.high), r.entry.unit),
            band(r.low, r.high, r.entry.unit), "", *_record_cells(r, summary),
        )
        for r in rest
    ]  # fmt: skip
    return ["further recorded quantities", *rows_of([_fitting(row) for row in rows], OUTCOME_WIDTHS)]


def _fitting(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return a row of the outcome table, what stands in brackets on a second line where one is too narrow."""
    return tuple(
        cell.replace(" (", "\n(") if place and len(cell) > width else cell
        for place, (cell, width) in enumerate(zip(row, OUTCOME_WIDTHS, strict=True))
    )


def _outcome_notes(study: Study, summary: Summary) -> list[str]:
    score = summary.score
    text = (
        f"n: runs in the stratum, or beside a line those that it rests on; {count(summary.n, 'run')} in all, "
        f"{summary.failed} failed. chance: share in which it "
        f"happened (was above 0). median and band: Kaplan-Meier quantiles for times; {EXPLAINED}; 'later': "
        "beyond the simulated time. inputs: share of the variance that "
        "comes from uncertain inputs, the rest is chance. recorded: value (range), or a range or bound; "
        f"kind: instant, bound, or input (arithmetic on inputs, shown but never counted as a hit); {MARKS} "
        f"(kept out of the fit). {PLACES}."
    )
    lines = notes(text + _few(study, summary), OUTCOME_WIDE)
    if summary.epistemic_note:
        lines += notes(f"inputs: {summary.epistemic_note}.", OUTCOME_WIDE)
    if score.n_unreached:
        lines += notes(
            f"not yet: not reached, since the record lies past the simulated time; of the scored instants "
            f"{count(score.n_unreached, 'is', 'are')} left out.",
            OUTCOME_WIDE,
        )
    if score.n_instants:
        lines += notes(
            f"Of {count(score.n_instants, 'scored instant')} {percent(score.in_band)} fall in the "
            f"{band_words(study)} band and {percent(score.in_half)} in 25-75 %; "
            f"{percent(score.narrow_share)} of the timings have a band no wider than 1.5 x their median; "
            f"the mean CRPS of the timings is {number(score.mean_crps)} h against "
            f"{number(score.mean_crps_naive)} h of the naive reference (what lies in a recorded range is no "
            "error). "
            f"{fit_words(summary)} {fixed_words(study.scenario)}".rstrip(),
            OUTCOME_WIDE,
        )
    return lines


def _few(study: Study, summary: Summary) -> str:
    """Return a warning where the ends of a band rest on a few runs; nothing where none does."""
    fewest = min((r.n for r in summary.responses.values() if r.n), default=0)
    outside = beyond_band(fewest, levels(study)[0])
    if fewest < 2 or outside > FEW_BEYOND:
        return ""
    beyond = (
        "the lowest and the highest" if outside == 1 else f"the {outside} lowest and the {outside} highest"
    )
    return f" The ends of bands rest on few runs: of {fewest}, {beyond} lie there or beyond."
