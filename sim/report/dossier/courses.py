"""What other courses change: every difference looked at, those that stand out and those that do not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.appeal_clock import clock_words, moved_clock
from sim.report.dossier.many import NOISE, counted, difference, interval, signed_as
from sim.report.dossier.markup import Child, Html, details, join, table, tag
from sim.report.telling import listing
from sim.report.words import CAVEAT, NONE, level_told
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.estimates import PairedDifference
    from sim.experiment.summary import ResponseSummary, Summary, VariantSummary
    from sim.scenario.models import Scenario

#: Most rows of a variant's table.
ROWS = 12
#: What is told of another course whether it changes or not, and what is not told in front.
FIRST = ("hours_to_order", "killed", "government_fell")
DECISIONS = ("appealed", "mandate", "help_level")
#: Names that say nothing of the crisis, or that have sections of their own.
ELSEWHERE = ("position.", "parts.", "approval.", "hours_simulated", "exit_hazard.", "trust.")

Change = tuple["ResponseSummary", "PairedDifference"]


@dataclass(frozen=True)
class Changes:
    """The differences that a variant makes, by whether luck may explain them."""

    clear: list[Change]
    #: Intervals that hold zero.
    unclear: list[Change]
    #: No pair differs.
    same: list[Change]

    def told(self) -> str:
        """Return how many were looked at, and how many would stand out by luck alone."""
        looked = len(self.clear) + len(self.unclear) + len(self.same)
        return counted(looked, len(self.same), len(self.clear), "differences")


def changes(summary: Summary, variant: VariantSummary) -> Changes:
    """Return every difference of a variant that has an interval, but those told in sections of their own."""
    found = Changes([], [], [])
    for name, d in variant.differences.items():
        r = summary.responses.get(name)
        if r is None or name.startswith(ELSEWHERE) or not d.n or math.isnan(d.low):
            continue
        if max(abs(d.low), abs(d.high)) <= NOISE:
            found.same.append((r, d))
        else:
            (found.clear if d.low > 0 or d.high < 0 else found.unclear).append((r, d))
    return found


def other_course(summary: Summary) -> Iterator[str]:
    """Yield what the first of the scenario's variants (by custom, nobody answering) changes, and what not.

    The outcomes in `FIRST` are told whatever came of them; without any of them, those that stand out most.
    """
    variant = next(iter(summary.variants.values()), None)
    if variant is None:
        return
    found = changes(summary, variant)
    by_name = {r.name: (r, d) for r, d in (*found.clear, *found.unclear, *found.same)}
    told = [by_name[name] for name in FIRST if name in by_name]
    if not told:
        own = [change for change in found.clear if change[0].name not in DECISIONS]
        told = sorted(own, key=lambda c: (-abs(c[1].mean) / max(c[1].high - c[1].low, NOISE), c[0].name))[:3]
    over = f" over the {count(variant.n, 'run')} with {variant.given}" if variant.given else ""
    moved = moved_clock(variant)
    changed = listing(_change(r, d) for r, d in told if (r, d) in found.clear)
    alike = listing(_change(r, d) for r, d in told if (r, d) not in found.clear)
    yield f"The other course \u201c{variant.title}\u201d changes{over}: {changed or 'nothing clearly'}"
    yield f"; no difference seen in {alike}. " if alike else ". "
    clock = [(r.label, d, moved[r.name]) for r, d in told if r.name in moved]
    yield f"{clock_words(clock)} " if clock else ""
    yield f"{found.told()} {CAVEAT} "


def _change(r: ResponseSummary, d: PairedDifference) -> str:
    label = r.label[:1].lower() + r.label[1:]
    if max(abs(d.low), abs(d.high)) <= NOISE:
        return f"{label} (the same in every pair)"
    return f"{label} {difference(d.mean, d.low, d.high, r.unit)}"


def courses(scenario: Scenario, summary: Summary) -> Html:
    """Return what each variant changes, the first of them open."""
    if not summary.variants:
        return tag("p", "The scenario has no variants, so nothing is compared with another course.")
    parts: list[Child] = [tag("h3", "What other courses change")]
    for place, variant in enumerate(summary.variants.values()):
        parts.append(_variant(summary, variant, opened=place == 0))
    note = (
        "Paired differences of means, variant minus base, with 95 % intervals: the same seeds and addressed "
        "draws on both sides. A time that did not come counts as the end of the simulated time."
    )
    if scenario.crises:
        note += (
            f" Outcomes without the name of a crisis are those of '{scenario.crisis.title}' or of the whole "
            "alliance."
        )
    return join([*parts, tag("p", note, class_="note")])


def _variant(summary: Summary, variant: VariantSummary, *, opened: bool) -> Html:
    found = changes(summary, variant)
    rows = [
        (label_of(r), signed_as(d.mean, d.low, d.high), interval(d.low, d.high),
         *(_mean(level_told(value, d.low, d.high)) for value in (d.baseline, d.variant)), str(d.n))
        for r, d in found.clear
    ]  # fmt: skip
    over = (
        f", over the {count(variant.n, 'run')} with {variant.given}"
        if variant.given
        else f", n = {variant.n}"
    )
    head = ("response", "difference", "95 %", "base", "variant", "pairs")
    caption = f"{variant.title}{over}: intervals that leave out zero"
    more = f"and {len(rows) - ROWS} more in effects.csv"
    moved = moved_clock(variant)
    looked = [*found.clear[:ROWS], *found.unclear]
    clock = [(r.label, d, moved[r.name]) for r, d in looked if r.name in moved]
    return details(
        variant.title,
        tag("p", found.told(), class_="note"),
        table(head, rows[:ROWS], caption) if rows else None,
        tag("p", clock_words(clock), class_="note") if clock else None,
        tag("p", more, class_="note") if len(rows) > ROWS else None,
        _not_seen(found),
        opened=opened,
    )


def _not_seen(found: Changes) -> Html | None:
    """Return the outcomes in which no difference was seen, folded."""
    if not found.unclear and not found.same:
        return None
    told = [tag("li", _change(r, d)) for r, d in found.unclear]
    alike = "; ".join(label_of(r) for r, _ in found.same)
    return details(
        f"No difference seen in {count(len(found.unclear) + len(found.same), 'other')}",
        tag("ul", *told) if told else None,
        tag("p", f"The same in every pair: {alike}.") if alike else None,
        class_="folded",
    )


def label_of(r: ResponseSummary) -> str:
    """Return the label of a response with its unit."""
    return f"{r.label} ({r.unit})" if r.unit else r.label


def _mean(value: float) -> str:
    if math.isnan(value):
        return NONE
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
