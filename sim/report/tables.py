"""Tables for the terminal, plain lines of at most 110 columns: positions, help, hours, law, effects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.alliance.treaty import is_silent
from sim.engine.event_log import EventKind
from sim.experiment.responses import RESPONSES
from sim.report import style
from sim.report.appeal_clock import clock_words, moved_clock
from sim.report.medians import median_words
from sim.report.outcomes import ELSEWHERE, outcome_table
from sim.report.record_marks import (
    recorded_answer,
)
from sim.report.runs import band_words, bands, deployed_words, levels, part_hours, typical_row
from sim.report.words import CAVEAT, NONE, change, heading, level_told, notes, percent, rows_of
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.estimates import PairedDifference
    from sim.experiment.study import Study
    from sim.experiment.summary import Summary, VariantSummary

#: A mean above this many medians is said to be carried by few runs.
CARRIED = 3.0
#: A difference below this share of the base shows in no figure that is told of the two sides.
UNSEEN = 1e-4
#: Responses of the effects table, in order.
COMPARED = ("appealed", "mandate", "help_level", "hours_to_order", "killed", "wounded", "incidents",
            "sites_overwhelmed", "detained", "peak_out_of_control", "government_fell",
            "hours_to_deployment_complete")  # fmt: skip


def all_tables(study: Study) -> list[str]:
    """Return every table of a study, one after the other with empty lines between."""
    force = study.scenario.response.mandate is not None
    tables = [outcome_table(study), positions_table(study) if force else [], help_table(study),
              parts_table(study) if force else [], ledger_table(study), effects_table(study)]  # fmt: skip
    lines: list[str] = []
    for table in tables:
        if table:
            lines += [*([""] if lines else []), *table]
    return lines


def positions_table(study: Study) -> list[str]:
    """Return the chance of each answer by member."""
    summary = study.summary()
    members, widths = study.scenario.alliance.members, (26, 12, 12, 12, 12, 14)
    head = ("", *list(style.ANSWERS)[:4], "recorded")
    lines = [*heading(f"Positions on the motion on force finally decided (n = {summary.positions_n})"),
             *rows_of([head], widths)]  # fmt: skip
    for key, member in members.items():
        if key in summary.positions:
            shares = [percent(summary.positions[key].get(a, 0.0)) for a in list(style.ANSWERS)[:4]]
            lines += rows_of([(f"  {member.name}", *shares, recorded_answer(study, key) or NONE)], widths)
        elif key == study.scenario.crisis.host:
            lines.append(f"  {member.name}: the host, asks and supports its own motion")
    return lines


def help_table(study: Study) -> list[str]:
    """Return the distribution of the highest help level adopted, in one line."""
    summary = study.summary()
    shares = [f"{level} {percent(share)}" for level, share in summary.help_levels.items()]
    return [*heading(f"Help level adopted (n = {summary.n})"), "  " + ", ".join(shares)]


def parts_table(study: Study) -> list[str]:
    """Return where the hours from the appeal to full deployment went; the parts add up to the whole."""
    widths, hours, typical = (34, 10, 10, 16, 14), part_hours(study), typical_row(study)
    n = len(next(iter(hours.values())))
    if not n:
        return [
            *heading("Hours from the appeal to full deployment, by part"),
            "  no run completed a deployment",
        ]
    means = {part: float(values.mean()) for part, values in hours.items()}
    total = sum(means.values())
    rows = [("", "mean h", "share", band_words(study), "typical run h")]
    for part, mean in means.items():
        spread = bands(hours[part], levels(study))
        share, told = percent(mean / total), _tenth(typical.get(f"parts.{part}", math.nan))
        limits = f"{spread.low:.1f}–{spread.high:.1f}"
        rows.append((f"  {_part_label(part)}", f"{mean:.1f}", share, limits, told))
    whole = sum(typical.get(f"parts.{part}", math.nan) for part in means)
    rows.append(("  sum", f"{total:.1f}", "100 %", "", _tenth(whole)))
    title = f"Hours from the appeal to full deployment, by part (n = {n})"
    return [
        *heading(title),
        *rows_of(rows, widths),
        *notes(
            "Along the chain of the last load to arrive: waits that ran in parallel elsewhere are not in it. "
            f"{deployed_words(study)}."
        ),
    ]


def _part_label(part: str) -> str:
    return style.PARTS[part][0] if part in style.PARTS else part


def _tenth(value: float) -> str:
    return NONE if math.isnan(value) else f"{value:.1f}"


def ledger_table(study: Study) -> list[str]:
    """Return the treaty's clauses as the typical run's council read them: test, fact, verdict."""
    if study.typical_log.first(EventKind.LEDGER) is None:
        return []
    entries = study.ledger
    widths = (44, 24, 24, 12)
    rows = [("clause", "test", "fact", "verdict")]
    for entry in entries:
        if entry.fact:
            rows.append(("", entry.fact.replace("_", " "), entry.found.replace("_", " "), entry.verdict))
        else:
            rows.append((entry.title, "the whole clause", _carries(entry), entry.verdict))
    rows = rows[:1] + _clauses_first(rows[1:])
    silence = "No clause in force speaks to this crisis: the treaty is silent."
    silent = notes(silence) if is_silent(entries) else []
    table = rows_of(rows, widths, left=(0, 1, 2, 3))
    return [*heading("The treaty, clause by clause (typical run)"), *table, *silent]


def _clauses_first(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Put each clause ahead of its tests (the ledger lists the tests first)."""
    ordered: list[tuple[str, str, str, str]] = []
    tests: list[tuple[str, str, str, str]] = []
    for row in rows:
        if row[0]:
            ordered += [row, *tests]
            tests = []
        else:
            tests.append(row)
    return ordered + tests


