"""The tables of a study as plain rows, and CSV text that R, Stata and spreadsheets read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from math import isnan, nan
from typing import Any

from sim.experiment.columns import EFFECTS, RECORD, SUMMARY
from sim.experiment.design import drawn_values
from sim.experiment.estimates import PairedDifference
from sim.experiment.measure import ADDRESS, row_names
from sim.experiment.responses import ANSWERS, responses_of
from sim.experiment.spans import record_responses
from sim.experiment.study import Row, Study
from sim.experiment.summary import ResponseSummary, Summary
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.study import RecordEntry

#: Longest name of a column (Stata's limit).
LONGEST = 32
#: Column, name, label, unit, stratum, kind, what it is read at.
CODEBOOK = ("file", "column", "name", "label", "unit", "given", "kind", "argument")
#: Of times counted from the appeal, the difference counted from the start, as in a sweep's table; and none.
FROM_START = ("from_start", "from_start_low", "from_start_high")
NONE = PairedDifference(nan, nan, nan, 0, nan, nan, nan)
Cells = Sequence[Any]


def column_name(name: str) -> str:
    """Return *name*, or for a long one its end from a word on, and four digits that tell it from its like."""
    if len(name) <= LONGEST:
        return name
    mark = blake2b(name.encode(), digest_size=2).hexdigest()
    before, end = name[: -(LONGEST - 5)], name[-(LONGEST - 5) :]
    if before[-1].isalnum():  # cut within a word, which is left out unless nothing else is there
        end = re.sub(r"^[^\W_]+(?=[._])", "", end)
    return f"{end.lstrip('._0123456789')}_{mark}"


def as_csv(head: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """Return a table as CSV: whole numbers without a point, others in full, nothing for nan."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column_name(name) for name in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    # The commonest first: a table has thousands of cells.
    if value.__class__ is str:
        return value
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        return "" if isnan(value) else repr(float(value))
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def runs_table(study: Study, rows: Sequence[Row]) -> bytes:
    """Return one line per run: its address, its seed, its responses."""
    names = row_names(study.scenario)
    head = (*ADDRESS[:3], "seed", ADDRESS[3], *names)
    return as_csv(head, (_run_cells(study, row, names) for row in rows))


def _run_cells(study: Study, row: Row, names: Sequence[str]) -> list[Any]:
    address = [row[name] for name in ADDRESS]
    return [*address[:3], study.seed, address[3], *(row[name] for name in names)]


def variants_table(study: Study) -> bytes:
    """Return one line per variant and run."""
    names = row_names(study.scenario)
    head = ("variant", *ADDRESS[:3], "seed", ADDRESS[3], *names)
    pairs = ((key, row) for key, rows in study.variant_rows.items() for row in rows)
    return as_csv(head, ([key, *_run_cells(study, row, names)] for key, row in pairs))


def design_table(study: Study) -> bytes:
    """Return one line per outer draw with the inputs drawn in it."""
    draws = list(dict.fromkeys(run.draw for run in study.design if run.draw is not None))
    found = {draw: drawn_values(study.scenario, study.seed, draw) for draw in draws}
    paths = list(next(iter(found.values()), {}))
    return as_csv(("draw", *paths), ([draw, *(v[path] for path in paths)] for draw, v in found.items()))


def summary_table(summary: Summary) -> bytes:
    """Return one line per response, then the chances of each position and help level."""
    names = ResponseSummary._fields
    rows: list[Cells] = [*summary.responses.values()]
    blank = [None] * (len(names) - 6)
    for member, shares in summary.positions.items():
        n = summary.responses[f"position.{member}"].n
        rows += [(f"position.{member}.{a}", f"{member}: {a}", "", "", n, shares[a], *blank) for a in ANSWERS]
    rows += [
        (
            f"help_level.{level}",
            f"Help level: {level}",
            "",
            "",
            summary.n,
            summary.help_levels.get(level, nan),
            *blank,
        )
        for level in HELP_LEVELS
    ]
    return as_csv(names, rows)


def effects_table(summary: Summary) -> bytes:
    """Return one line per variant and response: variant minus scenario over paired runs."""
    rows = (
        (key, variant.title, response, *difference, *_ends(variant.from_start.get(response, NONE)))
        for key, variant in summary.variants.items()
        for response, difference in variant.differences.items()
    )
    return as_csv(("name", "title", "response", *PairedDifference._fields, *FROM_START), rows)


def _ends(found: PairedDifference) -> tuple[float, float, float]:
    return found.mean, found.low, found.high


def record_table(summary: Summary) -> bytes:
    """Return one line per recorded quantity beside what was simulated."""
    rows = (
        (
            r.key, r.entry.label, r.entry.response, r.entry.kind, r.entry.unit, r.entry.scored,
            r.entry.fitted, r.entry.value, r.entry.low, r.entry.high, r.given, r.n, r.censored, r.median,
            r.low, r.high, r.percentile, r.inside_band, r.inside_half, r.meets_band, r.crps, r.crps_naive,
            r.agree,
        )
        for r in summary.record.values()
    )  # fmt: skip
    return as_csv(tuple(RECORD), rows)


def failures_table(study: Study) -> bytes:
    """Return one line per run that broke off."""
    head = ("variant", "run", "draw", "replication", "seed", "error")
    return as_csv(
        head,
        ((f.variant, f.run.run, f.run.draw, f.run.replication, f.run.seed, f.told) for f in study.failures),
    )


def codebook(study: Study) -> bytes:
    """Return what each column of the tables of runs, draws, outcomes and the record means."""
    return as_csv(CODEBOOK, _codebook_rows(study))


def _codebook_rows(study: Study) -> Iterator[Cells]:
    scenario, both = study.scenario, "runs.csv variants.csv"
    said = {
        "run": "Number of the run",
        "draw": "Outer draw of the uncertain inputs; empty where they are held at their values",
        "replication": "Number of the run's luck",
        "seed": "Seed of the study",
        "failed": "1 if the run broke off",
    }
    for name, label in said.items():
        yield both, name, name, label, "", "", "address", ""
    yield "variants.csv", "variant", "variant", "Key of the variant", "", "", "address", ""
    for name, r in responses_of(scenario).items():
        clock = f"from the {r.clock}" if r.kind == "time" else ""
        yield both, column_name(name), name, r.label, r.unit, r.condition, r.kind, clock
    for key, r in record_responses(scenario).items():
        entry = scenario.record[key]
        read = _argument(entry) or entry.response
        yield both, column_name(r.name), r.name, r.label, r.unit, r.condition, r.kind, read
    for path in drawn_values(scenario, study.seed, 0):
        yield "design.csv", column_name(path), path, "Uncertain input, in its base unit", "", "", "input", ""
    for file, columns in (("summary.csv", SUMMARY), ("record.csv", RECORD), ("effects.csv", EFFECTS)):
        for name, label in columns.items():
            yield file, name, name, label, "", "", "result", ""


def _argument(entry: RecordEntry) -> str:
    """Return in words the instant, span, member and sites that an entry is read at."""
    since = "" if entry.since is None else f"since {entry.since.isoformat()}"
    at = "" if entry.at is None else f"at {entry.at.isoformat()}"
    return "; ".join(word for word in (since, at, entry.who, " ".join(entry.among)) if word)
