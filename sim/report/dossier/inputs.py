"""The inputs with range, source and confidence, the weakest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from sim.report.dossier.markup import Child, Html, dotted, join, linked, table, tag
from sim.report.telling import listing
from sim.report.words import NONE, number
from sim.scenario.paths import quantities
from sim.scenario.study import Posterior
from sim.scenario.uncertain import drawn_inputs
from sim.scenario.units import count

if TYPE_CHECKING:
    from sim.scenario.models import Scenario
    from sim.scenario.quantities import Quantity
    from sim.scenario.study import Uncertain

#: Kinds of input to choose from.
CHOICES = {"": "all", "assumed": "assumed", "sourced": "with a source", "drawn": "drawn anew",
           "seen": "set in view of a record"}  # fmt: skip
#: Phrases by which a source or note says that an input was set with a record in view; there is no other mark.
IN_VIEW = ("in view", "no test of it", "no independent test", "knowing that")
#: Most inputs on paper.
PAPER = 60
#: Confidence from the weakest on; "unsaid" where the file says nothing.
ORDER = ("none", "low", "medium", "high", "unsaid")


def inputs(scenario: Scenario, varied: Collection[str] = ()) -> Html:
    """Return every number of the scenario that has a source, a range or a confidence.

    On paper stand the weakest of those that are drawn, fitted (which are drawn, too) or *varied* (paths).
    """
    drawn = drawn_inputs(scenario)
    every = list(quantities(scenario))
    kept = [(path, q) for path, q in every if q.source or q.confidence or q.low is not None]
    kept.sort(key=lambda item: (ORDER.index(item[1].confidence or "unsaid"), item[0] not in drawn))
    counts = {word: sum((q.confidence or "unsaid") == word for _, q in kept) for word in ORDER}
    said = ", ".join(f"{n} {word}" for word, n in counts.items() if n)
    intro = (
        f"{len(kept)} numbers carry a source, a range or a confidence ({said}), and "
        f"{len(every) - len(kept)} are settings and defaults without any. "
        f"{sum(q.assumed for _, q in kept)} of the former are assumptions. "
        f"{sum(path in drawn for path, _ in kept)} are drawn anew in each outer draw. Weakest first."
    )
    seen = {path: mark for path, q in kept if (mark := _seen(q, drawn.get(path)))}
    rows = [_row(path, q, path in drawn, seen.get(path)) for path, q in kept]
    paper = {path for path, _ in [item for item in kept if item[0] in drawn or item[0] in varied][:PAPER]}
    marks: list[dict[str, object]] = [
        {"class_": None if path in paper else "screen",
         "data_confidence": q.confidence or "unsaid",
         "data_kind": ("assumed" if q.assumed else "sourced") + (" drawn" if path in drawn else "")
         + (" seen" if path in seen else "")}
        for path, q in kept
    ]  # fmt: skip
    head = ("input", "value", "low to high", "unit", "confidence", "source and note")
    whole = table(
        head, rows, "Inputs, weakest first", words=(0, 3, 4, 5), sortable=True, tall=True,
        name="inputs-table", attributes=marks,
    )  # fmt: skip
    moved = sum(path in drawn or path in varied for path, _ in kept)
    some = f"the {len(paper)} weakest of the" if len(paper) < moved else "only the"
    told = (
        f"On paper {some} {moved} that are drawn, fitted or varied. The other {len(kept) - len(paper)}, "
        "with value, source and confidence, stand in this file on a screen, and in scenario.resolved.yaml."
    )
    return join([tag("p", intro), _seen_note(seen), tag("p", told, class_="paper"), _filters(counts),
                 tag("div", whole, class_="inputs")])  # fmt: skip


def _seen(q: Quantity, form: Uncertain | None) -> str:
    """Return how an input was set in view of a record, as it is marked; empty if nothing says so."""
    if isinstance(form, Posterior):
        to = f" to {form.fitted_to}" if form.fitted_to else ""
        return f"fitted{to}: median {number(form.fitted_median)}"
    said = " ".join((*q.source, q.note or ""))
    return "set with a record in view" if any(phrase in said for phrase in IN_VIEW) else ""


def _seen_note(seen: Mapping[str, str]) -> Html | None:
    """Return how many inputs were set in view of a record, and what follows; none where nothing says so."""
    if not seen:
        return None
    fitted = sum(mark.startswith("fitted") for mark in seen.values())
    parts = [f"{fitted} fitted"] if fitted else []
    parts += [f"{len(seen) - fitted} whose source or note says so"] if len(seen) > fitted else []
    many = count(len(seen), "input was", "inputs were")
    return tag(
        "p",
        f"{many} set with a record in view, that of this crisis unless "
        f"another is named ({listing(parts)}); each is marked. Agreement with that record is no independent "
        "test of them.",
    )


def _row(path: str, q: Quantity, drawn: bool, seen: str | None) -> tuple[Child, ...]:
    value = tag("span", number(float(q)), data_value=repr(float(q)))
    span: Child = NONE
    if q.low is not None and q.high is not None:
        span = f"{number(q.low)} to {number(q.high)}" + (" (drawn)" if drawn else "")
    rank = ORDER.index(q.confidence or "unsaid")
    confidence = tag("span", q.confidence or "unsaid", data_value=str(rank))
    sources: list[Child] = []
    for source in q.source:
        sources += [tag("span", linked(source), dir="auto"), tag("br")]
    note = tag("span", linked(q.note), class_="quiet", dir="auto") if q.note else None
    name = join([dotted(path), tag("br"), tag("span", seen, class_="note")]) if seen else dotted(path)
    return name, value, span, q.unit, confidence, join([*sources, note])


def _filters(counts: dict[str, int]) -> Html:
    confidence = [tag("option", "all", value="")]
    confidence += [tag("option", f"{word} ({n})", value=word) for word, n in counts.items() if n]
    kinds = [tag("option", words, value=value) for value, words in CHOICES.items()]

    def select(options: list[Html], key: str) -> Html:
        return tag("select", *options, data_key=key, autocomplete="off")

    return tag(
        "div",
        tag("label", "Confidence", select(confidence, "data-confidence")),
        tag("label", "Kind", select(kinds, "data-kind")),
        tag("label", "Words", tag("input", type="search", autocomplete="off")),
        tag("button", "Show all", type="button", class_="reset"),
        tag("span", aria_live="polite", class_="note"),
        class_="controls", role="group", aria_label="Filter the inputs", hidden=True, data_script=True,
        data_filters="#inputs-table > tbody > tr",
    )  # fmt: skip
