"""The explorer of a sweep: sliders over finished points and a chart that follows, all of it in the page."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any

from sim.experiment.main_effects import shown_level
from sim.experiment.sweep_summary import REPORTED
from sim.report.dossier.markup import Html, join, json_element, tag
from sim.report.plain import plain_text
from sim.report.sweep_data import is_chance, is_grid, recorded, title_of, told, varied
from sim.report.words import justified

if TYPE_CHECKING:
    from sim.experiment.factors import Factor, Level
    from sim.experiment.responses import Response
    from sim.experiment.sweep import SweepStudy

#: Responses that can be looked at; the shown ones come first. And their numbers, at most.
MOST, NUMBERS = 40, 60_000


def explorer(study: SweepStudy) -> Html:
    """Return controls, chart and data; without scripts a sentence that sends to the charts below."""
    factors = varied(study)
    if not factors:
        return tag("p", "Nothing varies, so there is nothing to explore.")
    chosen = _responses(study)
    along = [tag("option", f.name, value=str(n)) for n, f in enumerate(factors)]
    names = [tag("option", title_of(r), value=str(n)) for n, r in enumerate(chosen)]
    controls = tag(
        "div",
        tag("label", "Response", tag("select", *names, id="explorer-response", autocomplete="off")),
        tag("label", "Along", tag("select", *along, id="explorer-along", autocomplete="off")),
        [_control(n, factor) for n, factor in enumerate(factors)],
        class_="controls", role="group", aria_label="Point of the design",
    )  # fmt: skip
    head = tag("thead", tag("tr", *[tag("th", w, scope="col", class_=None if w == "response" else "num")
                                    for w in ("response", "value", "band", "n")]))  # fmt: skip
    here = tag("table", tag("caption", "At this point"), head, tag("tbody", id="explorer-rows"))
    body = tag(
        "div",
        controls,
        tag("div", tag("div", id="explorer-chart"), class_="scroll", role="region", tabindex="0",
            aria_label="Chart of the response"),
        tag("p", id="explorer-said", aria_live="polite"),
        tag("div", here, class_="scroll", role="region", tabindex="0", aria_label="At this point"),
        tag("p", _note(study), class_="note"),
        class_="explorer", hidden=True, data_script=True, id="explorer-body",
    )  # fmt: skip
    without = tag("noscript", tag("p", "The explorer needs scripts; the charts and tables below do not."))
    return join([without, body, json_element(_data(study, factors, chosen), "explorer-data")])


def _control(number: int, factor: Factor) -> Html:
    levels = ordered(factor)
    name = f"explorer-factor-{number}"
    unit = f" ({factor.unit})" if factor.unit and factor.unit != "items" else ""
    if factor.numeric:
        field = tag("input", type="range", min="0", max=str(len(levels) - 1), step="1", value="0", id=name,
                    data_factor=str(number), autocomplete="off")  # fmt: skip
        value = tag("output", shown_level(factor, levels[0]), for_=name)
        return tag("label", tag("span", f"{factor.name}{unit}: ", value), field)
    options = [tag("option", shown_level(factor, level), value=str(n)) for n, level in enumerate(levels)]
    select = tag("select", *options, id=name, data_factor=str(number), autocomplete="off")
    return tag("label", f"{factor.name}{unit}", select)


def ordered(factor: Factor) -> list[Level]:
    """Return a factor's levels, numbers by size."""
    return sorted(factor.levels) if factor.numeric else list(factor.levels)


def _responses(study: SweepStudy) -> list[Response]:
    names = [*study.shown, *(n for n, r in study.responses.items() if r.kind in REPORTED)]
    answered = {p.name for p in study.summary().points if p.n}
    kept = [n for n in dict.fromkeys(names) if n in answered and n != "hours_simulated"]
    most = max(len(study.shown), min(MOST, NUMBERS // (5 * max(1, len(study.design.points)))))
    return [study.responses[name] for name in kept[:most]]


def _note(study: SweepStudy) -> str:
    spread = f"{100 * study.summary().band:.0f} % band of the runs"
    grid = (
        "The line holds the other factors as set."
        if is_grid(study)
        else "Points are a sample: a slider leads to the point with that level and sets the others to it."
    )
    return (
        f"Times and numbers: median with its {spread}; chances with their 95 % interval. Dotted: recorded. "
        f"{grid} Only finished points are shown; nothing is computed or interpolated here."
    )


def _data(study: SweepStudy, factors: list[Factor], chosen: list[Response]) -> str:
    places = [study.design.factors.index(factor) for factor in factors]
    levels = [ordered(factor) for factor in factors]
    summary = study.summary()
    content: dict[str, Any] = {
        "grid": is_grid(study),
        "factors": [
            {"name": plain_text(f.name), "numeric": f.numeric, "unit": "" if f.unit == "items" else f.unit,
             "levels": [v if f.numeric else n for n, v in enumerate(own)],
             "labels": [plain_text(shown_level(f, v)) for v in own]}
            for f, own in zip(factors, levels, strict=True)
        ],
        "points": [
            [own.index(point.levels[place]) for place, own in zip(places, levels, strict=True)]
            for point in study.design.points
        ],
        "shown": len(study.shown),
        "responses": [
            {"title": plain_text(title_of(r)), "chance": is_chance(r),
             "record": _rounded(recorded(study, r.name) or ()),
             "values": [_told(r, summary.at(point.number, r.name)) for point in study.design.points]}
            for r in chosen
        ],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def _told(response: Response, found: Any) -> list[float | None]:
    t = told(response, found)
    ends = (justified(end, t.low, t.high) for end in (t.low, t.high))
    return [*_rounded((t.borne, *ends)), t.n]


def _rounded(values: tuple[float, ...]) -> list[float | None]:
    return [float(f"{v:.5g}") if isfinite(v) else None for v in values]
