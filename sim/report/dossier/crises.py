"""The answer of a campaign: one row a crisis, with who asks, how likely help is, and the runs behind it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.campaign import begins
from sim.report.dossier.markup import Child, Html, join, table, tag
from sim.report.runs import finished_rows, share_band
from sim.report.times import MONTHS, local_time
from sim.report.words import NONE, percent
from sim.scenario.alliance import HELP_LEVELS

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.experiment.summary import ResponseSummary, Summary
    from sim.scenario.crisis import Crisis


@dataclass(frozen=True)
class Told:
    """One crisis of a campaign, and what came of it."""

    title: str
    #: When it begins (hours after the campaign's start).
    hours: float
    asker: str
    #: Whether it was left out of the runs altogether.
    off: bool
    appealed: ResponseSummary | None
    #: Over the runs with an appeal; none where nobody plans for force.
    mandate: ResponseSummary | None
    #: Runs by the highest help adopted, and all of them.
    levels: Counter[int]
    n: int
    #: The 95 % interval of the share of its runs in which force was adopted.
    forced_within: tuple[float, float]

    @property
    def forced(self) -> float:
        """The share of its runs in which force was adopted."""
        return self.levels[len(HELP_LEVELS) - 1] / self.n if self.n else 0.0


def crises(study: Study) -> list[Told]:
    """Return the crises of a campaign in the order in which they begin."""
    scenario, summary = study.scenario, study.summary()
    found = [_told(study, summary, "", scenario.crisis, scenario.crisis.title, 0.0, off=False)]
    for key, episode in scenario.crises.items():
        hours = max(0.0, begins(scenario, episode))
        found.append(_told(study, summary, f"{key}.", episode.crisis, episode.title, hours,
                           off=not episode.enabled))  # fmt: skip
    return sorted(found, key=lambda told: told.hours)


def _told(
    study: Study, summary: Summary, prefix: str, crisis: Crisis, title: str, hours: float, *, off: bool
) -> Told:
    name, most = f"{prefix}help_level", len(HELP_LEVELS) - 1
    began = [row for row in finished_rows(study) if not math.isnan(row.get(name, math.nan))]
    levels = Counter(round(row[name]) for row in began)
    about = [summary.responses.get(f"{prefix}{name}") for name in ("appealed", "mandate")]
    alliance = study.scenario.alliance
    state = alliance.members.get(crisis.asker) or alliance.partners.get(crisis.asker)
    return Told(
        title,
        hours,
        state.name if state else crisis.asker,
        off,
        about[0],
        about[1],
        levels,
        len(began),
        share_band(began, [row[name] == most for row in began]),
    )


def sentences(study: Study, runs: str) -> Iterator[str]:
    """Yield what a campaign comes to, in words; *runs* says on how many runs it rests."""
    found = [told for told in crises(study) if told.n]
    asked = [told.title for told in found if told.appealed is not None and told.appealed.chance > 0.5]
    yield f"A campaign of {1 + len(study.scenario.crises)} crises on one alliance, {runs}. "
    if asked:
        yield f"An appeal is likelier than not in {len(asked)} of them: {'; '.join(asked)}. "
    else:
        yield "In none of them is an appeal likelier than not. "
    most = max(found, key=lambda told: told.forced, default=None)
    if most is None or not most.forced:
        yield "Force is adopted in none. "
    else:
        low, high = most.forced_within
        yield f"Force is adopted most often in \u201c{most.title}\u201d: in {percent(most.forced)} of its "
        yield f"runs (95 %: {percent(low)} to {percent(high)}). "


def crises_table(study: Study) -> Html:
    """Return the crises of a campaign as a table, one row each."""
    head = ("crisis, and who would ask", "appeal (95 %)", "mandate, given an appeal", *HELP_LEVELS, "runs")
    rows = [_row(study, told) for told in crises(study)]
    note = (
        "One row a crisis, in the order in which they begin. None to force: share of its runs by the highest "
        "help adopted. Runs: those in which it began; it does not where its host has left the alliance. "
        "Shares rest on these runs; a mandate for force on those with an appeal, and it is none where nobody "
        "plans for force."
    )
    whole = table(head, rows, "What came of each crisis", words=(0,))
    return join([whole, tag("p", note, class_="note")])


def _row(study: Study, told: Told) -> tuple[Child, ...]:
    day = local_time(study.scenario, told.hours)
    about = f"{told.asker}; from {day.day} {MONTHS[day.month - 1]} {day.year}"
    name = tag("span", told.title, tag("br"), tag("span", about, class_="note"), dir="auto")
    if told.off or not told.n:
        why = "left out" if told.off else "never began"
        return (name, why, *[NONE] * (1 + len(HELP_LEVELS)), "0")
    shares = [percent(told.levels[number] / told.n) for number in range(len(HELP_LEVELS))]
    return (name, _chance(told.appealed), _given(told), *shares, str(told.n))


def _chance(r: ResponseSummary | None) -> str:
    if r is None or not r.n:
        return NONE
    return f"{percent(r.chance)} ({percent(r.chance_low).removesuffix(' %')}–{percent(r.chance_high)})"


def _given(told: Told) -> str:
    if told.mandate is None:
        return "none planned"
    return f"{_chance(told.mandate)}, n = {told.mandate.n}" if told.mandate.n else "no appeal"
