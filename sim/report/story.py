"""The story of a typical replication: dated lines of who did what, when and why."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.inference.explanation import turned_weights
from sim.report.dynamics import tellings_of
from sim.report.explain_tables import turned_notes
from sim.report.runs import typical_row
from sim.report.story_groups import (
    Line,
    arrival_lines,
    chief_reason,
    home_lines,
    position_lines,
    post_lines,
    site_lines,
    warning_lines,
)  # fmt: skip
from sim.report.story_injects import SENTENCES as BESIDE
from sim.report.story_lines import REPEATED, SENTENCES, SILENT
from sim.report.telling import Teller
from sim.report.times import zone_name
from sim.report.words import fits, percent
from sim.scenario.alliance import HELP_LEVELS
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.scenario.models import Scenario

K = EventKind
WIDTH = 110
#: What a finished story is expected to have reached, with the words for its absence.
MILESTONES: dict[EventKind, str] = {
    K.APPEAL: "an appeal", K.MANDATE: "a mandate", K.DEPLOYED: "full deployment",
    K.ORDER_RESTORED: "calm at every site", K.WITHDRAWN: "full withdrawal",
}  # fmt: skip


def story(study: Study) -> list[str]:
    """Return the story of the study's typical replication as lines of at most 110 columns."""
    row = typical_row(study)
    if not row:
        return ["No story: every run failed."]
    draw = row.get("draw", math.nan)
    outer = "" if math.isnan(draw) else f" (draw {draw:.0f} of the uncertain inputs)"
    header = f"A typical replication: run {row['run']:.0f} of {len(study.rows)}{outer}. {_chosen(study, row)}"
    if study.scenario.crises:
        about = f"help levels and hours are those of '{study.scenario.crisis.title}'"
        header = f"{header} A campaign of {1 + len(study.scenario.crises)} crises: {about}."
    if study.scenario.hypothetical:
        header = f"Hypothetical: none of this has happened. {header}"
    told = tell(study.typical_log, study.scenario)
    return [*textwrap.wrap(header, WIDTH), *told, *textwrap.wrap(turned_reasons(study), WIDTH)]


def turned_reasons(study: Study) -> str:
    """Return a note where the story names a reason whose weight the run's draw gave the other sign."""
    drawn = study.scenario_of(study.typical)
    turned = turned_weights(study.scenario.response.decision, drawn.response.decision)
    named = {chief_reason(record) for record in study.typical_log.of(K.POSITION)}
    return " ".join(turned_notes(turned, named, mark=""))


def _chosen(study: Study, row: Mapping[str, float]) -> str:
    """Return which runs the typical one stands for, and what the others came to."""
    levels = Counter(round(other["help_level"]) for other in study.rows if not other["failed"])
    total = sum(levels.values())
    shares = ", ".join(f"{HELP_LEVELS[k]} {percent(n / total)}" for k, n in sorted(levels.items()))
    if row.get("mandate") == 1:
        alike, those = [other for other in study.rows if other.get("mandate") == 1], "with a mandate"
    else:
        level = round(row["help_level"])
        alike = [other for other in study.rows if not other["failed"] and other["help_level"] == level]
        those = f"with the commonest help level ({HELP_LEVELS[level]})"
    if len(alike) == 1:
        return f"It is the only run {those}. Help adopted in all runs: {shares}."
    of = f"Of the {len(alike)} runs {those}"
    nearest = f"{of} it is the one whose timings lie nearest the medians{_toll_beside(alike, row)}."
    return f"{nearest} Help adopted in all runs: {shares}."


def _toll_beside(alike: Sequence[Mapping[str, float]], row: Mapping[str, float]) -> str:
    """Return where the run's deaths lie among those of its like: it was chosen by its timings alone."""
    deaths = [other.get("killed", math.nan) for other in alike]
    known, own = [dead for dead in deaths if not math.isnan(dead)], row.get("killed", math.nan)
    if math.isnan(own) or not any(known) or len(known) < 2:
        return ""
    fewer, more = sum(k < own for k in known) / len(known), sum(k > own for k in known) / len(known)
    return f" (its deaths need not: {percent(fewer)} of them have fewer killed, {percent(more)} more)"


