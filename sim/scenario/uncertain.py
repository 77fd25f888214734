"""What is not known: drawing uncertain inputs by inverse distribution functions, listing assumptions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from sim.scenario.distributions import Z95
from sim.scenario.learnt import in_force
from sim.scenario.models import Scenario
from sim.scenario.paths import full_path, quantities, read_path
from sim.scenario.quantities import Measure, Quantity
from sim.scenario.shapes import child, measure_of, split_path
from sim.scenario.study import NormalDraw, Posterior, Uncertain

_STANDARD = NormalDist()


class Assumption(NamedTuple):
    """A number with a range: its path, value and bounds (base units), sources and confidence."""

    path: str
    value: float
    low: float
    high: float
    source: tuple[str, ...]
    confidence: str | None


def draw_uncertain(scenario: Scenario, uniform: Callable[[str], float]) -> dict[str, float]:
    """Return one outer draw: a value (base unit) for each input under `uncertain:`, by full path.

    Fitted decision weights are drawn with them, as one vector. An assumed weight in whose place a learnt one
    is in force, whatever variant runs, is not drawn: nothing would read it.

    Args:
        scenario: a checked scenario.
        uniform: from a full path to its uniform number in (0, 1).
    """
    drawn = {
        path: draw_one(scenario, path, form, uniform(path)) for path, form in drawn_inputs(scenario).items()
    }
    return drawn | _draw_learnt(scenario, uniform)


def drawn_inputs(scenario: Scenario) -> dict[str, Uncertain]:
    """Return how each input under `uncertain:` is drawn, by full path, without those that nothing reads."""
    forms = {full_path(name): form for name, form in scenario.uncertain.items()}
    return {path: form for path, form in forms.items() if _read_by_some(scenario, path)}


def _read_by_some(scenario: Scenario, path: str) -> bool:
    """Return whether the number at a full *path* counts in the baseline or in some variant of a scenario."""
    prefix, mark, rest = path.rpartition("response.decision.")
    crisis = prefix.split(".")
    if not mark or (prefix and not (crisis[0] == "crises" and crisis[1] in scenario.crises)):
        return True
    response = scenario.crises[crisis[1]].response if prefix else scenario.response
    switch = f"{prefix}{mark}weights"
    if any(full_path(name) == switch for variant in scenario.variants.values() for name in variant.set):
        return True  # the variants share the draws of the baseline
    return in_force(mark + rest, response.decision.weights == "fitted")


def _draw_learnt(scenario: Scenario, uniform: Callable[[str], float]) -> dict[str, float]:
    """Return one vector of fitted decision weights for each crisis decided by them, on the same luck."""
    settings = {full_path(path) for variant in scenario.variants.values() for path in variant.set}
    deciding = {"": scenario.response.decision}
    deciding |= {f"crises.{key}.": episode.response.decision for key, episode in scenario.crises.items()}
    drawn: dict[str, float] = {}
    for prefix, decision in deciding.items():
        asked = decision.weights == "fitted" or f"{prefix}response.decision.weights" in settings
        if decision.learnt is not None and asked:
            found = decision.learnt.posterior.drawn(uniform)
            drawn |= {prefix + path: value for path, value in found.items()}
    return drawn


def draw_one(scenario: Scenario, path: str, form: Uncertain, u: float) -> float:
    """Return the value of the input at *path* below which a share *u* of its distribution lies.

    Ranges run over the number's own low, value and high: triangular with its mode at the value;
    uniform; lognormal with its median at the value and its 5-95 % band as wide, in logarithms, as the
    range, cut off at the range (*assumed* forms). Counts of whole things are rounded.
    """
    number = read_path(scenario, path)
    low, high = getattr(number, "low", None), getattr(number, "high", None)
    if isinstance(form, Posterior):
        drawn = _lognormal(u, form.fitted_median, log(form.fitted_spread) / Z95, low, high)
    elif isinstance(form, NormalDraw):
        limits = (low if form.low is None else form.low, high if form.high is None else form.high)
        drawn = form.mean + form.sd * _cut(u, *(_score(x, form.mean, form.sd) for x in limits))
    elif low is None or high is None or low >= high:
        drawn = float(number)
    elif form == "uniform":
        drawn = low + u * (high - low)
    elif form == "triangular":
        drawn = _triangular(u, low, float(number), high)
    else:
        drawn = _lognormal(u, float(number), log(high / low) / (2 * Z95), low, high)
    return _admissible(drawn, low, high, _measure_at(path))


def _triangular(u: float, low: float, mode: float, high: float) -> float:
    span = high - low
    if u * span < mode - low:
        return low + sqrt(u * span * (mode - low))
    return high - sqrt((1 - u) * span * (high - mode))


def _lognormal(u: float, median: float, sigma: float, low: float | None, high: float | None) -> float:
    """Return a quantile of the lognormal with *median* and log-sd *sigma*, cut off at *low* and *high*."""
    limits = (None if not x or x <= 0 else _score(log(x), log(median), sigma) for x in (low, high))
    return median * exp(sigma * _cut(u, *limits))


def _score(limit: float | None, mean: float, sd: float) -> float | None:
    """Return how many standard deviations *limit* lies from *mean*; None leaves that side open."""
    return None if limit is None or sd <= 0 else (limit - mean) / sd


def _cut(u: float, low: float | None, high: float | None) -> float:
    """Return the quantile at *u* of the standard normal cut off at *low* and *high*."""
    if low is not None and low > 0:
        # In the upper tail the mirror image keeps the digits that 1 - p loses.
        return -_cut(1 - u, None if high is None else -high, -low)
    below = 0.0 if low is None else _STANDARD.cdf(low)
    above = 1.0 if high is None else _STANDARD.cdf(high)
    p = below + u * (above - below)
    if not 0 < p < 1:
        # The whole range lies too far out to tell: its end nearest the middle holds all the weight.
        return next((x for x in (high, low) if x is not None), 0.0)
    return _STANDARD.inv_cdf(p)


def _admissible(drawn: float, low: float | None, high: float | None, measure: Measure | None) -> float:
    """Return *drawn* within its own range and its measure's limits, rounded where only whole things count."""
    if measure is not None and measure.whole:
        drawn = float(round(drawn))
    limits = (None, None) if measure is None else (measure.minimum, measure.maximum)
    least = [bound for bound in (low, limits[0]) if bound is not None]
    most = [bound for bound in (high, limits[1]) if bound is not None]
    return min([max([drawn, *least]), *most])


@cache
def _measure_at(path: str) -> Measure | None:
    """Return the measure of the number at *path*."""
    shape: object = Scenario
    for part in split_path(full_path(path)):
        shape = child(shape, part)
    return measure_of(shape)


def assumptions(scenario: Scenario) -> list[Assumption]:
    """Return every number that has a range, in the order of the scenario's shape."""
    return [
        Assumption(path, float(number), number.low, number.high, number.source, number.confidence)
        for path, number in quantities(scenario)
        if _has_range(number) and number.low is not None and number.high is not None
    ]


def _has_range(number: Quantity) -> bool:
    return number.low is not None and number.high is not None and number.low < number.high