def _carries(entry: object) -> str:
    said = [
        f"{verb} {', '.join(levels)}"
        for verb in ("obliges", "permits", "bars")
        if (levels := getattr(entry, verb, ()))
    ]
    return "; ".join(said)


def effects_table(study: Study) -> list[str]:
    """Return what each variant changes against the base, as paired differences."""
    summary = study.summary()
    if not summary.variants:
        return []
    widths = (38, 9, 9, 33, 6, 9)
    head = ("", "base", "variant", "difference (95 %)", "pairs", "var. red.")
    lines = [*heading("Variants against the base: paired differences of means"), *rows_of([head], widths)]
    for variant in summary.variants.values():
        over = f"over the {count(variant.n, 'run')} with {variant.given}, but where 'pairs' tells of others"
        stratum = f" ({over})" if variant.given else ""
        lines += [variant.title + stratum, *_effect_rows(summary, variant, widths)]
    said = (
        f"{CAVEAT} Same seeds and addressed draws on both sides; only pairs in which both belong to "
        "the response's stratum. A time that did not come counts as the end of the simulated time. var. "
        "red.: variance of unpaired over paired differences."
    )
    worse = (
        " !: below 1, the two sides tend to answer the same luck in opposite ways, so pairing widens this "
    )
    return lines + notes(said + (f"{worse}interval." if any(line.endswith(" !") for line in lines) else ""))


def _effect_rows(summary: Summary, variant: VariantSummary, widths: tuple[int, ...]) -> list[str]:
    lines, same, told = [], [], []
    moved = moved_clock(variant)
    own = [name for name in variant.differences if name not in RESPONSES and not name.startswith(ELSEWHERE)]
    for name in (*COMPARED, *own):
        d, r = variant.differences.get(name), summary.responses.get(name)
        if d is None or not d.n or r is None:
            continue
        if _switched(name, d, summary):
            continue  # the variant's title says so
        if max(abs(v) for v in (d.mean, d.low, d.high)) < max(1e-9, UNSEEN * abs(d.baseline)):
            if name in COMPARED:
                same.append(r.label[:1].lower() + r.label[1:])
            continue
        label = f"  {r.label} ({r.unit})" if r.unit else f"  {r.label}"
        if d.baseline > CARRIED * r.median > 0:
            label += f"; few runs carry the mean, the median is {median_words(r)}"
        v = d.variance_reduction
        gain = "exact" if math.isinf(v) else "> 1,000" if v > 1_000 else f"{v:.2g}{' !' if v < 0.995 else ''}"
        sides = [_mean(level_told(value, d.low, d.high)) for value in (d.baseline, d.variant)]
        lines += rows_of([(label, *sides, change(d.mean, d.low, d.high), str(d.n), gain)], widths)
        told += [(r.label, d, moved[name])] if name in moved else []
    lines += notes(f"no change: {'; '.join(same)}") if same else []
    return lines + (notes(clock_words(told)) if told else [])


def _switched(name: str, d: PairedDifference, summary: Summary) -> bool:
    """Return whether a variant merely switches an inject or a measure: on one side no run has it."""
    ran = summary.responses.get("hours_simulated")
    never = math.nan if ran is None else ran.median
    return name.startswith("hours_to.") and any(
        math.isclose(side, never) for side in (d.baseline, d.variant)
    )  # fmt: skip


def _mean(value: float) -> str:
    return NONE if math.isnan(value) else (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}")