def tell(log: EventLog, scenario: Scenario) -> list[str]:
    """Return the story of one log: a line on the clock, then dated lines, then a closing line."""
    teller = Teller(log, scenario)
    told = sorted(_lines(teller))
    body = [_set(teller, line) for line in told]
    return [
        f"Local time, {zone_name(scenario)}; hours count from {teller.origin}.",
        *chain.from_iterable(body),
        *textwrap.wrap(_closing(teller), WIDTH),
    ]


def _lines(t: Teller) -> Iterator[Line]:
    yield from _single(t)
    own = () if t.scenario.crisis.unrest is None else (site_lines,)
    told = (lines for telling in tellings_of(t.scenario) for lines in telling.lines)
    for lines in (*own, position_lines, warning_lines, arrival_lines, post_lines, home_lines, *told):
        yield from lines(t)


def sentences_of(scenario: Scenario) -> dict[EventKind, Callable[[Teller, EventRecord], str]]:
    """Return how a story of this scenario tells one event, by its kind."""
    found = {**SENTENCES, **BESIDE}
    for telling in tellings_of(scenario):
        found |= telling.sentences
    return found


def _single(t: Teller) -> Iterator[Line]:
    for kind, sentence in sentences_of(t.scenario).items():
        records = t.log.of(kind)
        most = REPEATED.get(kind, len(records))
        for record in records[:most]:
            yield Line(record.time, record.id, sentence(t, record))
        if len(records) > most and kind not in SILENT:
            last = records[-1]
            times = len(records) - most - 1
            more = f" (after {count(times, 'like event')} not told here)" if times else ""
            yield Line(last.time, last.id, sentence(t, last) + more)


def _set(t: Teller, line: Line) -> list[str]:
    """Return a line with its date and hours in front, wrapped with its text in one column."""
    front = f"{t.clock(line.time)} {line.time - t.zero:+7.1f} h  "
    if fits(line.text, WIDTH - len(front)):
        return [front + line.text]
    return textwrap.wrap(
        line.text, WIDTH, initial_indent=front, subsequent_indent=" " * len(front), break_long_words=False
    )


def _closing(t: Teller) -> str:
    missing = [words for kind, words in _milestones(t).items() if t.log.first(kind) is None]
    open_ = f" Not reached by the end of the simulated time: {', '.join(missing)}." if missing else ""
    own = [] if t.scenario.crisis.unrest is None else [_toll(t)]
    said = [telling.closing(t) for telling in tellings_of(t.scenario) if telling.closing is not None]
    whole = "; ".join(part for part in (*own, *said) if part)
    return f"In all: {whole}.{open_}" if whole else open_.strip()


def _milestones(t: Teller) -> dict[EventKind, str]:
    """Return what a finished story of this scenario is expected to have reached."""
    force = t.scenario.response.mandate is not None
    calm = MILESTONES[K.ORDER_RESTORED] if t.scenario.crisis.unrest is not None else "an end of the crisis"
    hangs = (K.MANDATE, K.DEPLOYED, K.WITHDRAWN)
    found = {kind: words for kind, words in MILESTONES.items() if force or kind not in hangs}
    return found | {K.ORDER_RESTORED: calm}


def _toll(t: Teller) -> str:
    log = t.log
    incidents = log.of(K.INCIDENT)
    killed = sum(r.amount for kind in (K.INCIDENT, K.CLEARING) for r in log.of(kind))
    wounded = sum(float(r.detail.get("wounded", 0)) for r in incidents)
    detained = sum(r.amount for r in log.of(K.SWEEP))
    return (
        f"{count(len(incidents), 'serious incident')}, {killed:,.0f} killed, {wounded:,.0f} wounded, "
        f"{detained:,.0f} detained"
    )
