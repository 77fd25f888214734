"""Times counted from the appeal, where the sides of a comparison appeal at other instants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.experiment.comparison import common_responses
from sim.experiment.pairing import paired, unpaired
from sim.report.times import TOLD_FROM
from sim.report.words import number, signed

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.pairing import Difference
    from sim.experiment.responses import Response
    from sim.experiment.samples import Row

#: The appeal is told of where it accounts for this share of a difference or more.
TOLD_SHARE = 0.1


def from_start(found: Comparison, place: int) -> dict[str, Difference]:
    """Return the differences of the side at *place* that the instant of the appeal has a part in, by name.

    They are the same differences counted from the start of the scenario, over the same runs: where one side
    appeals later, a time that is counted from the appeal is shorter by that, whatever else has changed.
    """
    one, other = found.sides[0].rows, found.sides[place].rows
    responses, moved = common_responses(found.sides), {}
    for d in found.differences[place - 1]:
        if not d.differs or d.kind != "time" or responses[d.name].clock != "appeal":
            continue
        response = responses[d.name]
        fixed = _difference(response, _shifted(response, one), _shifted(response, other), found.paired)
        later = fixed.mean - d.mean
        if abs(later) >= max(TOLD_FROM, TOLD_SHARE * abs(d.mean)):
            moved[d.name] = fixed
    return moved


def _shifted(response: Response, rows: Sequence[Row]) -> list[Row]:
    """Return *rows* with *response* counted from the start."""
    clock = f"{response.prefix}hours_to_appeal"
    return [{**row, response.name: row[response.name] + row[clock]} for row in rows]


def _difference(
    response: Response, one: Sequence[Row], other: Sequence[Row], pair: bool
) -> Difference:  # fmt: skip
    plain = response._replace(clock="start")
    if pair:
        both = zip(one, other, strict=False)
        return paired(plain, [(a, b) for a, b in both if not a["failed"] and not b["failed"]])
    return unpaired(plain, [r for r in one if not r["failed"]], [r for r in other if not r["failed"]])


def clock_words(differences: Sequence[Difference], fixed: dict[str, Difference]) -> str:
    """Return a warning that the appeal is no fixed point, with the differences from the start."""
    told: dict[str, list[str]] = {}
    for d in differences:
        if d.name in fixed:
            f = fixed[d.name]
            later = f.mean - d.mean
            when = f"{number(abs(later), 'h')} h {'later' if later > 0 else 'earlier'}"
            interval = f" ({signed(f.low)} to {signed(f.high)})" if f.low == f.low else ""
            label = d.label[:1].lower() + d.label[1:]
            told.setdefault(when, []).append(f"{label} {signed(f.mean)} h{interval}")
    each = "; ".join(f"with the appeal {when}, {', '.join(rows)}" for when, rows in told.items())
    return (
        "The appeal itself does not come at the same instant on both sides, and times counted from it move "
        f"with it. Counted from the start of the scenario the differences are others: {each}."
    )
