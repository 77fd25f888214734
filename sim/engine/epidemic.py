"""An epidemic in several states: closed forms between events, counts drawn for each interval."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sim.engine.crisis import Idle
from sim.engine.event_log import EventKind
from sim.engine.logistic import cases_after, crossings, hours_to_cases
from sim.engine.world import World

if TYPE_CHECKING:
    from sim.scenario.epidemic import Delivery, Outbreak


class Country:
    """What help has changed in one state, for every wave there."""

    __slots__ = ("doses", "factors", "key", "outbreak", "strained")

    def __init__(self, key: str, outbreak: Outbreak) -> None:
        """Begin without help."""
        self.key, self.outbreak = key, outbreak
        self.doses, self.strained = 0.0, False
        self.factors: dict[str, dict[str, float]] = {}  # by delivery

    def local(self, lever: str) -> float:
        """Return the product of what deliveries do to *lever* here."""
        found = 1.0
        for acting in self.factors.values():
            found *= acting.get(lever, 1.0)
        return found


class Course:
    """One wave in one state as it runs."""

    __slots__ = (
        "affected", "calm", "cases", "cause", "ceiling", "country", "fatality", "growth", "label", "name",
        "since", "stream", "top", "version",
    )  # fmt: skip

    def __init__(self, country: Country, wave: str, label: str, ceiling: float, world: World) -> None:
        """Wait for the outbreak; *ceiling* in cases."""
        self.country, self.name, self.label, self.ceiling = country, wave, label, ceiling
        self.stream = world.stream("epidemic counts", f"{country.key} {wave}")
        self.cases = self.growth = self.fatality = self.since = self.top = 0.0
        self.affected = self.calm = False
        self.cause, self.version = -1, 0


class Epidemic(Idle):
    """All states' waves, and the help on its way to them."""

    def __init__(self, world: World) -> None:
        """Draw frailties, schedule outbreaks, waves and deliveries."""
        model = world.crisis.epidemic
        assert model is not None
        self.world, self.model = world, model
        self.countries = {key: Country(key, o) for key, o in model.outbreaks.items()}
        self.courses: list[Course] = []
        for key, o in model.outbreaks.items():
            self._course(key, "", "first confirmed cases", 1.0, o.earliest, o.latest)
            for name, wave in model.waves.items():
                if wave.enabled:
                    self._course(key, name, wave.label, float(wave.reach), wave.earliest, wave.latest)
        aid = world.crisis.effects.medical_aid
        self.power = float(aid.strength) if aid is not None and aid.enabled else 0.0
        for key, delivery in model.deliveries.items():
            self._plan(key, delivery)
        for lever in ("growth", "contacts", "fatality"):
            world.levers.listen(lever, self._on_lever)

    def _course(
        self, key: str, name: str, label: str, reach: float, earliest: datetime, latest: datetime
    ) -> None:
        world, country = self.world, self.countries[key]
        entity = f"{key} {name}"
        frailty = world.luck("epidemic reach", entity).gamma(float(self.model.frailty_shape))
        people = float(country.outbreak.population * country.outbreak.reach)
        course = Course(country, name, label, people * reach * frailty, world)
        self.courses.append(course)
        hours, u = world.scenario.hours, world.luck("outbreak", entity).uniform()
        self._at(hours(earliest), hours(latest), u, partial(self._break_out, course))

    # what others ask

    def danger(self) -> float:
        """Return how far the host's incidence is above the strain of its hospitals, 0 to 1."""
        at_home = [c for c in self.courses if c.country.key == self.world.crisis.host and c.affected]
        for course in at_home:
            self._advance(course, self.world.now)
        if not at_home:
            return 0.0
        now = sum([self._incidence(c) for c in at_home if not c.calm])
        return min(1.0, now / (2 * self._strain(at_home[0])))

    def calm(self) -> bool:
        """Return whether every wave that has begun is past."""
        affected = [c for c in self.courses if c.affected]
        return bool(affected) and all(c.calm for c in affected)

    def close(self, until: float) -> None:
        """Count the cases of every open segment up to the instant *until*."""
        for course in self.courses:
            if course.affected:
                self._count(course, until)

    # beginning

    def _at(self, first: float, last: float, u: float, action: partial[None]) -> None:
        at = first + u * (last - first)
        self.world.soon(max(0.0, at - self.world.now), lambda _: action())

    def _break_out(self, course: Course) -> None:
        course.affected, course.since = True, self.world.now
        course.cases = min(float(self.model.first), course.ceiling / 2)
        if course.cases <= 0:
            return
        detail = {"label": course.label}
        where = course.country.key
        self._change(course, self.world.record(EventKind.ONSET, "", where, course.cases, -1, detail))

    def _on_lever(self, cause: int) -> None:
        for course in self.courses:
            self._change(course, cause)

    # one segment to the next

    def _incidence(self, course: Course) -> float:
        """Return cases per h now."""
        return course.growth * course.cases * (1 - course.cases / course.ceiling)

    def _strain(self, course: Course) -> float:
        """Return the cases per h that hospitals can bear."""
        return float(self.model.strain) * float(course.country.outbreak.population) / 1e5 / 24

    def _advance(self, course: Course, until: float) -> None:
        """Bring a course's cases to the instant *until*, and keep what is new for the next count."""
        before = course.cases
        course.cases = cases_after(before, course.growth, course.ceiling, until - course.since)
        course.since = until
        course.top += course.cases - before

    def _change(self, course: Course, cause: int) -> None:
        """Close the running segment and open the next with today's factors."""
        if not course.affected or course.cases <= 0:
            return
        self._count(course, self.world.now)
        home, levers = course.country, self.world.levers
        spread = home.local("growth") * home.local("contacts")
        everywhere = levers.value("growth") * levers.value("contacts")
        course.growth = float(self.model.growth) * everywhere * spread
        deadly = levers.value("fatality") * home.local("fatality")
        course.fatality = min(1.0, float(self.model.fatality) * deadly)
        detail = {
            "cases": course.cases, "growth": course.growth, "ceiling": course.ceiling,
            "fatality": course.fatality, "course": course.name,
        }  # fmt: skip
        amount = 24 * self._incidence(course)
        course.cause = self.world.record(EventKind.EPIDEMIC, "", home.key, amount, cause, detail)
        self._watch(course)

    def _count(self, course: Course, until: float) -> None:
        """Log the cases and deaths since the last count.

        Poisson counts over the closed-form increment; those who die are thinned out of it.
        """
        self._advance(course, until)
        mean, course.top = course.top, 0.0
        if mean <= 0:
            return
        died = course.stream.poisson(mean * course.fatality)
        lived = course.stream.poisson(mean * (1 - course.fatality))
        record, where = self.world.record, course.country.key
        record(EventKind.CASES, "", where, died + lived, course.cause, time=until)
        record(EventKind.DEATHS, "", where, died, course.cause, {"side": where}, until)

    # thresholds

    def _watch(self, course: Course) -> None:
        """Schedule what the running segment will cross next; older schedules lapse."""
        course.version += 1
        version, world, c = course.version, self.world, course.cases
        r, k = course.growth, course.ceiling
        found = crossings(r, k, self._strain(course))
        if found is not None and not course.country.strained and c < found[1]:
            wait = hours_to_cases(c, r, k, found[0])
            world.soon(wait, lambda _: self._strained(course, version))
        if course.calm:
            return
        down = crossings(r, k, float(self.model.calm) * float(self.model.growth) * k / 4)
        wait = hours_to_cases(c, r, k, k / 2 if down is None else down[1])
        world.soon(wait, lambda _: self._calm(course, version))

    def _strained(self, course: Course, version: int) -> None:
        if version != course.version or course.country.strained:
            return
        self._advance(course, self.world.now)
        course.country.strained = True
        where, amount = course.country.key, 24 * self._incidence(course)
        cause = self.world.record(EventKind.STRAINED, where, where, amount, course.cause)
        if where == self.world.crisis.host:
            label = "hospitals under strain"
            self.world.record(EventKind.ALARM, where, where, self.danger(), cause, {"label": label})

    def _calm(self, course: Course, version: int) -> None:
        if version != course.version:
            return
        self._count(course, self.world.now)
        course.calm = True
        cause = self.world.record(EventKind.CALM, where=course.country.key, cause=course.cause)
        if all(c.calm for c in self.courses):
            detail = {"label": "every wave has passed"}
            self.world.record(EventKind.ORDER_RESTORED, cause=cause, detail=detail)

    # help

    def _plan(self, key: str, delivery: Delivery) -> None:
        world, hours = self.world, self.world.scenario.hours
        outside = delivery.by != delivery.to
        if not delivery.enabled or (outside and not world.scenario.response.decision.bilateral):
            return
        first = hours(delivery.asked)
        last = first if delivery.latest is None else hours(delivery.latest)
        u = world.luck("aid asked", key).uniform()
        self._at(first, last, u, partial(self._asked, key, delivery))

    def _asked(self, key: str, delivery: Delivery) -> None:
        detail = {"label": delivery.label, "what": delivery.what, "by": delivery.by}
        cause = self.world.record(EventKind.AID_ASKED, delivery.to, key, detail=detail)
        lead = self.world.draw(delivery.lead, "aid lead", key)
        self.world.soon(lead, lambda _: self._arrives(key, delivery, lead, cause))

    def _arrives(self, key: str, delivery: Delivery, lead: float, cause: int) -> None:
        world, country = self.world, self.countries[delivery.to]
        amount = 0.0 if delivery.amount is None else float(delivery.amount)
        detail = {"label": delivery.label, "what": delivery.what, "to": delivery.to, "lead": lead}
        cause = world.record(EventKind.AID, delivery.by, key, amount, cause, detail)
        if self.power <= 0:
            return
        if delivery.what == "doses":
            self._vaccinate(country, amount * self.power)
        if delivery.levers:
            country.factors[key] = {lever: float(f) ** self.power for lever, f in delivery.levers.items()}
            if delivery.lasts is not None:
                lasts = world.draw(delivery.lasts, "aid lasts", key)
                world.soon(lasts, lambda _: self._ends(key, delivery, cause))
        self._changes_at(country, cause)

    def _vaccinate(self, country: Country, doses: float) -> None:
        """Take away the share of those still to fall ill that the vaccine keeps from it."""
        before = self._susceptible(country)
        country.doses += doses
        left = self._susceptible(country) / before
        for course in self.courses:
            if course.country is country:
                if course.affected:
                    self._advance(course, self.world.now)
                course.ceiling = course.cases + (course.ceiling - course.cases) * left

    def _susceptible(self, country: Country) -> float:
        vaccinated = country.doses / float(self.model.doses_each * country.outbreak.population)
        return 1 - min(0.999, float(self.model.protection) * min(1.0, vaccinated))

    def _changes_at(self, country: Country, cause: int) -> None:
        for course in self.courses:
            if course.country is country:
                self._change(course, cause)

    def _ends(self, key: str, delivery: Delivery, cause: int) -> None:
        country = self.countries[delivery.to]
        detail = {"label": delivery.label, "to": delivery.to}
        cause = self.world.record(EventKind.AID_ENDED, delivery.by, key, cause=cause, detail=detail)
        del country.factors[key]
        self._changes_at(country, cause)
