"""Whether the scenario's record names responses that exist, with the arguments they take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.event_log import EventKind
from sim.experiment.responses import responses_of
from sim.experiment.spans import Span, spans
from sim.scenario.crisis import Effects
from sim.scenario.errors import Problem, ScenarioError, did_you_mean
from sim.scenario.models import Scenario
from sim.scenario.quantities import UNITS
from sim.scenario.study import RecordEntry

if TYPE_CHECKING:  # parts that few scenarios have
    from sim.scenario.campaign import Episode
    from sim.scenario.injects import Inject, Measure

ARGUMENTS = ("at", "since", "who", "among")


class Fault(NamedTuple):
    """What is wrong with a part of the record: its path in the scenario, and the fault with its cure."""

    path: tuple[str | int, ...]
    message: str


def check_record(scenario: Scenario, file: str = "") -> None:
    """Check every record entry and recorded event of *scenario*.

    Args:
        scenario: a loaded scenario.
        file: the file named in the error; the scenario's name if empty.

    Raises:
        ScenarioError: an entry names no response, lacks an argument, has one too many, or is in another unit.
    """
    problems = [
        Problem(file or scenario.name, None, None, ".".join(map(str, fault.path)), fault.message)
        for fault in record_faults(scenario)
    ]
    if problems:
        raise ScenarioError(problems)


def record_faults(scenario: Scenario) -> list[Fault]:
    """Return everything that is wrong with the record, in the order of the file."""
    faults = []
    for key, entry in scenario.record.items():
        faults += [Fault(("record", key, part), message) for part, message in _faults(scenario, entry)]
    kinds = [kind.value for kind in EventKind]
    for index, event in enumerate(scenario.recorded_events):
        kind = event.kind.strip().lower().replace("_", " ")
        if kind and kind not in kinds:
            message = f"unknown event kind '{event.kind}'{did_you_mean(event.kind, kinds)}"
            faults.append(Fault(("recorded_events", index, "kind"), message))
    return [*faults, *_name_faults(scenario, kinds)]


def _name_faults(scenario: Scenario, kinds: list[str]) -> Iterator[Fault]:
    """Yield what injects and measures wait for, or lean on, that does not exist."""
    mechanisms = list(Effects.model_fields)
    for path, inject in _injects(scenario):
        for field in ("after", "unless"):
            kind = getattr(inject, field)
            if kind and kind not in kinds:
                message = f"unknown event kind '{kind}'{did_you_mean(kind, kinds)}"
                yield Fault((*path, field), message)
        name = inject.mechanism
        if name and name not in mechanisms:
            message = f"unknown mechanism '{name}'{did_you_mean(name, mechanisms)}"
            yield Fault((*path, "mechanism"), message)


def _injects(scenario: Scenario) -> Iterator[tuple[tuple[str, ...], Inject | Measure]]:
    """Yield every inject and measure of the scenario's crises with its path."""
    crises: list[tuple[tuple[str, ...], Scenario | Episode]] = [((), scenario)]
    crises += [(("crises", key), episode) for key, episode in scenario.crises.items()]
    for home, one in crises:
        for key, inject in one.crisis.injects.items():
            yield (*home, "crisis", "injects", key), inject
        for key, measure in one.response.measures.items():
            yield (*home, "response", "measures", key), measure


def _faults(scenario: Scenario, entry: RecordEntry) -> Iterator[tuple[str, str]]:
    scalar = responses_of(scenario).get(entry.response)
    span = spans().get(entry.response) if scalar is None else None
    found = scalar or span
    if found is None:
        known = [*responses_of(scenario), *spans()]
        yield "response", f"unknown response '{entry.response}'{did_you_mean(entry.response, known)}"
        return
    yield from _argument_faults(scenario, entry, span)
    unit = found.unit
    if _scale(unit) is not None and _scale(entry.unit) is not None and _scale(unit) != _scale(entry.unit):
        yield "unit", f"'{entry.response}' is in {unit}, not {entry.unit}; convert the values"


def _argument_faults(scenario: Scenario, entry: RecordEntry, span: Span | None) -> Iterator[tuple[str, str]]:
    needs = span.needs if span else ()
    takes = (*needs, *span.may) if span else ()
    for key in ARGUMENTS:
        given = bool(getattr(entry, key))
        if key in needs and not given:
            yield key, f"'{entry.response}' needs the key '{key}'"
        if given and key not in takes:
            yield key, f"'{entry.response}' takes no '{key}'; leave it out"
    for key in ("at", "since"):
        instant = getattr(entry, key)
        if instant is not None and instant.tzinfo is None:
            yield key, f"'{key}' needs a zone, as in 2022-01-04T18:00+06:00"
    if entry.who and entry.who not in {**scenario.alliance.members, **scenario.alliance.partners}:
        yield "who", f"unknown member '{entry.who}'{did_you_mean(entry.who, scenario.alliance.members)}"
    for site in entry.among:
        if site not in scenario.crisis.places():
            yield "among", f"unknown site '{site}'{did_you_mean(site, scenario.crisis.places())}"


def _scale(unit: str) -> tuple[str, float] | None:
    """Return the dimension and scale of a unit, or none for a unit of no dimension."""
    for dimension, units in UNITS.items():
        if unit and unit in units:
            return dimension, units[unit]
    return None
