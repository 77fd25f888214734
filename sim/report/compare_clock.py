"""Times counted from the appeal, where the sides of a comparison appeal at other instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.experiment.appeal_clock import counts_from_appeal, on_start, since_start
from sim.experiment.comparison import common_responses
from sim.experiment.pairing import paired, unpaired
from sim.report.appeal_clock import appeal_bears, clock_words

if TYPE_CHECKING:
    from sim.experiment.comparison import Comparison
    from sim.experiment.pairing import Difference
    from sim.experiment.responses import Response
    from sim.experiment.samples import Row


def from_start(found: Comparison, place: int) -> dict[str, Difference]:
    """Return the differences of the side at *place* that the instant of the appeal has a part in, by name.

    They are the same differences counted from the start of the scenario, over the same runs.
    """
    one, other = found.sides[0].rows, found.sides[place].rows
    responses, moved = common_responses(found.sides), {}
    for d in found.differences[place - 1]:
        if not d.differs or d.kind != "time" or not counts_from_appeal(responses[d.name]):
            continue
        response = responses[d.name]
        sides = since_start(response, one), since_start(response, other)
        fixed = _difference(on_start(response), *sides, found.paired)
        if appeal_bears(d, fixed):
            moved[d.name] = fixed
    return moved


def _difference(response: Response, one: Sequence[Row], other: Sequence[Row], pair: bool) -> Difference:
    if pair:
        both = zip(one, other, strict=False)
        return paired(response, [(a, b) for a, b in both if not a["failed"] and not b["failed"]])
    return unpaired(response, [r for r in one if not r["failed"]], [r for r in other if not r["failed"]])


def warning(shown: Sequence[Difference], moved: Mapping[str, Difference]) -> str:
    """Return the warning that goes with differences *shown*, of which *moved* are told from the start too."""
    return clock_words((d.label, d, moved[d.name]) for d in shown if d.name in moved)
