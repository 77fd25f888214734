"""The dossier of a comparison: sides, inputs that differ, outcomes with intervals, where twins part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.experiment.comparison import LETTERS, digest_of
from sim.report.appeal_clock import later_words
from sim.report.compare_charts import comparison_charts
from sim.report.compare_clock import from_start, warning
from sim.report.compare_twins import parting_lines, twin_story
from sim.report.dossier.many import NOISE, counted, difference, interval, signed_as
from sim.report.dossier.markup import Child, Html, details, dotted, join, paragraphs, table, tag
from sim.report.dossier.model import checklist, odd
from sim.report.dossier.origin import commands, facts, versions
from sim.report.dossier.page import Section, page
from sim.report.dossier.pictures import figures
from sim.report.words import NONE, level_told, number
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.pairing import Difference

#: Differences told in front, and values of inputs shown in full up to this many characters.
FIRST, VALUE = 5, 160


def comparison_dossier(found: Comparison) -> bytes:
    """Return the dossier of a comparison as one HTML file."""
    first = found.sides[0]
    names = " against ".join(side.name for side in found.sides)
    paired = count(found.n, "pair of runs with the same luck", "pairs of runs with the same luck")
    runs = paired if found.paired else f"{count(found.n, 'run')} a side, not paired"
    seeds = ", ".join(dict.fromkeys(str(side.seed) for side in found.sides))
    parts = [
        Section("answer", "The answer", _answer(found)),
        Section("inputs", "Inputs that differ", _inputs(found)),
        Section("outcomes", "Outcomes", join(_outcomes(found, n) for n in range(len(found.differences)))),
        Section("charts", "Charts", figures(comparison_charts(found))),
        *([Section("twins", "Where typical twins part", _twins(found))] if found.twins else []),
        Section("model", "The model in short (ODD)", odd(first.scenario)),
        Section("checklist", "Reporting checklist (STRESS-DES)",
                checklist(first.scenario, first.seed, f"{runs}, seed {seeds}", versions())),
        Section("origin", "Manifest, and how to make this again", _origin(found)),
    ]  # fmt: skip
    sides = [
        tag(
            "li",
            tag("b", f"{letter} "),
            f"{side.name}: {side.scenario.title} ({count(len(side.rows), 'run')})",
            dir="auto",
        )
        for letter, side in zip(LETTERS, found.sides, strict=False)
    ]
    return page(f"Comparison: {names}", [tag("ul", *sides), tag("p", f"{runs}.", class_="note")], parts)


def _answer(found: Comparison) -> Html:
    parts: list[Child] = []
    for place, differences in enumerate(found.differences, start=1):
        head = f"{LETTERS[place]} against {LETTERS[0]}"
        parts += _against(head, differences, from_start(found, place))
    return join([*parts, paragraphs(f"Note: {note}." for note in found.notes)])


def _against(
    head: str, differences: Sequence[Difference], moved: Mapping[str, Difference] | None = None
) -> Iterator[Child]:
    """Yield the differences that stand out, largest first, and what their choice leaves out.

    Of those in *moved*, whose clock itself is moved, the same counted from the start is told, too.
    """
    looked = [d for d in differences if not math.isnan(d.low)]
    same = sum(not _varies(d) for d in looked)
    clear = [d for d in looked if d.differs and d.clear]
    yield tag("p", f"{head}. {counted(len(looked), same, len(clear), 'outcomes')}", class_="lead")
    yield _untold(differences)
    front = clear[:FIRST]
    if not front:
        return
    some = f"The {len(front)} largest of those" if len(front) < len(clear) else "Those"
    yield tag("p", f"{some}, in order of size (in standard deviations between runs):")
    yield tag("ul", *[tag("li", _told(d, (moved or {}).get(d.name))) for d in front])
    last = looked.index(front[-1])
    larger = [d for d in looked[:last] if d.differs and not d.clear]
    if larger:
        said = "; ".join(f"{_label(d)}: {_interval(d)}" for d in larger[:FIRST])
        more = f"; and {len(larger) - FIRST} more" if len(larger) > FIRST else ""
        yield tag("p", f"As large or larger, but with an interval that holds zero: {said}{more}.")
    if len(clear) > len(front):
        yield tag("p", f"The other {len(clear) - len(front)}, and all that were looked at, stand under ",
                  tag("a", "Outcomes", href="#outcomes"), ".")  # fmt: skip


def _untold(differences: Sequence[Difference]) -> Html | None:
    """Return the outcomes that have no interval: too few pairs in which both sides have them."""
    said = "; ".join(_label(d) for d in differences if math.isnan(d.low) and d.both)
    return tag("p", f"Too few runs have these on both sides to tell a difference: {said}.") if said else None


def _varies(d: Difference) -> bool:
    """Return whether any pair differs; without pairs, whether the two sides do at all."""
    return d.changed > 0 if not math.isnan(d.changed) else max(abs(d.low), abs(d.high)) > NOISE


def _told(d: Difference, fixed: Difference | None) -> str:
    first, second = (number(level_told(value, d.low, d.high), d.unit) for value in (d.first, d.second))
    sides = f"{second} against {first}"
    said = f"{_label(d)}: {sides}, a difference of {_interval(d)}."
    if fixed is None:
        return said
    when = later_words(fixed.mean - d.mean)
    start = f"counted from the start of the scenario the difference is {_interval(fixed)}"
    return f"{said} The appeal itself comes {when}: {start}."


def _inputs(found: Comparison) -> Html:
    letters = LETTERS[: len(found.sides)]
    bearing = [d for d in found.inputs if d.bears]
    rest = [d for d in found.inputs if not d.bears]
    if not bearing:
        whole: Child = tag("p", "None that bears on the runs.")
    else:
        rows = [(dotted(d.path), *[tag("span", _cut(v), dir="auto") for v in d.values]) for d in bearing]
        whole = table(("input", *letters), rows, "Inputs that differ and bear on the runs", words=range(9))
    told = tag("p", f"Also different, but read by no run: {len(rest)} (in inputs.csv).", class_="note")
    return join([whole, told if rest else None])


def _cut(text: str) -> str:
    return text if len(text) <= VALUE else f"{text[: VALUE - 1]}…"


def _outcomes(found: Comparison, place: int) -> Html:
    differences = found.differences[place]
    base, other = LETTERS[0], LETTERS[place + 1]
    over = "pairs" if found.paired else "runs"
    head = ("response", f"{other} - {base}", "95 %", base, other, "effect (sd)", over, "variance reduction")
    shown = [d for d in differences if d.differs]
    alike = "; ".join(d.label for d in differences if not d.differs)
    whole: Child = (
        table(
            head,
            [_row(d) for d in shown],
            f"Outcomes that differ: {other} minus {base}, largest effect first",
        )
        if shown
        else tag("p", f"{other} and {base}: no outcome differs.")
    )
    note = "* the interval leaves out zero. Effect: difference in standard deviations between runs."
    moved = from_start(found, place + 1)
    clock = tag("p", warning(shown, moved), class_="note") if moved else None
    same = "The same in every pair" if found.paired else "Not told apart"
    rest = details(same, tag("p", alike)) if alike else None
    return join([whole, clock, tag("p", note, class_="note"), rest])


def _row(d: Difference) -> Sequence[Child]:
    gain = d.variance_reduction
    reduction = "" if math.isnan(gain) else "exact" if math.isinf(gain) else number(gain)
    effect = NONE if math.isnan(d.effect) else "all" if math.isinf(d.effect) else f"{d.effect:+.2f}"
    spread = f"{interval(d.low, d.high)}{'*' if d.clear else ''}"
    means = (number(level_told(value, d.low, d.high), d.unit) for value in (d.first, d.second))
    return (_label(d), signed_as(d.mean, d.low, d.high), spread, *means, effect, str(d.both), reduction)


def _label(d: Difference) -> str:
    return f"{d.label} ({d.unit})" if d.unit else d.label


def _interval(d: Difference) -> str:
    return difference(d.mean, d.low, d.high)


def _twins(found: Comparison) -> Html:
    parts: list[Child] = []
    for letter, twins in zip(LETTERS[1:], found.twins, strict=False):
        lines = parting_lines(twins, LETTERS[0], letter)
        parts += [tag("h3", f"{LETTERS[0]} and {letter}"), tag("pre", "\n".join(lines))]
        if twins.parting is not None:
            first, second = zip(twins.logs, twins.scenarios, strict=True)
            told = twin_story(first, second, twins.parting.time)
            parts.append(details(f"Both stories from there (- {LETTERS[0]} alone, + {letter} alone)",
                                 tag("pre", "\n".join(told))))  # fmt: skip
    return join(parts)


def _origin(found: Comparison) -> Html:
    pairs: dict[str, Child] = {
        f"Side {letter}": (
            f"{side.name}, seed {side.seed}, {count(len(side.rows), 'run')}, version {side.version}"
        )
        for letter, side in zip(LETTERS, found.sides, strict=False)
    }
    pairs["Digest"] = tag("code", digest_of(found))
    pairs["Versions"] = ", ".join(f"{name} {version}" for name, version in versions().items())
    files = " ".join(f"scenario.{letter}.yaml" for letter in LETTERS[: len(found.sides)])
    again = f"python -m sim compare {files} --reps {len(found.sides[0].rows)} --seed {found.sides[0].seed}"
    again += "" if found.paired else " --unpaired"
    return join([facts(pairs), commands([again, "python -m sim verify FOLDER"])])
