"""The dossier of a sweep: what each factor changes, and an explorer over the finished points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.experiment.main_effects import shown_level
from sim.experiment.sweep_results import sweep_digest
from sim.report.appeal_clock import later_words
from sim.report.dossier.explorer import explorer
from sim.report.dossier.inputs import inputs
from sim.report.dossier.many import NOISE, counted, difference, interval, signed_as
from sim.report.dossier.markup import Child, Html, dotted, join, table, tag
from sim.report.dossier.model import checklist, odd
from sim.report.dossier.origin import commands, facts, versions
from sim.report.dossier.page import Section, page
from sim.report.dossier.pictures import figures
from sim.report.dossier.run import lead
from sim.report.sweep_changes import appeal_moves, appeal_words
from sim.report.sweep_charts import sweep_charts
from sim.report.sweep_data import few_runs, runs_told, said, title_of, told
from sim.report.telling import listing
from sim.report.words import NONE, band, percent
from sim.scenario.paths import full_path
from sim.scenario.plain import scenario_hash
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.main_effects import Effect
    from sim.experiment.sweep import SweepStudy

#: Points in the table, and effects in front.
POINTS, FIRST = 400, 6
#: What a row says that has a difference of a time again, whatever its own clock.
FROM_START = "counted from the start"


def sweep_dossier(study: SweepStudy) -> bytes:
    """Return the dossier of a sweep as one HTML file."""
    scenario = study.scenario
    factors = listing(factor.name for factor in study.design.factors)
    runs = f"{count(len(study.design.points), 'point')} over {factors}; {runs_told(study)}, seed {study.seed}"
    varied = [full_path(factor.name) for factor in study.design.factors]
    parts = [
        Section("answer", "The answer", _answer(study)),
        Section("explorer", "Explore the finished points", explorer(study)),
        Section("charts", "Charts", figures(sweep_charts(study))),
        Section("effects", "What each factor changes", _effects(study)),
        Section("points", "Every point", _points(study)),
        Section("inputs", "Inputs, with sources and confidence", inputs(scenario, varied)),
        Section("model", "The model in short (ODD)", odd(scenario)),
        Section("checklist", "Reporting checklist (STRESS-DES)",
                checklist(scenario, study.seed, runs, versions())),
        Section("origin", "Manifest, and how to make this again", _origin(study)),
    ]  # fmt: skip
    return page(f"Sweep: {scenario.title}", lead(scenario, runs), parts, explorer=True)


def _shown(study: SweepStudy) -> list[Effect]:
    return [e for e in study.summary().effects if e.response in study.shown]


def _answer(study: SweepStudy) -> Html:
    shown = [e for e in _shown(study) if not math.isnan(e.low)]
    if not shown:
        return join([tag("p", "No main effect can be told.", class_="lead"), _untold(study)])
    found = [e for e in shown if e.low > 0 or e.high < 0]
    same = sum(max(abs(e.low), abs(e.high)) <= NOISE for e in shown)
    intro = counted(len(shown), same, len(found), "main effects on the shown responses")
    parts: list[Child] = [tag("p", intro, class_="lead")]
    if found:
        first = _largest(found)
        some = "Those" if len(first) == len(found) else f"The {len(first)} that stand out most"
        parts += [tag("p", f"{some}, by size against the width of their interval:"),
                  tag("ul", *[tag("li", _told(study, e)) for e in first])]  # fmt: skip
    return join([*parts, _none_seen(study, shown, found), _untold(study)])


def _none_seen(study: SweepStudy, shown: list[Effect], found: list[Effect]) -> Html | None:
    """Return the pairs of response and factor of which no effect was seen."""
    seen = {(e.response, e.factor) for e in found}
    rest = dict.fromkeys((e.response, e.factor) for e in shown if (e.response, e.factor) not in seen)
    said = "; ".join(f"{study.responses[response].label} ({factor})" for response, factor in rest)
    return tag("p", f"No effect seen (every interval holds zero): {said}.") if said else None


def _untold(study: SweepStudy) -> Html | None:
    """Return the responses of which an effect has no interval: too few runs concern them at both levels."""
    names = dict.fromkeys(e.response for e in _shown(study) if math.isnan(e.low))
    said = "; ".join(study.responses[name].label for name in names)
    return tag("p", f"Some levels have too few runs to tell an effect on: {said}.") if said else None


def _told(study: SweepStudy, e: Effect) -> str:
    label, change = title_of(study.responses[e.response]), difference(e.mean, e.low, e.high)
    said = f"{label}: {change} when {e.factor} goes from {e.first} to {e.level}."
    if not appeal_moves(e):
        return said
    later = later_words(e.appeal_later)
    fixed = difference(e.from_start, e.from_start_low, e.from_start_high)
    return f"{said} The appeal itself then comes {later}; counted from the start of the scenario: {fixed}."


def _largest(effects: list[Effect]) -> list[Effect]:
    """Return the clearest effects: largest against their own half-width."""

    def clearness(e: Effect) -> float:
        return -abs(e.mean) / max(e.high - e.low, 1e-12)

    return sorted(effects, key=lambda e: (round(clearness(e), 9), e.response, e.factor, str(e.level)))[:FIRST]


def _effects(study: SweepStudy) -> Html:
    rows: list[tuple[Child, ...]] = []
    for e in _shown(study):
        label, where = title_of(study.responses[e.response]), (dotted(e.factor), f"{e.first} to {e.level}")
        told = signed_as(e.mean, e.low, e.high), interval(e.low, e.high)
        rows.append((label, *told, *where, str(e.n)))
        if appeal_moves(e):
            ends = (e.from_start_low, e.from_start_high)
            fixed = signed_as(e.from_start, *ends), interval(*ends)
            rows.append((f"{label}, {FROM_START}", *fixed, *where, str(e.n)))
    note = (
        "Mean differences between runs with the same luck, averaged over the other factors; 95 % intervals."
    )
    if any(map(appeal_moves, _shown(study))):
        below = f"the row \u201c{FROM_START}\u201d has"
        note += f" {appeal_words(below)}"
    head = ("response", "difference", "95 %", "factor", "levels", "pairs")
    whole = table(head, rows, "Main effects on the shown responses", words=(0, 3, 4), sortable=True)
    return join([whole, tag("p", note, class_="note")])


def _points(study: SweepStudy) -> Html:
    factors, summary = study.design.factors, study.summary()
    shown = [study.responses[name] for name in study.shown]
    rows: list[tuple[Child, ...]] = []
    for point in study.design.points[:POINTS]:
        levels = [_level(factor, level) for factor, level in zip(factors, point.levels, strict=True)]
        cells: list[Child] = []
        for response in shown:
            t = told(response, summary.at(point.number, response.name))
            low, high = (percent(t.low), percent(t.high)) if response.kind == "flag" else (t.low, t.high)
            spread = f"{low}–{high}" if isinstance(low, str) else band(t.low, t.high, response.unit)
            cells.append(f"{said(response, t.borne)} ({spread})" if t.n else NONE)
        rows.append((str(point.number), *levels, *cells))
    head = ("point", *(f.name for f in factors), *(title_of(r) for r in shown))
    note = "Medians with their band; chances with their 95 % interval. All points and responses: summary.csv."
    few = few_runs(study, medians=False)
    whole = table(head, rows, "Points", words=range(len(factors) + 1), sortable=True, tall=True)
    return join([whole, tag("p", note, class_="note"), tag("p", few, class_="note") if few else None])


def _level(factor: object, level: object) -> str:
    return shown_level(factor, level)  # type: ignore[arg-type]


def _origin(study: SweepStudy) -> Html:
    pairs: dict[str, Child] = {
        "Scenario": tag("code", study.scenario.name),
        "Scenario hash": tag("code", scenario_hash(study.scenario)),
        "Digest of the sweep": tag("code", sweep_digest(study.scenario, study.seed)),
        "Seed": str(study.seed),
        "Runs": f"{study.size} at {count(len(study.design.points), 'point')}, {study.failed} failed",
        "Versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }
    again = f"python -m sim sweep scenario.resolved.yaml --seed {study.seed}"
    return join([facts(pairs), commands([again, "python -m sim verify FOLDER"])])
