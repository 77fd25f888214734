"""Words for what a log holds: names, numbers, causes. The story's sentences are built from these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.alliance.treaty import clause_name
from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.report.times import LONG, local_time, stamp

if TYPE_CHECKING:
    from sim.scenario.models import Scenario

K = EventKind
#: Why unrest changed, by the kind of event behind the change.
REASONS: dict[EventKind, str] = {
    K.RESERVES_ARRIVED: "national reserves arrived",
    K.FREED: "freed local forces",
    K.MANDATE: "the decision's signal",
    K.BILATERAL: "the signal of bilateral help",
    K.FADED: "burnt out",
    K.SETTLED: "settlement",
    K.GOVERNMENT_FELL: "the government fell",
}
#: How a reason begins that comes from another site.
STIRRED = "stirred by"


def listing(items: Iterable[str]) -> str:
    """Return items as 'a, b and c'."""
    found = list(items)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def percent(share: float) -> str:
    """Return a share in whole percents."""
    return f"{100 * share:.0f} %"


class Teller:
    """A log with its scenario: looks names up and follows causes."""

    def __init__(self, log: EventLog, scenario: Scenario) -> None:
        """Count hours from the log's public appeal, or from the start without one or with several crises."""
        self.log, self.scenario = log, scenario
        # The appeal of one crisis is no origin for the others of a campaign.
        appeal = None if scenario.crises else log.first(K.APPEAL)
        self.zero = appeal.time if appeal else 0.0
        self.appealed = appeal is not None

    @property
    def origin(self) -> str:
        """What hours are counted from, in words."""
        if self.scenario.crises:
            return "the campaign's start"
        return "the public appeal" if self.appealed else "the scenario's start (nobody appealed)"

    def member(self, key: str) -> str:
        """Return a member's or partner's name (an organ's as it is, its first letter raised)."""
        alliance = self.scenario.alliance
        state = alliance.members.get(key) or alliance.partners.get(key)
        return state.name if state else key[:1].upper() + key[1:]

    def members(self, keys: Iterable[str]) -> str:
        """Return members' names in the alliance's order."""
        order = list(self.scenario.alliance.members)
        return listing(
            self.member(k) for k in sorted(keys, key=lambda k: order.index(k) if k in order else 99)
        )

    def site(self, key: str) -> str:
        """Return the name of a place of the crisis."""
        site = self.scenario.crisis.places().get(key)
        return site.name if site else key

    def airfield(self, key: str) -> str:
        """Return an airfield's name."""
        field = self.scenario.alliance.airfields.get(key)
        return field.name if field else key

    def unit(self, who: str, key: str) -> str:
        """Return a unit's name."""
        member = self.scenario.alliance.members.get(who)
        unit = member.units.get(key) if member else None
        return unit.name if unit else key

    def provision(self, key: str) -> str:
        """Return a clause as its instrument and title."""
        found = self.scenario.alliance.treaty.get(key)
        return clause_name(found) if found else key

    def task(self, key: str) -> str:
        """Return a guard task's name."""
        mission = self.scenario.response.mission
        task = mission.tasks.get(key) if mission else None
        return task.name if task else key

    def clock(self, hours: float) -> str:
        """Return an instant (hours after the start) as a local date and time."""
        return stamp(local_time(self.scenario, hours), year=float(self.scenario.horizon) > LONG)

    def near(self, hours: float, other: float) -> str:
        """Return *hours* as a clock time, with the date where it is not the day of *other*."""
        words = self.clock(hours)
        return words[-5:] if words[:-6] == self.clock(other)[:-6] else words

    def causes(self, record: EventRecord) -> Iterable[EventRecord]:
        """Yield the events that led to *record*, the nearest first."""
        step = self.log.cause_of(record)
        while step is not None:
            yield step
            step = self.log.cause_of(step)

    def reason(self, record: EventRecord) -> str:
        """Return what last changed things at a site before *record*, in words; empty if only time passed."""
        for step in self.causes(record):
            if step.kind is K.UNREST:
                continue
            if step.kind is K.OVERWHELMED and step.where != record.where:
                return f"{STIRRED} {self.site(step.where)}"
            return REASONS.get(step.kind, "")
        return ""

    def calmed(self, record: EventRecord) -> str:
        """Return what brought calm to a site, in words and in order of time.

        First comes what turned the unrest: from then on suppression outdid growth at any level, up to the
        calm of *record*. What came after only hastened an end already in sight, and must not get the credit.
        """
        changes = [r for r in self.log.of(K.UNREST) if r.where == record.where and r.id < record.id]
        turn = len(changes) - 1
        while turn > 0 and _falls(changes[turn - 1]):
            turn -= 1
        said = [self.reason(change) for change in changes[max(turn, 0) :]]
        if turn == 0 and not said[0]:  # they outdid it from the onset on
            said[0] = "local forces"
        return ", then ".join(dict.fromkeys(why for why in said if why and not why.startswith(STIRRED)))

    def since(self, record: EventRecord, kind: EventKind) -> float | None:
        """Return the hours from the nearest cause of *kind* to *record*; none without one."""
        found = next((step for step in self.causes(record) if step.kind is kind), None)
        return None if found is None else record.time - found.time


def _falls(change: EventRecord) -> bool:
    """Return whether unrest falls after a *change* at a site, whatever its level."""
    return float(change.detail["suppression"]) >= float(change.detail["growth"])
