"""What is on record beside what was simulated, entry by entry, with sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.dossier.markup import Child, Html, join, linked, soft, table, tag
from sim.report.record_marks import (
    MARKS,
    PLACES,
    Record,
    fit_words,
    fixed_words,
    kind_words,
    place_words,
    record_words,
)
from sim.report.runs import band_words
from sim.report.words import NONE, band, justified, number, verdict

if TYPE_CHECKING:
    from sim.experiment.compare import RecordSummary
    from sim.experiment.study import Study


def recorded(study: Study) -> Html:
    """Return the recorded quantities against the simulated ones, and the recorded events."""
    summary = study.summary()
    if not summary.record:
        return tag("p", "The scenario's file records nothing to compare with.")
    rows = [_row(found, summary.record) for found in summary.record.values()]
    head = ("recorded quantity", "recorded", "kind", "median", band_words(study), "perc.", "verdict",
            "source", "confidence")  # fmt: skip
    note = (
        "Kind: instant, bound (known to lie between limits), or input (arithmetic on inputs, shown but never "
        f"counted); {MARKS} (kept out of the fit). {PLACES}. {fit_words(summary)} "
        f"{fixed_words(study.scenario)} The model was built with knowledge of the record: "
        "agreement is a check of consistency, not a test."
    )
    whole = table(head, rows, "Recorded against simulated", words=(0, 2, 6, 7, 8))
    return join([whole, tag("p", note, class_="note")])


def _row(found: RecordSummary, record: Record) -> tuple[Child, ...]:
    entry = found.entry
    label = f"{entry.label} ({entry.unit})" if entry.unit else entry.label
    source: Child = join([linked(text) if not place_ else [" ; ", linked(text)]
                          for place_, text in enumerate(entry.source)])  # fmt: skip
    return (
        tag("span", soft(label), dir="auto"), record_words(entry),
        kind_words(found, record),
        number(justified(found.median, found.low, found.high), entry.unit),
        band(found.low, found.high, entry.unit), place_words(found),
        verdict(found),
        source, entry.confidence or NONE,
    )  # fmt: skip
