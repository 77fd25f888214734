"""The headline: how likely help is, how long it takes, what its absence changes, how the record compares."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.experiment.dynamics import measures, present
from sim.experiment.dynamics.answers import answers
from sim.report.dossier.courses import courses, label_of, other_course
from sim.report.dossier.crises import crises_table, sentences
from sim.report.dossier.markup import Child, Html, details, join, paragraphs, table, tag
from sim.report.dossier.model import KINDS
from sim.report.medians import EXPLAINED, median_words, medians_of
from sim.report.record_marks import fit_words
from sim.report.runs import band_words
from sim.report.words import NONE, band, percent
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.experiment.summary import ResponseSummary, Summary
    from sim.scenario.models import Scenario

#: Chances that make the headline, where a scenario has them; then others of its own.
CHANCES = ("appealed", "mandate", "government_fell")
#: Times that make the headline.
TIMES = (
    "hours_to_appeal", "hours_to_decision", "hours_to_first_on_task", "hours_to_deployment_complete",
    "hours_to_order", "hours_to_withdrawal_complete",
)  # fmt: skip
#: Most of each kind.
MOST = {"flag": 4, "time": 6, "count": 4}
#: Fewest runs behind a number of the headline.
FEWEST = 3


def answer(study: Study) -> Html:
    """Return the headline answer of a study."""
    summary = study.summary()
    if not summary.n:
        return paragraphs(["Every run failed: there is no answer."])
    return join([
        tag("p", *_sentences(study, summary), class_="lead"),
        tag("p", *other_course(summary)) if summary.variants else None,
        *_in_numbers(study, summary),
        courses(study.scenario, summary),
        _score(study, summary),
        details("All outcomes as a table", outcomes(study), class_="screen"),
        tag("p", "All outcomes stand in this file on a screen, and in summary.csv.", class_="note paper"),
    ])  # fmt: skip


def _sentences(study: Study, summary: Summary) -> Iterator[Child]:
    runs = count(summary.n, "run") + (
        f" over {count(summary.draws, 'draw')} of the inputs" if summary.draws else ""
    )
    yield from sentences(study, runs) if study.scenario.crises else _one_crisis(study, summary, runs)
    score = summary.score
    if score.n_instants:
        yield f"Of {score.n_instants} recorded quantities that count, {percent(score.in_band)} fall in the "
        yield f"simulated {band_words(study)} band. {fit_words(summary)} "


def _one_crisis(study: Study, summary: Summary, runs: str) -> Iterator[str]:
    host = study.scenario.alliance.members.get(study.scenario.crisis.host)
    who = host.name if host else study.scenario.crisis.host
    appealed, mandate = summary.responses.get("appealed"), summary.responses.get("mandate")
    said = []
    if appealed is not None and appealed.n:
        said.append(f"{who} appeals to the alliance in {percent(appealed.chance)} of {runs} {_ci(appealed)}")
    if mandate is not None and mandate.n:
        given = "of them" if mandate.given else "of all"
        said.append(f"a mandate for force is adopted in {percent(mandate.chance)} {given} {_ci(mandate)}")
    yield f"{'; '.join(said)}. " if said else f"From {runs}. "


def _in_numbers(study: Study, summary: Summary) -> Iterator[Child]:
    """Yield the cards and the help adopted; of a campaign one row a crisis, then the cards of the first."""
    cards = tag("ul", *_cards(study, summary), class_="cards")
    if study.scenario.crises:
        title = f"In numbers: the first crisis alone, {study.scenario.crisis.title}"
        yield from (crises_table(study), tag("h3", title), cards)
    else:
        yield from (cards, _levels(summary))


def _ci(r: ResponseSummary) -> str:
    return f"(95 %: {percent(r.chance_low)} to {percent(r.chance_high)})"


def headline(
    scenario: Scenario, summary: Summary, names: tuple[str, ...], kind: str
) -> list[ResponseSummary]:
    """Return the responses of one *kind* that make the headline: those named, then the first others."""
    from sim.experiment.responses import RESPONSES

    crisis = {
        r.name
        for key in KINDS
        if key != "unrest" and present(scenario, key)
        for r in measures(key).responses(scenario)
    } - {r.name for r in answers(scenario)}
    found = [summary.responses[n] for n in names if n in summary.responses]
    own = [r for n, r in summary.responses.items()
           if n not in RESPONSES and n in crisis and "." not in n and _is(r, kind)]  # fmt: skip
    # A crisis's own outcomes say more of it than those that all have.
    chosen = [*found[:3], *(r for r in own if r not in found), *found[3:]]
    return [r for r in chosen if r.n >= FEWEST and _told(r)][: MOST[kind]]


def _told(r: ResponseSummary) -> bool:
    """Return whether there is a number to tell: a time that never came is none, nor one that inputs fix."""
    return r.unit != "h" or not ((math.isnan(r.median) and math.isnan(r.low)) or r.low == r.high)


def _is(r: ResponseSummary, kind: str) -> bool:
    if kind == "time":
        return r.unit == "h"
    return (kind == "flag") == (math.isnan(r.median) and not math.isnan(r.chance)) and r.unit != "h"


def _cards(study: Study, summary: Summary) -> Iterator[Child]:
    for r in headline(study.scenario, summary, CHANCES, "flag"):
        yield _card(percent(r.chance), r.label, f"95 %: {percent(r.chance_low)} to {percent(r.chance_high)}",
                    r, (r.chance_low, r.chance, r.chance_high))  # fmt: skip
    for r in headline(study.scenario, summary, TIMES, "time"):
        middle = f"{median_words(r)} h" if not math.isnan(r.median) else "not within the time"
        yield _card(middle, r.label, f"median; {band_words(study)}: {band(r.low, r.high)} h", r)
    for r in headline(study.scenario, summary, ("killed", "troops_deployed"), "count"):
        unit = r.unit.removesuffix("s") if r.median == 1 and r.unit != "people" else r.unit
        yield _card(f"{median_words(r)} {unit}", r.label,
                    f"median; {band_words(study)}: {band(r.low, r.high, r.unit)}", r)  # fmt: skip


def _card(
    big: str, label: str, spread: str, r: ResponseSummary, meter: tuple[float, float, float] | None = None
) -> Html:
    given = f"{r.given}, n = {r.n}" if r.given else f"n = {count(r.n, 'run')}"
    return tag("li", tag("b", big), tag("span", label), tag("span", spread, class_="note"),
               tag("span", given, class_="note"), _meter(*meter) if meter else None)  # fmt: skip


def _meter(low: float, middle: float, high: float) -> Html:
    inner = [
        tag("i", style=f"left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"),
        tag("em", style=f"left:{100 * middle:.1f}%"),
    ]
    return tag("span", *inner, class_="meter", aria_hidden="true")


def _levels(summary: Summary) -> Html:
    rows = [
        tag("li", tag("span", level), _bar(share), tag("span", percent(share), class_="num"))
        for level, share in summary.help_levels.items()
    ]
    return join([tag("h3", f"Highest help adopted (n = {summary.n})"), tag("ul", *rows, class_="bars")])


def _bar(share: float) -> Html:
    return tag(
        "span", tag("i", style=f"left:0;width:{100 * share:.1f}%"), class_="meter full", aria_hidden="true"
    )


def _score(study: Study, summary: Summary) -> Html | None:
    score = summary.score
    if not score.n_instants:
        return None
    said = (
        f"Of {score.n_instants} recorded quantities that count, {percent(score.in_band)} fall in the "
        f"{band_words(study)} band and {percent(score.in_half)} in its middle half; "
        f"{percent(score.narrow_share)} of the timings have a band no wider than 1.5 times their median. "
        f"{fit_words(summary)}"
    )
    return join([tag("h3", "Against the record"), tag("p", said),
                 tag("p", tag("a", "Recorded against simulated", href="#recorded"))])  # fmt: skip


def outcomes(study: Study) -> Html:
    """Return every response with chance, median, band and the share of variance from inputs."""
    rows, medians = [], medians_of(study)
    for r in study.summary().responses.values():
        every = "all runs" if r.n == study.summary().n else "runs that have it"
        if r.name.startswith(("position.", "parts.")) or not r.n:
            continue
        share = NONE if math.isnan(r.epistemic) else percent(r.epistemic)
        rows.append((label_of(r), r.given or every, str(r.n), percent(r.chance),
                     medians[r.name], band(r.low, r.high, r.unit), share))  # fmt: skip
    head = ("response", "over", "n", "chance", "median (95 %)", band_words(study), "from inputs")
    note = (
        "Chance: share of runs in which it happened (was above 0). Median and band: Kaplan-Meier quantiles "
        f"for times; {EXPLAINED}; 'later': beyond the simulated time. From inputs: share of the variance "
        "that comes from uncertain inputs; the rest is chance."
    )
    whole = table(head, rows, "All outcomes", words=(0, 1))
    return join([whole, tag("p", note, class_="note")])
